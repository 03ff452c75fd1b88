#include "doctor/check_body.h"

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
/// More than certificates and the head of an answer.
constexpr std::uint64_t kBeforeAnswer = 9000;

HttpReply ask(const Subject& subject, const Facts& facts, HttpQuestion question, Segments segments) {
    const Deadline deadline = now() + (segments == Segments::Small ? kSmallSegmentsBudget : kBudget);
    Reached way = reach_relay(subject, facts, Trust::Anyone, deadline, segments);
    HttpReply reply;
    if (!way.channel) {
        reply.detail = way.failure;
        return reply;
    }
    question.authority = facts.url.authority();
    return exchange(*way.channel, question, deadline);
}

HttpReply post_body(const Subject& subject, const Facts& facts, std::size_t bytes, Segments segments) {
    HttpQuestion question;
    question.method = "POST";
    question.target = facts.prefix + "/doctor/body";
    question.body = "{\"padding\":\"" + std::string(bytes, 'x') + "\"}";
    return ask(subject, facts, std::move(question), segments);
}

/// An answer of several packets, at once.
HttpReply get_large(const Subject& subject, const Facts& facts, Segments segments) {
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/stream?events=1&interval_ms=1&pad_bytes=12000";
    return ask(subject, facts, std::move(question), segments);
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
    if (auto lost = why_lost(reply); lost && !is_unanswered(by_small_segments)) {
        return Outcome::fail(reply.text(), *std::move(lost)).with("tcp", reply.tcp.text());
    }
    return Outcome::inconclusive(fmt::format("{} bytes: {}", bytes, reply.text()), "an answer to a POST of 64 KiB")
        .with("tcp", reply.tcp.text());
}

/// Whether large answers come where small ones do; nothing when they do, or when it is not the packets' size that keeps them.
std::optional<Outcome> judge_download(const Subject& subject, const Facts& facts) {
    const HttpReply reply = get_large(subject, facts, Segments::Usual);
    if (reply.end != HttpReply::End::TimedOut || reply.tcp.bytes_received > kBeforeAnswer) {
        return std::nullopt;
    }
    const bool small_ones_come = get_large(subject, facts, Segments::Small).status == 200;
    auto lost = why_lost(reply);
    if (small_ones_come) {
        lost = found("net.mtu-blackhole-down", Confidence::Proven,
                     "A long answer arrives in small packets and never in large ones: those are lost on the way here.");
    }
    if (!lost) {
        return std::nullopt;
    }
    Outcome outcome = Outcome::fail(reply.text(), *std::move(lost));
    return outcome.with("tcp", reply.tcp.text());
}

}  // namespace

std::optional<result::Finding> why_lost(const HttpReply& reply) {
    if (reply.end != HttpReply::End::TimedOut) {
        return std::nullopt;
    }
    if (reply.tcp.out_of_order_in > 0) {
        return found("net.mtu-blackhole-down", Confidence::Likely,
                     fmt::format("Of the answer, later packets arrive and the large ones before them are lost ({} came out of order).",
                                 reply.tcp.out_of_order_in));
    }
    constexpr unsigned kResends = 2;  // one may be chance
    if (reply.tcp.unacked > 0 && reply.tcp.retransmits >= kResends && !reply.has_head()) {
        return found("net.mtu-blackhole-up", Confidence::Possible,
                     fmt::format("The request was sent {} times over without being acknowledged, on a connection that stands.",
                                 reply.tcp.retransmits));
    }
    return std::nullopt;
}

Outcome check_body(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return Outcome::not_applicable("the relay has no page that counts bodies");
    }
    if (auto outcome = judge_download(subject, facts)) {
        return *std::move(outcome);
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
    return Outcome::pass("64 KiB arrive");
}

}  // namespace relaybench::doctor
