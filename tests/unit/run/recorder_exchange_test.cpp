#include "run/recorder_exchange.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <utility>

namespace relaybench {

using namespace std::chrono_literals;
using result::Metric;

namespace {

std::vector<result::ArmRecorder> one_recorder() {
    std::vector<result::ArmRecorder> recorders;
    recorders.emplace_back(result::ArmRecorder::Options{.window_start = core::TimePoint{1h}});
    return recorders;
}

}  // namespace

TEST_CASE("recorder exchange: the worker goes on with the other half, and keeps its own while that one is away") {
    run::RecorderExchange exchange;
    exchange.fill(one_recorder(), 2);
    CHECK(exchange.received() == nullptr);
    exchange.current()[0].count_missed_start();
    REQUIRE(exchange.hand_over({}));
    exchange.current()[0].count_missed_start();
    exchange.current()[0].count_missed_start();
    CHECK_FALSE(exchange.hand_over({}));
    REQUIRE(exchange.received() != nullptr);
    CHECK(exchange.received()->arms[0].counters().missed_starts == 1);
    exchange.give_back();
    CHECK(exchange.received() == nullptr);
    REQUIRE(exchange.hand_over({}));
    CHECK(exchange.received()->arms[0].counters().missed_starts == 2);
}

TEST_CASE("recorder exchange: a worker and a watcher on threads of their own lose nothing and count nothing twice") {
    constexpr std::uint64_t kValues = 50'000;
    run::RecorderExchange exchange;
    exchange.fill(one_recorder(), 2);
    std::atomic<bool> is_over{false};
    std::thread worker([&] {
        for (std::uint64_t i = 1; i <= kValues; ++i) {
            exchange.current()[0].record_heartbeat(std::chrono::microseconds(i % 1000 + 1));
            if (i % 50 == 0) {
                exchange.hand_over({.audit = {.reads = i}});
            }
        }
        is_over = true;
    });
    auto sums = one_recorder();
    std::uint64_t reads = 0;
    const auto take = [&] {
        if (auto* half = exchange.received()) {
            sums[0].merge(half->arms[0]);
            half->arms[0].clear();
            CHECK(half->account.audit.reads > reads);
            reads = half->account.audit.reads;
            exchange.give_back();
        }
    };
    while (!is_over) {
        take();
    }
    worker.join();
    take();
    sums[0].merge(exchange.current()[0]);
    CHECK(std::as_const(sums[0]).metric(Metric::Heartbeat).count() == kValues);
    CHECK(reads > 0);
}

}  // namespace relaybench
