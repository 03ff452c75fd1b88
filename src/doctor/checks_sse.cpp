#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/answerer.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/line_evenness.h"
#include "doctor/lost_packets.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "doctor/stream_end.h"
#include "doctor/stream_timing.h"
#include "doctor/unanswered.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kCountsBudget = std::chrono::seconds(3);
constexpr std::size_t kShownBytes = 120;
constexpr std::size_t kFewestJudged = 4;

StreamAsk asked_by(std::string method, std::string accept_encoding, std::string id = {}) {
    StreamAsk ask;
    ask.method = std::move(method);
    ask.accept_encoding = std::move(accept_encoding);
    ask.id = std::move(id);
    return ask;
}

/// What the relay says to have sent of a stream that never came.
std::optional<std::uint64_t> events_sent(const Subject& subject, const Facts& facts, const std::string& id) {
    HttpQuestion question;
    question.target = fmt::format("{}/doctor/stream/{}", facts.prefix, id);
    const auto counts = read_counts(ask_relay(subject, facts, question, Trust::Anyone, facts.within(kCountsBudget)).body);
    return counts ? std::optional(counts->events) : std::nullopt;
}

/// Time ran out: whether the relay has sent what did not come. Where some came, their times say more.
std::optional<Outcome> kept_for_long(const Subject& subject, const Facts& facts, const StreamSample& plain, const std::string& id) {
    if (plain.reply.end != HttpReply::End::TimedOut || plain.events.size() >= kFewestJudged) {
        return std::nullopt;
    }
    const std::uint64_t sent = events_sent(subject, facts, id).value_or(0);
    if (sent <= plain.events.size() + 1) {  // one may be on its way
        return std::nullopt;
    }
    const std::string came = plain.reply.has_head() ? fmt::format("{} came", plain.events.size()) : "not even the head of its answer came";
    return Outcome::fail("the stream does not come",
                         why_unheard(facts, plain.reply.tcp,
                                     found("sse.buffered-full", Confidence::Proven,
                                           fmt::format("The relay has sent {} events, and within {} {}.", sent,
                                                       core::human_duration(plain.reply.ended_at - plain.reply.asked), came))));
}

Outcome not_answered(const Facts& facts, const HttpReply& reply) {
    return Outcome::fail(reply.text(), why_unheard(facts, reply,
                                                   found("sse.not-a-stream", Confidence::Likely,
                                                         fmt::format("A request for a stream is not answered: {}.", reply.text()))));
}

Outcome no_stream(const HttpReply& reply) {
    if (auto limited = why_limited(reply)) {
        return Outcome::fail(reply.text(), *std::move(limited));
    }
    if (reply.status >= 500) {
        return Outcome::fail(reply.text(), found("relay.down", Confidence::Likely,
                                                 fmt::format("A request for a stream is answered with {}.", answered(reply))));
    }
    const auto type = reply.header("content-type");
    return Outcome::fail(reply.text(), found("sse.not-a-stream", Confidence::Proven,
                                             fmt::format("A stream was asked for, and {} ({}) came.", answered(reply),
                                                         type.empty() ? "no content type" : core::printable(type, kShownBytes))));
}

/// What the relay should say to proxies and, as far as can be seen from here, does not.
Outcome judge_hints(const HttpReply& reply) {
    Outcome outcome = Outcome::pass(fmt::format("head after {}", core::human_duration(reply.head_at - reply.asked)));
    const std::string caching = core::lowercase(reply.header("cache-control"));
    if (caching.find("no-cache") == std::string::npos && caching.find("no-store") == std::string::npos) {
        outcome = Outcome::warn(outcome.summary,
                                found("sse.hint-missing", Confidence::Proven, "The stream comes without Cache-Control: no-cache."));
    }
    // An nginx on the way takes this one away when it heeds it: that it is missing proves nothing.
    return outcome.with("x-accel-buffering", reply.header("x-accel-buffering").empty()
                                                 ? "not seen here"
                                                 : core::printable(reply.header("x-accel-buffering"), kShownBytes));
}

/// Cut off before its first event, or an error of a server: of several behind one name it may be one that is ill.
bool may_pass(const StreamSample& sample) {
    const HttpReply& reply = sample.reply;
    return reply.end != HttpReply::End::TimedOut && (!reply.has_head() || reply.status >= 500);
}

Outcome check_headers(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return without_stream_pages();
    }
    std::string id = fmt::format("rb-{:x}", now().time_since_epoch().count());
    FirstStreams streams;
    streams.round_trip = time_of_empty_stream(subject, facts);
    auto samples = play_streams(subject, facts, {asked_by("POST", "identity", id), asked_by("POST", "gzip"), asked_by("GET", "identity")});
    streams.plain = std::move(samples[0]);
    streams.compressed = std::move(samples[1]);
    streams.by_get = std::move(samples[2]);
    std::optional<HttpReply> first;
    if (may_pass(streams.plain)) {
        id += "-2";
        first = std::exchange(streams.plain, play_stream(subject, facts, asked_by("POST", "identity", id))).reply;
    }
    const HttpReply& reply = streams.plain.reply;
    if (auto kept = kept_for_long(subject, facts, streams.plain, id)) {
        return *std::move(kept);
    }
    if (!reply.has_head()) {
        return not_answered(facts, reply);
    }
    if (!streams.plain.is_stream()) {
        return no_stream(reply);
    }
    Outcome outcome = judge_hints(reply);
    facts.streams = std::move(streams);
    return first ? answered_late(std::move(outcome), *first) : outcome;
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
        {.id = "sse.ab",
         .category = "sse",
         .question = "In what other ways of asking does the stream come in time?",
         .needs = {"sse.headers"},
         .kind = Kind::Stream,
         .weight = Check::Weight::Optional,
         .run = &check_stream_arms},
        {.id = "sse.timing",
         .category = "sse",
         .question = "Do events come when they are sent, and what holds them back?",
         .needs = {"sse.ab"},
         .kind = Kind::Stream,
         .run = &check_stream_timing},
        {.id = "sse.finish",
         .category = "sse",
         .question = "Does a stream end as one?",
         .needs = {"sse.headers"},
         .kind = Kind::Stream,
         .run = &check_stream_end},
    };
}

}  // namespace relaybench::doctor
