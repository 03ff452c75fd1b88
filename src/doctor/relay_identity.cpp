#include "doctor/relay_identity.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/answerer.h"
#include "doctor/completion_use.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/http2_frames.h"
#include "doctor/key_use.h"
#include "doctor/lost_packets.h"
#include "doctor/nonce.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "doctor/shown.h"
#include "doctor/unanswered.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

/// A relay that answers at all answers these at once; who is asked to be quick waits less for one that does not.
core::Duration budget_of(const Subject& subject) { return std::chrono::seconds(subject.quick ? 5 : 10); }
/// Who fails slowly fails slowly again, and somebody waits.
constexpr core::Duration kWorthAnotherTry = std::chrono::seconds(2);
constexpr std::size_t kShownBytes = 120;
constexpr int kProxyLogin = 407;
constexpr int kForLegalReasons = 451;
constexpr int kPortalLogin = 511;  // RFC 6585 §6

/// The same host by TLS: the base URL should have said so.
bool leads_to_tls(const Facts& facts, const HttpReply& reply) {
    const auto location = wire::parse_url(reply.header("location"));
    return location && !facts.url.secure() && location->secure() && core::iequals(location->host, facts.url.host);
}

Outcome not_the_relay(const Facts& facts, const HttpReply& reply) {
    if (reply.status >= 300 && reply.status < 400) {
        return redirected(facts, reply);
    }
    if (auto limited = why_limited(reply)) {
        return Outcome::fail(reply.text(), *std::move(limited));
    }
    if (auto blocked = why_blocked(reply)) {
        return Outcome::fail(reply.text(), *std::move(blocked));
    }
    if (wants_tls(reply)) {
        return Outcome::fail(reply.text(), found("url.scheme-swapped", Confidence::Proven,
                                                 fmt::format("{} wants TLS and was spoken to without.", facts.url.authority())));
    }
    if (reply.status == kProxyLogin) {
        return Outcome::fail(reply.text(),
                             found("proxy.auth-required", Confidence::Likely,
                                   fmt::format("A proxy on the way that no setting names wants a login: {}.", answered(reply))));
    }
    if (reply.status >= 500 && reply.status != kPortalLogin) {
        return Outcome::fail(reply.text(),
                             why_server_fails(reply, fmt::format("The relay, or a gateway before it, answers {}.", answered(reply))));
    }
    if (reply.status == 403 || reply.status == kPortalLogin || reply.status == kForLegalReasons) {
        return Outcome::fail(reply.text(), found("http.not-relay", Confidence::Likely,
                                                 fmt::format("Something on the way answers {} in the relay's place.", answered(reply))));
    }
    const std::string_view what = reply.is_json() && !reply.is_html() ? "speaks JSON, but not as a relay does" : "is a web page";
    return Outcome::fail(reply.text(), found("http.not-relay", Confidence::Likely,
                                             fmt::format("What answers at {} {} ({}); it is not the relay's API.", facts.url.authority(),
                                                         what, answered(reply))));
}

Outcome no_answer(const Facts& facts, const HttpReply& reply) {
    const std::string_view more = looks_like_http2(reply.first_bytes) ? "; HTTP/2 is spoken there without being negotiated" : "";
    return Outcome::fail(
        reply.text(), why_unheard(facts, found("relay.down", Confidence::Likely,
                                               fmt::format("{} gives no HTTP answer: {}{}.", facts.url.authority(), reply.text(), more))));
}

/// Marks of a forward proxy: what it adds to answers, and what it adds to requests, which the relay reports. A relay's own front end
/// (X-Forwarded-For, a Server header) is none.
std::string intermediary_of(const HttpReply& reply, const HelloReply& hello) {
    for (const char* name : {"via", "x-cache", "x-squid-error"}) {
        if (const auto value = reply.header(name); !value.empty()) {
            return fmt::format("its answers carry {}: {}", name, core::printable(value, kShownBytes));
        }
    }
    const auto& arrived = hello.received_headers;
    return std::find(arrived.begin(), arrived.end(), "via") == arrived.end() ? "" : "requests arrive at the relay with a Via header";
}

Outcome identified(const HttpReply& reply, const HelloReply& hello) {
    Outcome outcome = Outcome::pass("the relay answered the challenge");
    if (const std::string mark = intermediary_of(reply, hello); !mark.empty()) {
        outcome = Outcome::info("the relay answered the challenge, through a proxy that shows itself");
        outcome.findings.push_back(
            found("http.intermediary", Confidence::Likely, fmt::format("A proxy stands before the relay: {}.", mark)));
    }
    return outcome;
}

/// A question, asked again where what came is nothing that the relay would say again.
struct Asked {
    HttpReply reply;
    std::optional<HttpReply> first;       ///< what came at first, when it was asked again and answered
    std::optional<result::Finding> lost;  ///< why no answer comes, when it is the size of packets
};

/// Cut off, or an error of a server: of several behind one name it may be one that is ill.
bool may_pass(const HttpReply& reply) {
    return reply.end != HttpReply::End::TimedOut && (reply.end != HttpReply::End::Complete || reply.status >= 500);
}

Asked ask_until_heard(const Subject& subject, const Facts& facts, const HttpQuestion& question) {
    const auto ask = [&] { return unpacked(ask_relay(subject, facts, question, Trust::Anyone, facts.within(budget_of(subject)))); };
    const auto began = now();
    Asked asked{.reply = ask(), .first = {}, .lost = {}};
    if (may_pass(asked.reply) && now() - began < kWorthAnotherTry) {
        HttpReply again = ask();
        asked.first = may_pass(again) || !again.has_head() ? std::nullopt : std::optional(std::move(asked.reply));
        asked.reply = std::move(again);
        return asked;
    }
    Silence silence = explain_silence(subject, facts, question, Trust::Anyone, asked.reply);
    asked.lost = std::move(silence.finding);
    if (silence.answered) {
        asked.first = std::exchange(asked.reply, *std::move(silence.answered));
    }
    return asked;
}

Outcome with_first_try(Outcome outcome, const Asked& asked) {
    return asked.first ? answered_late(std::move(outcome), *asked.first) : outcome;
}

/// Amazon's gateway says so of paths that it does not know, with the status of a refusal.
bool is_unknown_path(const HttpReply& reply) {
    return (reply.status == 404 && reply.is_json()) ||
           (reply.status == 403 && reply.header("x-amzn-errortype").find("MissingAuthenticationToken") != std::string_view::npos);
}

/// Some relays, such as a company's own, take completions and nothing else: an empty request, which nobody can charge for, is refused there
/// as a relay refuses.
bool takes_completions(const Subject& subject, const Facts& facts) {
    const HttpReply reply = unpacked(ask_relay(subject, facts, empty_completion(facts), Trust::Anyone, facts.within(budget_of(subject))));
    const bool is_refusal = reply.status != 200 && speaks_like_relay(reply.status, reply.body);
    return reply.end == HttpReply::End::Complete && is_refusal && !is_unknown_path(reply);
}

Outcome unknown_path(const Subject& subject, Facts& facts, const HttpReply& reply) {
    if (takes_completions(subject, facts)) {
        facts.proved_itself = true;
        facts.lists_models = false;
        return Outcome::pass("takes completions as a relay does, and has no list of models");
    }
    return Outcome::fail(reply.text(), found("url.missing-v1", Confidence::Likely,
                                             fmt::format("The API is not under {} of {}.", facts.prefix, facts.url.authority())));
}

Outcome judge_models(const Subject& subject, Facts& facts, const Asked& asked) {
    const HttpReply& reply = asked.reply;
    if (asked.lost) {
        return Outcome::fail(reply.text(), *asked.lost);
    }
    if (!reply.has_head()) {
        return no_answer(facts, reply);
    }
    if (is_unknown_path(reply)) {
        return unknown_path(subject, facts, reply);
    }
    if (!why_blocked(reply) && speaks_like_relay(reply.status, reply.body)) {
        facts.proved_itself = true;
        facts.is_list_open = is_shown_to_all(reply);
        facts.refused_without_key = reply.status == 200 ? 0 : reply.status;
        return Outcome::pass(fmt::format("speaks like a relay ({})", reply.text()));
    }
    return not_the_relay(facts, reply);
}

/// The relay without doctor pages is known by its way of refusing: JSON with an error in it.
Outcome identify_by_models(const Subject& subject, Facts& facts) {
    const Asked asked = ask_until_heard(subject, facts, models_question(facts));
    Outcome outcome = with_first_try(judge_models(subject, facts, asked), asked);
    return show_answerer(outcome, asked.reply);
}

/// The relay's pages are there, and the challenge did not reach them: known as the relay by its manner alone.
void note_lost_challenge(Outcome& outcome) {
    outcome.status = outcome.status == result::CheckStatus::Pass ? result::CheckStatus::Info : outcome.status;
    outcome.findings.push_back(found("http.intermediary", Confidence::Likely,
                                     "A proxy stands before the relay: the request's header X-HS-Challenge does not arrive there."));
}

/// What came as the answer to the challenge; nothing when it was none, and the relay may still be one without doctor pages.
std::optional<Outcome> judge_hello(Facts& facts, const HttpReply& reply, const std::string& challenge) {
    const auto hello = read_hello(reply.body);
    if (reply.status != 200 || !hello) {
        return std::nullopt;
    }
    if (hello->challenge == challenge) {
        facts.has_doctor_pages = true;
        facts.proved_itself = true;
        return identified(reply, *hello);
    }
    if (hello->challenge.empty()) {
        return std::nullopt;  // the header with the challenge was taken away: nothing is proved, and nothing disproved
    }
    // Whoever repeats another challenge's answer (a cache, an imposter) has proved that it is not the relay.
    return Outcome::fail("answered another challenge than ours",
                         found("http.not-relay", Confidence::Likely,
                               fmt::format("What answers at {} repeats a proof that was made for somebody else.", facts.url.authority())));
}

}  // namespace

Outcome redirected(const Facts& facts, const HttpReply& reply) {
    const std::string where = shown_url(reply.header("location"));
    if (leads_to_tls(facts, reply)) {
        return Outcome::fail(reply.text(),
                             found("url.insecure-scheme", Confidence::Proven,
                                   fmt::format("Requests by http:// are sent on to {}; POST becomes GET on that way, and clients "
                                               "leave the key behind.",
                                               where)));
    }
    return Outcome::fail(reply.text(), found("http.redirected", Confidence::Proven,
                                             fmt::format("Requests to {} are sent on to {}.", facts.url.authority(), where)));
}

Outcome check_identity(const Subject& subject, Facts& facts) {
    const std::string challenge = random_nonce();
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/hello";
    question.headers = {{"X-HS-Challenge", challenge}};
    const Asked asked = ask_until_heard(subject, facts, question);
    const HttpReply& reply = asked.reply;
    if (asked.lost) {
        return Outcome::fail(reply.text(), *asked.lost).with("tcp", reply.tcp.text());
    }
    if (auto outcome = judge_hello(facts, reply, challenge)) {
        Outcome judged = with_first_try(*std::move(outcome), asked);
        return show_answerer(judged, reply);
    }
    if (reply.end == HttpReply::End::TimedOut) {
        return Outcome::fail(
            reply.text(),
            why_unheard(facts, found("relay.down", Confidence::Likely,
                                     fmt::format("{} accepts connections and gives no whole answer.", facts.url.authority()))));
    }
    Outcome outcome = identify_by_models(subject, facts);
    if (facts.proved_itself && reply.status == 200 && read_hello(reply.body)) {
        facts.has_doctor_pages = true;
        note_lost_challenge(outcome);
    }
    return outcome;
}

}  // namespace relaybench::doctor
