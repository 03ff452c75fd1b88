#include "result/series_recorder.h"

#include <algorithm>

namespace relaybench::result {
namespace {

constexpr std::size_t kMaxSeconds = std::size_t{24} * 60 * 60;
constexpr double kMedian = 0.50;
constexpr double kP99 = 0.99;

}  // namespace

std::size_t SeriesRecorder::index_of(core::TimePoint at) const {
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(at - window_start_).count();
    return std::min(static_cast<std::size_t>(std::max<std::int64_t>(second, 0)), kMaxSeconds - 1);
}

SeriesRecorder::Second& SeriesRecorder::second_at(std::size_t index) {
    if (index >= seconds_.size())
        seconds_.resize(index + 1);
    return seconds_[index];
}

void SeriesRecorder::count_stream(core::TimePoint started, core::TimePoint ended, stream::Outcome outcome) {
    ++second_at(index_of(started)).starts;
    Second& last = second_at(index_of(ended));
    ++last.ended;
    if (outcome == stream::Outcome::Complete)
        ++last.completed;
    if (stream::is_error(outcome))
        ++last.failed;
}

void SeriesRecorder::record_ttft(core::TimePoint first_token, core::Duration ttft) { second_at(index_of(first_token)).ttft.record(ttft); }

void SeriesRecorder::count_chunk(core::TimePoint at) {
    const std::size_t index = index_of(at);
    if (index != current_) {
        flush_gaps();
        current_ = index;
    }
    ++second_at(index).chunks;
}

void SeriesRecorder::record_gap(core::Duration gap) {
    ++current_gaps_[LatencySketch::bucket_of(gap)];
    has_current_gaps_ = true;
}

void SeriesRecorder::flush_gaps() {
    if (!has_current_gaps_)
        return;
    LatencySketch& sketch = second_at(current_).gap;
    for (std::size_t bucket = 0; bucket < current_gaps_.size(); ++bucket) {
        if (current_gaps_[bucket] > 0)
            sketch.add(bucket, current_gaps_[bucket]);
    }
    current_gaps_.fill(0);
    has_current_gaps_ = false;
}

void SeriesRecorder::merge(const SeriesRecorder& other) {
    SeriesRecorder theirs = other;
    theirs.flush_gaps();
    flush_gaps();
    for (std::size_t i = 0; i < theirs.seconds_.size(); ++i) {
        Second& mine = second_at(i);
        const Second& each = theirs.seconds_[i];
        mine.starts += each.starts;
        mine.completed += each.completed;
        mine.failed += each.failed;
        mine.ended += each.ended;
        mine.chunks += each.chunks;
        mine.ttft.merge(each.ttft);
        mine.gap.merge(each.gap);
    }
}

std::vector<SeriesPoint> SeriesRecorder::points() const {
    SeriesRecorder whole = *this;
    whole.flush_gaps();
    std::vector<SeriesPoint> points;
    points.reserve(whole.seconds_.size());
    std::uint32_t open_streams = 0;
    for (const Second& each : whole.seconds_) {
        open_streams += each.starts;
        open_streams -= std::min(open_streams, each.ended);
        SeriesPoint point;
        point.second = static_cast<std::uint32_t>(points.size());
        point.starts = each.starts;
        point.completed = each.completed;
        point.failed = each.failed;
        point.open_streams = open_streams;
        point.chunks = each.chunks;
        point.ttft_p50 = each.ttft.quantile(kMedian);
        point.ttft_p99 = each.ttft.quantile(kP99);
        point.gap_p99 = each.gap.quantile(kP99);
        points.push_back(point);
    }
    return points;
}

}  // namespace relaybench::result
