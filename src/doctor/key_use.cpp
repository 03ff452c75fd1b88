#include "doctor/key_use.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/answerer.h"
#include "doctor/completion_use.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/rate_limits.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "doctor/static_checks.h"
#include "doctor/trust.h"
#include "doctor/unanswered.h"
#include "wire/error_body.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(10);

}  // namespace

/// An authority that nobody verified learns nothing: what has to be secret goes with Trust::Verified, or stays on this machine.
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

bool wants_key(const HttpReply& reply) {
    const bool is_json = reply.is_json() && !reply.is_html();
    const bool is_refusal = reply.status >= 400 && reply.status < 500 && is_json &&
                            wire::read_error_body(reply.status, reply.body).error_class == wire::ErrorClass::Auth;
    return reply.status == 401 || is_refusal;
}

std::optional<bool> is_shown_to_all(const HttpReply& reply) {
    constexpr int kForbidden = 403;
    if (reply.status == 200 && read_model_list(reply.body)) {
        return true;
    }
    return wants_key(reply) || reply.status == kForbidden ? std::optional(false) : std::nullopt;
}

Outcome key_wanted(const Subject& subject, const HttpReply& reply) {
    Outcome outcome = key_missing(subject);
    outcome.findings.front().cause += fmt::format(" The relay wants one: it answers {}.", reply.text());
    return outcome;
}

namespace {

/// A list that everybody is shown says nothing of the key.
Outcome with_open_list(Outcome outcome, const Facts& facts) {
    outcome.summary = fmt::format("answered, with the key as without one, {} models", facts.models.size());
    return outcome;
}

std::optional<bool> ask_whether_shown_to_all(const Subject& subject, const Facts& facts) {
    return is_shown_to_all(unpacked(ask_relay(subject, facts, models_question(facts), Trust::Anyone, facts.within(kBudget))));
}

/// What the relay says to those who have no key.
Outcome check_without_key(const Subject& subject, Facts& facts) {
    if (!facts.lists_models) {
        return Outcome::info("no key is configured, and the relay has no list of models to ask for without one");
    }
    facts.auth_reply = unpacked(ask_relay(subject, facts, models_question(facts), Trust::Anyone, facts.within(kBudget)));
    const HttpReply& reply = *facts.auth_reply;
    if (wants_key(reply)) {
        return key_wanted(subject, reply);
    }
    Outcome outcome = judge_key({"nowhere", core::Secret()}, facts, reply);
    if (outcome.status == result::CheckStatus::Pass) {
        outcome = Outcome::info(fmt::format("no key is wanted, {} models", facts.models.size()));
        outcome.works = "requests without a key are answered";
        facts.is_list_open = true;
    }
    return show_answerer(outcome, reply);
}

/// An answer to the key, and who judges it.
Outcome judge_auth(const Subject& subject, const KeySource& key, Facts& facts) {
    Outcome outcome = judge_key(key, facts, *facts.auth_reply);
    if (outcome.status != result::CheckStatus::Pass) {
        return outcome;
    }
    facts.is_list_open = facts.is_list_open ? facts.is_list_open : ask_whether_shown_to_all(subject, facts);
    if (!facts.is_list_open) {
        outcome.summary = fmt::format("answered, whether by the key is not known, {} models", facts.models.size());
    }
    return facts.is_list_open.value_or(false) ? with_open_list(std::move(outcome), facts) : outcome;
}

}  // namespace

Outcome check_auth(const Subject& subject, Facts& facts) {
    const KeySource* key = used_key(subject);
    if (key == nullptr) {
        return may_be_keyless(subject) ? check_without_key(subject, facts) : Outcome::not_applicable("no key was given");
    }
    if (!may_send_key(subject, facts)) {
        return key_withheld(facts);
    }
    if (!facts.lists_models) {
        facts.is_list_open = true;
        return Outcome::info("the relay has no list of models to ask for with the key");
    }
    HttpQuestion question = models_question(facts);
    question.headers = with_key(*key, {}).headers;
    facts.auth_reply = unpacked(ask_relay(subject, facts, question, trust_for_key(facts), facts.within(kBudget)));
    Silence silence = explain_silence(subject, facts, question, trust_for_key(facts), *facts.auth_reply);
    if (silence.finding) {
        Outcome unheard = Outcome::fail(facts.auth_reply->text(), *std::move(silence.finding)).with("tcp", facts.auth_reply->tcp.text());
        return with_interceptor(std::move(unheard), facts);
    }
    const std::optional<HttpReply> first = silence.answered ? std::exchange(facts.auth_reply, std::move(silence.answered)) : std::nullopt;
    Outcome outcome = judge_auth(subject, *key, facts);
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

}  // namespace relaybench::doctor
