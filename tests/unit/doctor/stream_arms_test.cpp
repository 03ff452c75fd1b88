#include "doctor/stream_arms.h"
#include "doctor/line_evenness.h"

#include <doctest/doctest.h>

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using Verdict = Pacing::Verdict;

Pacing came(Verdict verdict, std::size_t bursts = 12, std::size_t events = 12) {
    Pacing pacing;
    pacing.verdict = verdict;
    pacing.bursts = bursts;
    pacing.events = events;
    return pacing;
}

const Pacing kInTime = came(Verdict::Even);
const Pacing kAtOnce = came(Verdict::BufferedFull, 1);
const Pacing kInLumps = came(Verdict::BufferedChunks, 3);
const Pacing kInPairs = came(Verdict::Coalesced, 6);

TEST_CASE("stream arms: a stream in time is held by nobody, a pause included") {
    CHECK(holder_of({.plain = kInTime}) == Holder::Nobody);
    CHECK(holder_of({.plain = came(Verdict::Stalled, 9)}) == Holder::Nobody);
    CHECK(holder_of({.plain = kInTime, .compressed = kInTime, .by_get = kInTime}) == Holder::Nobody);
}

TEST_CASE("stream arms: the arm that alone is late names what holds it") {
    CHECK(holder_of({.plain = kInTime, .compressed = kAtOnce, .by_get = kInTime}) == Holder::Compressor);
    CHECK(holder_of({.plain = kInTime, .compressed = kInLumps}) == Holder::Compressor);
    CHECK(holder_of({.plain = kInTime, .by_get = kAtOnce}) == Holder::GetOnly);
    CHECK(holder_of({.plain = kInTime, .compressed = kInPairs, .by_get = kInPairs}) == Holder::Nobody);
}

TEST_CASE("stream arms: late in every way is a buffer; large events or the direct way tell which") {
    CHECK(holder_of({.plain = kAtOnce, .again = kAtOnce, .padded = kInLumps}) == Holder::Everything);
    CHECK(holder_of({.plain = kInLumps, .again = kInLumps, .padded = kInLumps}) == Holder::Quanta);
    CHECK(holder_of({.plain = kAtOnce, .again = kAtOnce, .padded = kInTime}) == Holder::FullBuffer);
    CHECK(holder_of({.plain = kAtOnce, .again = kAtOnce, .padded = kInTime, .direct = kInTime}) == Holder::Proxy);
    CHECK(holder_of({.plain = kAtOnce, .again = kAtOnce, .padded = kInLumps, .direct = kAtOnce}) == Holder::Everything);
}

TEST_CASE("stream arms: in time when tried again is a busy thin line, or flapping") {
    CHECK(holder_of({.plain = kInLumps, .again = kInTime, .dispersion = 1500ms}) == Holder::ThinLine);
    CHECK(holder_of({.plain = kInPairs, .again = kInTime, .dispersion = 1500ms}) == Holder::ThinLine);
    CHECK(holder_of({.plain = kInLumps, .again = kInTime, .padded = kInTime, .dispersion = 1ms}) == Holder::Once);
    CHECK(holder_of({.plain = kAtOnce, .again = kAtOnce, .padded = kAtOnce, .dispersion = 1500ms}) == Holder::Everything);
}

TEST_CASE("stream arms: a steady hold is coalescing only when close events come in groups; else the stream only began late") {
    CHECK(holder_of({.plain = kInPairs, .tight = came(Verdict::Coalesced, 7, 15)}) == Holder::Coalescer);
    CHECK(holder_of({.plain = kInPairs, .tight = came(Verdict::Coalesced, 15, 15)}) == Holder::Nobody);
    CHECK(holder_of({.plain = kInPairs, .tight = came(Verdict::TooFew, 0, 0)}) == Holder::Coalescer);
}

TEST_CASE("stream arms: a beginning that is held twice is gathered by somebody, and once it was a pause") {
    const Pacing at_first = came(Verdict::HeldAtFirst, 8);
    CHECK(holder_of({.plain = at_first, .again = at_first, .padded = kInTime}) == Holder::Beginning);
    CHECK(holder_of({.plain = at_first, .again = kInTime, .padded = kInTime, .dispersion = 1ms}) == Holder::Nobody);
    CHECK(holder_of({.plain = at_first}) == Holder::Nobody);
}

TEST_CASE("stream arms: one behind at two distances waits for the next event; at one alone it is a timer of that length") {
    Pacing behind = came(Verdict::Coalesced, 11);
    behind.is_one_behind = true;
    Pacing tight = came(Verdict::Even, 15, 15);
    tight.is_one_behind = true;
    CHECK(holder_of({.plain = behind, .tight = tight}) == Holder::NextEvent);
    CHECK(holder_of({.plain = behind, .tight = came(Verdict::Coalesced, 5, 15)}) == Holder::Coalescer);
}

TEST_CASE("stream arms: on a line whose delay varies as much nobody holds events back") {
    Pacing lumps = kInLumps;
    lumps.worst_lag = 700ms;
    CHECK(holder_of({.plain = lumps, .again = lumps, .unevenness = 250ms}) == Holder::UnevenLine);
    CHECK(holder_of({.plain = lumps, .again = lumps, .unevenness = 20ms}) == Holder::Quanta);
    lumps.worst_lag = 3300ms;
    CHECK(holder_of({.plain = lumps, .again = lumps, .unevenness = 900ms}) == Holder::Quanta);
}

TEST_CASE("line: uneven is what most of its answers show, not one of them") {
    CHECK(unevenness_of({10ms, 12ms, 11ms, 900ms, 12ms, 11ms}) == 1ms);
    CHECK(unevenness_of({40ms, 300ms, 150ms, 390ms, 20ms, 210ms}) == 260ms);
    CHECK_FALSE(unevenness_of({10ms, 400ms, 20ms, 300ms}));
}

TEST_CASE("stream arms: too few events decide nothing") { CHECK(holder_of({.plain = came(Verdict::TooFew, 0, 0)}) == Holder::Undecided); }

}  // namespace
}  // namespace relaybench::doctor
