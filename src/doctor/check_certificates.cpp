#include "doctor/check_certificates.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/calendar.h"
#include "core/text.h"
#include "doctor/ca_variables.h"
#include "doctor/certificates.h"
#include "doctor/finding_codes.h"
#include "doctor/other_resolvers.h"
#include "doctor/proxy_ways.h"
#include "doctor/trust.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr auto kExpiryWarning = std::chrono::hours(24 * 30);
constexpr auto kLateExpiryWarning = std::chrono::hours(24 * 14);
constexpr std::size_t kShownBytes = 120;

std::optional<result::Finding> wrong_date(const Facts& facts, const ChainVerdict& verdict) {
    // Without the peer's own date this machine's clock could be what is wrong.
    const bool is_known = facts.clock && facts.clock->verdict == ClockJudgement::Verdict::Agrees;
    const Confidence confidence = is_known ? Confidence::Proven : Confidence::Likely;
    for (const auto& problem : verdict.problems) {
        const bool has_expired = problem.code == X509_V_ERR_CERT_HAS_EXPIRED;
        if (has_expired || problem.code == X509_V_ERR_CERT_NOT_YET_VALID) {
            const std::string which =
                problem.depth == 0 ? "The certificate" : fmt::format("An authority (certificate {} of the chain)", problem.depth);
            return has_expired ? found("tls.expired", confidence, fmt::format("{} of {} has expired.", which, facts.url.host))
                               : found("tls.not-yet-valid", confidence, fmt::format("{} of {} is not valid yet.", which, facts.url.host));
        }
    }
    return std::nullopt;
}

/// What was seen before TLS and explains that somebody else's certificate comes.
std::optional<result::Finding> somebody_else(const Facts& facts) {
    using State = PortalSeen::State;
    if (facts.portal && facts.portal->state == State::BlockPage) {
        return found("net.block-page", Confidence::Likely,
                     fmt::format("Plain HTTP to the relay is answered with words of refusal (by {}), and TLS by somebody who is not the "
                                 "relay either.",
                                 facts.portal->name));
    }
    if (facts.portal) {
        return found("net.captive-portal", Confidence::Likely,
                     fmt::format("Plain HTTP to the relay is answered by somebody else, who sends browsers to {}, and so is TLS.",
                                 facts.portal->name));
    }
    return facts.misled;
}

bool is_of_unknown_issuer(const ChainVerdict& verdict) {
    return verdict.has(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) || verdict.has(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) ||
           verdict.has(X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) || verdict.has(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
}

result::Finding wrong_host(const Facts& facts, const CertificateFacts& leaf) {
    const std::string& name = leaf.names.empty() ? leaf.subject : leaf.names.front();
    return found("tls.wrong-host", Confidence::Proven,
                 fmt::format("The certificate is for {}, not for {}.", core::printable(name, kShownBytes), facts.url.host));
}

result::Finding unknown_issuer(const Subject& subject, const Facts& facts, const CertificateFacts& leaf, const ChainVerdict& verdict) {
    const std::string issuer = core::printable(leaf.issuer_name, kShownBytes);
    const bool came_alone = facts.chain.size() == 1 && !verdict.has(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
    // Every public authority says in its certificates where its own is; one that was made for an inspecting proxy seldom does.
    const bool of_expected_kind = leaf.names_issuer_url || !subject.ca_file.empty() || !subject.profile.expects_public_roots;
    if (came_alone && of_expected_kind) {
        return found("tls.missing-intermediate", Confidence::Likely,
                     fmt::format("{} sends its certificate without that of its issuer, {}.", facts.url.host, issuer));
    }
    return found(
        "tls.intercepted-untrusted", Confidence::Likely,
        fmt::format("The certificate for {} was issued by {}, which neither browsers nor this machine know.", facts.url.host, issuer));
}

/// Issuer, name and dates are right, and it may not be used.
result::Finding unfit(const Facts& facts, const ChainVerdict& verdict) {
    return found(
        "tls.unfit-certificate", Confidence::Proven,
        fmt::format("The certificate of {} comes from a known authority and is not accepted: {}.", facts.url.host, verdict.text()));
}

result::Finding why_distrusted(const Subject& subject, const Facts& facts, const ChainVerdict& verdict) {
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    const bool wrong_name = verdict.has(X509_V_ERR_HOSTNAME_MISMATCH) || verdict.has(X509_V_ERR_IP_ADDRESS_MISMATCH);
    const bool self_signed = verdict.has(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    const bool unknown = is_of_unknown_issuer(verdict);
    // A certificate with the relay's name that nobody here knows may be of a company that runs the relay itself, and has an authority of
    // its own; of a vendor's host it is not.
    const auto& known = subject.profile.known_hosts;
    const bool is_vendors = std::find(known.begin(), known.end(), facts.url.host) != known.end();
    if (wrong_name || (is_vendors && (self_signed || unknown))) {
        if (auto finding = somebody_else(facts)) {
            return *std::move(finding);
        }
    }
    if (wrong_name || self_signed || unknown) {
        if (auto finding = other_resolver_proves(subject, facts)) {
            return *std::move(finding);
        }
    }
    if (wrong_name && facts.proxy && is_trusted_directly(subject, facts)) {
        return found("proxy.leads-elsewhere", Confidence::Proven,
                     fmt::format("Through the proxy {} somebody answers for {} who is not the relay; without it the relay itself does.",
                                 facts.proxy->text(), facts.url.host));
    }
    if (self_signed) {
        return found("tls.self-signed", Confidence::Proven, fmt::format("The certificate of {} is signed by itself.", facts.url.host));
    }
    if (wrong_name && !unknown) {
        return wrong_host(facts, leaf);
    }
    if (auto finding = wrong_date(facts, verdict)) {
        return *std::move(finding);
    }
    return unknown ? unknown_issuer(subject, facts, leaf, verdict) : unfit(facts, verdict);
}

/// Dates alone are wrong, and at the relay's time they are not.
bool is_good_at_relays_time(const Subject& subject, const Facts& facts, const TrustVerdict& verdict, core::WallTime at) {
    if (!facts.clock || !verdict.problems.good_at_another_time()) {
        return false;
    }
    const auto then = judge_trust(subject, facts.chain, facts.url.host, at - facts.clock->ahead);
    return then && then->by != Vouched::Nobody;
}

Outcome distrusted(const Subject& subject, const Facts& facts, const TrustVerdict& verdict, core::WallTime at) {
    const std::string text = verdict.problems.text();
    if (is_good_at_relays_time(subject, facts, verdict, at)) {
        if (facts.clock->verdict == ClockJudgement::Verdict::Skewed) {
            return Outcome::fail(
                text, found("clock.skewed", facts.clock->is_proven ? Confidence::Proven : Confidence::Likely,
                            fmt::format("By this machine's clock the relay's certificate is not valid; by the relay's own it is, "
                                        "and {} agrees with that one.",
                                        facts.clock->agreeing),
                            {"timedatectl set-ntp true"}));
        }
        if (facts.clock->verdict == ClockJudgement::Verdict::Undecided) {
            return Outcome::inconclusive("not valid by this machine's clock and valid by the relay's: one of the two is wrong",
                                         "a second clock: --control HOST, or that of this machine, set by hand");
        }
    }
    // By the peer's clock, where it may be right: a date that only ours finds wrong is not what is wrong with the chain.
    if (facts.clock && facts.clock->verdict != ClockJudgement::Verdict::RelayWrong) {
        const auto by_peer = judge_trust(subject, facts.chain, facts.url.host, at - facts.clock->ahead);
        if (by_peer && by_peer->by == Vouched::Nobody) {
            return Outcome::fail(text, why_distrusted(subject, facts, by_peer->problems));
        }
    }
    return Outcome::fail(text, why_distrusted(subject, facts, verdict.problems));
}

std::string issuer_of(const CertificateFacts& leaf) { return core::printable(leaf.issuer_name, kShownBytes); }

Outcome outcome_of(const Subject& subject, const Facts& facts, const TrustVerdict& verdict, core::WallTime at) {
    const std::string issuer = issuer_of(facts_of(*facts.chain.front()));
    switch (verdict.by) {
        case Vouched::Publicly:
            return Outcome::pass("issued by " + issuer);
        case Vouched::PubliclyAlone:
            return Outcome::warn("this machine's own store does not trust it",
                                 found("tls.local-store-broken", Confidence::Proven,
                                       "The certificate is good, and this machine's list of authorities does not know its issuer.",
                                       {"apt-get install --reinstall ca-certificates", "update-ca-certificates"}));
        case Vouched::ByNamed:
            return Outcome::pass("trusted by the authority that was named");
        case Vouched::HereAsExpected:
            return Outcome::pass("trusted by this machine, issued by " + issuer);
        case Vouched::HereAlone:
            return Outcome::warn(
                "trusted by this machine only",
                found(
                    "tls.intercepted-trusted", Confidence::Proven,
                    fmt::format("The certificate was issued by {}, an authority of this organisation: TLS is opened on the way.", issuer)));
        case Vouched::Nobody:
            break;
    }
    return distrusted(subject, facts, verdict, at);
}

/// Many programs look at the alternative names alone.
result::Finding common_name_only(const Facts& facts) {
    return found("tls.common-name-only", Confidence::Proven,
                 fmt::format("The certificate names {} as its common name and has no alternative names.", facts.url.host));
}

std::string time_left(core::Duration left) {
    constexpr auto kDay = std::chrono::hours(24);
    return left < 2 * kDay ? fmt::format("{} hours", std::chrono::duration_cast<std::chrono::hours>(left).count())
                           : fmt::format("{} days", left / kDay);
}

/// This machine trusts the relay, and some of its programs do not. Where the user named an authority, variables are none of this.
Outcome with_refusals(const Subject& subject, const Facts& facts, Outcome outcome, core::WallTime at) {
    const bool is_judged = facts.vouched != Vouched::Nobody && facts.vouched != Vouched::ByNamed;
    for (auto& finding : is_judged ? programs_that_refuse(subject, facts, at) : std::vector<result::Finding>{}) {
        outcome.status = result::CheckStatus::Warn;
        outcome.findings.push_back(std::move(finding));
    }
    return outcome;
}

/// Certificates of up to three months are renewed late on purpose.
core::Duration warning_before(const CertificateFacts& leaf) {
    constexpr auto kLongLived = std::chrono::hours(24 * 100);
    return leaf.not_after - leaf.not_before > kLongLived ? kExpiryWarning : kLateExpiryWarning;
}

}  // namespace

Outcome check_verify(const Subject& subject, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("no TLS");
    }
    if (facts.chain.empty()) {
        return Outcome::inconclusive("no certificate came with the session", "a session with a certificate");
    }
    const auto at = core::SystemClock().wall_now();
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    const auto verdict = judge_trust(subject, facts.chain, facts.url.host, at);
    if (!verdict) {
        return Outcome::fail("the authority cannot be read", found("env.ca-file-missing", Confidence::Proven, verdict.error().message));
    }
    facts.vouched = verdict->by;
    Outcome outcome = outcome_of(subject, facts, *verdict, at);
    if (outcome.status == result::CheckStatus::Pass && !leaf.has_alternative_names) {
        outcome = Outcome::warn("the host stands in its common name only", common_name_only(facts));
    }
    return with_refusals(subject, facts, std::move(outcome), at)
        .with("subject", core::printable(leaf.subject, kShownBytes))
        .with("issuer", core::printable(leaf.issuer, kShownBytes))
        .with("valid until", core::utc_text(leaf.not_after))
        .with("public key", leaf.key_hash);
}

Outcome check_expiry(const Subject& subject, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("no TLS");
    }
    if (facts.chain.empty()) {
        return Outcome::not_applicable("no certificate came");
    }
    const core::WallTime at = core::SystemClock().wall_now();
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    const std::string left = time_left(leaf.not_after - at);
    // Those who open TLS on the way make short-lived certificates on purpose.
    if (!is_relays_own(facts.vouched)) {
        return Outcome::pass(left + " left, of who opens TLS on the way");
    }
    if (leaf.not_after - at < warning_before(leaf)) {
        return Outcome::warn(left + " left", found("tls.expires-soon", Confidence::Proven,
                                                   fmt::format("The certificate of {} ends in {}.", facts.url.host, left)));
    }
    const auto later = judge_trust(subject, facts.chain, facts.url.host, at + kLateExpiryWarning);
    if (later && later->by == Vouched::Nobody && later->problems.good_at_another_time()) {
        return Outcome::warn(left + " left, an authority has less",
                             found("tls.expires-soon", Confidence::Proven,
                                   fmt::format("The certificate of {} lasts for {}, and an authority of its chain for less than {}.",
                                               facts.url.host, left, time_left(kLateExpiryWarning))));
    }
    return Outcome::pass(left + " left");
}

}  // namespace relaybench::doctor
