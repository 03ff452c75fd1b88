#include "result/stream_collector.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "result/record_metrics.h"
#include "stream/outcome.h"

namespace relaybench::result {
namespace {

using stream::StreamRecord;

std::uint32_t whole_us(core::Duration latency) {
    const auto us = std::chrono::round<std::chrono::microseconds>(latency).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 1, StreamValues::kAbsent - 1));
}

/// Reached → its time; cancelled while waiting → not ranked; else never.
std::uint32_t point_value(const StreamRecord& record, core::TimePoint from, std::optional<core::TimePoint> to) {
    if (to)
        return whole_us(*to - from);
    return record.outcome == stream::Outcome::Cancelled ? StreamValues::kAbsent : StreamValues::kNever;
}

template <class Item>
std::vector<Item> by_start(std::vector<Item> items) {
    std::sort(items.begin(), items.end(),
              [](const Item& a, const Item& b) { return std::pair(a.intended_us, a.arrival) < std::pair(b.intended_us, b.arrival); });
    return items;
}

}  // namespace

StreamCollector::StreamCollector(const Options& options)
    : options_(options),
      values_(options.seed, options.arms > 1 ? options.max_values / options.arms : 0),
      gaps_(options.seed, options.max_gap_streams) {}

StreamValues StreamCollector::values_of(const StreamRecord& record) const {
    const core::TimePoint asked = request_point(record);
    StreamValues values;
    values.arrival = record.arrival;
    values.intended_us = std::chrono::duration_cast<std::chrono::microseconds>(record.intended_start - options_.window_start).count();
    values.us[0] = point_value(record, asked, record.first_token);
    values.us[1] = point_value(record, record.intended_start, record.first_token);
    const auto tpot = time_per_token(record);
    values.us[2] = tpot ? whole_us(*tpot) : StreamValues::kAbsent;
    values.us[3] = point_value(record, asked, completion_point(record));
    values.failed = stream::is_error(record.outcome);
    values.cancelled = record.outcome == stream::Outcome::Cancelled;
    return values;
}

void StreamCollector::offer(const StreamRecord& record) {
    const std::uint64_t block = record.arrival / options_.arms;
    const StreamValues values = values_of(record);
    if (options_.arms > 1)
        values_.offer(block, values);
    if (record.gaps.seen() > 0)
        gaps_.offer(block, {.ticket = 0, .arrival = record.arrival, .intended_us = values.intended_us, .gaps = record.gaps});
}

void StreamCollector::merge(const StreamCollector& other) {
    values_.merge(other.values_);
    gaps_.merge(other.gaps_);
}

void StreamCollector::clear() {
    values_.clear();
    gaps_.clear();
}

StreamSet StreamCollector::streams() const {
    return {.arms = options_.arms,
            .values = by_start(values_.items()),
            .values_limit = values_.limit(),
            .values_offered = values_.offered(),
            .gaps = by_start(gaps_.items()),
            .gaps_limit = gaps_.limit(),
            .gaps_offered = gaps_.offered()};
}

}  // namespace relaybench::result
