#include "cli/host_limits.h"

#include <doctest/doctest.h>

namespace relaybench::cli {
namespace {

scenario::Scenario two_relays(const std::string& first, const std::string& second, std::uint32_t streams) {
    scenario::Scenario scenario;
    scenario.relays.resize(2);
    scenario.relays[0].url = first;
    scenario.relays[1].url = second;
    scenario.load.pattern = scenario::ClosedLoop{streams};
    return scenario;
}

TEST_CASE("host limits: connections to one host and port may not outnumber the local ports") {
    const PortRange ports{40'000, 40'999};
    CHECK(check_ports(two_relays("http://a.example", "http://b.example", 1000), ports).has_value());
    CHECK(check_ports(two_relays("http://a.example", "http://a.example:8080", 1000), ports).has_value());
    const auto refused = check_ports(two_relays("http://a.example/v1", "http://a.example:80/v2", 501), ports);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("1002 connections to a.example:80") != std::string::npos);
    CHECK(refused.error().message.find("500 would fit") != std::string::npos);
    CHECK(refused.error().message.find("sysctl -w net.ipv4.ip_local_port_range") != std::string::npos);
}

TEST_CASE("host limits: an open loop is not bounded beforehand") {
    auto scenario = two_relays("http://a.example", "http://a.example", 1);
    scenario.load.pattern = scenario::OpenLoop{1'000'000};
    CHECK(check_ports(scenario, {1, 2}).has_value());
}

TEST_CASE("host limits: this machine has local ports") { CHECK(local_ports().low < local_ports().high); }

}  // namespace
}  // namespace relaybench::cli
