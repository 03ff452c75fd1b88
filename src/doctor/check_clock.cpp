#include "doctor/check_clock.h"

#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/control_hosts.h"
#include "doctor/finding_codes.h"
#include "doctor/http_date.h"
#include "doctor/reach.h"
#include "doctor/trust.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Verdict = ClockJudgement::Verdict;
using Whose = ClockSource::Whose;

constexpr core::Duration kBudget = std::chrono::seconds(3);
constexpr std::size_t kSamples = 3;
/// Beyond this, signatures, tickets and certificates of a day break.
constexpr core::Duration kGrave = std::chrono::minutes(5);
/// Longer ago than any certificate.
constexpr core::Duration kAges = std::chrono::hours(24 * 365 * 50);
/// Nobody leaves a certificate in use for so long after its last day, and has a clock that is wrong by just as much.
constexpr core::Duration kLongOver = std::chrono::hours(24 * 7);

core::WallTime wall_now() { return core::SystemClock().wall_now(); }

/// One question, and what its answer says of the time. `ask` takes the question; nothing secret is in it, so that anybody may be asked.
template <typename Ask>
std::optional<ClockReading> read_clock(const std::string& target, const Ask& ask) {
    HttpQuestion question;
    question.method = "HEAD";
    question.target = target;
    question.most_body_bytes = 1;
    const core::WallTime asked = wall_now();
    const HttpReply reply = ask(std::move(question));
    const core::WallTime answered = wall_now();
    const auto date = peer_time(reply.header("date"), reply.header("age"));
    return date ? std::optional(reading_of(asked, answered, *date)) : std::nullopt;
}

std::optional<ClockReading> ask_the_relay(const Subject& subject, const Facts& facts) {
    return read_clock(facts.prefix + "/models", [&](HttpQuestion question) {
        return ask_relay(subject, facts, std::move(question), Trust::Anyone, facts.within(kBudget));
    });
}

std::optional<ClockReading> ask_over(Reached way, const std::string& authority, Deadline deadline) {
    if (!way.channel) {
        return std::nullopt;
    }
    return read_clock("/", [&](HttpQuestion question) {
        question.authority = authority;
        return exchange(*way.channel, question, deadline);
    });
}

std::optional<ClockReading> ask_control(const Facts& way) {
    const Deadline deadline = way.within(kBudget);
    // Nobody is verified, and nothing secret is sent.
    return ask_over(reach_relay(Subject{}, way, Trust::Anyone, deadline), wire::host_and_port(way.url.host, way.url.port), deadline);
}

/// Where the relay and this machine differ: three times each clock that can be asked, one after the other, and all clocks at once.
template <typename Ask>
ClockSource source_of(std::string name, Whose whose, const Ask& ask) {
    ClockSource source{.name = std::move(name), .whose = whose, .samples = {}};
    for (std::size_t i = 0; i < kSamples; ++i) {
        const auto reading = ask();
        if (!reading) {
            break;
        }
        source.samples.push_back(*reading);
    }
    return source;
}

ClockSource clock_of_control(const Facts& facts, const ControlHost& control) {
    const auto way = way_to_control(facts, control, facts.within(kBudget));
    return source_of(control.text(), Whose::Others, [&way] { return way ? ask_control(*way) : std::nullopt; });
}

/// The certificate, where it is good at the relay's time. A clock that is behind the day on which a public authority made it is behind for
/// certain. A private authority may write any day, and with the relay's own clock: it makes that likely. So is a clock ahead that is long
/// beyond the last day while the relay still uses the certificate.
std::optional<ClockSource> by_certificate(const Subject& subject, const Facts& facts, const ClockReading& relay) {
    if (facts.chain.empty()) {
        return std::nullopt;
    }
    const core::WallTime at = wall_now();
    const auto verdict = judge_trust(subject, facts.chain, facts.url.host, at - relay.middle());
    if (!verdict || verdict->by == Vouched::Nobody) {
        return std::nullopt;
    }
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    const ClockReading behind{.least = -kAges, .most = at - leaf.not_before};
    if (is_off(behind)) {
        const bool is_public = verdict->by == Vouched::Publicly || verdict->by == Vouched::PubliclyAlone;
        return ClockSource{"its certificate's first day", is_public ? Whose::CertificatesBegin : Whose::PrivateCertificatesBegin, {behind}};
    }
    const ClockReading ahead{.least = at - leaf.not_after, .most = kAges};
    return ahead.least > kLongOver ? std::optional(ClockSource{"its certificate's last day", Whose::CertificatesEnd, {ahead}})
                                   : std::nullopt;
}

std::vector<ClockSource> ask_every_clock(const Subject& subject, const Facts& facts, const ClockReading& first) {
    std::vector<std::future<ClockSource>> asking;
    const auto begin = [&asking](std::string name, Whose whose, auto ask) {
        asking.push_back(std::async(std::launch::async, [name = std::move(name), whose, ask] { return source_of(name, whose, ask); }));
    };
    begin("the relay", Whose::Relays, [&] { return ask_the_relay(subject, facts); });
    for (const ControlHost& control : subject.controls) {
        asking.push_back(std::async(std::launch::async, [&facts, &control] { return clock_of_control(facts, control); }));
    }
    std::vector<ClockSource> sources;
    sources.reserve(asking.size() + 1);
    for (auto& each : asking) {
        sources.push_back(each.get());
    }
    sources.front().samples.push_back(first);
    if (auto certificate = by_certificate(subject, facts, first)) {
        sources.push_back(*std::move(certificate));
    }
    return sources;
}

std::string difference(core::Duration ahead) {
    return fmt::format("{} {}", core::human_duration(std::chrono::abs(ahead)), ahead.count() >= 0 ? "ahead of" : "behind");
}

Outcome skewed(const ClockJudgement& judgement) {
    const std::string how = difference(judgement.ahead);
    result::Finding finding = found("clock.skewed", judgement.is_proven ? Confidence::Proven : Confidence::Likely,
                                    fmt::format("The clock of this machine is {} the relay's; {} says so too.", how, judgement.agreeing),
                                    {"timedatectl set-ntp true"});
    const std::string text = fmt::format("this machine is {} the relay", how);
    return std::chrono::abs(judgement.ahead) > kGrave ? Outcome::fail(text, std::move(finding)) : Outcome::warn(text, std::move(finding));
}

Outcome outcome_of(const ClockJudgement& judgement) {
    switch (judgement.verdict) {
        case Verdict::Unknown:
            return Outcome::info("the peer sends no date");
        case Verdict::Agrees:
            return Outcome::pass("agrees with the peer's clock");
        case Verdict::Skewed:
            return skewed(judgement);
        case Verdict::RelayWrong:
            return Outcome::warn("the relay's clock is off",
                                 found("clock.relay-wrong", Confidence::Likely,
                                       fmt::format("This machine is {} the relay, and {} agrees with this machine.",
                                                   difference(judgement.ahead), judgement.agreeing)));
        case Verdict::Undecided:
            break;
    }
    return Outcome::inconclusive(fmt::format("this machine is {} the relay; one of the two clocks is wrong", difference(judgement.ahead)),
                                 "a second clock: --control HOST, or that of this machine, set by hand");
}

}  // namespace

Outcome check_clock(const Subject& subject, Facts& facts) {
    const auto first = ask_the_relay(subject, facts);
    std::vector<ClockSource> sources = {{"the relay", Whose::Relays, first ? std::vector{*first} : std::vector<ClockReading>{}}};
    if (first && is_off(*first)) {
        sources = ask_every_clock(subject, facts, *first);
    }
    facts.clock = judge_clocks(sources);
    Outcome outcome = outcome_of(*facts.clock);
    for (const ClockSource& source : sources) {
        if (const auto reading = narrowed(source.samples); reading && is_off(*first)) {
            const bool is_behind = reading->least <= -kAges;
            const bool is_bound = is_behind || reading->most >= kAges;
            const core::Duration bound = is_behind ? reading->most : reading->least;
            outcome.with(source.name, fmt::format("this machine is {}{}", is_bound ? "at least " : "",
                                                  difference(is_bound ? bound : reading->middle())));
        }
    }
    return outcome;
}

}  // namespace relaybench::doctor
