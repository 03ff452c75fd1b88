#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/clock.h"
#include "integration/net/raw_server.h"
#include "net/client.h"
#include "stream/transport.h"

namespace relaybench::testing {

/// What a stream reported, in order, with the words of the port: "connected secured written head body ended".
struct Seen {
    std::string order;
    stream::ResponseHead head;
    std::string body;
    std::vector<std::string> messages;
    std::vector<wire::MessageKind> kinds;
    std::vector<std::string> pongs;
    std::vector<stream::Arrival> arrivals;
    std::optional<stream::ConnectionOrigin> origin;
    std::optional<stream::End> end;
    int ends = 0;
    core::TimePoint connected;
    core::TimePoint written;

    void add(const std::string& word) {
        const auto last = order.rfind(' ');
        if (order.substr(last == std::string::npos ? 0 : last + 1) != word) {
            order += order.empty() ? word : " " + word;
        }
    }
};

/// A sink that remembers, and a transport to drive. Reactions are called after the event was noted.
class Client final : public stream::TransportSink {
  public:
    explicit Client(net::ClientOptions options = {}) {
        auto made = net::make_client(clock, options);
        if (!made) {
            throw std::runtime_error(made.error().message);
        }
        transport = std::move(*made);
    }

    Seen& seen(std::uint32_t slot) { return streams[slot]; }

    /// Polls until `done` holds; false after 20 s.
    bool run_until(const std::function<bool()>& done) {
        const core::TimePoint deadline = clock.now() + std::chrono::seconds(20);
        while (!holds(done) && clock.now() < deadline) {
            transport->poll(std::min(deadline, clock.now() + std::chrono::seconds(1)), *this);
        }
        return holds(done);
    }
    /// Looks while no script is at work, as the condition may be about what one has noted.
    static bool holds(const std::function<bool()>& condition) {
        const std::lock_guard mine(turn());
        return condition();
    }
    bool run_to_end(std::uint32_t slot) {
        return run_until([&] { return streams[slot].end.has_value(); });
    }

    void on_connected(stream::StreamId id, stream::ConnectionOrigin origin, core::TimePoint at) override {
        streams[id.slot].add("connected");
        streams[id.slot].origin = origin;
        streams[id.slot].connected = at;
    }
    void on_secured(stream::StreamId id, core::TimePoint /*at*/) override { streams[id.slot].add("secured"); }
    void on_written(stream::StreamId id, core::TimePoint at) override {
        streams[id.slot].add("written");
        streams[id.slot].written = at;
    }
    void on_head(stream::StreamId id, const stream::ResponseHead& head, const stream::Arrival& arrival) override {
        streams[id.slot].add("head");
        streams[id.slot].head = head;
        streams[id.slot].arrivals.push_back(arrival);
        if (after_head) {
            after_head(id);
        }
    }
    void on_body(stream::StreamId id, std::string_view bytes, const stream::Arrival& arrival) override {
        streams[id.slot].add("body");
        streams[id.slot].body += bytes;
        streams[id.slot].arrivals.push_back(arrival);
        if (after_body) {
            after_body(id);
        }
    }
    void on_message(stream::StreamId id, wire::MessageKind kind, std::string_view payload, const stream::Arrival& arrival) override {
        streams[id.slot].add("message");
        streams[id.slot].messages.emplace_back(payload);
        streams[id.slot].kinds.push_back(kind);
        streams[id.slot].arrivals.push_back(arrival);
        if (after_message) {
            after_message(id);
        }
    }
    void on_pong(stream::StreamId id, std::string_view payload, const stream::Arrival& /*arrival*/) override {
        streams[id.slot].add("pong");
        streams[id.slot].pongs.emplace_back(payload);
    }
    void on_ended(stream::StreamId id, const stream::End& end) override {
        streams[id.slot].add("ended");
        streams[id.slot].end = end;
        streams[id.slot].ends += 1;
        if (after_end) {
            after_end(id);
        }
    }

    core::SystemClock clock;
    std::map<std::uint32_t, Seen> streams;
    std::function<void(stream::StreamId)> after_head;
    std::function<void(stream::StreamId)> after_body;
    std::function<void(stream::StreamId)> after_message;
    std::function<void(stream::StreamId)> after_end;
    std::unique_ptr<stream::Transport> transport;
};

inline stream::Target target_at(std::uint16_t port) {
    stream::Target target;
    target.host = "127.0.0.1";
    target.authority = "relay.test";
    target.address = "127.0.0.1";
    target.port = port;
    return target;
}

inline wire::Request chat_request(std::string body = R"({"stream":true})") {
    wire::Request request;
    request.carrier = wire::Carrier::Http;
    request.method = "POST";
    request.target = "/v1/chat/completions?x=1";
    request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer test"}};
    request.body = std::move(body);
    return request;
}

inline wire::Request socket_request(std::vector<wire::Message> opening = {}) {
    wire::Request request;
    request.carrier = wire::Carrier::WebSocket;
    request.method = "GET";
    request.target = "/ws";
    request.headers = {{"Authorization", "Bearer test"}};
    request.opening = std::move(opening);
    return request;
}

}  // namespace relaybench::testing
