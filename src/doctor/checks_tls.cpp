#include <optional>

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

/// A peer that asked for a certificate may insist: TLS 1.3 says so only after the hand-shake, nginx in an answer of HTTP.
bool insists_on_certificate(const Subject& subject, const Facts& facts) {
    HttpQuestion question;
    question.target = facts.prefix + "/models";
    const HttpReply reply = ask_relay(subject, facts, question, Trust::Anyone, now() + kBudget);
    const bool is_refusal = reply.status == 400 || reply.status == 403 || reply.status == 495 || reply.status == 496;
    return reply.end == HttpReply::End::TlsError || (is_refusal && core::lowercase(reply.body).find("certificate") != std::string::npos);
}

Outcome session_stands(const Subject& subject, Facts& facts, HandshakeResult result) {
    facts.chain = std::move(result.chain);
    Outcome outcome = Outcome::pass(fmt::format("{} in {}", result.version, core::human_duration(result.took)));
    if (result.wants_certificate && insists_on_certificate(subject, facts)) {
        outcome = Outcome::fail(
            "a certificate of the client is wanted",
            found("tls.client-cert-required", Confidence::Proven,
                  fmt::format("{} asks for a certificate of the client and answers nothing without one.", facts.url.authority())));
    } else if (is_slow(result)) {
        outcome =
            Outcome::warn(outcome.summary, found("tls.slow", Confidence::Proven,
                                                 fmt::format("The TLS hand-shake takes {}, and a round trip {}.",
                                                             core::human_duration(result.took), core::human_duration(result.tcp.rtt))));
    }
    return outcome.with("cipher", result.cipher)
        .with("alpn", result.protocol.empty() ? "none" : result.protocol)
        .with("tcp", result.tcp.text());
}

/// A hand-shake that failed without a word and then stood: lost packets, or one of several servers that is ill.
bool came_back(const HandshakeResult& result, const TlsTrials& trials) {
    return result.end != End::Alert && result.end != End::NotTls && trials.same_again == TrialEnd::TlsAnswer;
}

Outcome check_handshake(const Subject& subject, Facts& facts) {
    facts.tls_trials.reset();
    if (!facts.url.secure()) {
        return Outcome::not_applicable("the URL is not https:// or wss://");
    }
    Handshake done = shake_hands_as(facts, server_name(facts), kBudget);
    if (done.result.end == End::Stands) {
        return session_stands(subject, facts, std::move(done.result));
    }
    facts.tls_trials = try_otherwise(facts);
    if (came_back(done.result, *facts.tls_trials)) {
        if (Handshake again = shake_hands_as(facts, server_name(facts), kBudget); again.result.end == End::Stands) {
            Outcome outcome = session_stands(subject, facts, std::move(again.result));
            outcome.status = outcome.status == result::CheckStatus::Fail ? outcome.status : result::CheckStatus::Warn;
            outcome.findings.push_back(
                found("net.flaky", Confidence::Proven, "The first TLS hand-shake was not answered, and others were right after it."));
            return outcome;
        }
    }
    const std::string& reason = done.result.reason;
    Outcome outcome = Outcome::fail(reason.empty() ? "cut off or not answered" : core::printable(reason, kShownBytes),
                                    why_no_session({facts.url.host, facts.url.authority()}, done.result, *facts.tls_trials));
    return outcome.with("tcp", done.result.tcp.text());
}

/// What tls.handshake tried after its failure, each attempt a line: the proof of its finding.
Outcome check_otherwise(const Subject& /*subject*/, Facts& facts) {
    if (!facts.tls_trials) {
        return Outcome::not_applicable("the first hand-shake stands");
    }
    const TlsTrials& trials = *facts.tls_trials;
    Outcome outcome = Outcome::info(fmt::format("other name: {}; small packets: {}; plain request: {}", words(trials.other_name),
                                                words(trials.small_packets), words(trials.plain_request)));
    return outcome.with("same again", std::string(words(trials.same_again)))
        .with("other name", std::string(words(trials.other_name)))
        .with("small packets", std::string(words(trials.small_packets)))
        .with("plain request", std::string(words(trials.plain_request)));
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

std::optional<result::Finding> wrong_date(const Facts& facts, const ChainVerdict& verdict) {
    // Without the peer's own date this machine's clock could be what is wrong.
    const Confidence confidence = facts.clock_ahead ? Confidence::Proven : Confidence::Likely;
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
    if (facts.portal) {
        return found(
            "net.captive-portal", Confidence::Likely,
            fmt::format("Plain HTTP to the relay is answered by somebody else, who sends browsers to {}, and so is TLS.", *facts.portal));
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

result::Finding why_distrusted(const Subject& subject, const Facts& facts, const ChainVerdict& verdict) {
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    const bool wrong_name = verdict.has(X509_V_ERR_HOSTNAME_MISMATCH) || verdict.has(X509_V_ERR_IP_ADDRESS_MISMATCH);
    const bool self_signed = verdict.has(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    const bool unknown = is_of_unknown_issuer(verdict);
    if (wrong_name || self_signed || unknown) {
        if (auto finding = somebody_else(facts)) {
            return *std::move(finding);
        }
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
    return unknown_issuer(subject, facts, leaf, verdict);
}

/// Dates alone are wrong, and at the peer's time they are not.
bool is_clock_fault(const Facts& facts, const ChainVerdict& verdict, X509_STORE& store, core::WallTime at) {
    return facts.clock_ahead && verdict.good_at_another_time() &&
           judge_chain(facts.chain, store, facts.url.host, at - *facts.clock_ahead).good();
}

Outcome distrusted(const Subject& subject, const Facts& facts, const ChainVerdict& verdict, X509_STORE& store) {
    const auto at = core::SystemClock().wall_now();
    if (is_clock_fault(facts, verdict, store, at)) {
        return Outcome::fail(
            verdict.text(),
            found("clock.skewed", Confidence::Proven,
                  "By this machine's clock the relay's certificate is not valid; by the relay's own it is.", {"timedatectl set-ntp true"}));
    }
    return Outcome::fail(verdict.text(), why_distrusted(subject, facts, verdict));
}

Outcome judge_named_authority(const Subject& subject, Facts& facts, core::WallTime at) {
    const auto store = store_of_file(subject.ca_file);
    if (!store) {
        return Outcome::fail("the authority cannot be read", found("env.ca-file-missing", Confidence::Proven, store.error().message));
    }
    const ChainVerdict verdict = judge_chain(facts.chain, **store, facts.url.host, at);
    facts.trusted = verdict.good();
    return verdict.good() ? Outcome::pass("trusted by the authority that was named") : distrusted(subject, facts, verdict, **store);
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
            outcome = distrusted(subject, facts, by_public, *roots);
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
         .needs = {"tcp.443", "proxy.connect", "net.captive"},
         .run = &check_handshake},
        {.id = "tls.ab",
         .category = "tls",
         .question = "When no session comes about: what does?",
         .needs = {"tcp.443", "proxy.connect", "net.captive"},
         .after = {"tls.handshake"},
         .weight = Check::Weight::Optional,
         .run = &check_otherwise},
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
