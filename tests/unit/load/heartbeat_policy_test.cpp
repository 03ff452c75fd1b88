#include "load/heartbeat_policy.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace relaybench::load {

namespace {

constexpr core::TimePoint kConnected{core::Duration{3600s}};

}  // namespace

TEST_CASE("heartbeat: the first ping is due one interval after connecting, the next one interval after the last") {
    HeartbeatPolicy policy(scenario::Heartbeat{}, kConnected);
    CHECK(policy.next_ping() == kConnected + 30s);
    policy.on_ping_sent(kConnected + 31s);
    CHECK(policy.next_ping() == kConnected + 61s);
}

TEST_CASE("heartbeat: a pong gives the round trip of the oldest unanswered ping, a second pong none") {
    HeartbeatPolicy policy(scenario::Heartbeat{}, kConnected);
    CHECK_FALSE(policy.on_pong(kConnected + 1s));
    policy.on_ping_sent(kConnected + 30s);
    policy.on_ping_sent(kConnected + 60s);
    CHECK(policy.on_pong(kConnected + 61s) == std::optional<core::Duration>(31s));
    CHECK_FALSE(policy.on_pong(kConnected + 62s));
}

TEST_CASE("heartbeat: a peer is dead 55 s after its last answer, however many pings were sent") {
    HeartbeatPolicy policy(scenario::Heartbeat{}, kConnected);
    policy.on_ping_sent(kConnected + 30s);
    CHECK_FALSE(policy.is_dead(kConnected + 55s - 1ns));
    CHECK(policy.is_dead(kConnected + 55s));
    static_cast<void>(policy.on_pong(kConnected + 54s));
    CHECK(policy.dead_at() == kConnected + 109s);
    CHECK_FALSE(policy.is_dead(kConnected + 108s));
}

TEST_CASE("heartbeat: switched off, no ping is due and nobody is dead") {
    HeartbeatPolicy policy(scenario::Heartbeat{.enabled = false}, kConnected);
    CHECK_FALSE(policy.next_ping());
    CHECK_FALSE(policy.dead_at());
    CHECK_FALSE(policy.is_dead(kConnected + 24h));
}

}  // namespace relaybench::load
