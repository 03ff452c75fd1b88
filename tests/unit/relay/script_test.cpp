#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "relay/script.h"

namespace relay = relaybench::relay;
using relay::FaultId;
using relay::Step;
using std::chrono::milliseconds;

namespace {

struct Played {
    std::vector<Step> steps;
    std::vector<relaybench::core::Duration> token_times;  ///< since the request
    relaybench::core::Duration end{0};
    std::uint32_t tokens = 0;
    bool capped = false;
};

bool is_end(Step step) { return step >= Step::EndClean; }

Played play(relay::Script script) {
    Played played;
    for (;;) {
        const relay::Action action = script.next();
        played.end += action.after;
        played.steps.push_back(action.step);
        if (action.step == Step::Tokens) {
            played.token_times.push_back(played.end);
            played.tokens += action.tokens;
        }
        played.capped = played.capped || action.cut_by_max_tokens;
        if (is_end(action.step)) {
            return played;
        }
    }
}

relay::Timing timing_of(std::uint32_t tokens) {
    relay::Timing timing;
    timing.first_token = relay::DurationSpread::constant(milliseconds(100));
    timing.gap = relay::DurationSpread::constant(milliseconds(10));
    timing.tokens = relay::CountSpread::constant(tokens);
    return timing;
}

relay::Script script_of(const relay::Timing& timing, std::optional<relay::Fault> fault = std::nullopt, relay::Wanted wanted = {}) {
    return {timing, fault, wanted, relay::stream_random(1, {})};
}

relay::Fault fault_of(FaultId id, std::uint32_t after_tokens) {
    relay::Fault fault;
    fault.id = id;
    fault.probability = 1;
    fault.after_tokens = relay::CountSpread::constant(after_tokens);
    return fault;
}

}  // namespace

TEST_CASE("script: role at once, tokens at first_token and every gap, then finish, done and a clean end") {
    const Played played = play(script_of(timing_of(3)));
    CHECK(played.steps ==
          std::vector<Step>{Step::Role, Step::Tokens, Step::Tokens, Step::Tokens, Step::Finish, Step::Done, Step::EndClean});
    CHECK(played.token_times == std::vector<relaybench::core::Duration>{milliseconds(100), milliseconds(110), milliseconds(120)});
    CHECK(played.end == milliseconds(130));
}

TEST_CASE("script: max_tokens caps the stream and says so, and usage comes only when asked for") {
    const Played played = play(script_of(timing_of(50), std::nullopt, {"m", 2, true}));
    CHECK(played.tokens == 2);
    CHECK(played.capped);
    CHECK(std::count(played.steps.begin(), played.steps.end(), Step::Usage) == 1);
    const Played uncapped = play(script_of(timing_of(2), std::nullopt, {"m", 50, false}));
    CHECK(uncapped.tokens == 2);
    CHECK_FALSE(uncapped.capped);
}

TEST_CASE("script: chunks of several tokens add up to the stream's tokens") {
    relay::Timing timing = timing_of(10);
    timing.tokens_per_chunk = relay::CountSpread::constant(4);
    const Played played = play(script_of(timing));
    CHECK(played.tokens == 10);
    CHECK(played.token_times.size() == 3);
}

TEST_CASE("script: a fault of the middle strikes after exactly its tokens") {
    const Played played = play(script_of(timing_of(20), fault_of(FaultId::RstMidStream, 7)));
    CHECK(played.tokens == 7);
    CHECK(played.steps.back() == Step::EndReset);
}

TEST_CASE("script: a fault of the middle leaves at least one token before it and keeps one back") {
    CHECK(play(script_of(timing_of(3), fault_of(FaultId::FinMidStream, 100))).tokens == 2);
    CHECK(play(script_of(timing_of(1), fault_of(FaultId::FinMidStream, 5))).tokens == 1);
}

TEST_CASE("script: faults of the end differ in what they leave out") {
    const auto steps = [](FaultId id) {
        auto all = play(script_of(timing_of(1), fault_of(id, 1))).steps;
        all.erase(all.begin(), all.begin() + 2);
        return all;
    };
    CHECK(steps(FaultId::NoFinish) == std::vector<Step>{Step::EndClean});
    CHECK(steps(FaultId::DoneWithoutFinish) == std::vector<Step>{Step::Done, Step::EndClean});
    CHECK(steps(FaultId::FinishThenCut) == std::vector<Step>{Step::Finish, Step::EndFin});
    CHECK(steps(FaultId::FinishThenReset) == std::vector<Step>{Step::Finish, Step::EndReset});
    CHECK(steps(FaultId::CutMidChunk) == std::vector<Step>{Step::HalfChunk, Step::EndFin});
}

TEST_CASE("script: a vLLM error is followed by [DONE], the others are not") {
    relay::Fault fault = fault_of(FaultId::ErrorEvent, 1);
    const auto has_done = [&fault] {
        const auto steps = play(script_of(timing_of(5), fault)).steps;
        return std::find(steps.begin(), steps.end(), Step::Done) != steps.end();
    };
    CHECK_FALSE(has_done());
    fault.shape = relay::ErrorShape::Vllm;
    CHECK(has_done());
}

TEST_CASE("script: a buffering proxy lets chunks go in bursts and none before it was made") {
    relay::Timing timing = timing_of(30);
    timing.burst_hold = milliseconds(55);
    const auto held = play(script_of(timing)).token_times;
    const auto plain = play(script_of(timing_of(30))).token_times;
    REQUIRE(held.size() == plain.size());
    for (std::size_t i = 0; i < held.size(); ++i) {
        CHECK(held[i] >= plain[i]);
        CHECK(held[i] <= plain[i] + timing.burst_hold);
    }
    // 100 ms + 55 ms: the chunks of 100, 110 … 150 ms.
    CHECK(std::count(held.begin(), held.end(), milliseconds(155)) == 6);
}

TEST_CASE("script: bursts by number hold the chunks of a group until its last one is made") {
    relay::Timing timing = timing_of(9);
    timing.burst_chunks = 4;
    const auto times = play(script_of(timing)).token_times;
    CHECK(std::count(times.begin(), times.end(), milliseconds(130)) == 4);
    CHECK(std::count(times.begin(), times.end(), milliseconds(170)) == 4);
    CHECK(times.size() == 9);
}

TEST_CASE("script: the same seed and occasion give the same stream, another occasion another one") {
    relay::Timing timing = timing_of(50);
    timing.gap.ns = relay::Spread::uniform(1e6, 9e6);
    const auto times = [&timing](std::uint64_t seed, relay::Occasion occasion) {
        return play(relay::Script(timing, std::nullopt, {}, relay::stream_random(seed, occasion))).token_times;
    };
    CHECK(times(1, {3, 0, 3}) == times(1, {3, 0, 3}));
    CHECK(times(1, {3, 0, 3}) != times(1, {4, 0, 3}));
    CHECK(times(1, {3, 0, 3}) != times(1, {3, 1, 3}));
    CHECK(times(1, {3, 0, 3}) != times(2, {3, 0, 3}));
}

TEST_CASE("script: start phases of many streams spread evenly over their range") {
    relay::Timing timing = timing_of(1);
    timing.start_phase = milliseconds(50);
    std::array<int, 5> fifths{};
    constexpr std::uint64_t kStreams = 5000;
    for (std::uint64_t i = 0; i < kStreams; ++i) {
        const auto first = play(relay::Script(timing, std::nullopt, {}, relay::stream_random(1, {i, 0, i}))).token_times.front();
        ++fifths.at(static_cast<std::size_t>((first - milliseconds(100)) / milliseconds(10)));
    }
    // Binomial(5000, 0.2): standard deviation 28.
    for (const int count : fifths) {
        CHECK(count > 1000 - 5 * 28);
        CHECK(count < 1000 + 5 * 28);
    }
}

TEST_CASE("script: faults strike with their probability, by number, and the first of the list wins") {
    relay::Profile profile;
    relay::Fault rare = fault_of(FaultId::RstMidStream, 1);
    rare.probability = 0.1;
    relay::Fault third = fault_of(FaultId::NoFinish, 1);
    third.probability = 0;
    third.every = 3;
    profile.faults = {rare, third};
    int resets = 0;
    int unfinished = 0;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        const auto fault = relay::plan_fault(profile, 7, {i, 0, i});
        resets += fault && fault->id == FaultId::RstMidStream ? 1 : 0;
        unfinished += fault && fault->id == FaultId::NoFinish ? 1 : 0;
    }
    CHECK(resets > 300 - 5 * 17);
    CHECK(resets < 300 + 5 * 17);
    CHECK(unfinished > 850);
    CHECK(unfinished <= 1000);
}

TEST_CASE("script: faults of a connection add up and leave the streams alone") {
    relay::Profile profile;
    relay::Fault slow = fault_of(FaultId::SlowAccept, 1);
    slow.delay = milliseconds(300);
    profile.faults = {slow, fault_of(FaultId::SwallowedPong, 1)};
    const relay::ConnectionPlan plan = relay::plan_connection(profile, 1, 0);
    CHECK(plan.accept_delay == milliseconds(300));
    CHECK(plan.swallow_pongs);
    CHECK_FALSE(plan.end_at_once);
    CHECK_FALSE(relay::plan_fault(profile, 1, {}).has_value());
}
