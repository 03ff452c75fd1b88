#include "doctor/sse_probe.h"

#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/facts.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "wire/gzip_stream.h"
#include "wire/sse_parser.h"

namespace relaybench::doctor {

namespace {

constexpr std::size_t kMostTextBytes = std::size_t{1} << 20;
constexpr std::size_t kMostStrangeBytes = 200;

class EventCollector final : public wire::SseSink {
  public:
    explicit EventCollector(StreamSample& sample) : sample_(sample) {}

    /// False when what comes is no event stream.
    bool take(std::string_view bytes, core::TimePoint at) {
        at_ = at;
        return parser_.feed(bytes, *this) == wire::SseParser::Status::Ok;
    }
    bool on_event(const wire::SseEvent& event) override {
        if (event.data == "[DONE]") {
            sample_.done = true;
        } else if (const auto paced = read_paced_event(event.data)) {
            sample_.events.push_back({std::chrono::microseconds(paced->sent_us), at_, paced->number});
        } else if (sample_.strange.empty()) {
            sample_.strange = event.data.substr(0, kMostStrangeBytes);
        }
        return true;
    }
    void on_comment() override {}

  private:
    StreamSample& sample_;
    wire::SseParser parser_;
    core::TimePoint at_;
};

}  // namespace

bool StreamSample::is_stream() const {
    return reply.status == 200 && core::lowercase(reply.header("content-type")).find("text/event-stream") != std::string::npos;
}

void feed_pieces(const HttpReply& reply, const std::function<bool(std::string_view bytes, core::TimePoint at)>& take) {
    const bool gzipped = core::iequals(reply.header("content-encoding"), "gzip");
    wire::GzipReader unpacked;
    std::size_t fed = 0;
    for (const auto& piece : reply.pieces) {
        const auto bytes = std::string_view(reply.body).substr(fed, piece.body_bytes - fed);
        fed = piece.body_bytes;
        std::string text;
        if (gzipped && !unpacked.read(bytes, kMostTextBytes, text)) {
            break;
        }
        if (!take(gzipped ? std::string_view(text) : bytes, piece.at)) {
            break;
        }
    }
}

StreamSample sample_of(HttpReply reply) {
    StreamSample sample;
    sample.reply = std::move(reply);
    EventCollector collector(sample);
    feed_pieces(sample.reply, [&collector](std::string_view bytes, core::TimePoint at) { return collector.take(bytes, at); });
    return sample;
}

StreamSample play_stream(const Subject& subject, const Facts& facts, const StreamAsk& ask) {
    HttpQuestion question;
    question.method = ask.method;
    question.target = fmt::format("{}/doctor/stream?events={}&interval_ms={}", facts.prefix, ask.events, ask.interval.count());
    question.target += ask.pad_bytes > 0 ? fmt::format("&pad_bytes={}", ask.pad_bytes) : "";
    question.target += ask.id.empty() ? "" : "&id=" + ask.id;
    question.headers = {{"Accept", "text/event-stream"}, {"Accept-Encoding", ask.accept_encoding}};
    return sample_of(ask_relay(subject, facts, std::move(question), Trust::Anyone, facts.within(ask.budget)));
}

std::vector<StreamSample> play_streams(const Subject& subject, const Facts& facts, const std::vector<StreamAsk>& asks) {
    std::vector<std::future<StreamSample>> playing;
    playing.reserve(asks.size());
    for (const auto& ask : asks) {
        playing.push_back(std::async(std::launch::async, [&] { return play_stream(subject, facts, ask); }));
    }
    std::vector<StreamSample> samples;
    samples.reserve(asks.size());
    for (auto& each : playing) {
        samples.push_back(each.get());
    }
    return samples;
}

Pacing pacing_of(const StreamSample& sample, std::optional<core::Duration> round_trip) {
    return pacing_of(sample.events, round_trip ? std::optional(PaceOrigin{sample.reply.asked, *round_trip}) : std::nullopt);
}

}  // namespace relaybench::doctor
