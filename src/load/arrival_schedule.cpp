#include "load/arrival_schedule.h"

#include <cmath>
#include <limits>

namespace relaybench::load {

namespace {

/// Random numbers of arrivals are a stream of their own, whatever else the seed feeds.
constexpr std::uint64_t kArrivalStream = 0x61727269;  // "arri"

constexpr double kMean = 1.0;

double seconds(core::Duration duration) { return std::chrono::duration<double>(duration).count(); }

core::Duration nanoseconds(double time_s) {
    constexpr double kNanosecondsPerSecond = 1e9;
    constexpr double kMost = 9.2e18;  // below the largest Duration: 292 years
    return core::Duration{std::llround(std::fmin(time_s * kNanosecondsPerSecond, kMost))};
}

}  // namespace

ArrivalSchedule::ArrivalSchedule(const scenario::OpenLoop& open, std::uint64_t seed)
    : arrivals_(open.arrivals), random_(core::Random(seed).fork(kArrivalStream)) {
    if (open.rate_per_s > 0) {
        add_segment(std::numeric_limits<double>::infinity(), open.rate_per_s, open.rate_per_s);
    }
    area_ = arrivals_ == scenario::Arrivals::Poisson ? random_.exponential(kMean) : 0;
}

ArrivalSchedule::ArrivalSchedule(const scenario::Ramp& ramp, std::uint64_t seed)
    : arrivals_(ramp.arrivals), random_(core::Random(seed).fork(kArrivalStream)) {
    double rate = 0;
    for (const scenario::RampStage& stage : ramp.stages) {
        add_segment(seconds(stage.duration), rate, stage.rate_per_s);
        rate = stage.rate_per_s;
    }
    area_ = arrivals_ == scenario::Arrivals::Poisson ? random_.exponential(kMean) : 0;
}

void ArrivalSchedule::add_segment(double length_s, double start_rate, double end_rate) {
    Segment segment{.start_s = 0, .length_s = length_s, .start_rate = start_rate, .end_rate = end_rate};
    if (!segments_.empty()) {
        segment.start_s = segments_.back().start_s + segments_.back().length_s;
        segment.area_before = segments_.back().area_before + segments_.back().area;
    }
    segment.area = length_s * (start_rate + end_rate) / 2;
    segments_.push_back(segment);
}

/// Solves start_rate·t + slope·t²/2 = area for the smallest t ≥ 0, in the form that does not cancel when the slope is small.
double ArrivalSchedule::time_in(const Segment& segment, double area) {
    if (area <= 0) {
        return 0;
    }
    const double slope = std::isinf(segment.length_s) ? 0 : (segment.end_rate - segment.start_rate) / segment.length_s;
    const double under_root = std::fmax(0, segment.start_rate * segment.start_rate + 2 * slope * area);
    return std::fmin(segment.length_s, 2 * area / (segment.start_rate + std::sqrt(under_root)));
}

std::optional<Arrival> ArrivalSchedule::next() {
    // A stage owns the arrivals in [start, end): one that falls on its very end is the first of the next stage, or none.
    while (current_ < segments_.size() && area_ >= segments_[current_].area_before + segments_[current_].area) {
        ++current_;
    }
    if (current_ == segments_.size()) {
        return std::nullopt;
    }
    const Segment& segment = segments_[current_];
    const Arrival arrival{index_, nanoseconds(segment.start_s + time_in(segment, area_ - segment.area_before))};
    ++index_;
    area_ = arrivals_ == scenario::Arrivals::Poisson ? area_ + random_.exponential(kMean) : static_cast<double>(index_);
    return arrival;
}

std::optional<ArrivalSchedule> make_schedule(const scenario::Load& load, std::uint64_t seed) {
    if (const auto* open = std::get_if<scenario::OpenLoop>(&load.pattern)) {
        return ArrivalSchedule(*open, seed);
    }
    if (const auto* ramp = std::get_if<scenario::Ramp>(&load.pattern)) {
        return ArrivalSchedule(*ramp, seed);
    }
    return std::nullopt;
}

}  // namespace relaybench::load
