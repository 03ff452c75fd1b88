#include "cli/host_limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "wire/proxy.h"
#include "wire/url.h"

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

PortRange local_ports() {
    PortRange ports;
    std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
    if (PortRange read; file >> read.low >> read.high && read.low <= read.high) {
        ports = read;
    }
    return ports;
}

core::Expected<void> check_ports(const scenario::Scenario& scenario, PortRange ports) {
    const auto* closed = std::get_if<scenario::ClosedLoop>(&scenario.load.pattern);
    if (closed == nullptr) {
        return {};
    }
    std::map<std::string, std::uint64_t> arms_at;
    for (const auto& relay : scenario.relays) {
        const auto url = wire::parse_url(relay.url);
        const auto proxy = wire::parse_proxy(relay.proxy);
        // Each embedded relay listens on a port of its own.
        if (proxy) {
            arms_at[wire::host_and_port(proxy->host, proxy->port)] += 1;
        } else {
            arms_at[url ? fmt::format("{}:{}", url->host, url->port) : relay.name] += 1;
        }
    }
    const std::uint64_t have = ports.high - ports.low + 1;
    for (const auto& [where, arms] : arms_at) {
        if (closed->streams * arms > have) {
            return core::bad_input(fmt::format(
                "-c {}: {} connections to {} need a local port each and this machine gives out {} ({} to {}); {} would fit, or widen "
                "the range: sysctl -w net.ipv4.ip_local_port_range='1024 65535'",
                closed->streams, closed->streams * arms, where, have, ports.low, ports.high, have / arms));
        }
    }
    return {};
}

}  // namespace relaybench::cli
