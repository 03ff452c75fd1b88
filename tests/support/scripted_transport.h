#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "stream/transport.h"

namespace relaybench::test {

/// One thing that a scripted connection does, so long after its open().
struct Step {
    struct Connected {};
    struct Secured {};
    struct Written {};
    struct Head {
        stream::ResponseHead head;
    };
    struct Body {
        std::string bytes;
    };
    struct Text {
        std::string payload;
    };
    struct Pong {};
    struct Ended {
        stream::End end;
    };
    core::Duration after;
    std::variant<Connected, Secured, Written, Head, Body, Text, Pong, Ended> what;
    /// Events with the same non-zero read number came in one read; 0: a read of its own.
    std::uint64_t read = 0;
};

using Script = std::vector<Step>;

/// A transport with no sockets: plays a script for each stream on a manual clock, which moves only inside poll(). So a run of hours takes
/// milliseconds, and every time in its result is exact.
class ScriptedTransport final : public stream::Transport {
  public:
    using Scripts = std::function<Script(stream::StreamId, const wire::Request&)>;
    ScriptedTransport(core::ManualClock& clock, Scripts scripts) : clock_(clock), scripts_(std::move(scripts)) {}

    void open(stream::StreamId id, const stream::Target& /*target*/, const wire::Request& request, wire::ConnectionUse /*use*/) override {
        ++opened_;
        for (auto& step : scripts_(id, request)) {
            queue_.emplace(clock_.now() + step.after, std::pair{id, std::move(step)});
        }
    }
    void send(stream::StreamId /*id*/, const wire::Message& message) override { sent_.push_back(message.payload); }
    void send_ping(stream::StreamId /*id*/, std::string_view /*payload*/) override { ++pings_; }
    void close(stream::StreamId id) override {
        ++closed_;
        std::erase_if(queue_, [id](const auto& entry) { return entry.second.first == id; });
    }
    void first_token_read(stream::StreamId /*id*/) override {}
    void poll(core::TimePoint until, stream::TransportSink& sink) override {
        if (queue_.empty() || queue_.begin()->first > until) {
            clock_.advance_to(until);
            return;
        }
        const auto now = queue_.begin()->first;
        clock_.advance_to(now);
        while (!queue_.empty() && queue_.begin()->first <= now) {
            auto entry = queue_.extract(queue_.begin());
            deliver(entry.mapped().first, entry.mapped().second, now, sink);
        }
    }
    void wake() override {}
    [[nodiscard]] stream::TransportCounters counters() const override { return counters_; }

    [[nodiscard]] std::uint64_t opened() const { return opened_; }
    [[nodiscard]] std::uint64_t closed() const { return closed_; }
    [[nodiscard]] std::uint64_t pings() const { return pings_; }
    [[nodiscard]] const std::vector<std::string>& sent() const { return sent_; }

  private:
    void deliver(stream::StreamId id, const Step& step, core::TimePoint now, stream::TransportSink& sink) {
        const stream::Arrival arrival{now, now, stream::StampSource::Kernel, step.read != 0 ? step.read : ++next_read_};
        ++counters_.reads;
        ++counters_.kernel_stamped;
        std::visit(
            [&](const auto& what) {
                using What = std::decay_t<decltype(what)>;
                if constexpr (std::is_same_v<What, Step::Connected>) {
                    sink.on_connected(id, stream::ConnectionOrigin::New, now);
                } else if constexpr (std::is_same_v<What, Step::Secured>) {
                    sink.on_secured(id, now);
                } else if constexpr (std::is_same_v<What, Step::Written>) {
                    sink.on_written(id, now);
                } else if constexpr (std::is_same_v<What, Step::Head>) {
                    sink.on_head(id, what.head, arrival);
                } else if constexpr (std::is_same_v<What, Step::Body>) {
                    sink.on_body(id, what.bytes, arrival);
                } else if constexpr (std::is_same_v<What, Step::Text>) {
                    sink.on_message(id, wire::MessageKind::Text, what.payload, arrival);
                } else if constexpr (std::is_same_v<What, Step::Pong>) {
                    sink.on_pong(id, "", arrival);
                } else {
                    auto end = what.end;
                    end.at = now;
                    sink.on_ended(id, end);
                }
            },
            step.what);
    }

    core::ManualClock& clock_;
    Scripts scripts_;
    std::multimap<core::TimePoint, std::pair<stream::StreamId, Step>> queue_;
    std::vector<std::string> sent_;
    stream::TransportCounters counters_;
    std::uint64_t next_read_ = 1'000'000;
    std::uint64_t opened_ = 0;
    std::uint64_t closed_ = 0;
    std::uint64_t pings_ = 0;
};

inline stream::ResponseHead sse_head() {
    return {.status = 200, .reason = "OK", .headers = {{"content-type", "text/event-stream; charset=utf-8"}}, .upgraded = false};
}

inline stream::ResponseHead upgraded_head() { return {.status = 101, .reason = "Switching Protocols", .headers = {}, .upgraded = true}; }

inline std::string token_event(const std::string& text) {
    return R"(data: {"choices":[{"index":0,"delta":{"content":")" + text + R"("},"finish_reason":null}]})" + "\n\n";
}

inline std::string finish_event() {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
}

/// A whole good SSE stream: connected at 1 ms, written at 2 ms, headers at 10 ms, first token at `ttft` after the request, then a token
/// every `gap`, then the finish signal and the end of the body with the last token.
inline Script good_sse(core::Duration ttft, core::Duration gap, int tokens) {
    using namespace std::chrono_literals;
    Script script{{1ms, Step::Connected{}}, {2ms, Step::Written{}}, {2ms + ttft / 2, Step::Head{sse_head()}}};
    auto at = 2ms + ttft;
    for (int token = 0; token < tokens; ++token, at += gap) {
        script.push_back({at, Step::Body{token_event("x")}});
    }
    at -= gap;
    script.push_back({at, Step::Body{finish_event()}});
    script.push_back({at, Step::Ended{{.kind = stream::EndKind::BodyComplete}}});
    return script;
}

}  // namespace relaybench::test
