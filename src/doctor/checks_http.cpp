#include <fmt/format.h>

#include "doctor/answerer.h"
#include "doctor/check.h"
#include "doctor/connection_use.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/key_use.h"
#include "doctor/reach.h"
#include "doctor/relay_identity.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr std::size_t kSmallBody = 4096;
constexpr std::size_t kLargeBody = 65536;

HttpReply post_body(const Subject& subject, const Facts& facts, std::size_t bytes) {
    HttpQuestion question;
    question.method = "POST";
    question.target = facts.prefix + "/doctor/body";
    question.body = "{\"padding\":\"" + std::string(bytes, 'x') + "\"}";
    return ask_relay(subject, facts, question, Trust::Anyone, now() + std::chrono::seconds(5));
}

Outcome check_body(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return Outcome::not_applicable("the relay has no page that counts bodies");
    }
    for (const std::size_t bytes : {kSmallBody, kLargeBody}) {
        const HttpReply reply = post_body(subject, facts, bytes);
        if (reply.status == 413) {
            Outcome outcome =
                Outcome::fail(reply.text(), found("http.body-limit", Confidence::Proven,
                                                  fmt::format("Requests of {} bytes are refused before they reach the relay.", bytes)));
            return show_answerer(outcome, reply);
        }
        if (reply.has_head() ? reply.status != 200 : reply.end != HttpReply::End::TimedOut) {
            return Outcome::inconclusive(reply.text(), "an answer to a POST of 64 KiB");
        }
        if (!reply.has_head()) {
            return Outcome::fail(reply.text(), found("net.mtu-blackhole-up", Confidence::Likely,
                                                     fmt::format("Small requests arrive and one of {} bytes does not.", bytes)));
        }
    }
    return Outcome::pass("64 KiB arrive");
}

}  // namespace

std::vector<Check> http_checks() {
    return {
        {.id = "http.identity",
         .category = "http",
         .question = "Is it the relay that answers?",
         .needs = {"tls.verify", "url.parse"},
         .run = &check_identity},
        {.id = "http.auth",
         .category = "http",
         .question = "Does the relay accept the key?",
         .needs = {"http.identity", "key.present"},
         .run = &check_auth},
        {.id = "http.ratelimit", .category = "http", .question = "Is the key limited now?", .needs = {"http.auth"}, .run = &check_rate},
        {.id = "model.list",
         .category = "http",
         .question = "Does the relay serve the model?",
         .needs = {"http.auth"},
         .run = &check_model},
        {.id = "http.body",
         .category = "http",
         .question = "Do large requests arrive?",
         .needs = {"http.identity"},
         .weight = Check::Weight::Optional,
         .run = &check_body},
        {.id = "http.keepalive",
         .category = "http",
         .question = "Can a connection be used again?",
         .needs = {"http.identity"},
         .weight = Check::Weight::Optional,
         .run = &check_keep_alive},
        {.id = "http.version",
         .category = "http",
         .question = "Is HTTP/2 offered, and what does it mean for WebSockets?",
         .needs = {"http.identity"},
         .weight = Check::Weight::Optional,
         .run = &check_http_version},
    };
}

}  // namespace relaybench::doctor
