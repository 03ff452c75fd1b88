#include "result/arm_sum.h"

#include <algorithm>

#include "result/stamp_error.h"

namespace relaybench::result {

void ArmSum::add(const ArmResult& part, core::Duration offset) {
    if (is_first_) {
        sum_.name = part.name;
        sum_.relay = part.relay;
        sum_.dialect = part.dialect;
        sum_.model = part.model;
        is_first_ = false;
    }
    for (std::size_t i = 0; i < sum_.outcomes.size(); ++i)
        sum_.outcomes[i] += part.outcomes[i];
    for (std::size_t i = 0; i < sum_.metrics.size(); ++i)
        sum_.metrics[i].merge(part.metrics[i]);
    sum_.counters += part.counters;
    timeline_.add(part.series, static_cast<std::uint64_t>(std::chrono::round<std::chrono::seconds>(offset).count()));
    for (const ErrorGroup& each : part.errors)
        errors_.add(each, offset);
    add_stamp_error(part);
    add_gap_spread(part);
    add_stream_set(part, offset);
    add_streams(part, offset);
}

void ArmSum::add_stamp_error(const ArmResult& part) {
    if (!part.stamp_error || stamp_error_lost_)
        return;
    sum_.stamp_error = sum_.stamp_error ? sum_of(*sum_.stamp_error, *part.stamp_error) : part.stamp_error;
    stamp_error_lost_ = !sum_.stamp_error;
}

/// What the streams' gaps have in common cannot be added up; the largest of the parts' claims is the one that promises least.
void ArmSum::add_gap_spread(const ArmResult& part) {
    gap_spread_lost_ = gap_spread_lost_ || (!part.gap_spread && part.metric(Metric::Gap).count() > 0);
    if (gap_spread_lost_)
        sum_.gap_spread.reset();
    if (!part.gap_spread || gap_spread_lost_)
        return;
    GapSpread spread = sum_.gap_spread.value_or(GapSpread{});
    spread.streams += part.gap_spread->streams;
    for (std::size_t i = 0; i < spread.design_effect.size(); ++i)
        spread.design_effect.at(i) = std::max(spread.design_effect.at(i), part.gap_spread->design_effect.at(i));
    sum_.gap_spread = spread;
}

/// Parts in turn stay sorted by start; the judge sorts anyway.
void ArmSum::add_stream_set(const ArmResult& part, core::Duration offset) {
    stream_set_lost_ = stream_set_lost_ || (part.stream_set.empty() && part.ended() > 0);
    if (stream_set_lost_) {
        sum_.stream_set = {};
    } else {
        append(sum_.stream_set, part.stream_set, offset);
    }
}

void ArmSum::add_streams(const ArmResult& part, core::Duration offset) {
    // Each part kept the smallest tickets of its streams. The smallest of all are known down to the size of the smallest sample that left
    // something out; a larger one would favour the streams of the parts that kept more.
    if (part.streams.size() < part.streams_sampled_of)
        sample_size_ = std::min(sample_size_, part.streams.size());
    sampled_of_ += part.streams_sampled_of;
    for (const stream::StreamRecord& each : part.streams) {
        streams_.push_back(each);
        shift_times(streams_.back(), offset);
    }
}

ArmResult ArmSum::result() const {
    ArmResult result = sum_;
    result.series = timeline_.points();
    result.errors = errors_.groups();
    StreamSample sample(seed_, sample_size_);
    for (const stream::StreamRecord& each : streams_)
        sample.offer(each);
    result.streams = sample.records();
    result.streams_sampled_of = sampled_of_;
    return result;
}

}  // namespace relaybench::result
