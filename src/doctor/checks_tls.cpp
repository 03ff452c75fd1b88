#include <fmt/format.h>

#include "core/calendar.h"
#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/handshake.h"
#include "doctor/http_date.h"
#include "doctor/reach.h"
#include "doctor/tls_failure.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using End = HandshakeResult::End;

constexpr core::Duration kBudget = std::chrono::seconds(5);
constexpr auto kExpiryWarning = std::chrono::hours(24 * 14);
constexpr auto kClockTolerance = std::chrono::seconds(5);
constexpr std::size_t kShownBytes = 120;

Outcome check_handshake(const Subject& /*subject*/, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("the URL is not https:// or wss://");
    }
    Handshake done = shake_hands_as(facts, server_name(facts), kBudget);
    const HandshakeResult& result = done.result;
    if (result.end == End::Stands) {
        facts.chain = std::move(done.result.chain);
        Outcome outcome = Outcome::pass(fmt::format("{} in {}", result.version, core::human_duration(result.took)));
        return outcome.with("cipher", result.cipher)
            .with("alpn", result.protocol.empty() ? "none" : result.protocol)
            .with("tcp", result.tcp.text());
    }
    Outcome outcome = Outcome::fail(result.reason.empty() ? "cut off or not answered" : core::printable(result.reason, kShownBytes),
                                    why_no_session(facts, result));
    return outcome.with("tcp", result.tcp.text());
}

/// The peer's Date against our clock. Nothing secret is asked, so an unverified connection serves.
Outcome check_clock(const Subject& subject, Facts& facts) {
    HttpQuestion question;
    question.method = "HEAD";
    question.target = facts.prefix + "/models";
    question.most_body_bytes = 1;
    const HttpReply reply = ask_relay(subject, facts, question, Trust::Anyone, now() + kBudget);
    const auto peer = parse_http_date(reply.header("date"));
    if (!peer) {
        return Outcome::info("the peer sends no date");
    }
    const auto ahead = core::SystemClock().wall_now() - *peer;
    facts.clock_ahead = ahead;
    const auto off = std::chrono::abs(ahead);
    const std::string text =
        fmt::format("this machine is {} {} the peer", core::human_duration(off), ahead.count() >= 0 ? "ahead of" : "behind");
    if (off <= kClockTolerance) {
        return Outcome::pass("agrees with the peer's clock");
    }
    result::Finding finding =
        found("clock.skewed", Confidence::Likely, fmt::format("The clock of {}.", text), {"timedatectl set-ntp true"});
    // One Date of one peer proves nothing alone; whether it breaks certificates is for tls.verify to say.
    return Outcome::warn(text, std::move(finding));
}

result::Finding why_distrusted(const Facts& facts, const ChainVerdict& verdict) {
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    const auto last = facts_of(*facts.chain.back());
    const std::string issuer = core::printable(leaf.issuer_name, kShownBytes);
    for (const auto& problem : verdict.problems) {
        const bool has_expired = problem.code == X509_V_ERR_CERT_HAS_EXPIRED;
        if (!has_expired && problem.code != X509_V_ERR_CERT_NOT_YET_VALID) {
            continue;
        }
        const std::string which =
            problem.depth == 0 ? "The certificate" : fmt::format("An authority (certificate {} of the chain)", problem.depth);
        return has_expired
                   ? found("tls.expired", Confidence::Proven, fmt::format("{} of {} has expired.", which, facts.url.host))
                   : found("tls.not-yet-valid", Confidence::Proven, fmt::format("{} of {} is not valid yet.", which, facts.url.host));
    }
    if (verdict.has(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)) {
        return found("tls.self-signed", Confidence::Proven, fmt::format("The certificate of {} is signed by itself.", facts.url.host));
    }
    const bool untrusted = verdict.has(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) || verdict.has(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) ||
                           verdict.has(X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) || verdict.has(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
    const bool wrong_name = verdict.has(X509_V_ERR_HOSTNAME_MISMATCH) || verdict.has(X509_V_ERR_IP_ADDRESS_MISMATCH);
    if (wrong_name && !untrusted) {
        return found(
            "tls.wrong-host", Confidence::Proven,
            fmt::format("The certificate is for {}, not for {}.",
                        leaf.names.empty() ? core::printable(leaf.subject, kShownBytes) : core::printable(leaf.names.front(), kShownBytes),
                        facts.url.host));
    }
    if (facts.chain.size() == 1 && !last.self_signed && !verdict.has(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN)) {
        return found("tls.missing-intermediate", Confidence::Likely,
                     fmt::format("{} sends its certificate without that of its issuer, {}.", facts.url.host, issuer));
    }
    return found(
        "tls.intercepted-untrusted", Confidence::Likely,
        fmt::format("The certificate for {} was issued by {}, which neither browsers nor this machine know.", facts.url.host, issuer));
}

/// Dates alone are wrong, and at the peer's time they are not.
bool is_clock_fault(const Facts& facts, const ChainVerdict& verdict, X509_STORE& store, core::WallTime at) {
    return facts.clock_ahead && verdict.good_at_another_time() &&
           judge_chain(facts.chain, store, facts.url.host, at - *facts.clock_ahead).good();
}

Outcome distrusted(const Facts& facts, const ChainVerdict& verdict, X509_STORE& store, core::WallTime at) {
    if (is_clock_fault(facts, verdict, store, at)) {
        return Outcome::fail(
            verdict.text(),
            found("clock.skewed", Confidence::Proven,
                  "By this machine's clock the relay's certificate is not valid; by the relay's own it is.", {"timedatectl set-ntp true"}));
    }
    return Outcome::fail(verdict.text(), why_distrusted(facts, verdict));
}

Outcome judge_named_authority(const Subject& subject, Facts& facts, core::WallTime at) {
    const auto store = store_of_file(subject.ca_file);
    if (!store) {
        return Outcome::fail("the authority cannot be read", found("env.ca-file-missing", Confidence::Proven, store.error().message));
    }
    const ChainVerdict verdict = judge_chain(facts.chain, **store, facts.url.host, at);
    facts.trusted = verdict.good();
    return verdict.good() ? Outcome::pass("trusted by the authority that was named") : distrusted(facts, verdict, **store, at);
}

/// Four quadrants: the public roots and this machine's store, each of which may trust the chain or not.
Outcome check_verify(const Subject& subject, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("no TLS");
    }
    const auto at = core::SystemClock().wall_now();
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    Outcome outcome;
    if (!subject.ca_file.empty()) {
        outcome = judge_named_authority(subject, facts, at);
    } else {
        const Store roots = public_roots();
        const ChainVerdict by_public = judge_chain(facts.chain, *roots, facts.url.host, at);
        const ChainVerdict by_system = judge_chain(facts.chain, *system_store(), facts.url.host, at);
        facts.trusted = by_public.good() || (by_system.good() && !subject.profile.expects_public_roots);
        if (by_public.good() && by_system.good()) {
            outcome = Outcome::pass(fmt::format("issued by {}", core::printable(leaf.issuer_name, kShownBytes)));
        } else if (by_public.good()) {
            outcome = Outcome::warn("this machine's own store does not trust it",
                                    found("tls.local-store-broken", Confidence::Proven,
                                          "The certificate is good, and this machine's list of authorities does not know its issuer.",
                                          {"apt-get install --reinstall ca-certificates", "update-ca-certificates"}));
        } else if (by_system.good() && !subject.profile.expects_public_roots) {
            outcome = Outcome::pass(fmt::format("trusted by this machine, issued by {}", core::printable(leaf.issuer_name, kShownBytes)));
        } else if (by_system.good()) {
            outcome = Outcome::warn(
                "trusted by this machine only",
                found("tls.intercepted-trusted", Confidence::Proven,
                      fmt::format("The certificate was issued by {}, an authority of this organisation: TLS is opened on the way.",
                                  core::printable(leaf.issuer_name, kShownBytes))));
        } else {
            outcome = distrusted(facts, by_public, *roots, at);
        }
    }
    return outcome.with("subject", core::printable(leaf.subject, kShownBytes))
        .with("issuer", core::printable(leaf.issuer, kShownBytes))
        .with("valid until", core::utc_text(leaf.not_after));
}

Outcome check_expiry(const Subject& /*subject*/, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("no TLS");
    }
    const auto left = facts_of(*facts.chain.front()).not_after - core::SystemClock().wall_now();
    const auto days = std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
    const std::string text = fmt::format("{} days left", days);
    // A chain of a private authority is often short-lived on purpose.
    if (left < kExpiryWarning && facts.trusted) {
        return Outcome::warn(text, found("tls.expires-soon", Confidence::Proven,
                                         fmt::format("The certificate of {} ends in {} days.", facts.url.host, days)));
    }
    return Outcome::pass(text);
}

}  // namespace

std::vector<Check> tls_checks() {
    return {
        {.id = "tls.handshake",
         .category = "tls",
         .question = "Does a TLS session come about?",
         .needs = {"tcp.443", "proxy.connect"},
         .run = &check_handshake},
        {.id = "clock.skew",
         .category = "tls",
         .question = "Does this machine's clock agree with the relay's?",
         .needs = {"tls.handshake"},
         .run = &check_clock},
        {.id = "tls.verify",
         .category = "tls",
         .question = "Is it the relay's own certificate, trusted here and publicly?",
         .needs = {"tls.handshake", "clock.skew"},
         .run = &check_verify},
        {.id = "tls.expiry",
         .category = "tls",
         .question = "How long is the certificate valid?",
         .needs = {"tls.verify"},
         .weight = Check::Weight::Optional,
         .run = &check_expiry},
    };
}

}  // namespace relaybench::doctor
