#include "doctor/body_download.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/finding_codes.h"
#include "doctor/line_evenness.h"
#include "doctor/lost_packets.h"
#include "doctor/unanswered.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kDownloadBudget = std::chrono::seconds(4);

/// Not a byte of it came in three tries, two of them at once, where a short answer comes promptly: somebody keeps what is long.
bool is_held(const Subject& subject, const Facts& facts, const Unanswered& replies) {
    constexpr core::Duration kPrompt = std::chrono::seconds(1);
    for (const HttpReply* reply : {&replies.first, &replies.again, &replies.small}) {
        if (reply->end != HttpReply::End::TimedOut || reply->has_head() || lost_some(reply->tcp)) {
            return false;
        }
    }
    const auto takes = [&] { return time_of_empty_stream(subject, facts).value_or(kPrompt); };
    const core::Duration once = takes();
    return std::max(once, takes()) < kPrompt;
}

}  // namespace

std::optional<Outcome> judge_download(const Subject& subject, const Facts& facts) {
    const Asker asker{subject, facts, Trust::Anyone};
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/stream?events=1&interval_ms=1&pad_bytes=12000";  // several packets at once
    const HttpReply reply = ask_for(kDownloadBudget, asker, question);
    if (reply.end != HttpReply::End::TimedOut) {
        return std::nullopt;
    }
    const Unanswered replies = ask_again(asker, question, reply);
    if (auto finding = why_unanswered(replies)) {
        return Outcome::fail(reply.text(), why_unheard(facts, *std::move(finding))).with("tcp", reply.tcp.text());
    }
    // One that takes nearly as long the second time is slow by nature, and nothing was lost.
    const bool is_prompt = replies.again.ended_at - replies.again.asked < kDownloadBudget / 2;
    if (is_answered_now_and_then(replies) && is_prompt) {
        return Outcome::warn(reply.text(),
                             found("net.flaky", Confidence::Proven,
                                   fmt::format("An answer of 12 kB did not come whole within {}, and did when it was asked for again.",
                                               core::human_duration(reply.ended_at - reply.asked))))
            .with("tcp", reply.tcp.text());
    }
    if (is_trickling(reply) || is_trickling(replies.again)) {
        return Outcome::info(fmt::format("12 kB do not come whole within {}: a thin line, and too thin for long requests",
                                         core::human_duration(reply.ended_at - reply.asked)))
            .with("tcp", reply.tcp.text());
    }
    if (is_held(subject, facts, replies)) {
        auto finding =
            found("http.answer-held", Confidence::Likely,
                  fmt::format("Of an answer of 12 kB not a byte came within {}, in three tries, and short answers come promptly.",
                              core::human_duration(reply.ended_at - reply.asked)));
        return Outcome::fail(reply.text(), why_unheard(facts, std::move(finding))).with("tcp", reply.tcp.text());
    }
    return std::nullopt;
}

}  // namespace relaybench::doctor
