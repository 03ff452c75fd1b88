#include "doctor/clock_verdict.h"

#include <chrono>

#include <doctest/doctest.h>

namespace doctor = relaybench::doctor;
namespace core = relaybench::core;
using doctor::ClockReading;
using doctor::ClockSource;
using Verdict = doctor::ClockJudgement::Verdict;
using Whose = doctor::ClockSource::Whose;
using namespace std::chrono_literals;

namespace {

/// A clock that this machine is so far ahead of, known to half a second.
ClockSource source(std::string name, core::Duration ahead, Whose whose = Whose::Relays) {
    return {.name = std::move(name), .whose = whose, .samples = {{ahead - 500ms, ahead + 500ms}}};
}

Verdict verdict(const std::vector<ClockSource>& sources) { return doctor::judge_clocks(sources).verdict; }

}  // namespace

TEST_CASE("clock: a Date of whole seconds bounds the difference by a second and the time of the answer") {
    const core::WallTime date{1000s};
    const ClockReading same = doctor::reading_of(core::WallTime{1000s + 200ms}, core::WallTime{1000s + 300ms}, date);
    CHECK(same.least == -800ms);
    CHECK(same.most == 300ms);
    CHECK_FALSE(doctor::is_off(same));
    // An answer that took 20 s may have been written at any moment of them.
    CHECK_FALSE(doctor::is_off(doctor::reading_of(core::WallTime{985s}, core::WallTime{1005s}, date)));
    CHECK(doctor::is_off(doctor::reading_of(core::WallTime{1010s}, core::WallTime{1010s}, date)));
    CHECK(doctor::is_off(doctor::reading_of(core::WallTime{990s}, core::WallTime{990s}, date)));
    // The calendar was turned back between question and answer: the two never cross.
    const ClockReading turned = doctor::reading_of(core::WallTime{1000s}, core::WallTime{900s}, date);
    CHECK(turned.least <= turned.most);
}

TEST_CASE("clock: samples narrow each other, and contradict each other when machines with different clocks answer") {
    const auto common = doctor::narrowed({{-1s, 1s}, {-200ms, 1800ms}, {-900ms, 300ms}});
    REQUIRE(common);
    CHECK(common->least == -200ms);
    CHECK(common->most == 300ms);
    CHECK(doctor::narrowed({{0s, 1s}, {1500ms, 2500ms}}));  // within the grain of a Date
    CHECK_FALSE(doctor::narrowed({{0s, 1s}, {60s, 61s}}));
    CHECK_FALSE(doctor::narrowed({}));
}

TEST_CASE("clock: up to five seconds are no difference, and no second clock is needed for that") {
    CHECK(verdict({source("relay", 0s)}) == Verdict::Agrees);
    CHECK(verdict({source("relay", -5s)}) == Verdict::Agrees);
    CHECK(verdict({}) == Verdict::Unknown);
    CHECK(verdict({{.name = "relay", .whose = Whose::Relays, .samples = {}}}) == Verdict::Unknown);
}

TEST_CASE("clock: one clock against another decides nothing") {
    CHECK(verdict({source("relay", 1h)}) == Verdict::Undecided);
    CHECK(verdict({source("relay", 1h), {.name = "port 80", .whose = Whose::Relays, .samples = {}}}) == Verdict::Undecided);
    CHECK(verdict({source("relay", 1h), source("port 80", 2h)}) == Verdict::Undecided);
    // Behind one address two machines answer, whose clocks differ.
    CHECK(verdict({{.name = "relay", .whose = Whose::Relays, .samples = {{0s, 1s}, {1h, 1h + 1s}}}}) == Verdict::Undecided);
}

TEST_CASE("clock: two that agree with each other and not with this machine prove it wrong") {
    const auto judged = doctor::judge_clocks({source("relay", -2h), source("time.example:443", -2h + 1s, Whose::Others)});
    CHECK(judged.verdict == Verdict::Skewed);
    CHECK(judged.ahead == -2h);
    CHECK(judged.agreeing == "time.example:443");
    CHECK(judged.is_proven);
    CHECK(verdict({source("relay", 1h), source("port 80", 3h), source("time.example:443", 1h, Whose::Others)}) == Verdict::Skewed);
}

TEST_CASE("clock: a second port of the relay's own machine has the same clock, and is no second witness") {
    CHECK(verdict({source("relay", 1h), source("port 80", 1h)}) == Verdict::Undecided);
    CHECK(verdict({source("relay", -2h), source("port 80", -2h), source("port 8080", -2h)}) == Verdict::Undecided);
}

TEST_CASE("clock: long beyond a certificate's last day, while the relay uses it, is likely to be ahead") {
    const ClockSource last_day{"last day", Whose::CertificatesEnd, {{24h * 30, 50 * 8760h}}};
    const auto judged = doctor::judge_clocks({source("relay", 24h * 40), last_day});
    CHECK(judged.verdict == Verdict::Skewed);
    CHECK_FALSE(judged.is_proven);
    CHECK(verdict({source("relay", 24h * 20), last_day}) == Verdict::Undecided);
    // A witness that proves it is named in its place, and one that contradicts it decides.
    CHECK(doctor::judge_clocks({source("relay", 24h * 40), last_day, source("time.example:443", 24h * 40, Whose::Others)}).is_proven);
    CHECK(verdict({source("relay", 24h * 40), last_day, source("time.example:443", 0s, Whose::Others)}) == Verdict::RelayWrong);
}

TEST_CASE("clock: the first day of a certificate agrees with all clocks after it") {
    const ClockSource first_day{"first day", Whose::CertificatesBegin, {{-50 * 8760h, -24h}}};
    CHECK(verdict({source("relay", -48h), first_day}) == Verdict::Skewed);
    CHECK(verdict({source("relay", -12h), first_day}) == Verdict::Undecided);
    CHECK(doctor::judge_clocks({source("relay", -48h), first_day}).is_proven);
}

TEST_CASE("clock: the first day that a private authority wrote makes it likely, and a better witness is named in its place") {
    const ClockSource first_day{"first day", Whose::PrivateCertificatesBegin, {{-50 * 8760h, -24h}}};
    const auto judged = doctor::judge_clocks({source("relay", -48h), first_day});
    CHECK(judged.verdict == Verdict::Skewed);
    CHECK_FALSE(judged.is_proven);
    CHECK(doctor::judge_clocks({source("relay", -48h), first_day, source("time.example:443", -48h, Whose::Others)}).is_proven);
}

TEST_CASE("clock: a host that has nothing to do with the relay and agrees with this machine proves the relay's wrong") {
    const auto judged = doctor::judge_clocks({source("relay", 1h), source("port 80", 1h), source("time.example:443", 0s, Whose::Others)});
    CHECK(judged.verdict == Verdict::RelayWrong);
    CHECK(judged.agreeing == "time.example:443");
}
