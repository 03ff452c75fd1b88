#include "doctor/stream_end.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"
#include "doctor/stream_timing.h"
#include "doctor/unanswered.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr std::size_t kQuotedBytes = 120;
/// Events that come this close to the end of our patience say that the stream was not over.
constexpr core::Duration kStillMoving = std::chrono::seconds(1);

std::string came_of(const StreamSample& sample) { return fmt::format("{} of {} events", sample.events.size(), StreamAsk{}.events); }

/// To be appended: whoever ends a stream in the relay's place often says so in an event of his own.
std::string strangers(const StreamSample& sample) {
    return sample.strange.empty()
               ? ""
               : fmt::format(" Among them was one that the relay did not send: {}", core::printable(sample.strange, kQuotedBytes));
}

Outcome cut(const StreamSample& sample) {
    const std::string_view last = sample.done ? ", behind [DONE] and before the end of the body" : "";
    return Outcome::fail(sample.reply.text(),
                         found("sse.truncated", sample.reply.end == HttpReply::End::TimedOut ? Confidence::Likely : Confidence::Proven,
                               fmt::format("The stream {} after {} and {}{}: {}.{}",
                                           sample.reply.end == HttpReply::End::TimedOut ? "stood still" : "was cut", came_of(sample),
                                           core::human_duration(sample.cut_after()), last, sample.reply.text(), strangers(sample))));
}

Outcome ended_early(const StreamSample& sample) {
    return Outcome::fail(came_of(sample),
                         found("sse.truncated", Confidence::Proven,
                               fmt::format("The stream ended as if it were whole after {}.{}", came_of(sample), strangers(sample))));
}

Outcome altered(const StreamSample& sample, const std::string& disorder) {
    return Outcome::fail(came_of(sample),
                         found("sse.altered", Confidence::Proven,
                               fmt::format("Of {} events that the relay sent, {}.{}", StreamAsk{}.events, disorder, strangers(sample))));
}

/// A body that is there and holds no event, by the word of its encoding.
Outcome unreadable(const StreamSample& sample) {
    return Outcome::fail(came_of(sample),
                         found("sse.compression-broken", Confidence::Proven,
                               fmt::format("The stream was asked for uncompressed and came with Content-Encoding: {}; {} can be read.",
                                           core::printable(sample.reply.header("content-encoding"), kQuotedBytes), came_of(sample))));
}

/// A coding that was not offered: what doctor can read by chance, other clients cannot.
bool is_strangely_coded(const StreamSample& sample) {
    const auto coding = sample.reply.header("content-encoding");
    return !coding.empty() && !core::iequals(coding, "gzip") && !core::iequals(coding, "identity");
}

/// Our time was up before the stream was over: one that began late is not cut off.
std::optional<Outcome> not_over(const StreamSample& sample) {
    if (sample.reply.end != HttpReply::End::TimedOut) {
        return std::nullopt;
    }
    if (sample.events.empty()) {
        return Outcome::inconclusive(fmt::format("no event within {}", core::human_duration(sample.reply.ended_at - sample.reply.asked)),
                                     "a stream that begins sooner");
    }
    if (sample.reply.ended_at - sample.events.back().came > kStillMoving) {
        return std::nullopt;
    }
    return Outcome::info(fmt::format("{} within {}, and more were on their way", came_of(sample),
                                     core::human_duration(sample.reply.ended_at - sample.reply.asked)));
}

/// As most clients ask, by which the relay or a proxy may compress it. Nothing when it is whole, or only late.
std::optional<Outcome> judge_compressed(const Subject& subject, const Facts& facts) {
    const auto is_bad = [](const StreamSample& sample) {
        return sample.reply.end != HttpReply::End::TimedOut && (!sample.is_stream() || why_not_whole(sample));
    };
    if (!is_bad(facts.streams->compressed)) {
        return std::nullopt;
    }
    StreamAsk ask;
    ask.accept_encoding = "gzip";
    const StreamSample again = play_stream(subject, facts, ask);
    if (again.reply.status != 200 || !is_bad(again)) {
        return std::nullopt;  // a refusal is about something else
    }
    const std::string_view encoding = again.reply.header("content-encoding");
    return Outcome::fail(
        "broken when compression is accepted",
        found("sse.compression-broken", Confidence::Proven,
              fmt::format("Asked for with Accept-Encoding: gzip, twice, {} can be read ({}, Content-Encoding: {}); asked "
                          "for without, all can.",
                          came_of(again), again.reply.text(), encoding.empty() ? "none" : core::printable(encoding, kQuotedBytes))));
}

}  // namespace

std::optional<std::string> disorder_of(const std::vector<PacedArrival>& events) {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const std::uint64_t number = events[i].number;
        if (number == 0) {
            return std::nullopt;
        }
        const auto same = [number](const PacedArrival& event) { return event.number == number; };
        if (std::any_of(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(i), same)) {
            return fmt::format("event {} came twice", number);
        }
        if (number < last) {
            return fmt::format("event {} came before event {}", last, number);
        }
        const auto missing = [&](std::uint64_t wanted) {
            return std::none_of(events.begin(), events.end(), [wanted](const PacedArrival& event) { return event.number == wanted; });
        };
        if (number != last + 1 && missing(last + 1)) {
            return fmt::format("event {} did not come", last + 1);
        }
        last = number;
    }
    return std::nullopt;
}

std::optional<Outcome> why_not_whole(const StreamSample& sample) {
    const bool is_complete = sample.reply.end == HttpReply::End::Complete;
    if (is_strangely_coded(sample) || (sample.events.empty() && is_complete && sample.is_compressed())) {
        return unreadable(sample);
    }
    if (auto disorder = disorder_of(sample.events)) {
        return altered(sample, *disorder);
    }
    if (!is_complete) {
        return cut(sample);
    }
    return sample.events.size() < StreamAsk{}.events ? std::optional(ended_early(sample)) : std::nullopt;
}

Outcome check_stream_end(const Subject& subject, Facts& facts) {
    if (!facts.streams) {
        return without_stream_pages();
    }
    const StreamSample& plain = facts.streams->plain;
    if (auto late = not_over(plain)) {
        return *std::move(late);
    }
    if (auto failure = why_not_whole(plain)) {
        const bool is_whole_now = !why_not_whole(play_stream(subject, facts, {}));
        if (plain.reply.end == HttpReply::End::TimedOut) {
            failure->findings.front() = why_unheard(facts, plain.reply.tcp, failure->findings.front());
        }
        return is_whole_now ? answered_late(Outcome::pass("whole once of two tries"), plain.reply) : *std::move(failure);
    }
    if (auto broken = judge_compressed(subject, facts)) {
        return *std::move(broken);
    }
    if (!plain.done) {
        return Outcome::warn("no [DONE]", found("sse.no-done", Confidence::Proven, "All events came, and the mark [DONE] did not."));
    }
    return Outcome::pass("[DONE] and an orderly end");
}

}  // namespace relaybench::doctor
