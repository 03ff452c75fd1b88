#include "doctor/pacing.h"

#include <doctest/doctest.h>

#include <functional>

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using Verdict = Pacing::Verdict;

/// Twelve events, one each 300 ms; `delay` says how much later than sent each one comes.
Pacing of_delays(const std::function<core::Duration(std::size_t number, core::Duration sent)>& delay) {
    std::vector<PacedArrival> events;
    for (std::size_t i = 0; i < 12; ++i) {
        const core::Duration sent = 300ms * static_cast<int>(i);
        events.push_back({sent, core::TimePoint(1h) + sent + delay(i, sent)});
    }
    return pacing_of(events);
}

TEST_CASE("pacing: an even stream is even, whatever the distance and with jitter") {
    CHECK(of_delays([](auto, auto) { return 0ms; }).verdict == Verdict::Even);
    CHECK(of_delays([](auto, auto) { return 800ms; }).verdict == Verdict::Even);
    CHECK(of_delays([](std::size_t i, auto) { return i % 2 == 0 ? 0ms : 140ms; }).verdict == Verdict::Even);
    CHECK(of_delays([](auto, auto) { return 0ms; }).bursts == 12);
}

TEST_CASE("pacing: a whole stream at the end is fully buffered") {
    const Pacing pacing = of_delays([](auto, core::Duration sent) { return 3300ms - sent; });
    CHECK(pacing.verdict == Verdict::BufferedFull);
    CHECK(pacing.bursts == 1);
}

TEST_CASE("pacing: quanta of four events are chunks of a buffer") {
    const Pacing pacing = of_delays([](std::size_t i, core::Duration sent) { return 300ms * static_cast<int>((i / 4 + 1) * 4) - sent; });
    CHECK(pacing.verdict == Verdict::BufferedChunks);
    CHECK(pacing.bursts == 3);
}

TEST_CASE("pacing: every other event held for 300 ms is coalescing") {
    CHECK(of_delays([](std::size_t i, auto) { return i % 2 == 0 ? 300ms : 0ms; }).verdict == Verdict::Coalesced);
}

TEST_CASE("pacing: three events are too few to say anything") {
    CHECK(pacing_of({}).verdict == Verdict::TooFew);
    CHECK(pacing_of({{0ms, core::TimePoint(1h)}, {1s, core::TimePoint(2h)}, {2s, core::TimePoint(3h)}}).verdict == Verdict::TooFew);
}

}  // namespace
}  // namespace relaybench::doctor
