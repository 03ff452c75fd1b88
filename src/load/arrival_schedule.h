#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/random.h"
#include "scenario/scenario.h"

namespace relaybench::load {

/// One intended start of a stream.
struct Arrival {
    std::uint64_t index = 0;
    core::Duration offset{0};  ///< from the start of the schedule
};

/// The intended starts of an open loop or a ramp, one after the other: a pure function of pattern and seed. Offsets never go back. An
/// open loop never ends by itself; a ramp ends with its stages.
///
/// Let Λ(t) be the integral of the rate. Constant arrivals stand where Λ reaches 0, 1, 2, …; Poisson arrivals where Λ reaches the partial
/// sums of exponential gaps of mean 1 (time rescaling), so both share the inverse of Λ, which is closed for a linear rate.
class ArrivalSchedule {
  public:
    ArrivalSchedule(const scenario::OpenLoop& open, std::uint64_t seed);
    ArrivalSchedule(const scenario::Ramp& ramp, std::uint64_t seed);

    [[nodiscard]] std::optional<Arrival> next();

  private:
    /// A stretch in which the rate moves in a straight line; times in seconds, `area_before` = Λ at its start.
    struct Segment {
        double start_s = 0;
        double length_s = 0;  ///< infinite for an open loop
        double start_rate = 0;
        double end_rate = 0;
        double area_before = 0;
        double area = 0;
    };

    void add_segment(double length_s, double start_rate, double end_rate);
    [[nodiscard]] static double time_in(const Segment& segment, double area);

    std::vector<Segment> segments_;
    std::size_t current_ = 0;
    scenario::Arrivals arrivals_;
    core::Random random_;
    std::uint64_t index_ = 0;
    double area_ = 0;  ///< Λ at the next arrival
};

/// The schedule of a load; nullopt for a closed loop, whose starts depend on when streams end.
[[nodiscard]] std::optional<ArrivalSchedule> make_schedule(const scenario::Load& load, std::uint64_t seed);

}  // namespace relaybench::load
