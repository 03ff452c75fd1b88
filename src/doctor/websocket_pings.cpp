#include "doctor/websocket_pings.h"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/finding_codes.h"
#include "doctor/reply_json.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Kind = SocketEvent::Kind;

constexpr std::size_t kPings = 5;
constexpr core::Duration kInterval = std::chrono::milliseconds(200);
constexpr core::Duration kLastWait = std::chrono::milliseconds(1500);
constexpr core::Duration kAnswerBudget = std::chrono::seconds(2);

/// Until the moment has come or `wanted` pongs have.
void read_pongs(WebSocketProbe& socket, const std::vector<core::TimePoint>& sent, std::size_t wanted, Deadline until, PingTally& tally) {
    while (tally.answered < wanted) {
        const SocketEvent event = socket.next(until);
        if (event.kind != Kind::Pong) {
            tally.ended = event.kind != Kind::TimedOut;
            return;
        }
        if (tally.answered < sent.size()) {
            tally.slowest = std::max(tally.slowest, event.at - sent[tally.answered]);
            tally.answered += 1;
        }
    }
}

std::optional<std::uint64_t> pings_that_arrived(WebSocketProbe& socket) {
    const Deadline deadline = now() + kAnswerBudget;
    socket.send_text(R"({"ask":"pings"})", deadline);
    SocketEvent answer = socket.next(deadline);
    while (answer.kind == Kind::Pong) {
        answer = socket.next(deadline);
    }
    return answer.kind == Kind::Text ? read_pings(answer.payload) : std::nullopt;
}

}  // namespace

PingTally send_pings(WebSocketProbe& socket) {
    PingTally tally;
    std::vector<core::TimePoint> sent;
    while (sent.size() < kPings && !tally.ended) {
        const Deadline next = now() + kInterval;
        sent.push_back(now());
        socket.send_ping(fmt::format("rb{}", sent.size()), next);
        const bool last = sent.size() == kPings;
        read_pongs(socket, sent, last ? kPings : std::numeric_limits<std::size_t>::max(), last ? now() + kLastWait : next, tally);
    }
    tally.sent = sent.size();
    if (!tally.ended) {
        tally.arrived = pings_that_arrived(socket);
    }
    return tally;
}

Outcome judge_pings(const PingTally& tally) {
    if (tally.ended) {
        return Outcome::inconclusive("the connection ended while pings were sent", "a connection that stands for a second");
    }
    const std::string text =
        fmt::format("{} of {} answered, the slowest after {}", tally.answered, tally.sent, core::human_duration(tally.slowest));
    if (tally.answered == 0) {
        return Outcome::fail(text, found("ws.ping-swallowed", Confidence::Proven,
                                         tally.arrived.value_or(0) > 0
                                             ? "Pings of the WebSocket protocol arrive at the relay, and none of its answers comes back."
                                             : "No ping of the WebSocket protocol is answered."));
    }
    if (tally.arrived == std::uint64_t{0}) {
        return Outcome::warn(text, found("ws.ping-swallowed", Confidence::Proven,
                                         "Pings of the WebSocket protocol are answered on the way and never arrive at the relay: behind "
                                         "that place the connection is quiet."));
    }
    if (tally.answered < tally.sent) {
        return Outcome::warn(text,
                             found("ws.ping-swallowed", Confidence::Possible, "Some pings of the WebSocket protocol are not answered."));
    }
    return Outcome::pass(text);
}

}  // namespace relaybench::doctor
