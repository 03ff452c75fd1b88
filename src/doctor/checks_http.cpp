#include <algorithm>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/check_body.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "doctor/shown.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(10);
constexpr std::size_t kShownBytes = 120;

/// Headers that say who answered.
Outcome& show_answerer(Outcome& outcome, const HttpReply& reply) {
    for (const char* name : {"server", "via", "x-cache", "x-squid-error", "cf-ray", "location", "content-type"}) {
        if (const auto value = reply.header(name); !value.empty()) {
            outcome.with(name, name == std::string_view("location") ? shown_url(value) : core::printable(value, kShownBytes));
        }
    }
    return outcome;
}

/// An authority that nobody verified learns nothing: what has to be secret is asked with Trust::Verified only.
Trust trust_for_key(const Facts& facts) { return facts.url.secure() ? Trust::Verified : Trust::Anyone; }

bool may_send_key(const Facts& facts) {
    // Beyond a proxy of another machine "localhost" is that machine's, and the way to it is in the clear.
    const bool stays_here = wire::is_loopback(facts.url.host) && (!facts.proxy || wire::is_loopback(facts.proxy->host));
    return facts.proved_itself && (facts.url.secure() ? facts.trusted : stays_here);
}

Outcome not_the_relay(const Facts& facts, const HttpReply& reply) {
    if (reply.status >= 300 && reply.status < 400) {
        return Outcome::fail(reply.text(), found("http.redirected", Confidence::Proven,
                                                 fmt::format("Requests to {} are sent on to {}.", facts.url.authority(),
                                                             shown_url(reply.header("location")))));
    }
    if (reply.status == 403 || reply.status == 511) {
        return Outcome::fail(reply.text(), found("http.not-relay", Confidence::Likely,
                                                 fmt::format("Something on the way answers {} in the relay's place.", reply.text())));
    }
    if (reply.status >= 500) {
        return Outcome::fail(reply.text(), found("relay.down", Confidence::Likely,
                                                 fmt::format("The relay, or a gateway before it, answers {}.", reply.text())));
    }
    return Outcome::fail(reply.text(), found("http.not-relay", Confidence::Likely,
                                             fmt::format("What answers at {} is a web page ({}), not the relay's API.",
                                                         facts.url.authority(), reply.text())));
}

/// The relay without doctor pages is known by its way of refusing: JSON with an error in it.
Outcome identify_by_models(const Subject& subject, Facts& facts) {
    HttpQuestion question;
    question.target = facts.prefix + "/models";
    const HttpReply reply = ask_relay(subject, facts, question, Trust::Anyone, now() + kBudget);
    Outcome outcome;
    if (auto lost = explain_silence(subject, facts, question, Trust::Anyone, reply)) {
        outcome = Outcome::fail(reply.text(), *std::move(lost));
    } else if (!reply.has_head()) {
        outcome = Outcome::fail(reply.text(), found("relay.down", Confidence::Likely,
                                                    fmt::format("{} gives no HTTP answer: {}.", facts.url.authority(), reply.text())));
    } else if (reply.is_json() && (reply.status == 200 || reply.status == 401 || reply.status == 403 || reply.status == 429)) {
        facts.proved_itself = true;
        outcome = Outcome::pass(fmt::format("speaks like a relay ({})", reply.text()));
    } else if (reply.status == 404 && reply.is_json()) {
        outcome = Outcome::fail(reply.text(), found("url.missing-v1", Confidence::Likely,
                                                    fmt::format("The API is not under {} of {}.", facts.prefix, facts.url.authority())));
    } else {
        outcome = not_the_relay(facts, reply);
    }
    return show_answerer(outcome, reply);
}

Outcome check_identity(const Subject& subject, Facts& facts) {
    const std::string challenge = fmt::format("rb-{:x}", now().time_since_epoch().count());
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/hello";
    question.headers = {{"X-HS-Challenge", challenge}};
    const HttpReply reply = ask_relay(subject, facts, question, Trust::Anyone, now() + kBudget);
    const auto hello = read_hello(reply.body);
    if (reply.status == 200 && hello && hello->challenge == challenge) {
        facts.has_doctor_pages = true;
        facts.proved_itself = true;
        Outcome outcome = Outcome::pass("the relay answered the challenge");
        return show_answerer(outcome, reply);
    }
    if (auto lost = explain_silence(subject, facts, question, Trust::Anyone, reply)) {
        return Outcome::fail(reply.text(), *std::move(lost)).with("tcp", reply.tcp.text());
    }
    if (reply.end == HttpReply::End::TimedOut) {
        return Outcome::fail(reply.text(), found("relay.down", Confidence::Likely,
                                                 fmt::format("{} accepts connections and gives no whole answer.", facts.url.authority())));
    }
    return identify_by_models(subject, facts);
}

Outcome judge_key(const Subject& subject, Facts& facts, const HttpReply& reply) {
    const std::string by = reply.is_json() ? "The relay" : "Something on the way";
    switch (reply.status) {
        case 200:
            facts.models = read_models(reply.body);
            return Outcome::pass(fmt::format("the key is good, {} models", facts.models.size()));
        case 401:
            return Outcome::fail(reply.text(), found("auth.invalid-key", Confidence::Proven,
                                                     fmt::format("{} refuses the key from {}.", by, subject.keys.front().name)));
        case 402:
            return Outcome::fail(reply.text(), found("auth.quota", Confidence::Proven, "The account has no credit left."));
        case 403:
            return reply.is_json()
                       ? Outcome::fail(reply.text(), found("auth.forbidden", Confidence::Proven, "The key is known and may not do this."))
                       : Outcome::fail(reply.text(),
                                       found("net.waf-block", Confidence::Likely, "A firewall on the way refuses requests with a key."));
        case 404:
            return Outcome::fail(reply.text(),
                                 found("url.missing-v1", Confidence::Likely, fmt::format("There is no {}/models.", facts.prefix)));
        case 429:
            return Outcome::info("the key is known, and limited now");
        default:
            return reply.status >= 500 || !reply.has_head()
                       ? Outcome::fail(reply.text(),
                                       found("relay.down", Confidence::Likely, fmt::format("{} answers {}.", by, reply.text())))
                       : Outcome::inconclusive(reply.text(), "an answer to GET /v1/models with the key");
    }
}

Outcome check_auth(const Subject& subject, Facts& facts) {
    if (subject.keys.empty()) {
        return Outcome::not_applicable("no key was given");
    }
    if (!may_send_key(facts)) {
        return Outcome::inconclusive("the key was not sent: the peer was not verified",
                                     "a certificate that the public roots vouch for, or --cacert with the relay's own authority");
    }
    HttpQuestion question;
    question.target = facts.prefix + "/models";
    question.headers = {{"Authorization", "Bearer " + std::string(core::trimmed(subject.keys.front().key.reveal()))}};
    facts.auth_reply = ask_relay(subject, facts, question, trust_for_key(facts), now() + kBudget);
    if (auto lost = explain_silence(subject, facts, question, trust_for_key(facts), *facts.auth_reply)) {
        return Outcome::fail(facts.auth_reply->text(), *std::move(lost)).with("tcp", facts.auth_reply->tcp.text());
    }
    Outcome outcome = judge_key(subject, facts, *facts.auth_reply);
    return show_answerer(outcome, *facts.auth_reply);
}

Outcome check_rate(const Subject& /*subject*/, Facts& facts) {
    if (!facts.auth_reply) {
        return Outcome::not_applicable("no key was sent");
    }
    const HttpReply& reply = *facts.auth_reply;
    if (reply.status != 429) {
        const auto left = reply.header("x-ratelimit-remaining-requests");
        return Outcome::pass(left.empty() ? "not limited" : fmt::format("{} requests left", core::printable(left, 20)));
    }
    const auto wait = reply.header("retry-after");
    const bool by_relay = reply.is_json() || !wait.empty();
    return Outcome::fail(
        reply.text(),
        found(by_relay ? "rate.limited-by-relay" : "rate.limited-by-proxy", by_relay ? Confidence::Proven : Confidence::Likely,
              by_relay ? fmt::format("The relay limits this key{}.",
                                     wait.empty() ? "" : fmt::format(" (Retry-After: {})", core::printable(wait, 30)))
                       : "Something before the relay limits requests, and does not say for how long."));
}

Outcome check_model(const Subject& subject, Facts& facts) {
    if (subject.model.empty()) {
        return Outcome::not_applicable("no model was named");
    }
    const auto& old = subject.profile.deprecated_models;
    const auto replaced = std::find_if(old.begin(), old.end(), [&](const auto& each) { return each.old_name == subject.model; });
    const auto& known = facts.models;
    if (std::find(known.begin(), known.end(), subject.model) != known.end()) {
        return Outcome::pass(subject.model + " is listed");
    }
    if (replaced != old.end()) {
        return Outcome::fail(
            subject.model + " is gone",
            found("model.deprecated", Confidence::Proven, fmt::format("{} is no longer served; use {}.", subject.model, replaced->use)));
    }
    if (facts.models.empty()) {
        return Outcome::inconclusive("the relay's list of models is not known", "a good key");
    }
    const std::vector<std::string_view> names(known.begin(), known.end());
    return Outcome::fail("not listed", found("model.unknown", Confidence::Proven,
                                             fmt::format("The relay lists no model {}{}.", core::printable(subject.model, kShownBytes),
                                                         core::did_you_mean(subject.model, names))));
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
        {.id = "http.body", .category = "http", .question = "Do large requests arrive?", .needs = {"http.identity"}, .run = &check_body},
    };
}

}  // namespace relaybench::doctor
