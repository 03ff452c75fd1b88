#include "doctor/idle_watch.h"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <utility>

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using Role = ArmTimeline::Role;
using End = ArmTimeline::End;

/// An arm at one end of a pair of sockets: ends when a byte comes, or when its time is up.
class PairArm final : public Arm {
  public:
    PairArm(const ArmPlan& plan, Socket near, Socket far) : Arm(plan), near_(std::move(near)), far_(std::move(far)) {
        note_opened();
        if (plan.role == Role::Busy) {
            CHECK(::send(far_.fd(), "x", 1, 0) == 1);
        }
    }
    void read() override {
        char byte = 0;
        if (::recv(near_.fd(), &byte, 1, MSG_DONTWAIT) == 1) {
            note_received();
            finish(End::Fin);
        }
    }
    void act(core::TimePoint at) override {
        if (at >= time_up()) {
            finish(End::Alive);
        }
    }
    [[nodiscard]] core::TimePoint due() const override { return time_up(); }
    [[nodiscard]] const Socket& socket() const override { return near_; }

  private:
    Socket near_;
    Socket far_;
};

std::unique_ptr<Arm> open_pair(const ArmPlan& plan) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    return std::make_unique<PairArm>(plan, Socket(ends[0]), Socket(ends[1]));
}

ArmPlan plan_of(Role role, core::Duration delay, core::Duration length) {
    return {.role = role, .interval = {}, .delay = delay, .begin = now(), .length = length, .stream_id = {}};
}

TEST_CASE("idle watch: each arm is read when something comes and acted on when its time is up, in the order of the plans") {
    const auto arms = watch_arms({plan_of(Role::Quiet, 0ms, 60ms), plan_of(Role::Busy, 0ms, 10s)}, &open_pair, {});
    REQUIRE(arms);
    REQUIRE(arms->size() == 2);
    CHECK((*arms)[0].role == Role::Quiet);
    CHECK((*arms)[0].end == End::Alive);
    CHECK((*arms)[0].age() >= 60ms);
    CHECK((*arms)[1].end == End::Fin);
    CHECK((*arms)[1].age() < 5s);
}

TEST_CASE("idle watch: a late arm opens after all others are open, however long those take") {
    const auto arms = watch_arms({plan_of(Role::Busy, 50ms, 10s), plan_of(Role::Quiet, 0ms, 300ms)}, &open_pair, {});
    REQUIRE(arms);
    CHECK((*arms)[0].born >= (*arms)[1].born + 50ms);
}

TEST_CASE("idle watch: an arm that could not be opened is over and keeps nobody waiting") {
    const OpenArm open = [](const ArmPlan& plan) { return closed_arm(plan, "no way there"); };
    const auto arms = watch_arms({plan_of(Role::Quiet, 0ms, 10s), plan_of(Role::Busy, 1ms, 10s)}, open, {});
    REQUIRE(arms);
    CHECK((*arms)[0].end == End::NotOpened);
    CHECK((*arms)[1].detail == "no way there");
}

TEST_CASE("idle watch: an interrupt ends the wait, and nothing is said") {
    std::atomic<int> asked = 0;
    CHECK_FALSE(watch_arms({plan_of(Role::Quiet, 0ms, 10min)}, &open_pair, [&] { return ++asked > 3; }));
}

}  // namespace
}  // namespace relaybench::doctor
