#include "doctor/key_use.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/answerer.h"
#include "doctor/check_body.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/rate_limits.h"
#include "doctor/reach.h"
#include "doctor/relay_identity.h"
#include "doctor/reply_json.h"
#include "doctor/shown.h"
#include "doctor/trust.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(10);
constexpr std::size_t kShownBytes = 120;

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

Outcome key_forbidden(const HttpReply& reply) {
    return reply.is_json()
               ? Outcome::fail(reply.text(), found("auth.forbidden", Confidence::Proven, "The key is known and may not do this."))
               : Outcome::fail(reply.text(), found("net.waf-block", Confidence::Likely,
                                                   fmt::format("Requests with a key are refused on the way: {}.", answered(reply))));
}

/// Whoever is not heard speaking as the relay may have refused in its place.
Outcome key_refused(const KeySource& key, const HttpReply& reply) {
    const bool is_relay = reply.is_json() && !reply.is_html();
    return Outcome::fail(
        reply.text(), is_relay
                          ? found("auth.invalid-key", Confidence::Proven, fmt::format("The relay refuses the key from {}.", key.name))
                          : found("auth.invalid-key", Confidence::Likely,
                                  fmt::format("The key from {} is refused, and not in the relay's way: {}.", key.name, answered(reply))));
}

/// A name that goes into a path as it is.
bool is_plain_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '-' || letter == '.' || letter == '_' || letter == ':';
    });
}

/// A model that the key's list lacks: whether it is kept from this key or not there at all.
Outcome not_listed(const Subject& subject, const Facts& facts) {
    const std::string shown = core::printable(subject.model, kShownBytes);
    const auto& offered = subject.profile.models;
    const bool in_guides = std::find(offered.begin(), offered.end(), subject.model) != offered.end();
    const KeySource* key = used_key(subject);
    const bool may_ask = key != nullptr && may_send_key(subject, facts) && is_plain_name(subject.model);
    const bool denied = may_ask && ask_relay(subject, facts, with_key(*key, fmt::format("{}/models/{}", facts.prefix, subject.model)),
                                             trust_for_key(facts), facts.within(kBudget))
                                           .status == 403;
    if (denied || in_guides) {
        return Outcome::fail("not for this key",
                             found("model.not-entitled", denied ? Confidence::Proven : Confidence::Likely,
                                   fmt::format("{} is {}, and the list of models for this key lacks it.", shown,
                                               denied ? "refused to this key (403)" : "a model of the relay's guides")));
    }
    const std::vector<std::string_view> names(facts.models.begin(), facts.models.end());
    return Outcome::fail("not listed",
                         found("model.unknown", Confidence::Proven,
                               fmt::format("The relay lists no model {}{}.", shown, core::did_you_mean(subject.model, names))));
}

}  // namespace

/// An authority that nobody verified learns nothing: what has to be secret is asked with Trust::Verified only.
Trust trust_for_key(const Facts& facts) { return facts.url.secure() ? Trust::Verified : Trust::Anyone; }

HttpQuestion with_key(const KeySource& key, std::string target) {
    HttpQuestion question;
    question.target = std::move(target);
    question.headers = {{"Authorization", "Bearer " + std::string(core::trimmed(key.key.reveal()))}};
    return question;
}

bool may_send_key(const Subject& subject, const Facts& facts) {
    // Beyond a proxy of another machine "localhost" is that machine's, and the way to it is in the clear. A name is where it leads to.
    const bool stays_here =
        wire::is_loopback(facts.url.host) &&
        (facts.proxy ? wire::is_loopback(facts.proxy->host) && wire::is_loopback(facts.proxy_address) : wire::is_loopback(facts.address));
    return facts.proved_itself && (facts.url.secure() ? may_hear_secrets(subject, facts.vouched) : stays_here);
}

Outcome key_withheld(const Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::withheld("url.scheme")
            .with("would decide", "https://, or a relay on this machine: the key is not sent unencrypted");
    }
    const bool is_opened = facts.vouched == Vouched::HereAlone;
    return Outcome::withheld("tls.verify")
        .with("would decide", is_opened ? "--allow-intercepted, if those who open TLS on the way may see the key; or a way past them"
                                        : "a certificate that the public roots vouch for, or --cacert with the relay's own authority");
}

Outcome with_interceptor(Outcome outcome, const Facts& facts) {
    const std::string who = facts.url.secure() ? interceptor_of(facts) : "";
    if (who.empty()) {
        return outcome;
    }
    if (outcome.status == result::CheckStatus::Pass) {
        outcome.works = "requests with this key are answered, through who opens TLS on the way";
    }
    const bool is_well = outcome.status == result::CheckStatus::Pass || outcome.status == result::CheckStatus::Info;
    outcome.status = is_well ? result::CheckStatus::Warn : outcome.status;
    outcome.summary += ", seen by who opens TLS on the way";
    outcome.findings.push_back(
        found("auth.key-intercepted", Confidence::Proven,
              fmt::format("The key went through {}, who opens TLS on the way, as --allow-intercepted allows.", who)));
    return outcome;
}

Outcome judge_key(const KeySource& key, Facts& facts, const HttpReply& reply) {
    const std::string by = reply.is_json() ? "The relay" : "Something on the way";
    if (reply.status >= 300 && reply.status < 400) {
        return key_redirected(facts, reply);
    }
    switch (reply.status) {
        case 200:
            facts.models = read_models(reply.body);
            return Outcome::pass(fmt::format("the key is good, {} models", facts.models.size()));
        case 401:
            return key_refused(key, reply);
        case 402:
            return Outcome::fail(reply.text(), found("auth.quota", Confidence::Proven, "The account has no credit left."));
        case 403:
            return key_forbidden(reply);
        case 404:
            return Outcome::fail(reply.text(),
                                 found("url.missing-v1", Confidence::Likely, fmt::format("There is no {}/models.", facts.prefix)));
        case 429:
            return names_quota(reply.body)
                       ? Outcome::fail(reply.text(), found("auth.quota", Confidence::Proven, "The account has no credit left."))
                       : Outcome::info("requests are limited now");
        default:
            return reply.status >= 500 || !reply.has_head()
                       ? Outcome::fail(reply.text(),
                                       found("relay.down", Confidence::Likely, fmt::format("{} answers {}.", by, answered(reply))))
                       : Outcome::inconclusive(reply.text(), "an answer to GET /v1/models with the key");
    }
}

Outcome check_auth(const Subject& subject, Facts& facts) {
    const KeySource* key = used_key(subject);
    if (key == nullptr) {
        return Outcome::not_applicable("no key was given");
    }
    if (!may_send_key(subject, facts)) {
        return key_withheld(facts);
    }
    const HttpQuestion question = with_key(*key, facts.prefix + "/models");
    facts.auth_reply = ask_relay(subject, facts, question, trust_for_key(facts), facts.within(kBudget));
    Silence silence = explain_silence(subject, facts, question, trust_for_key(facts), *facts.auth_reply);
    if (silence.finding) {
        Outcome unheard = Outcome::fail(facts.auth_reply->text(), *std::move(silence.finding)).with("tcp", facts.auth_reply->tcp.text());
        return with_interceptor(std::move(unheard), facts);
    }
    const std::optional<HttpReply> first = silence.answered ? std::exchange(facts.auth_reply, std::move(silence.answered)) : std::nullopt;
    Outcome outcome = judge_key(*key, facts, *facts.auth_reply);
    outcome = first ? answered_late(std::move(outcome), *first) : outcome;
    if (facts.auth_reply->end != HttpReply::End::NotSent) {
        outcome = with_interceptor(std::move(outcome), facts);
    }
    return show_answerer(outcome, *facts.auth_reply);
}

Outcome check_rate(const Subject& /*subject*/, Facts& facts) {
    if (!facts.auth_reply) {
        return Outcome::not_applicable("no key was sent");
    }
    const HttpReply& reply = *facts.auth_reply;
    if (auto limited = why_limited(reply)) {
        Outcome outcome = Outcome::fail(reply.text(), *std::move(limited));
        return show_answerer(outcome, reply);
    }
    const auto left = tightest_limit(reply.headers);
    if (!left) {
        return Outcome::pass("not limited");
    }
    const std::string text = fmt::format("{} of {} {} left", left->remaining, left->limit, left->what);
    return left->is_nearly_used()
               ? Outcome::warn(text, found("rate.nearly-used", Confidence::Proven, fmt::format("The relay's headers say: {}.", text)))
               : Outcome::pass(text);
}

Outcome check_model(const Subject& subject, Facts& facts) {
    if (subject.model.empty()) {
        return Outcome::not_applicable("no model was named");
    }
    const auto& old = subject.profile.deprecated_models;
    const auto replaced = std::find_if(old.begin(), old.end(), [&](const auto& each) { return each.old_name == subject.model; });
    const auto& known = facts.models;
    if (std::find(known.begin(), known.end(), subject.model) != known.end()) {
        return replaced == old.end() ? Outcome::pass(subject.model + " is listed")
                                     : Outcome::warn(subject.model + " is listed and deprecated",
                                                     found("model.deprecated", Confidence::Likely,
                                                           fmt::format("{} is still served; use {}.", subject.model, replaced->use)));
    }
    if (replaced != old.end()) {
        return Outcome::fail(
            subject.model + " is gone",
            found("model.deprecated", Confidence::Proven, fmt::format("{} is no longer served; use {}.", subject.model, replaced->use)));
    }
    if (facts.models.empty()) {
        return Outcome::inconclusive("the relay's list of models is not known", "a good key");
    }
    return not_listed(subject, facts);
}

}  // namespace relaybench::doctor
