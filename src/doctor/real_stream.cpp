#include "doctor/real_stream.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
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
        case HttpReply::End::TooLarge:
            return RealStream::End::TimedOut;
        default:
            return RealStream::End::Cut;
    }
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
    if (stream.error) {
        return Verdict::Refused;
    }
    if (stream.end == RealStream::End::NotReached || stream.end == RealStream::End::NoStream) {
        return stream.end == RealStream::End::NotReached ? Verdict::NotReached : Verdict::NoStream;
    }
    if (stream.end == RealStream::End::TimedOut) {
        return Verdict::Unfinished;
    }
    if (stream.end == RealStream::End::Cut || !stream.finished) {
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

RealStream read_completion(wire::Dialect dialect, const HttpReply& reply) {
    RealStream stream{
        .asked = reply.asked, .chunks = {}, .finished = false, .end = end_of(reply.end), .end_text = reply.text(), .error = {}};
    if (reply.has_head() && reply.status != 200) {
        stream.error = wire::read_error_body(reply.status, reply.body);
        return stream;
    }
    if (!reply.has_head()) {
        stream.end = reply.end == HttpReply::End::TimedOut ? stream.end : RealStream::End::NotReached;
        return stream;
    }
    if (core::lowercase(reply.header("content-type")).find("text/event-stream") == std::string::npos) {
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
