#include "result/series_recorder.h"

#include <algorithm>

namespace relaybench::result {

std::uint64_t SeriesRecorder::second_of(core::TimePoint at) const {
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(at - window_start_).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(second, 0));
}

void SeriesRecorder::count_stream(core::TimePoint started, core::TimePoint ended, stream::Outcome outcome) {
    ++timeline_.at(second_of(started)).starts;
    Timeline::Cell& last = timeline_.at(second_of(ended));
    ++last.ended;
    if (outcome == stream::Outcome::Complete)
        ++last.completed;
    if (stream::is_error(outcome))
        ++last.failed;
}

void SeriesRecorder::record_ttft(core::TimePoint first_token, core::Duration ttft) {
    timeline_.at(second_of(first_token)).ttft.record(ttft);
}

void SeriesRecorder::count_chunk(core::TimePoint at) {
    const std::uint64_t second = second_of(at);
    if (second != current_) {
        flush_gaps();
        current_ = second;
    }
    ++timeline_.at(second).chunks;
}

void SeriesRecorder::record_gap(core::Duration gap) {
    ++current_gaps_[LatencySketch::bucket_of(gap)];
    has_current_gaps_ = true;
}

void SeriesRecorder::add_current_gaps(Timeline& timeline) const {
    if (!has_current_gaps_)
        return;
    LatencySketch& sketch = timeline.at(current_).gap;
    for (std::size_t bucket = 0; bucket < current_gaps_.size(); ++bucket) {
        if (current_gaps_[bucket] > 0)
            sketch.add(bucket, current_gaps_[bucket]);
    }
}

void SeriesRecorder::flush_gaps() {
    add_current_gaps(timeline_);
    if (has_current_gaps_)
        current_gaps_.fill(0);
    has_current_gaps_ = false;
}

void SeriesRecorder::merge(const SeriesRecorder& other) {
    timeline_.merge(other.timeline_);
    other.add_current_gaps(timeline_);
}

void SeriesRecorder::clear() {
    timeline_.clear();
    current_gaps_.fill(0);
    has_current_gaps_ = false;
}

std::vector<SeriesPoint> SeriesRecorder::points() const {
    Timeline whole = timeline_;
    add_current_gaps(whole);
    return whole.points();
}

}  // namespace relaybench::result
