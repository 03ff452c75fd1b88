#include "doctor/unanswered.h"

#include <future>
#include <utility>

#include <fmt/format.h>

#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kUsualBudget = std::chrono::seconds(4);
constexpr core::Duration kSmallSegmentsBudget = std::chrono::seconds(3);

HttpReply ask(const Asker& asker, const HttpQuestion& question, Segments segments) {
    return ask_for(segments == Segments::Small ? kSmallSegmentsBudget : kUsualBudget, asker, question, segments);
}

bool is_silent(const HttpReply& reply) { return reply.end == HttpReply::End::TimedOut; }

/// Segments came whose forerunners did not: the short last one of an answer whose full ones are lost, for their size or by chance.
bool has_gap(const HttpReply& reply) { return reply.tcp.out_of_order_in > 0; }

/// The kernel saw packets get lost, of the answer or of the question.
bool saw_losses(const HttpReply& reply) { return has_gap(reply) || (reply.tcp.unacked > 0 && reply.tcp.retransmits > 0); }

/// Once more, and twice in packets of the usual size: where every second connection is silent, one of those is answered.
bool repeats_itself(const Asker& asker, const HttpQuestion& question) {
    const auto usual = [&] { return ask(asker, question, Segments::Usual); };
    auto one = std::async(std::launch::async, usual);
    auto other = std::async(std::launch::async, usual);
    const HttpReply small = ask(asker, question, Segments::Small);
    const bool both_silent = is_silent(one.get()) && is_silent(other.get());
    return both_silent && small.end == HttpReply::End::Complete;
}

}  // namespace

HttpReply ask_for(core::Duration budget, const Asker& asker, HttpQuestion question, Segments segments) {
    const Deadline deadline = asker.facts.within(budget);
    Reached way = reach_relay(asker.subject, asker.facts, asker.trust, deadline, segments);
    if (!way.channel) {
        HttpReply reply;
        reply.detail = way.failure;
        return reply;
    }
    question.authority = asker.facts.url.authority();
    HttpReply reply = exchange(*way.channel, question, deadline);
    if (reply.end == HttpReply::End::TimedOut) {
        way.channel->abandon();
    }
    return reply;
}

Unanswered ask_again(const Asker& asker, const HttpQuestion& question, const HttpReply& first) {
    auto again = std::async(std::launch::async, [&] { return ask(asker, question, Segments::Usual); });
    Unanswered replies{.first = first, .again = {}, .small = ask(asker, question, Segments::Small)};
    replies.again = again.get();
    replies.repeated = may_be_chance(replies) && repeats_itself(asker, question);
    return replies;
}

bool may_be_chance(const Unanswered& replies) {
    const bool only_small = is_silent(replies.first) && is_silent(replies.again) && replies.small.end == HttpReply::End::Complete;
    return only_small && !saw_losses(replies.first) && !saw_losses(replies.again);
}

bool is_trickling(const HttpReply& reply) {
    constexpr std::size_t kTwoPackets = 3000;
    return is_silent(reply) && reply.body.size() > kTwoPackets;
}

std::optional<result::Finding> why_unanswered(const Unanswered& replies) {
    if (is_trickling(replies.first) || is_trickling(replies.again)) {
        return std::nullopt;  // a thin line that loses what it cannot keep, some of it from the middle
    }
    if (!is_silent(replies.first) || !is_silent(replies.again) || (may_be_chance(replies) && !replies.repeated)) {
        return std::nullopt;
    }
    // The request is small: when only small packets bring an answer, it is the answer that is lost otherwise.
    if (replies.small.end == HttpReply::End::Complete) {
        return found("net.mtu-blackhole-down", replies.repeated ? Confidence::Likely : Confidence::Proven,
                     "An answer arrives in small packets and never in large ones: those are lost on the way here.");
    }
    if (has_gap(replies.first)) {
        return found("net.mtu-blackhole-down", Confidence::Likely,
                     fmt::format("Of the answer, later packets arrive and the large ones before them are lost ({} came out of order).",
                                 replies.first.tcp.out_of_order_in));
    }
    return std::nullopt;
}

bool is_answered_now_and_then(const Unanswered& replies) {
    return is_silent(replies.first) && replies.again.end == HttpReply::End::Complete;
}

Silence explain_silence(const Subject& subject, const Facts& facts, const HttpQuestion& question, Trust trust, const HttpReply& reply) {
    if (!is_silent(reply)) {
        return {};
    }
    Unanswered replies = ask_again({subject, facts, trust}, question, reply);
    if (auto why = why_unanswered(replies)) {
        return {.finding = why_unheard(facts, *std::move(why)), .answered = {}};
    }
    if (is_answered_now_and_then(replies)) {
        return {.finding = {}, .answered = unpacked(std::move(replies.again))};
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

}  // namespace relaybench::doctor
