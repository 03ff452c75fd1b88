#include "doctor/check_body.h"

#include <future>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/answerer.h"
#include "doctor/finding_codes.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(4);
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

HttpReply ask(const Asker& asker, HttpQuestion question, Segments segments) {
    const Deadline deadline = within(asker.facts, segments == Segments::Small ? kSmallSegmentsBudget : kBudget);
    Reached way = reach_relay(asker.subject, asker.facts, asker.trust, deadline, segments);
    HttpReply reply;
    if (!way.channel) {
        reply.detail = way.failure;
        return reply;
    }
    question.authority = asker.facts.url.authority();
    return exchange(*way.channel, question, deadline);
}

HttpReply post_body(const Subject& subject, const Facts& facts, std::size_t bytes, Segments segments) {
    HttpQuestion question;
    question.method = "POST";
    question.target = facts.prefix + "/doctor/body";
    question.body = "{\"padding\":\"" + std::string(bytes, 'x') + "\"}";
    return ask({subject, facts, Trust::Anyone}, std::move(question), segments);
}

bool is_unanswered(const HttpReply& reply) { return !reply.has_head() && reply.end == HttpReply::End::TimedOut; }

Outcome refused(const HttpReply& reply, std::size_t bytes) {
    Outcome outcome = Outcome::fail(
        reply.text(),
        found("http.body-limit", Confidence::Proven, fmt::format("Requests of {} bytes are refused before they reach the relay.", bytes)));
    return show_answerer(outcome, reply);
}

/// A longer request got no answer where a short one did.
Outcome unanswered(const Subject& subject, const Facts& facts, const HttpReply& reply, std::size_t bytes) {
    if (reply.tcp.bytes_acked > kBeforeBody) {
        return Outcome::info(fmt::format("{} bytes are not through in {}: a thin line ({} were acknowledged)", bytes,
                                         core::human_duration(kBudget), reply.tcp.bytes_acked))
            .with("tcp", reply.tcp.text());
    }
    const HttpReply by_small_segments = post_body(subject, facts, bytes, Segments::Small);
    if (by_small_segments.status == 200) {
        return Outcome::fail(reply.text(),
                             found("net.mtu-blackhole-up", Confidence::Proven,
                                   fmt::format("A request of {} bytes arrives in small packets and never in large ones: those are "
                                               "lost on the way there.",
                                               bytes)))
            .with("tcp", reply.tcp.text());
    }
    return Outcome::inconclusive(fmt::format("{} bytes: {}", bytes, reply.text()), "an answer to a POST of 64 KiB")
        .with("tcp", reply.tcp.text());
}

/// The same question twice more, at once.
Unanswered ask_again(const Asker& asker, const HttpQuestion& question, const HttpReply& first) {
    auto again = std::async(std::launch::async, [&] { return ask(asker, question, Segments::Usual); });
    Unanswered replies{.first = first, .again = {}, .small = ask(asker, question, Segments::Small)};
    replies.again = again.get();
    return replies;
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
        return Outcome::fail(reply.text(), *std::move(finding)).with("tcp", reply.tcp.text());
    }
    if (is_answered_now_and_then(replies)) {
        return Outcome::warn(reply.text(),
                             found("net.flaky", Confidence::Proven,
                                   fmt::format("An answer of 12 kB did not come whole within {}, and did when it was asked for again.",
                                               core::human_duration(kBudget))))
            .with("tcp", reply.tcp.text());
    }
    return std::nullopt;
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

std::optional<result::Finding> explain_silence(const Subject& subject, const Facts& facts, const HttpQuestion& question, Trust trust,
                                               const HttpReply& reply) {
    if (reply.end != HttpReply::End::TimedOut) {
        return std::nullopt;
    }
    return why_unanswered(ask_again({subject, facts, trust}, question, reply));
}

Outcome check_body(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return Outcome::not_applicable("the relay has no page that counts bodies");
    }
    auto download = judge_download(subject, facts);
    if (download && download->status == result::CheckStatus::Fail) {
        return *std::move(download);
    }
    for (const std::size_t bytes : {kTinyBody, kSmallBody, kLargeBody}) {
        const HttpReply reply = post_body(subject, facts, bytes, Segments::Usual);
        if (reply.status == 413) {
            return refused(reply, bytes);
        }
        if (reply.status == 200) {
            continue;
        }
        if (is_unanswered(reply) && bytes != kTinyBody) {
            return unanswered(subject, facts, reply, bytes);
        }
        return Outcome::inconclusive(reply.text(), "an answer to a POST of 64 KiB");
    }
    return download ? *std::move(download) : Outcome::pass("64 KiB arrive");
}

}  // namespace relaybench::doctor
