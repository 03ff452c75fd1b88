#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/pacing.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "wire/sse_parser.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Verdict = Pacing::Verdict;

constexpr core::Duration kBudget = std::chrono::seconds(10);
constexpr std::size_t kEvents = 12;
constexpr int kIntervalMs = 300;
constexpr std::size_t kShownBytes = 120;

/// What a synthetic stream brought, by the times at which its pieces came.
class EventCollector final : public wire::SseSink {
  public:
    explicit EventCollector(const HttpReply& reply) {
        wire::SseParser parser;
        std::size_t fed = 0;
        for (const auto& piece : reply.pieces) {
            at_ = piece.at;
            if (parser.feed(std::string_view(reply.body).substr(fed, piece.body_bytes - fed), *this) != wire::SseParser::Status::Ok) {
                break;
            }
            fed = piece.body_bytes;
        }
    }

    bool on_event(const wire::SseEvent& event) override {
        if (event.data == "[DONE]") {
            done_ = true;
        } else if (const auto paced = read_paced_event(event.data)) {
            events_.push_back({std::chrono::microseconds(paced->sent_us), at_});
        }
        return true;
    }
    void on_comment() override {}

    [[nodiscard]] const std::vector<PacedArrival>& events() const { return events_; }
    [[nodiscard]] bool done() const { return done_; }

  private:
    core::TimePoint at_;
    std::vector<PacedArrival> events_;
    bool done_ = false;
};

HttpReply play_stream(const Subject& subject, const Facts& facts, const std::string& more, const std::vector<wire::Header>& headers) {
    HttpQuestion question;
    question.method = "POST";
    question.target = fmt::format("{}/doctor/stream?events={}&interval_ms={}{}", facts.prefix, kEvents, kIntervalMs, more);
    question.headers = headers;
    return ask_relay(subject, facts, question, Trust::Anyone, now() + kBudget);
}

Outcome without_pages() {
    return Outcome::inconclusive("the relay has no doctor pages",
                                 "a relay that serves /v1/doctor/stream, or a run against a model: relaybench run … -c 1 -n 1 --trace");
}

Outcome check_headers(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return without_pages();
    }
    facts.stream_reply = play_stream(subject, facts, "", {{"Accept", "text/event-stream"}, {"Accept-Encoding", "identity"}});
    const HttpReply& reply = *facts.stream_reply;
    const auto type = reply.header("content-type");
    if (!reply.has_head() || reply.status != 200 || type.find("text/event-stream") == std::string_view::npos) {
        return Outcome::fail(reply.text(), found("sse.not-a-stream", Confidence::Proven,
                                                 fmt::format("A stream was asked for, and {} ({}) came.", reply.text(),
                                                             type.empty() ? "no content type" : core::printable(type, kShownBytes))));
    }
    Outcome outcome = Outcome::pass(fmt::format("head after {}", core::human_duration(reply.head_at - reply.asked)));
    if (reply.header("x-accel-buffering").empty()) {
        outcome.with("X-Accel-Buffering", "was taken away on the way: an nginx that honours it");
    }
    return outcome;
}

/// Where the buffering sits, by playing the stream in other ways.
result::Finding where_buffered(const Subject& subject, const Facts& facts, const Pacing& pacing) {
    const HttpReply padded =
        play_stream(subject, facts, "&pad_bytes=2048", {{"Accept", "text/event-stream"}, {"Accept-Encoding", "identity"}});
    const Pacing with_padding = pacing_of(EventCollector(padded).events());
    const std::string seen =
        fmt::format("{} events that the relay sent over {} came in {} {} within {}", kEvents, core::human_duration(pacing.sent_spread),
                    pacing.bursts, pacing.bursts == 1 ? "burst" : "bursts", core::human_duration(pacing.spread));
    if (facts.proxy) {
        return found("sse.proxy-buffered", Confidence::Likely,
                     fmt::format("{}; they came through the proxy {}.", seen, facts.proxy->text()));
    }
    if (with_padding.verdict == Verdict::Even) {
        return found("sse.buffer-threshold", Confidence::Proven,
                     fmt::format("{}; events of 2 KiB come at once: a buffer is flushed when it is full.", seen));
    }
    return found(pacing.verdict == Verdict::BufferedFull ? "sse.buffered-full" : "sse.buffered-chunks", Confidence::Proven, seen + ".");
}

Outcome check_timing(const Subject& subject, Facts& facts) {
    if (!facts.stream_reply) {
        return without_pages();
    }
    const EventCollector collector(*facts.stream_reply);
    const Pacing pacing = pacing_of(collector.events());
    Outcome outcome;
    if (collector.events().size() < kEvents && pacing.verdict == Verdict::Even) {
        return Outcome::inconclusive(fmt::format("only {} of {} events came", collector.events().size(), kEvents), "a whole stream");
    }
    switch (pacing.verdict) {
        case Verdict::Even:
            outcome = Outcome::pass(fmt::format("events come as they are sent, at most {} late", core::human_duration(pacing.worst_lag)));
            break;
        case Verdict::Coalesced:
            outcome = Outcome::info(fmt::format("events are held for up to {}", core::human_duration(pacing.worst_lag)));
            outcome.findings.push_back(
                found("sse.coalesced", Confidence::Likely,
                      fmt::format("Something on the way holds events for up to {}.", core::human_duration(pacing.worst_lag))));
            break;
        case Verdict::TooFew:
            outcome = Outcome::inconclusive(fmt::format("only {} of {} events came", collector.events().size(), kEvents), "a whole stream");
            break;
        default:
            outcome = Outcome::fail("the stream is held back and let go in bursts", where_buffered(subject, facts, pacing));
    }
    return outcome.with("bursts", fmt::format("{} of {} events", pacing.bursts, collector.events().size()))
        .with("latest", core::human_duration(pacing.worst_lag));
}

Outcome check_finish(const Subject& /*subject*/, Facts& facts) {
    if (!facts.stream_reply) {
        return without_pages();
    }
    const HttpReply& reply = *facts.stream_reply;
    if (reply.end != HttpReply::End::Complete) {
        return Outcome::fail(
            reply.text(), found("sse.truncated", Confidence::Proven, fmt::format("The stream was cut before its end: {}.", reply.text())));
    }
    const EventCollector collector(reply);
    if (!collector.done()) {
        return Outcome::fail(fmt::format("{} of {} events and no [DONE]", collector.events().size(), kEvents),
                             found("sse.truncated", Confidence::Proven, "The stream ended as if it were whole, without its last events."));
    }
    return Outcome::pass("[DONE] and an orderly end");
}

}  // namespace

std::vector<Check> sse_checks() {
    using Kind = Check::Kind;
    return {
        {.id = "sse.headers",
         .category = "sse",
         .question = "Does a stream begin as one?",
         .needs = {"http.identity"},
         .kind = Kind::Stream,
         .run = &check_headers},
        {.id = "sse.timing",
         .category = "sse",
         .question = "Do events come when they are sent?",
         .needs = {"sse.headers"},
         .kind = Kind::Stream,
         .run = &check_timing},
        {.id = "sse.finish",
         .category = "sse",
         .question = "Does a stream end as one?",
         .needs = {"sse.headers"},
         .kind = Kind::Stream,
         .run = &check_finish},
    };
}

}  // namespace relaybench::doctor
