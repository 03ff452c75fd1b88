#include "doctor/completion_use.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/answerer.h"
#include "doctor/finding_codes.h"
#include "doctor/key_use.h"
#include "doctor/reach.h"
#include "doctor/shown.h"
#include "wire/error_body.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using wire::ErrorClass;

constexpr core::Duration kBudget = std::chrono::seconds(5);
constexpr std::size_t kMostListBytes = std::size_t{2} << 20;
constexpr std::size_t kShownBytes = 160;
constexpr std::string_view kCompletion = "a real completion (add --real; it costs tokens)";
constexpr std::string_view kKey = "whether the key is good: what is free is answered the same without one";

bool is_gateway_error(int status) { return status == 502 || status == 503 || status == 504 || (status >= 520 && status <= 530); }

std::string said(const wire::RelayError& error) {
    return error.message.empty() ? "" : fmt::format(" It says: {}", core::printable(error.message, kShownBytes));
}

Outcome key_refused(const HttpReply& reply, KeyJudged judged, Confidence confidence, const std::string& words) {
    if (judged == KeyJudged::Accepted) {
        return Outcome::fail(reply.text(), found("auth.forbidden", Confidence::Likely,
                                                 "The key is good for the list of models and refused for completions." + words));
    }
    return Outcome::fail(reply.text(), found("auth.invalid-key", confidence, "Completions are refused with this key." + words));
}

Outcome tells_nothing(const HttpReply& reply) {
    return Outcome::info(fmt::format("{} to an empty request, which tells nothing", reply.text()));
}

/// RFC 9110 §15.4: with 307 and 308 a client asks the same again, with the others most ask by GET and without the body.
Outcome sent_on(const HttpReply& reply) {
    if (reply.status == 307 || reply.status == 308) {
        return Outcome::info(fmt::format("sent on to {}", shown_url(reply.header("location"))));
    }
    return Outcome::fail(reply.text(),
                         found("http.redirected", Confidence::Proven,
                               fmt::format("Requests for completions are sent on to {}; clients that follow make a GET of the "
                                           "POST.",
                                           shown_url(reply.header("location")))));
}

/// Of an error in JSON. What an empty request breaks inside the relay (5xx) would not break for one that is whole.
Outcome judge_error(const HttpReply& reply, KeyJudged judged) {
    const wire::RelayError error = wire::read_error_body(reply.status == 200 ? 0 : reply.status, reply.body);
    if (reply.status >= 500) {
        return tells_nothing(reply);
    }
    if (error.error_class == ErrorClass::Quota) {
        return Outcome::fail(reply.text(), found("auth.quota", Confidence::Proven, "The account has no credit left." + said(error)));
    }
    if (reply.status == 403) {
        return Outcome::fail(
            reply.text(), found("auth.forbidden", Confidence::Proven, "Requests for completions are refused with this key." + said(error)));
    }
    if (error.error_class == ErrorClass::Auth) {
        return key_refused(reply, judged, Confidence::Proven, said(error));
    }
    const bool is_about_content = reply.status == 400 || reply.status == 422 || reply.status == 200;
    return is_about_content ? Outcome::pass(fmt::format("an empty request is refused for being empty ({})", reply.text()))
                            : tells_nothing(reply);
}

Outcome judge_page(const HttpReply& reply, KeyJudged judged) {
    if (reply.status == 401) {
        return key_refused(reply, judged, Confidence::Likely, fmt::format(" It was {}.", answered(reply)));
    }
    if (reply.status == 403 || reply.status == 451) {
        return Outcome::fail(reply.text(),
                             found("net.waf-block", Confidence::Likely,
                                   fmt::format("Requests for completions are refused on the way, others are not: {}.", answered(reply))));
    }
    if (is_gateway_error(reply.status)) {
        return Outcome::fail(reply.text(), why_server_fails(reply, fmt::format("Requests for completions are answered {}, others are not.",
                                                                               answered(reply))));
    }
    return tells_nothing(reply);
}

/// The same without the key, where the list of models is shown to anybody: refused now, the key is what made the difference.
HttpReply ask_without_key(const Subject& subject, const Facts& facts) {
    return unpacked(ask_relay(subject, facts, empty_completion(facts), Trust::Anyone, facts.within(kBudget)));
}

KeyJudged judged_so_far(const KeySource* key, const Facts& facts) {
    if (key == nullptr) {
        return KeyJudged::None;
    }
    const bool is_accepted = facts.is_list_open == false && facts.auth_reply && facts.auth_reply->status == 200;
    return is_accepted ? KeyJudged::Accepted : KeyJudged::Not;
}

Outcome with_unchecked(Outcome outcome, const Subject& subject, std::string_view what) {
    if (outcome.status != result::CheckStatus::Fail && (what != kCompletion || !subject.real)) {
        outcome.unchecked.emplace_back(what);
    }
    return outcome;
}

}  // namespace

HttpQuestion models_question(const Facts& facts) {
    HttpQuestion question;
    question.target = facts.prefix + "/models";
    question.most_body_bytes = kMostListBytes;
    return question;
}

HttpQuestion empty_completion(const Facts& facts) {
    HttpQuestion question;
    question.method = "POST";
    question.target = facts.prefix + "/chat/completions";
    question.body = "{}";
    return question;
}

Outcome judge_completion(const HttpReply& reply, KeyJudged judged) {
    if (!reply.has_head()) {
        return Outcome::info(fmt::format("an empty request is not answered ({}), which tells nothing", reply.text()));
    }
    if (reply.status >= 300 && reply.status < 400) {
        return sent_on(reply);
    }
    if (auto kept_out = why_kept_out(reply)) {
        return Outcome::fail(reply.text(), *std::move(kept_out));
    }
    const bool is_json = reply.is_json() && !reply.is_html();
    if (judged == KeyJudged::None && wants_key(reply)) {
        return Outcome::fail(reply.text(),
                             found("key.missing", Confidence::Proven,
                                   fmt::format("No key is configured, and the relay wants one for completions: {}.", reply.text())));
    }
    if (reply.status == 200) {
        return is_json && wire::looks_like_error(reply.body) ? judge_error(reply, judged)
                                                             : Outcome::pass("even an empty request is answered");
    }
    return is_json ? judge_error(reply, judged) : judge_page(reply, judged);
}

Outcome check_completion(const Subject& subject, Facts& facts) {
    const KeySource* key = used_key(subject);
    if (key != nullptr && !may_send_key(subject, facts)) {
        return key_withheld(facts);
    }
    const KeyJudged judged = judged_so_far(key, facts);
    HttpQuestion question = empty_completion(facts);
    if (key != nullptr) {
        question.headers = with_key(*key, {}).headers;
    }
    const HttpReply reply = unpacked(ask_relay(subject, facts, std::move(question), trust_for_key(facts), facts.within(kBudget)));
    Outcome outcome = with_unchecked(judge_completion(reply, judged), subject, kCompletion);
    show_answerer(outcome, reply);
    if (outcome.status == result::CheckStatus::Fail || judged != KeyJudged::Not) {
        return outcome;
    }
    if (const HttpReply bare = ask_without_key(subject, facts); wants_key(bare)) {
        outcome.summary += fmt::format("; the key is good, as without one it is {}", bare.text());
        return outcome;
    }
    return with_unchecked(std::move(outcome), subject, kKey);
}

}  // namespace relaybench::doctor
