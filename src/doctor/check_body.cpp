#include "doctor/check_body.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/answerer.h"
#include "doctor/body_download.h"
#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"
#include "doctor/unanswered.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(4);
constexpr core::Duration kPatientBudget = std::chrono::seconds(10);
constexpr core::Duration kSlow = std::chrono::seconds(2);
/// One packet, a few, and many.
constexpr std::size_t kTinyBody = 200;
constexpr std::size_t kSmallBody = 4096;
constexpr std::size_t kLargeBody = 65536;
/// More than a TLS greeting and the head of a request: what is acknowledged beyond is of the body.
constexpr std::uint64_t kBeforeBody = 2048;

HttpQuestion body_question(const Facts& facts, std::size_t bytes) {
    HttpQuestion question;
    question.method = "POST";
    question.target = facts.prefix + "/doctor/body";
    question.body = "{\"padding\":\"" + std::string(bytes, 'x') + "\"}";
    return question;
}

HttpReply post_body(const Subject& subject, const Facts& facts, std::size_t bytes) {
    return ask_for(kBudget, {subject, facts, Trust::Anyone}, body_question(facts, bytes));
}

core::Duration took(const HttpReply& reply) { return reply.ended_at - reply.asked; }

bool is_unanswered(const HttpReply& reply) { return !reply.has_head() && reply.end == HttpReply::End::TimedOut; }

Outcome refused(const HttpReply& reply, std::size_t bytes) {
    Outcome outcome = Outcome::fail(
        reply.text(),
        found("http.body-limit", Confidence::Proven, fmt::format("Requests of {} bytes are refused before they reach the relay.", bytes)));
    return show_answerer(outcome, reply);
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
    const HttpReply reply = ask_for(kPatientBudget, {subject, facts, Trust::Anyone}, body_question(facts, bytes));
    if (reply.status == 200) {
        return Outcome::info(fmt::format("{} bytes take {}", bytes, core::human_duration(reply.ended_at - reply.asked)));
    }
    if (!is_unanswered(reply)) {
        return Outcome::inconclusive(reply.text(), "an answer to a POST of 64 KiB");
    }
    return Outcome::fail(reply.text(), found("http.body-limit", Confidence::Likely,
                                             fmt::format("Requests of {} bytes are taken and not answered within {}, and short ones are.",
                                                         bytes, core::human_duration(reply.ended_at - reply.asked))));
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
    // What was acknowledged beyond the head came in packets of full size.
    const auto is_lost = [](const HttpReply& each) { return is_unanswered(each) && each.tcp.bytes_acked <= kBeforeBody; };
    if (replies.small.status != 200 || !is_lost(reply) || !is_lost(replies.again)) {
        return unanswered_however(replies, bytes).with("tcp", reply.tcp.text());
    }
    return Outcome::fail(reply.text(),
                         why_unheard(facts, found("net.mtu-blackhole-up", Confidence::Proven,
                                                  fmt::format("A request of {} bytes arrives in small packets and never in large ones: "
                                                              "those are lost on the way there.",
                                                              bytes))))
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

/// The line is thin, unless a packet was lost: the second try tells.
std::optional<Outcome> judge_line(const Subject& subject, const Facts& facts, core::Duration tiny, core::Duration small) {
    if (!is_too_thin(tiny, small)) {
        return std::nullopt;
    }
    const HttpReply again = post_body(subject, facts, kSmallBody);
    if (again.status == 200 && !is_too_thin(tiny, took(again))) {
        return std::nullopt;
    }
    return Outcome::info(fmt::format("4 KiB take {}, and 64 KiB would take longer than {}: a thin line, so they were not sent",
                                     core::human_duration(small), core::human_duration(kBudget)));
}

/// Whether long requests arrive where short ones do.
Outcome judge_upload(const Subject& subject, const Facts& facts) {
    std::optional<HttpReply> first;  // a failure of the shortest, which was answered when it was sent again
    core::Duration tiny{0};
    core::Duration small{0};
    for (const std::size_t bytes : {kTinyBody, kSmallBody, kLargeBody}) {
        auto thin = bytes == kLargeBody ? judge_line(subject, facts, tiny, small) : std::nullopt;
        if (thin) {
            return *std::move(thin);
        }
        HttpReply reply = post_body(subject, facts, bytes);
        if (bytes == kTinyBody && (is_turned_away(reply) || is_unanswered(reply))) {
            // On a thin line it may have waited behind doctor's other requests.
            first = std::exchange(reply, ask_for(kPatientBudget, {subject, facts, Trust::Anyone}, body_question(facts, bytes)));
        }
        if (auto outcome = judge_post(subject, facts, reply, bytes)) {
            return *std::move(outcome);
        }
        (bytes == kTinyBody ? tiny : small) = took(reply);
        if (first && tiny > kSlow) {
            return Outcome::info(fmt::format("{} bytes are answered after {}: a slow line, on which longer requests were not sent", bytes,
                                             core::human_duration(tiny)));
        }
    }
    Outcome outcome = Outcome::pass("64 KiB arrive");
    return first ? answered_late(std::move(outcome), *first) : outcome;
}

}  // namespace

bool is_too_thin(core::Duration tiny, core::Duration small) {
    constexpr int kTimesSmall = static_cast<int>(kLargeBody / kSmallBody);
    return (small - tiny) * kTimesSmall > kBudget;
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
