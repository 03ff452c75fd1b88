#include "doctor/check_body.h"

#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/answerer.h"
#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(4);
constexpr core::Duration kPatientBudget = std::chrono::seconds(10);
constexpr core::Duration kSmallSegmentsBudget = std::chrono::seconds(3);
/// One packet, a few, and many.
constexpr std::size_t kTinyBody = 200;
constexpr std::size_t kSmallBody = 4096;
constexpr std::size_t kLargeBody = 65536;
/// More than a TLS greeting and the head of a request: what is acknowledged beyond is of the body.
constexpr std::uint64_t kBeforeBody = 2048;

/// Who asks whom.
struct Asker {
    const Subject& subject;
    const Facts& facts;
    Trust trust;
};

HttpReply ask_for(core::Duration budget, const Asker& asker, HttpQuestion question, Segments segments) {
    const Deadline deadline = asker.facts.within(budget);
    Reached way = reach_relay(asker.subject, asker.facts, asker.trust, deadline, segments);
    HttpReply reply;
    if (!way.channel) {
        reply.detail = way.failure;
        return reply;
    }
    question.authority = asker.facts.url.authority();
    return exchange(*way.channel, question, deadline);
}

HttpReply ask(const Asker& asker, HttpQuestion question, Segments segments) {
    return ask_for(segments == Segments::Small ? kSmallSegmentsBudget : kBudget, asker, std::move(question), segments);
}

HttpQuestion body_question(const Facts& facts, std::size_t bytes) {
    HttpQuestion question;
    question.method = "POST";
    question.target = facts.prefix + "/doctor/body";
    question.body = "{\"padding\":\"" + std::string(bytes, 'x') + "\"}";
    return question;
}

HttpReply post_body(const Subject& subject, const Facts& facts, std::size_t bytes) {
    return ask({subject, facts, Trust::Anyone}, body_question(facts, bytes), Segments::Usual);
}

bool is_unanswered(const HttpReply& reply) { return !reply.has_head() && reply.end == HttpReply::End::TimedOut; }

Outcome refused(const HttpReply& reply, std::size_t bytes) {
    Outcome outcome = Outcome::fail(
        reply.text(),
        found("http.body-limit", Confidence::Proven, fmt::format("Requests of {} bytes are refused before they reach the relay.", bytes)));
    return show_answerer(outcome, reply);
}

/// The same question twice more, at once.
Unanswered ask_again(const Asker& asker, const HttpQuestion& question, const HttpReply& first) {
    auto again = std::async(std::launch::async, [&] { return ask(asker, question, Segments::Usual); });
    Unanswered replies{.first = first, .again = {}, .small = ask(asker, question, Segments::Small)};
    replies.again = again.get();
    return replies;
}

/// Bytes were still taken when time was up. Where the same ones are sent again and again nothing moves any more.
bool is_thin_line(const HttpReply& reply) {
    constexpr std::uint32_t kStuck = 2;
    return reply.tcp.bytes_acked > kBeforeBody && reply.tcp.unacked > 0 && reply.tcp.retransmits < kStuck;
}

/// All of it was taken by somebody. Behind a proxy the line may be thin all the same.
bool is_taken(const HttpReply& reply) { return reply.tcp.bytes_acked > kBeforeBody && reply.tcp.unacked == 0; }

Outcome thin_line(const HttpReply& reply, std::size_t bytes) {
    return Outcome::info(fmt::format("{} bytes are not through in {}: a thin line ({} were acknowledged)", bytes,
                                     core::human_duration(kBudget), reply.tcp.bytes_acked));
}

/// A longer request got no answer where a short one did, and in small packets neither.
Outcome unanswered_however(const Unanswered& replies, std::size_t bytes) {
    const HttpReply& reply = replies.first;
    if (is_thin_line(replies.again)) {
        return thin_line(replies.again, bytes);
    }
    if (reply.tcp.bytes_acked > kBeforeBody && replies.again.tcp.bytes_acked > kBeforeBody) {
        return Outcome::fail(reply.text(),
                             found("http.body-limit", Confidence::Likely,
                                   fmt::format("Requests of {} bytes stop on the way, once after {} bytes and once after {}, and "
                                               "short ones are answered.",
                                               bytes, reply.tcp.bytes_acked, replies.again.tcp.bytes_acked)));
    }
    return Outcome::inconclusive(fmt::format("{} bytes: {}", bytes, reply.text()), "an answer to a POST of 64 KiB");
}

/// The whole of a longer request was taken, and no answer came: with more patience one comes, unless somebody keeps the request.
Outcome taken(const Subject& subject, const Facts& facts, std::size_t bytes) {
    const HttpReply reply = ask_for(kPatientBudget, {subject, facts, Trust::Anyone}, body_question(facts, bytes), Segments::Usual);
    if (reply.status == 200) {
        return Outcome::info(fmt::format("{} bytes take {}", bytes, core::human_duration(reply.ended_at - reply.asked)));
    }
    if (!is_unanswered(reply)) {
        return Outcome::inconclusive(reply.text(), "an answer to a POST of 64 KiB");
    }
    return Outcome::fail(reply.text(), found("http.body-limit", Confidence::Likely,
                                             fmt::format("Requests of {} bytes are taken and not answered within {}, and short ones are.",
                                                         bytes, core::human_duration(kPatientBudget))));
}

/// A longer request got no answer where a short one did.
Outcome unanswered(const Subject& subject, const Facts& facts, const HttpReply& reply, std::size_t bytes) {
    if (is_thin_line(reply)) {
        return thin_line(reply, bytes).with("tcp", reply.tcp.text());
    }
    if (is_taken(reply)) {
        return taken(subject, facts, bytes);
    }
    const Unanswered replies = ask_again({subject, facts, Trust::Anyone}, body_question(facts, bytes), reply);
    if (replies.again.status == 200) {
        return answered_late(Outcome::pass(fmt::format("{} bytes arrive", bytes)), reply).with("tcp", reply.tcp.text());
    }
    if (replies.small.status != 200) {
        return unanswered_however(replies, bytes).with("tcp", reply.tcp.text());
    }
    return Outcome::fail(reply.text(),
                         found("net.mtu-blackhole-up", Confidence::Proven,
                               fmt::format("A request of {} bytes arrives in small packets and never in large ones: those are "
                                           "lost on the way there.",
                                           bytes)))
        .with("tcp", reply.tcp.text());
}

/// An answer that may have to do with the size of what was asked: a refusal, or the end of the connection.
bool is_turned_away(const HttpReply& reply) {
    const bool is_cut = !reply.has_head() && (reply.end == HttpReply::End::Reset || reply.end == HttpReply::End::CutShort ||
                                              reply.end == HttpReply::End::NotSent);
    return is_cut || (reply.status >= 400 && reply.status != 429);
}

/// A longer request is turned away where a short one is answered. It is the size when that repeats itself.
Outcome turned_away(const Subject& subject, const Facts& facts, const HttpReply& reply, std::size_t bytes) {
    const HttpReply again = post_body(subject, facts, bytes);
    if (again.status == 200) {
        return answered_late(Outcome::pass(fmt::format("{} bytes arrive", bytes)), reply);
    }
    // Twice as well: where every other request fails, one that works says nothing.
    const bool short_ones_pass = post_body(subject, facts, kTinyBody).status == 200 && post_body(subject, facts, kTinyBody).status == 200;
    if (!short_ones_pass || !is_turned_away(again)) {
        return Outcome::inconclusive(again.text(), "an answer to a POST of 64 KiB");
    }
    Outcome outcome = Outcome::fail(again.text(), found("http.body-limit", Confidence::Likely,
                                                        fmt::format("Requests of {} bytes are turned away each time ({}), and those of {} "
                                                                    "bytes are answered.",
                                                                    bytes, answered(again), kTinyBody)));
    return show_answerer(outcome, again);
}

/// Full packets of the answer came, and time was up before the last one: where large packets get lost none of them comes.
bool is_trickling(const HttpReply& reply) {
    constexpr std::size_t kTwoPackets = 3000;
    return reply.end == HttpReply::End::TimedOut && reply.body.size() > kTwoPackets;
}

/// Whether large answers come where small ones do; nothing when they do, or when it is not the packets' size that keeps them.
std::optional<Outcome> judge_download(const Subject& subject, const Facts& facts) {
    const Asker asker{subject, facts, Trust::Anyone};
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/stream?events=1&interval_ms=1&pad_bytes=12000";  // several packets at once
    const HttpReply reply = ask(asker, question, Segments::Usual);
    if (reply.end != HttpReply::End::TimedOut) {
        return std::nullopt;
    }
    const Unanswered replies = ask_again(asker, question, reply);
    if (auto finding = why_unanswered(replies)) {
        return Outcome::fail(reply.text(), why_unheard(facts, *std::move(finding))).with("tcp", reply.tcp.text());
    }
    // One that takes nearly as long the second time is slow by nature, and nothing was lost.
    const bool is_prompt = replies.again.ended_at - replies.again.asked < kBudget / 2;
    if (is_answered_now_and_then(replies) && is_prompt) {
        return Outcome::warn(reply.text(),
                             found("net.flaky", Confidence::Proven,
                                   fmt::format("An answer of 12 kB did not come whole within {}, and did when it was asked for again.",
                                               core::human_duration(kBudget))))
            .with("tcp", reply.tcp.text());
    }
    if (is_trickling(reply) || is_trickling(replies.again)) {
        return Outcome::info(fmt::format("12 kB do not come whole within {}: a thin line, and too thin for long requests",
                                         core::human_duration(kBudget)))
            .with("tcp", reply.tcp.text());
    }
    return std::nullopt;
}

/// A body that did not just arrive; nothing when it did.
std::optional<Outcome> judge_post(const Subject& subject, const Facts& facts, const HttpReply& reply, std::size_t bytes) {
    if (reply.status == 200) {
        return std::nullopt;
    }
    if (reply.status == 413) {
        return refused(reply, bytes);
    }
    if (is_unanswered(reply) && bytes != kTinyBody) {
        return unanswered(subject, facts, reply, bytes);
    }
    if (is_turned_away(reply) && bytes != kTinyBody) {
        return turned_away(subject, facts, reply, bytes);
    }
    return Outcome::inconclusive(reply.text(), "an answer to a POST of 64 KiB");
}

/// Whether long requests arrive where short ones do.
Outcome judge_upload(const Subject& subject, const Facts& facts) {
    std::optional<HttpReply> first;  // a failure of the shortest, which was answered when it was sent again
    for (const std::size_t bytes : {kTinyBody, kSmallBody, kLargeBody}) {
        HttpReply reply = post_body(subject, facts, bytes);
        if (bytes == kTinyBody && is_turned_away(reply)) {
            first = std::exchange(reply, post_body(subject, facts, bytes));
        }
        if (auto outcome = judge_post(subject, facts, reply, bytes)) {
            return *std::move(outcome);
        }
    }
    Outcome outcome = Outcome::pass("64 KiB arrive");
    return first ? answered_late(std::move(outcome), *first) : outcome;
}

}  // namespace

std::optional<result::Finding> why_unanswered(const Unanswered& replies) {
    if (replies.first.end != HttpReply::End::TimedOut || replies.again.end != HttpReply::End::TimedOut) {
        return std::nullopt;
    }
    // The request is small: when only small packets bring an answer, it is the answer that is lost otherwise.
    if (replies.small.end == HttpReply::End::Complete) {
        return found("net.mtu-blackhole-down", Confidence::Proven,
                     "An answer arrives in small packets and never in large ones: those are lost on the way here.");
    }
    if (replies.first.tcp.out_of_order_in > 0) {
        return found("net.mtu-blackhole-down", Confidence::Likely,
                     fmt::format("Of the answer, later packets arrive and the large ones before them are lost ({} came out of order).",
                                 replies.first.tcp.out_of_order_in));
    }
    return std::nullopt;
}

bool is_answered_now_and_then(const Unanswered& replies) {
    return replies.first.end == HttpReply::End::TimedOut && replies.again.end == HttpReply::End::Complete;
}

Silence explain_silence(const Subject& subject, const Facts& facts, const HttpQuestion& question, Trust trust, const HttpReply& reply) {
    if (reply.end != HttpReply::End::TimedOut) {
        return {};
    }
    Unanswered replies = ask_again({subject, facts, trust}, question, reply);
    if (auto why = why_unanswered(replies)) {
        return {.finding = why_unheard(facts, *std::move(why)), .answered = {}};
    }
    if (is_answered_now_and_then(replies)) {
        return {.finding = {}, .answered = std::move(replies.again)};
    }
    return {};
}

Outcome answered_late(Outcome outcome, const HttpReply& first) {
    const bool is_bad_anyway = outcome.status == result::CheckStatus::Fail || outcome.status == result::CheckStatus::Inconclusive;
    outcome.status = is_bad_anyway ? outcome.status : result::CheckStatus::Warn;
    outcome.findings.push_back(found("net.flaky", Confidence::Proven,
                                     fmt::format("The same request was answered at the second try only; at first: {}.", first.text())));
    return outcome;
}

Outcome check_body(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return Outcome::not_applicable("the relay has no page that counts bodies");
    }
    auto download = judge_download(subject, facts);
    if (download && download->status != result::CheckStatus::Warn) {
        return *std::move(download);
    }
    Outcome upload = judge_upload(subject, facts);
    return download && upload.status == result::CheckStatus::Pass ? *std::move(download) : upload;
}

}  // namespace relaybench::doctor
