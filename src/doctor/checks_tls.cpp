#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/check_addresses.h"
#include "doctor/check_certificates.h"
#include "doctor/check_clock.h"
#include "doctor/check_greeting.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/handshake.h"
#include "doctor/lost_packets.h"
#include "doctor/reach.h"
#include "doctor/tls_failure.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using End = HandshakeResult::End;

constexpr core::Duration kBudget = std::chrono::seconds(5);
constexpr std::size_t kShownBytes = 120;

/// A peer that asked for a certificate may insist: TLS 1.3 says so only after the hand-shake, nginx in an answer of HTTP.
bool insists_on_certificate(const Subject& subject, const Facts& facts) {
    HttpQuestion question;
    question.target = facts.prefix + "/models";
    const HttpReply reply = ask_relay(subject, facts, question, Trust::Anyone, facts.within(kBudget));
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
    return result.end != End::Alert && result.end != End::NotTls && is_tls(trials.same_again);
}

/// After a failure and a success: what comes is a session with a warning, or no session again.
Outcome try_once_more(const Subject& subject, Facts& facts) {
    HandshakeResult again = shake_hands_with_relay(facts, kBudget);
    if (again.end != End::Stands) {
        return Outcome::fail("now and then", found("net.flaky", Confidence::Proven,
                                                   fmt::format("Of the TLS hand-shakes with {} some come to an end and others do not.",
                                                               facts.url.authority())));
    }
    Outcome outcome = session_stands(subject, facts, std::move(again));
    outcome.status = outcome.status == result::CheckStatus::Fail ? outcome.status : result::CheckStatus::Warn;
    outcome.findings.push_back(
        found("net.flaky", Confidence::Proven, "The first TLS hand-shake was not answered, and others were right after it."));
    return outcome;
}

Outcome check_handshake(const Subject& subject, Facts& facts) {
    facts.tls_trials.reset();
    if (!facts.url.secure()) {
        return Outcome::not_applicable("the URL is not https:// or wss://");
    }
    HandshakeResult done = shake_hands_with_relay(facts, kBudget);
    if (done.end == End::Stands) {
        return session_stands(subject, facts, std::move(done));
    }
    facts.tls_trials = try_otherwise(facts);
    facts.loses_packets = facts.loses_packets || facts.tls_trials->lost_greetings > 1;
    if (came_back(done, *facts.tls_trials)) {
        return try_once_more(subject, facts);
    }
    result::Finding finding = why_no_session({facts.url.host, facts.url.authority()}, done, *facts.tls_trials);
    if (done.end == End::TimedOut && finding.confidence != Confidence::Proven) {
        finding = why_unheard(facts, std::move(finding));
    }
    Outcome outcome =
        Outcome::fail(done.reason.empty() ? "cut off or not answered" : core::printable(done.reason, kShownBytes), std::move(finding));
    return outcome.with("tcp", done.tcp.text());
}

/// Remembers why TLS cannot be trusted.
Outcome told(Facts& facts, Outcome outcome) {
    const bool has_failed = outcome.status == result::CheckStatus::Fail && !outcome.findings.empty();
    facts.tls_fault = has_failed ? std::optional(outcome.findings.front()) : std::nullopt;
    return outcome;
}

/// What tls.handshake tried after its failure, each attempt a line: the proof of its finding.
Outcome check_otherwise(const Subject& /*subject*/, Facts& facts) {
    if (!facts.tls_trials) {
        return Outcome::not_applicable("no hand-shake failed");
    }
    const TlsTrials& trials = *facts.tls_trials;
    Outcome outcome = Outcome::info(fmt::format("other name: {}; small packets: {}; plain request: {}", words(trials.other_name),
                                                words(trials.small_packets), words(trials.plain_request)));
    return outcome.with("same again", std::string(words(trials.same_again)))
        .with("other name", std::string(words(trials.other_name)))
        .with("small packets", std::string(words(trials.small_packets)))
        .with("plain request", std::string(words(trials.plain_request)))
        .with("no newer than TLS 1.2", std::string(words(trials.older_version)))
        .with("nothing said", std::string(words(trials.nothing_said)))
        .with("lost greetings of TCP", fmt::format("{}", trials.lost_greetings));
}

}  // namespace

std::vector<Check> tls_checks() {
    return {
        {.id = "tls.handshake",
         .category = "tls",
         .question = "Does a TLS session come about?",
         .needs = {"tcp.443", "proxy.connect", "net.captive"},
         .run = [](const Subject& subject, Facts& facts) { return told(facts, check_handshake(subject, facts)); }},
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
         .weight = Check::Weight::Optional,  // what it breaks is for the other checks to find
         .run = &check_clock},
        {.id = "tls.verify",
         .category = "tls",
         .question = "Is it the relay's own certificate, trusted here and publicly?",
         .needs = {"tls.handshake"},
         .after = {"clock.skew"},
         .run = [](const Subject& subject, Facts& facts) { return told(facts, check_verify(subject, facts)); }},
        {.id = "tls.expiry",
         .category = "tls",
         .question = "How long is the certificate valid?",
         .needs = {"tls.verify"},
         .weight = Check::Weight::Optional,
         .run = &check_expiry},
        {.id = "tls.addresses",
         .category = "tls",
         .question = "Is it the same at each of the relay's addresses?",
         .needs = {"tcp.443", "net.captive"},
         .after = {"tls.handshake", "tls.verify"},
         .weight = Check::Weight::Optional,
         .run = &check_addresses},
        {.id = "tls.greeting",
         .category = "tls",
         .question = "Is a TLS greeting of more than one packet let through?",
         .needs = {"tls.handshake"},
         .weight = Check::Weight::Optional,
         .run = &check_greeting},
    };
}

}  // namespace relaybench::doctor
