#include "cli/host_limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace relaybench::cli {

namespace {

/// Descriptors besides the streams: standard streams, event loops, timers, outputs, pipes to embedded relays, libraries.
constexpr std::uint64_t kReserve = 100;

}  // namespace

std::uint64_t descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur;
}

core::Expected<void> check_descriptors(const scenario::Scenario& scenario, std::uint64_t limit) {
    const auto* closed = std::get_if<scenario::ClosedLoop>(&scenario.load.pattern);
    const auto arms = std::max<std::uint64_t>(1, scenario.relays.size());
    if (closed == nullptr || closed->streams * arms + kReserve <= limit) {
        return {};
    }
    const auto fits = (limit > kReserve ? limit - kReserve : 0) / arms;
    return core::bad_input(fmt::format(
        "-c {}: {} streams need {} descriptors and this process may open {}; {} would fit, or raise the limit: ulimit -n {}",
        closed->streams, closed->streams * arms, closed->streams * arms + kReserve, limit, fits, closed->streams * arms + kReserve));
}

}  // namespace relaybench::cli
