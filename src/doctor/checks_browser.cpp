#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/answerer.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/reach.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(5);
constexpr std::size_t kShownBytes = 120;

/// Why browsers may not do what they asked for; nothing when they may.
std::optional<result::Finding> why_forbidden(const Subject& subject, const HttpReply& reply) {
    if (auto limited = why_limited(reply)) {
        return limited;
    }
    if (reply.status == 401 || (reply.status == 403 && reply.is_json())) {
        return found("cors.options-needs-auth", Confidence::Proven, "The question that browsers ask first is refused for want of a key.");
    }
    if (reply.status < 200 || reply.status > 299) {
        return found("cors.blocked-by-proxy", reply.is_html() ? Confidence::Likely : Confidence::Possible,
                     fmt::format("The question that browsers ask first is answered with {}.", answered(reply)));
    }
    const auto allowed = reply.header("access-control-allow-origin");
    const auto is_origin = [](const auto& header) { return header.name == "access-control-allow-origin"; };
    if (std::count_if(reply.headers.begin(), reply.headers.end(), is_origin) > 1 || allowed.find(',') != std::string_view::npos) {
        return found("cors.origin-not-allowed", Confidence::Proven,
                     "Access-Control-Allow-Origin stands there more than once, which browsers refuse: the relay and something before it "
                     "add one each.");
    }
    if (allowed != subject.origin && allowed != "*") {
        return found("cors.origin-not-allowed", Confidence::Proven,
                     fmt::format("Pages of {} may not call the relay (allowed: {}).", core::printable(subject.origin, kShownBytes),
                                 allowed.empty() ? "nobody" : core::printable(allowed, kShownBytes)));
    }
    for (const char* needed : {"authorization", "content-type"}) {
        // A star does not stand for Authorization (Fetch, CORS-preflight fetch); for the rest it does.
        const bool starred = reply.lists("access-control-allow-headers", "*") && needed != std::string_view("authorization");
        if (!reply.lists("access-control-allow-headers", needed) && !starred) {
            return found("cors.header-not-allowed", Confidence::Proven,
                         fmt::format("Pages may call the relay, and not send it the header {}.", needed));
        }
    }
    return std::nullopt;
}

/// What works and is to be changed.
std::optional<result::Finding> what_is_odd(const HttpReply& reply) {
    const std::string credentials = core::lowercase(reply.header("access-control-allow-credentials"));
    if (reply.header("access-control-allow-origin") == "*" && credentials == "true") {
        return found("cors.wildcard-with-credentials", Confidence::Proven,
                     "Every origin is allowed (*) together with credentials; a page that sends cookies is refused by the browser.");
    }
    if (reply.header("access-control-max-age") == "0") {
        return found("cors.not-cached", Confidence::Proven, "The answer may not be kept (Access-Control-Max-Age: 0).");
    }
    return std::nullopt;
}

Outcome check_preflight(const Subject& subject, Facts& facts) {
    if (subject.origin.empty()) {
        return Outcome::not_applicable("no --origin was given");
    }
    HttpQuestion question;
    question.method = "OPTIONS";
    question.target = facts.prefix + "/chat/completions";
    question.headers = {{"Origin", subject.origin},
                        {"Access-Control-Request-Method", "POST"},
                        {"Access-Control-Request-Headers", "authorization,content-type"}};
    const HttpReply reply = ask_relay(subject, facts, question, Trust::Anyone, facts.within(kBudget));
    Outcome outcome = Outcome::pass("allowed");
    if (auto forbidden = why_forbidden(subject, reply)) {
        outcome = Outcome::fail(reply.text(), *std::move(forbidden));
    } else if (auto odd = what_is_odd(reply)) {
        outcome = Outcome::warn("allowed", *std::move(odd));
    }
    return outcome.with("allowed origin", core::printable(reply.header("access-control-allow-origin"), kShownBytes))
        .with("allowed headers", core::printable(reply.header("access-control-allow-headers"), kShownBytes));
}

Outcome check_socket_origin(const Subject& subject, Facts& facts) {
    if (subject.origin.empty()) {
        return Outcome::not_applicable("no --origin was given");
    }
    const Deadline deadline = facts.within(kBudget);
    Reached way = reach_relay(subject, facts, Trust::Anyone, deadline);
    if (!way.channel) {
        return Outcome::inconclusive(way.failure, "a connection");
    }
    const Upgrade tried =
        upgrade(std::move(*way.channel), facts.prefix + "/doctor/ws", facts.url.authority(), {{"Origin", subject.origin}}, deadline);
    return tried.accepted
               ? Outcome::pass("accepted")
               : Outcome::fail(tried.reply.text(),
                               found("ws.origin-rejected", Confidence::Likely,
                                     fmt::format("A WebSocket of a page of {} is refused.", core::printable(subject.origin, kShownBytes))));
}

}  // namespace

std::vector<Check> browser_checks() {
    return {
        {.id = "cors.preflight",
         .category = "browser",
         .question = "May a web page call the relay?",
         .needs = {"http.identity"},
         .run = &check_preflight},
        {.id = "cors.ws-origin",
         .category = "browser",
         .question = "May a web page open a WebSocket?",
         .needs = {"ws.upgrade"},
         .run = &check_socket_origin},
    };
}

}  // namespace relaybench::doctor
