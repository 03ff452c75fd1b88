#include "doctor/pacing.h"

#include <doctest/doctest.h>

#include <functional>

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using Verdict = Pacing::Verdict;

/// Twelve events, one each 300 ms; `delay` says how much later than sent each one comes.
Pacing of_delays(const std::function<core::Duration(std::size_t number, core::Duration sent)>& delay,
                 std::optional<PaceOrigin> origin = std::nullopt) {
    std::vector<PacedArrival> events;
    for (std::size_t i = 0; i < 12; ++i) {
        const core::Duration sent = 300ms * static_cast<int>(i);
        events.push_back({sent, core::TimePoint(1h) + sent + delay(i, sent)});
    }
    return pacing_of(events, origin);
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

TEST_CASE("pacing: two lumps are quanta when the first came half way, and the whole stream when both came at the end") {
    const auto lumps = [](std::size_t first) {
        return of_delays([=](std::size_t i, core::Duration sent) { return 300ms * static_cast<int>(i < first ? first : 11) - sent; });
    };
    CHECK(lumps(6).verdict == Verdict::BufferedChunks);
    CHECK(lumps(10).verdict == Verdict::BufferedFull);
}

TEST_CASE("pacing: every other event held for 300 ms is coalescing") {
    CHECK(of_delays([](std::size_t i, auto) { return i % 2 == 0 ? 300ms : 0ms; }).verdict == Verdict::Coalesced);
}

TEST_CASE("pacing: a hold that is the same for all events is seen against the round trip, and is no distance") {
    const auto with_hold = [](core::Duration hold, core::Duration round_trip) {
        return of_delays([&](auto, auto) { return round_trip + hold; }, PaceOrigin{core::TimePoint(1h), round_trip});
    };
    for (const auto round_trip : {1ms, 40ms, 400ms}) {
        CHECK(with_hold(0ms, round_trip).verdict == Verdict::Even);
        CHECK(with_hold(100ms, round_trip).verdict == Verdict::Even);
        CHECK(with_hold(207ms, round_trip).verdict == Verdict::Coalesced);
        CHECK(with_hold(207ms, round_trip).longest_hold == 207ms);
    }
    CHECK(of_delays([](auto, auto) { return 207ms; }).verdict == Verdict::Even);
}

TEST_CASE(
    "pacing: HAProxy's 200 ms are seen although the last event leaves at once with the end of the stream, with and without an origin") {
    const auto haproxy = [](std::size_t i, auto) { return i == 11 ? 1ms : i % 2 == 0 ? 206ms : 239ms; };
    CHECK(of_delays(haproxy, PaceOrigin{core::TimePoint(1h), 1ms}).verdict == Verdict::Coalesced);
    CHECK(of_delays(haproxy).verdict == Verdict::Coalesced);
}

TEST_CASE("pacing: events that come one by one and later than the next one was sent are of a stream that began late") {
    CHECK(of_delays([](auto, auto) { return 900ms; }, PaceOrigin{core::TimePoint(1h), 10ms}).verdict == Verdict::Even);
}

TEST_CASE("pacing: jitter of 150 ms and a little more is even as long as events come one by one") {
    CHECK(of_delays([](std::size_t i, auto) { return 31ms * static_cast<int>((i * 5) % 6); }).verdict == Verdict::Even);
}

TEST_CASE("pacing: one pause of a second, as after a lost packet, is no buffer") {
    const Pacing pacing = of_delays([](std::size_t i, core::Duration sent) { return i >= 4 && i <= 7 ? 2200ms - sent : 5ms; });
    CHECK(pacing.verdict == Verdict::Stalled);
    CHECK(pacing.is_even());
    CHECK(pacing.lumped == 4);
}

TEST_CASE("pacing: a beginning that is gathered and goes on in time is told from a pause in the middle, and from lumps that go on") {
    const auto gathered = [](std::size_t first) {
        return of_delays(
            [=](std::size_t i, core::Duration sent) { return i < first ? 300ms * static_cast<int>(first - 1) + 3ms - sent : 3ms; });
    };
    for (const std::size_t first : {3U, 5U, 8U}) {
        CHECK(gathered(first).verdict == Verdict::HeldAtFirst);
        CHECK(gathered(first).first_lump == first);
        CHECK_FALSE(gathered(first).is_even());
        CHECK_FALSE(gathered(first).is_buffered());
    }
    CHECK(gathered(2).verdict == Verdict::Stalled);
    CHECK(gathered(11).verdict == Verdict::BufferedFull);
    CHECK(of_delays([](std::size_t i, core::Duration sent) { return i >= 2 && i <= 6 ? 1800ms - sent : 3ms; }).verdict == Verdict::Stalled);
    const Pacing quanta = of_delays([](std::size_t i, core::Duration sent) { return 300ms * static_cast<int>((i / 3 + 1) * 3) - sent; });
    CHECK(quanta.verdict == Verdict::BufferedChunks);
}

TEST_CASE("pacing: events that come when the next one is sent, and the last with the end, are one behind") {
    const auto behind = [](std::size_t i, auto) { return i == 11 ? 2ms : 303ms; };
    for (const auto& pacing : {of_delays(behind), of_delays(behind, PaceOrigin{core::TimePoint(1h), 2ms})}) {
        CHECK(pacing.is_one_behind);
        CHECK(pacing.verdict == Verdict::Coalesced);
    }
    CHECK_FALSE(of_delays([](auto, auto) { return 0ms; }).is_one_behind);
    CHECK_FALSE(of_delays([](auto, auto) { return 300ms; }).is_one_behind);
    CHECK_FALSE(of_delays([](std::size_t i, auto) { return i == 11 ? 1ms : i % 2 == 0 ? 206ms : 239ms; }).is_one_behind);
}

TEST_CASE("pacing: three events are too few to say anything") {
    CHECK(pacing_of({}).verdict == Verdict::TooFew);
    CHECK(pacing_of({{0ms, core::TimePoint(1h)}, {1s, core::TimePoint(2h)}, {2s, core::TimePoint(3h)}}).verdict == Verdict::TooFew);
}

}  // namespace
}  // namespace relaybench::doctor
