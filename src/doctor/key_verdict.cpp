#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/answerer.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/key_use.h"
#include "doctor/relay_identity.h"
#include "doctor/reply_json.h"
#include "doctor/shown.h"
#include "wire/error_body.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using wire::ErrorClass;
using End = HttpReply::End;

constexpr std::size_t kShownBytes = 160;
constexpr int kHeadTooLong = 431;

std::string said(const wire::RelayError& error) {
    return error.message.empty() ? "" : fmt::format(" It says: {}", core::printable(error.message, kShownBytes));
}

Outcome with_words(Outcome outcome, const wire::RelayError& error) {
    return error.message.empty() ? std::move(outcome) : outcome.with("says", core::printable(error.message, kShownBytes));
}

/// A client that follows to another place leaves the key behind, and is then told that it has none.
Outcome key_redirected(const Facts& facts, const HttpReply& reply) {
    const auto location = wire::parse_url(reply.header("location"));
    const bool elsewhere = location && (location->scheme != facts.url.scheme || location->authority() != facts.url.authority());
    if (!elsewhere) {
        return redirected(facts, reply);
    }
    return Outcome::fail(
        reply.text(),
        found("auth.dropped-by-redirect", Confidence::Likely,
              fmt::format("A request with the key is sent on to {}; clients do not take the key along, and are answered 401 there.",
                          shown_url(reply.header("location")))));
}

/// Refused along with a key that is right: it is a member of something else.
bool names_organisation(const wire::RelayError& error) {
    constexpr std::array<std::string_view, 4> kCodes = {"invalid_organization", "mismatched_organization", "invalid_project",
                                                        "mismatched_project"};
    return std::ranges::find(kCodes, core::lowercase(error.code)) != kCodes.end();
}

Outcome forbidden(const Facts& facts, const HttpReply& reply, const wire::RelayError& error) {
    // Shown a list without the key and refused with it, or refused alike: then it is not what the key may do.
    const bool is_alike = facts.refused_without_key == reply.status;
    return Outcome::fail(reply.text(), found("auth.forbidden", is_alike ? Confidence::Likely : Confidence::Proven,
                                             (is_alike ? "Requests are refused with the key as without one: it is not known there, or the "
                                                         "place they come from (address, region) is not served."
                                                       : "The key is known and may not do this.") +
                                                 said(error)));
}

Outcome quota(const HttpReply& reply, const wire::RelayError& error) {
    return Outcome::fail(reply.text(), found("auth.quota", Confidence::Proven, "The account has no credit left." + said(error)));
}

Outcome refused(const KeySource& key, const HttpReply& reply, const wire::RelayError& error) {
    if (names_organisation(error)) {
        return Outcome::fail(reply.text(), found("auth.forbidden", Confidence::Likely,
                                                 "The relay wants another organisation or project with this key." + said(error)));
    }
    return with_words(Outcome::fail(reply.text(), found("auth.invalid-key", Confidence::Proven,
                                                        fmt::format("The relay refuses the key from {}.", key.name))),
                      error);
}

Outcome too_long(const KeySource& key, const HttpReply& reply) {
    return Outcome::fail(reply.text(), found("auth.invalid-key", Confidence::Likely,
                                             fmt::format("Requests with the key from {} are too long for what stands before the relay: the "
                                                         "key has {} characters.",
                                                         key.name, core::trimmed(key.key.reveal()).size())));
}

bool is_too_long(const HttpReply& reply) {
    const std::string page = core::lowercase(std::string_view(reply.body).substr(0, 4096));
    return reply.status == kHeadTooLong || (reply.status == 400 && page.find("request header or cookie too large") != std::string::npos);
}

Outcome no_list(const Facts& facts, const HttpReply& reply) {
    return Outcome::fail(reply.text(), found("url.missing-v1", Confidence::Likely, fmt::format("There is no {}/models.", facts.prefix)));
}

Outcome undecided(const HttpReply& reply) { return Outcome::inconclusive(reply.text(), "an answer to GET /v1/models with the key"); }

Outcome server_fails(const HttpReply& reply) {
    const std::string by = reply.is_json() ? "The relay" : "Something on the way";
    return Outcome::fail(reply.text(), why_server_fails(reply, fmt::format("{} answers {}.", by, answered(reply))));
}

/// Of an error in JSON: the same status stands for many things, so that what the relay says comes first. `status`: 0 for an error that
/// came with a 200.
Outcome judge_error(const KeySource& key, const Facts& facts, const HttpReply& reply, int status) {
    const wire::RelayError error = wire::read_error_body(status, reply.body);
    if (error.error_class == ErrorClass::Quota) {
        return quota(reply, error);
    }
    if (status == 401 || status == 403) {
        return status == 401 || core::lowercase(error.code) == "invalid_api_key" ? refused(key, reply, error)
                                                                                 : forbidden(facts, reply, error);
    }
    switch (error.error_class) {
        case ErrorClass::Auth:
            return refused(key, reply, error);
        case ErrorClass::RateLimited:
            return Outcome::info("requests are limited now");
        case ErrorClass::NotFound:
            return no_list(facts, reply);
        case ErrorClass::Overloaded:
        case ErrorClass::Server:
            return with_words(server_fails(reply), error);
        default:
            return with_words(undecided(reply), error);
    }
}

/// Of an answer that nobody wrote in JSON: it need not be the relay's.
Outcome judge_page(const KeySource& key, const Facts& facts, const HttpReply& reply) {
    switch (reply.status) {
        case 401:
            return Outcome::fail(
                reply.text(), found("auth.invalid-key", Confidence::Likely,
                                    fmt::format("The key from {} is refused, and not in the relay's way: {}.", key.name, answered(reply))));
        case 402:
            return quota(reply, {});
        case 403:
        case 451:
            return Outcome::fail(reply.text(),
                                 found("net.waf-block", Confidence::Likely,
                                       fmt::format("Requests for the list of models are refused on the way: {}.", answered(reply))));
        case 404:
            return no_list(facts, reply);
        case 407:
            return Outcome::fail(reply.text(),
                                 found("proxy.auth-required", Confidence::Likely,
                                       fmt::format("A proxy on the way that no setting names wants a login: {}.", answered(reply))));
        case 429:
            return Outcome::info("requests are limited now");
        default:
            return reply.status >= 500 || !reply.has_head() ? server_fails(reply) : undecided(reply);
    }
}

/// All that was to come came, and the end does not: clients wait for it until they give up.
Outcome endless(const HttpReply& reply) {
    return Outcome::fail(reply.text(), found("relay.down", Confidence::Likely,
                                             fmt::format("The list of models does not end as an answer has to: {}.", reply.text())));
}

Outcome judge_list(const KeySource& key, Facts& facts, const HttpReply& reply) {
    auto list = read_model_list(reply.body);
    if (!list && wire::looks_like_error(reply.body)) {
        return judge_error(key, facts, reply, 0);
    }
    const bool is_cut = reply.end != End::Complete && reply.end != End::TooLarge;
    const bool is_slow = reply.end == End::TimedOut && list && !list->is_whole;  // and comes still
    if (is_cut && !is_slow) {
        return endless(reply);
    }
    if (!list) {
        return reply.is_html()
                   ? Outcome::fail(reply.text(),
                                   found("http.not-relay", Confidence::Likely,
                                         fmt::format("A request with the key is answered with a web page: {}.", answered(reply))))
                   : undecided(reply);
    }
    facts.has_all_models = list->is_whole && reply.end == End::Complete;
    facts.models = std::move(list->names);
    return Outcome::pass(fmt::format("the key is good, {}{} models", facts.has_all_models ? "" : "at least ", facts.models.size()));
}

}  // namespace

Outcome judge_key(const KeySource& key, Facts& facts, const HttpReply& reply) {
    if (reply.status >= 300 && reply.status < 400) {
        return key_redirected(facts, reply);
    }
    if (is_too_long(reply)) {
        return too_long(key, reply);
    }
    if (auto blocked = why_blocked(reply)) {
        return Outcome::fail(reply.text(), *std::move(blocked));
    }
    if (reply.status == 200) {
        return judge_list(key, facts, reply);
    }
    const bool is_error = reply.has_head() && reply.status < 500 && reply.is_json() && !reply.is_html();
    return is_error ? judge_error(key, facts, reply, reply.status) : judge_page(key, facts, reply);
}

}  // namespace relaybench::doctor
