#include "doctor/runner.h"
#include "doctor/check_choice.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "doctor/facts.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {
namespace {

using result::CheckStatus;
using result::Confidence;

Check check(std::string_view id, std::vector<std::string_view> needs, std::function<Outcome()> run,
            Check::Kind kind = Check::Kind::Static) {
    Check made;
    made.id = id;
    made.category = "test";
    made.needs = std::move(needs);
    made.kind = kind;
    made.run = [run = std::move(run)](const Subject& /*subject*/, Facts& /*facts*/) { return run(); };
    return made;
}

Outcome passing() { return Outcome::pass("fine"); }
Outcome failing() { return Outcome::fail("bad", found("dns.nxdomain", Confidence::Proven, "It does not exist.")); }

std::vector<result::CheckResult> examined(const std::vector<Check>& checks, const Watcher& watcher = {}) {
    const core::SystemClock clock;
    const Subject subject;
    return examine(subject, checks, clock, watcher);
}

/// A clock that checks may turn from their threads.
class TurnedClock final : public core::Clock {
  public:
    [[nodiscard]] core::TimePoint now() const override { return core::TimePoint{core::Duration{now_ns_.load()}}; }
    [[nodiscard]] core::WallTime wall_now() const override { return core::WallTime{core::Duration{now_ns_.load()}}; }
    void turn(core::Duration by) { now_ns_ += by.count(); }

  private:
    std::atomic<core::Duration::rep> now_ns_{core::Duration(std::chrono::hours(1)).count()};
};

TEST_CASE("runner: when time is up a failure decides nothing") {
    TurnedClock clock;
    const Subject subject;
    const auto late = [&] {
        clock.turn(std::chrono::seconds(45));
        return failing();
    };
    const auto results = examine(
        subject, {check("late", {}, late, Check::Kind::Network), check("needing", {"late"}, passing, Check::Kind::Network)}, clock, {});
    CHECK(results[0].status == CheckStatus::Inconclusive);
    CHECK(results[0].findings.empty());
    CHECK(results[1].blocked_by == "late");
}

TEST_CASE("runner: what has not begun when time is up is undecided") {
    TurnedClock clock;
    const Subject subject;
    const auto turning = [&] {
        clock.turn(std::chrono::seconds(45));
        return passing();
    };
    const auto results = examine(
        subject, {check("turns", {}, turning, Check::Kind::Network), check("later", {"turns"}, passing, Check::Kind::Network)}, clock, {});
    CHECK(results[0].status == CheckStatus::Pass);
    CHECK(results[1].status == CheckStatus::Inconclusive);
}

TEST_CASE("runner: what is found out when time is up decides nothing, but that something works") {
    for (const auto status : {CheckStatus::Pass, CheckStatus::Info, CheckStatus::Warn, CheckStatus::Fail}) {
        TurnedClock clock;
        const Subject subject;
        const auto late = [&] {
            clock.turn(std::chrono::seconds(45));
            Outcome outcome = passing();
            outcome.status = status;
            return outcome.with("seen", "something");
        };
        const auto results = examine(subject, {check("late", {}, late, Check::Kind::Stream)}, clock, {});
        CHECK(results[0].status == (status == CheckStatus::Pass ? CheckStatus::Pass : CheckStatus::Inconclusive));
        CHECK(results[0].evidence.back().value == "something");
    }
}

TEST_CASE("runner: a second try for which there was no time takes nothing back") {
    TurnedClock clock;
    const Subject subject;
    int tries = 0;
    const auto failing_slowly = [&] {
        clock.turn(std::chrono::seconds(tries++ == 0 ? 2 : 45));
        return failing();
    };
    const auto results = examine(subject, {check("fails", {}, failing_slowly, Check::Kind::Network)}, clock, {});
    CHECK(tries == 2);
    CHECK(results[0].status == CheckStatus::Fail);
    CHECK(results[0].findings.front().code == "dns.nxdomain");
}

TEST_CASE("facts: nothing is waited for beyond the end of the examination") {
    constexpr auto kLong = std::chrono::hours(1);
    Facts facts;
    CHECK(facts.left_of(kLong) == kLong);
    CHECK(facts.within(kLong) < Deadline::max());
    facts.ends = now() + std::chrono::minutes(1);
    CHECK(facts.within(kLong) == facts.ends);
    CHECK(facts.left_of(kLong) <= std::chrono::minutes(1));
    CHECK(facts.left_of(std::chrono::seconds(1)) == std::chrono::seconds(1));
    facts.ends = now() - std::chrono::seconds(1);
    CHECK(facts.within(kLong) == facts.ends);
    CHECK(facts.left_of(kLong) == core::Duration{0});
}

TEST_CASE("runner: results stand in the order of the catalogue, whoever ends first") {
    const auto results = examined(
        {check("a", {}, passing, Check::Kind::Network), check("b", {"a"}, passing, Check::Kind::Network), check("c", {}, passing)});
    REQUIRE(results.size() == 3);
    CHECK(results[0].id == "a");
    CHECK(results[1].needs == std::vector<std::string>{"a"});
    CHECK(results[2].status == CheckStatus::Pass);
}

TEST_CASE("runner: a failure blocks what needs it, also at a distance, and nothing else") {
    const auto results = examined({check("a", {}, failing), check("b", {"a"}, passing, Check::Kind::Network),
                                   check("c", {"b"}, passing, Check::Kind::Network), check("d", {}, passing, Check::Kind::Network)});
    CHECK(results[0].status == CheckStatus::Fail);
    CHECK(results[1].status == CheckStatus::Skip);
    CHECK(results[1].blocked_by == "a");
    CHECK(results[2].blocked_by == "b");
    CHECK(results[3].status == CheckStatus::Pass);
}

TEST_CASE("runner: what is withheld blocks what needs it and stays a gap; what does not apply is neither") {
    const auto results = examined({check(
                                       "kept", {}, [] { return Outcome::withheld("tls.verify"); }, Check::Kind::Network),
                                   check("needing", {"kept"}, passing, Check::Kind::Network),
                                   check(
                                       "none", {}, [] { return Outcome::not_applicable("no proxy"); }, Check::Kind::Network),
                                   check("other", {"none"}, passing, Check::Kind::Network)});
    CHECK(results[0].status == CheckStatus::Skip);
    CHECK(results[0].blocked_by == "tls.verify");
    CHECK(results[0].required);
    CHECK(results[1].blocked_by == "kept");
    CHECK_FALSE(results[2].required);
    CHECK(results[3].status == CheckStatus::Pass);
}

TEST_CASE("runner: what costs or must be named is left out unless it was asked for") {
    const std::vector<Check> all = {check("control", {}, passing, Check::Kind::Control), check("real", {}, passing, Check::Kind::Real)};
    Subject subject;
    CHECK(chosen_checks(all, {}, subject).empty());
    subject.controls = {{.host = "one.example"}};
    CHECK(chosen_checks(all, {}, subject).size() == 1);
    subject.real = true;
    CHECK(chosen_checks(all, {}, subject).size() == 2);
}

TEST_CASE("runner: what comes after a check waits for its end, and runs also when it failed") {
    std::atomic<bool> first_is_over = false;
    bool came_after = false;
    Check second = check(
        "b", {},
        [&] {
            came_after = first_is_over;
            return Outcome::pass("ran");
        },
        Check::Kind::Network);
    second.after = {"a", "of another choice"};
    const auto results = examined({check(
                                       "a", {},
                                       [&] {
                                           std::this_thread::sleep_for(std::chrono::milliseconds(20));
                                           first_is_over = true;
                                           return failing();
                                       },
                                       Check::Kind::Network),
                                   second});
    CHECK(results[0].status == CheckStatus::Fail);
    CHECK(results[1].status == CheckStatus::Pass);
    CHECK(came_after);
}

TEST_CASE("runner: what does not apply blocks nobody, what is inconclusive does") {
    const auto results = examined(
        {check("a", {}, [] { return Outcome::not_applicable("no proxy"); }), check("b", {"a"}, passing, Check::Kind::Network),
         check("c", {}, [] { return Outcome::inconclusive("who knows", "a key"); }), check("d", {"c"}, passing, Check::Kind::Network)});
    CHECK(results[0].status == CheckStatus::Skip);
    CHECK_FALSE(results[0].required);
    CHECK(results[1].status == CheckStatus::Pass);
    CHECK(results[3].status == CheckStatus::Skip);
}

TEST_CASE("runner: a network check that fails once of two tries is flaky, and both are kept") {
    std::atomic<int> tries = 0;
    const auto results = examined({check(
        "a", {}, [&] { return ++tries == 1 ? failing() : passing(); }, Check::Kind::Network)});
    CHECK(tries == 2);
    CHECK(results[0].status == CheckStatus::Warn);
    REQUIRE(results[0].findings.size() == 1);
    CHECK(results[0].findings[0].code == "net.flaky");
    CHECK(results[0].findings[0].cause.find("It does not exist.") != std::string::npos);
}

TEST_CASE("runner: a check that throws is doctor's own error") {
    const auto results = examined({check(
        "a", {}, []() -> Outcome { throw std::runtime_error("oops"); }, Check::Kind::Network)});
    CHECK(results[0].status == CheckStatus::Error);
    CHECK(results[0].summary.find("oops") != std::string::npos);
}

TEST_CASE("runner: an interrupt begins nothing more") {
    Watcher watcher;
    watcher.stop = [] { return true; };
    const auto results = examined({check("a", {}, passing, Check::Kind::Network)}, watcher);
    CHECK(results[0].status == CheckStatus::Skip);
    CHECK(results[0].blocked_by == "interrupted");
}

TEST_CASE("runner: each result is told once, static ones first, and the facts at the end") {
    std::vector<std::string> told;
    Watcher watcher;
    watcher.on_result = [&](const result::CheckResult& result) {
        told.push_back(result.id + " " + std::string(result::check_status_id(result.status)));
    };
    watcher.on_facts = [&](const Facts& /*facts*/) { told.emplace_back("facts"); };
    examined({check("a", {}, failing, Check::Kind::Network), check("b", {"a"}, passing, Check::Kind::Network), check("c", {}, passing)},
             watcher);
    CHECK(told == std::vector<std::string>{"c pass", "a fail", "b skip", "facts"});
}

TEST_CASE("runner: --only takes what it names and all that this needs") {
    Subject subject;
    const std::vector<Check> all{check("a.one", {}, passing), check("b.one", {"a.one"}, passing), check("b.two", {}, passing)};
    const auto ids = [](const std::vector<Check>& checks) {
        std::string text;
        for (const auto& each : checks) {
            text += std::string(each.id) + " ";
        }
        return text;
    };
    CHECK(ids(chosen_checks(all, {"b.one"}, subject)) == "a.one b.one ");
    CHECK(ids(chosen_checks(all, {"b.*"}, subject)) == "a.one b.one b.two ");
    CHECK(ids(chosen_checks(all, {"x.*"}, subject)).empty());
    CHECK(ids(chosen_checks(all, {}, subject)) == "a.one b.one b.two ");
}

TEST_CASE("runner: the quick examination leaves streams out, the long one is asked for") {
    Subject subject;
    const std::vector<Check> all{check("s", {}, passing, Check::Kind::Stream), check("i", {}, passing, Check::Kind::Idle)};
    CHECK(chosen_checks(all, {}, subject).size() == 1);
    subject.quick = true;
    CHECK(chosen_checks(all, {}, subject).empty());
    subject.idle = true;
    CHECK(chosen_checks(all, {}, subject).size() == 1);
}

TEST_CASE("catalogue: every need is a check that stands before") {
    const auto checks = catalogue();
    for (std::size_t i = 0; i < checks.size(); ++i) {
        for (const auto need : checks[i].needs) {
            CAPTURE(checks[i].id);
            CAPTURE(need);
            CHECK(std::any_of(checks.begin(), checks.begin() + static_cast<std::ptrdiff_t>(i),
                              [&](const Check& other) { return other.id == need; }));
        }
    }
}

}  // namespace
}  // namespace relaybench::doctor
