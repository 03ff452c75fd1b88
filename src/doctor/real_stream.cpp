#include "doctor/real_stream.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/answerer.h"
#include "doctor/finding_codes.h"
#include "doctor/sse_probe.h"
#include "wire/error_body.h"
#include "wire/payload_decoder.h"
#include "wire/sse_parser.h"

namespace relaybench::doctor {

namespace {

using Verdict = RealPace::Verdict;

constexpr std::size_t kFewestChunks = 8;
constexpr std::size_t kFewestArrivals = 4;
constexpr core::Duration kSameArrival = std::chrono::milliseconds(1);
/// No model writes 8 chunks in this time after it took so long for the first.
constexpr core::Duration kMoment = std::chrono::milliseconds(20);
constexpr core::Duration kLongWait = std::chrono::seconds(1);

class ChunkCollector final : public wire::SseSink {
  public:
    ChunkCollector(wire::Dialect dialect, RealStream& stream) : dialect_(dialect), stream_(stream) {}

    bool take(std::string_view bytes, core::TimePoint at) {
        at_ = at;
        return parser_.feed(bytes, *this) == wire::SseParser::Status::Ok;
    }
    bool on_event(const wire::SseEvent& event) override {
        wire::StreamEvent decoded = decoder_.decode(dialect_, event.type, event.data);
        if (decoded.token != wire::TokenKind::None) {
            stream_.chunks.push_back(at_);
        }
        stream_.finished = stream_.finished || decoded.finish || decoded.done_marker;
        if (decoded.error) {
            stream_.error = std::move(decoded.error);
        }
        return !stream_.error;
    }
    void on_comment() override {}

  private:
    wire::Dialect dialect_;
    RealStream& stream_;
    wire::PayloadDecoder decoder_;
    wire::SseParser parser_;
    core::TimePoint at_;
};

RealStream::End end_of(HttpReply::End end) {
    switch (end) {
        case HttpReply::End::Complete:
            return RealStream::End::Orderly;
        case HttpReply::End::TimedOut:
            return RealStream::End::TimedOut;
        case HttpReply::End::TooLarge:
            return RealStream::End::Enough;
        default:
            return RealStream::End::Cut;
    }
}

/// Programs read a stream by its lines, whatever its type is called; browsers do not, and are told by sse.headers.
bool is_event_stream(const HttpReply& reply) {
    constexpr std::array<std::string_view, 5> kFields = {"data:", "event:", "id:", "retry:", ":"};
    return core::lowercase(reply.header("content-type")).find("text/event-stream") != std::string::npos ||
           std::ranges::any_of(kFields, [&](std::string_view field) { return reply.body.starts_with(field); });
}

void measure(RealPace& pace, const RealStream& stream) {
    const auto& chunks = stream.chunks;
    pace.first = chunks.front() - stream.asked;
    pace.spread = chunks.back() - chunks.front();
    std::vector<core::Duration> gaps;
    for (std::size_t i = 1; i < chunks.size(); ++i) {
        gaps.push_back(chunks[i] - chunks[i - 1]);
    }
    pace.arrivals = 1 + static_cast<std::size_t>(std::ranges::count_if(gaps, [](core::Duration gap) { return gap >= kSameArrival; }));
    if (!gaps.empty()) {
        std::ranges::sort(gaps);
        pace.median_gap = gaps[gaps.size() / 2];
        pace.longest_gap = gaps.back();
    }
}

Verdict verdict_of(const RealPace& pace, const RealStream& stream) {
    if (stream.error || stream.kept_out) {
        return Verdict::Refused;
    }
    if (stream.end == RealStream::End::NotReached || stream.end == RealStream::End::NoStream) {
        return stream.end == RealStream::End::NotReached ? Verdict::NotReached : Verdict::NoStream;
    }
    if (stream.end == RealStream::End::TimedOut) {
        return Verdict::Unfinished;
    }
    if (stream.end == RealStream::End::Cut || (!stream.finished && stream.end != RealStream::End::Enough)) {
        return Verdict::Cut;
    }
    if (pace.chunks < kFewestChunks) {
        return Verdict::TooFew;
    }
    if (pace.spread <= kMoment) {
        return pace.first >= kLongWait ? Verdict::AtOnce : Verdict::TooFew;
    }
    return pace.arrivals < kFewestArrivals ? Verdict::Lumps : Verdict::Spread;
}

}  // namespace

void note_refusal(RealStream& stream, const HttpReply& reply) {
    stream.status = reply.status;
    const bool is_json = reply.is_json() && !reply.is_html();
    if (auto kept_out = why_kept_out(reply)) {
        stream.kept_out = std::move(kept_out);
    } else if (!is_json && (reply.status == 403 || reply.status == 451)) {
        stream.kept_out =
            found("net.waf-block", result::Confidence::Likely, fmt::format("A completion is refused on the way: {}.", answered(reply)));
    } else if (!is_json && reply.status >= 500) {
        stream.kept_out = why_server_fails(reply, fmt::format("A completion is answered {}.", answered(reply)));
    } else {
        stream.error = wire::read_error_body(reply.status == 200 ? 0 : reply.status, reply.body);
    }
}

RealStream read_completion(wire::Dialect dialect, const HttpReply& reply) {
    RealStream stream;
    stream.asked = reply.asked;
    stream.ended = reply.ended_at;
    stream.end = end_of(reply.end);
    stream.end_text = reply.text();
    if (!reply.has_head()) {
        stream.end = reply.end == HttpReply::End::TimedOut ? stream.end : RealStream::End::NotReached;
        return stream;
    }
    if (reply.status != 200 || (reply.is_json() && wire::looks_like_error(reply.body))) {
        note_refusal(stream, reply);
        return stream;
    }
    if (!is_event_stream(reply)) {
        stream.end = RealStream::End::NoStream;
        return stream;
    }
    ChunkCollector collector(dialect, stream);
    feed_pieces(reply, [&collector](std::string_view bytes, core::TimePoint at) { return collector.take(bytes, at); });
    return stream;
}

RealPace pace_of(const RealStream& stream) {
    RealPace pace;
    pace.chunks = stream.chunks.size();
    if (!stream.chunks.empty()) {
        measure(pace, stream);
    }
    pace.verdict = verdict_of(pace, stream);
    return pace;
}

}  // namespace relaybench::doctor
