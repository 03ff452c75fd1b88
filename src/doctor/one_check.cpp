#include "doctor/one_check.h"

#include <exception>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

using result::CheckStatus;

/// A first try that took longer has used up the patience for a second one.
constexpr core::Duration kWorthAnotherTry = std::chrono::seconds(4);

/// What was waited for ended with the examination: what did not come may yet have come. That something works is known all the same.
bool may_be_cut(const Outcome& outcome) {
    return outcome.status == CheckStatus::Fail || outcome.status == CheckStatus::Warn || outcome.status == CheckStatus::Info;
}

Outcome cut_short(Outcome outcome) {
    Outcome undecided = Outcome::inconclusive("time was up: " + outcome.summary, "a run in which less has to be waited for");
    std::move(outcome.evidence.begin(), outcome.evidence.end(), std::back_inserter(undecided.evidence));
    return undecided;
}

Outcome run_in_time(const Check& check, const Subject& subject, Facts& facts, const core::Clock& clock) {
    Outcome outcome = run_guarded(check, subject, facts);
    return clock.now() >= facts.ends && may_be_cut(outcome) ? cut_short(std::move(outcome)) : outcome;
}

}  // namespace

bool is_met(const Outcome& outcome) {
    return outcome.status == CheckStatus::Pass || outcome.status == CheckStatus::Info || outcome.status == CheckStatus::Warn ||
           (outcome.status == CheckStatus::Skip && outcome.gap == Outcome::Gap::None);
}

Outcome run_guarded(const Check& check, const Subject& subject, Facts& facts) {
    try {
        return check.run(subject, facts);
    } catch (const std::exception& error) {
        Outcome broken;
        broken.status = CheckStatus::Error;
        broken.summary = fmt::format("doctor itself broke here: {}", error.what());
        return broken;
    }
}

Outcome run_twice_if_failing(const Check& check, const Subject& subject, Facts& facts, const core::Clock& clock) {
    const core::TimePoint began = clock.now();
    Outcome first = run_in_time(check, subject, facts, clock);
    const bool took_long = clock.now() - began > kWorthAnotherTry;
    if (first.status != CheckStatus::Fail || check.kind != Check::Kind::Network || took_long) {
        return first;
    }
    Outcome second = run_in_time(check, subject, facts, clock);
    if (second.status == CheckStatus::Inconclusive && clock.now() >= facts.ends) {
        return first;
    }
    if (!is_met(second)) {
        return second;
    }
    const std::string cause = first.findings.empty() ? first.summary : first.findings.front().cause;
    second.status = CheckStatus::Warn;
    second.summary = "failed once of two tries";
    second.findings.insert(second.findings.begin(), found("net.flaky", result::Confidence::Proven, "The first try failed: " + cause));
    return second;
}

}  // namespace relaybench::doctor
