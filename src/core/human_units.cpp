#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/units.h"

namespace relaybench::core {
namespace {

constexpr int kShownDigits = 3;

/// Rounded to three significant digits, so that 999.6 is already 1000 when a unit is chosen.
double rounded(double value) {
    if (value == 0 || !std::isfinite(value)) {
        return value;
    }
    const double scale = std::pow(10.0, kShownDigits - 1 - std::floor(std::log10(std::fabs(value))));
    return std::isfinite(scale) && scale != 0 ? std::round(value * scale) / scale : value;
}

/// Exactly three significant digits for 1 <= value < 1000: "1.20", "12.3", "812".
std::string three_digits(double value) { return fmt::format("{:.{}f}", value, value < 10 ? 2 : (value < 100 ? 1 : 0)); }

/// A minute and more: two units, the smaller one with two digits.
std::string minutes_or_hours(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 3600) {
        return fmt::format("{} m {:02} s", whole / 60, whole % 60);
    }
    const std::int64_t minutes = (whole + 30) / 60;
    return fmt::format("{} h {:02} m", minutes / 60, minutes % 60);
}

struct Step {
    const char* name;
    double factor;
};

}  // namespace

std::string human_duration(Duration duration) {
    constexpr std::array<Step, 3> kSteps = {{{"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
    const double nanoseconds = static_cast<double>(duration.count());
    if (nanoseconds < 0) {
        return fmt::format("-{}", human_duration(duration == Duration::min() ? Duration::max() : -duration));
    }
    if (nanoseconds < 1e3) {
        return duration == Duration::zero() ? "0 s" : fmt::format("{} ns", duration.count());
    }
    const double shown = rounded(nanoseconds);
    if (shown >= 60e9) {
        return minutes_or_hours(nanoseconds / 1e9);
    }
    const Step& step = shown < 1e6 ? kSteps[0] : (shown < 1e9 ? kSteps[1] : kSteps[2]);
    return fmt::format("{} {}", three_digits(shown / step.factor), step.name);
}

std::string human_count(double count) {
    constexpr std::array<Step, 4> kSteps = {{{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}}};
    if (count < 0) {
        return fmt::format("-{}", human_count(-count));
    }
    const double shown = rounded(count);
    if (!(shown >= 1e3)) {
        return fmt::format("{:.3g}", shown);
    }
    const Step* step = kSteps.data();
    while (step != &kSteps.back() && shown >= step->factor * 1e3) {
        ++step;
    }
    return fmt::format("{} {}", three_digits(shown / step->factor), step->name);
}

std::string human_bytes(double bytes) {
    constexpr std::array<const char*, 6> kNames = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    constexpr double kStep = 1024;
    constexpr double kRoundsUp = 1023.5;  // would be printed as 1024
    std::size_t unit = 0;
    while (bytes >= kRoundsUp && unit + 1 < kNames.size()) {
        bytes /= kStep;
        ++unit;
    }
    const int decimals = unit > 0 && bytes < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", bytes, decimals, kNames[unit]);
}

std::string human_ratio(double ratio) {
    constexpr double kSmallestShown = 1e-5;
    if (ratio < 0) {
        return fmt::format("-{}", human_ratio(-ratio));
    }
    if (ratio > 0 && ratio < kSmallestShown) {
        return "< 0.001 %";
    }
    const double percent = rounded(ratio * 100);
    if (percent == 100 && ratio != 1) {
        return ratio < 1 ? "> 99.9 %" : "> 100 %";
    }
    return percent >= 1000 ? fmt::format("{:.0f} %", percent) : fmt::format("{:.3g} %", percent);
}

}  // namespace relaybench::core
