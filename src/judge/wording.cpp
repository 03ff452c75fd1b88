#include "judge/wording.h"

#include <fmt/format.h>
#include <cmath>

#include "core/units.h"

namespace relaybench::judge {

std::string quantile_name(double q) {
    constexpr double kWhole = 100.0;
    constexpr double kDigits = 1e6;  // hides the rounding of 0.999 · 100
    return fmt::format("p{:.6g}", std::round(q * kWhole * kDigits) / kDigits);
}

std::string_view never_words(result::Metric metric) {
    switch (metric) {
        case result::Metric::Ttft:
        case result::Metric::TtftIntended:
        case result::Metric::Ttfo:
        case result::Metric::Headers:
        case result::Metric::Heartbeat:
            return "never answered";
        case result::Metric::E2e:
            return "never completed";
        case result::Metric::Connect:
        case result::Metric::Tls:
        case result::Metric::Upgrade:
            return "never connected";
        default:
            return "never got there";
    }
}

double never_share(const result::Distribution& distribution) {
    if (distribution.count() == 0)
        return 0;
    return static_cast<double>(distribution.never()) / static_cast<double>(distribution.count());
}

std::string infinite_text(result::Metric metric, const result::Distribution& distribution) {
    const std::string share = core::human_ratio(never_share(distribution));
    if (!distribution.max())
        return fmt::format("{} ({})", never_words(metric), share);
    return fmt::format("> {} ({} {})", core::human_duration(*distribution.max()), share, never_words(metric));
}

}  // namespace relaybench::judge
