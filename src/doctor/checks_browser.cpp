#include <fmt/format.h>

#include "core/text.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/reach.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(5);

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
    const HttpReply reply = ask_relay(subject, facts, question, Trust::Anyone, now() + kBudget);
    const auto allowed = reply.header("access-control-allow-origin");
    const std::string headers = core::lowercase(reply.header("access-control-allow-headers"));
    Outcome outcome;
    if (reply.status == 401) {
        outcome = Outcome::fail(reply.text(), found("cors.options-needs-auth", Confidence::Proven,
                                                    "The question that browsers ask first is refused for want of a key."));
    } else if (reply.status < 200 || reply.status > 299) {
        outcome =
            Outcome::fail(reply.text(), found("cors.blocked-by-proxy", reply.is_html() ? Confidence::Likely : Confidence::Possible,
                                              fmt::format("The question that browsers ask first is answered with {}.", reply.text())));
    } else if (allowed != subject.origin && allowed != "*") {
        outcome = Outcome::fail("the origin is not allowed",
                                found("cors.origin-not-allowed", Confidence::Proven,
                                      fmt::format("Pages of {} may not call the relay (allowed: {}).", core::printable(subject.origin, 120),
                                                  allowed.empty() ? "nobody" : core::printable(allowed, 120))));
    } else if (headers.find("authorization") == std::string::npos) {
        outcome = Outcome::fail("the header Authorization is not allowed",
                                found("cors.header-not-allowed", Confidence::Proven, "Pages may call the relay, and not send it a key."));
    } else {
        outcome = Outcome::pass("allowed");
    }
    return outcome.with("allowed origin", core::printable(allowed, 120)).with("allowed headers", core::printable(headers, 120));
}

Outcome check_socket_origin(const Subject& subject, Facts& facts) {
    if (subject.origin.empty()) {
        return Outcome::not_applicable("no --origin was given");
    }
    const Deadline deadline = now() + kBudget;
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
                                     fmt::format("A WebSocket of a page of {} is refused.", core::printable(subject.origin, 120))));
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
