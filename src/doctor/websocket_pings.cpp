#include "doctor/websocket_pings.h"

#include <algorithm>
#include <limits>

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
constexpr core::Duration kLongestLine = std::chrono::seconds(8);
constexpr core::Duration kAnswerBudget = std::chrono::seconds(5);

void count(const SocketEvent& pong, SentPings& sent, PingTally& tally) {
    if (const auto waited = sent.answer(pong.payload, pong.at)) {
        tally.slowest = std::max(tally.slowest, *waited);
        tally.answered += 1;
    }
}

/// Until the moment has come or `wanted` pongs have.
void read_pongs(WebSocketProbe& socket, SentPings& sent, std::size_t wanted, Deadline until, PingTally& tally) {
    while (tally.answered < wanted) {
        const SocketEvent event = socket.next(until);
        if (event.kind != Kind::Pong) {
            tally.ended = event.kind != Kind::TimedOut;
            return;
        }
        count(event, sent, tally);
    }
}

/// Pings that wait in line behind doctor's own long requests are not lost: until all are acknowledged, their pongs are still to come.
void await_late_pongs(WebSocketProbe& socket, SentPings& sent, PingTally& tally, Deadline ends) {
    const Deadline last = std::min(now() + kLongestLine, ends);
    while (tally.answered < kPings && !tally.ended && socket.tcp().unacked > 0 && now() < last) {
        read_pongs(socket, sent, kPings, std::min(now() + kLastWait, last), tally);
    }
}

/// Asked behind the last ping: on one connection the answer comes behind the pongs, so that those which do not come before it never will.
std::optional<std::uint64_t> pings_that_arrived(WebSocketProbe& socket, SentPings& sent, PingTally& tally, Deadline deadline) {
    socket.send_text(R"({"ask":"pings"})", deadline);
    SocketEvent answer = socket.next(deadline);
    for (; answer.kind == Kind::Pong; answer = socket.next(deadline)) {
        count(answer, sent, tally);
    }
    return answer.kind == Kind::Text ? read_pings(answer.payload) : std::nullopt;
}

}  // namespace

std::string SentPings::add(core::TimePoint at) {
    pings_.push_back({fmt::format("rb{}", pings_.size() + 1), at});
    return pings_.back().payload;
}

std::optional<core::Duration> SentPings::answer(std::string_view payload, core::TimePoint at) {
    const auto ping =
        std::find_if(pings_.begin(), pings_.end(), [&](const Ping& each) { return each.payload == payload && !each.answered; });
    if (ping == pings_.end()) {
        return std::nullopt;
    }
    ping->answered = true;
    return at - ping->at;
}

PingTally send_pings(WebSocketProbe& socket, Deadline ends) {
    PingTally tally;
    SentPings sent;
    while (sent.count() < kPings && !tally.ended) {
        const Deadline next = std::min(now() + kInterval, ends);
        socket.send_ping(sent.add(now()), next);
        const bool last = sent.count() == kPings;
        read_pongs(socket, sent, last ? kPings : std::numeric_limits<std::size_t>::max(), last ? std::min(now() + kLastWait, ends) : next,
                   tally);
    }
    await_late_pongs(socket, sent, tally, ends);
    tally.sent = sent.count();
    if (!tally.ended) {
        tally.arrived = pings_that_arrived(socket, sent, tally, std::min(now() + kAnswerBudget, ends));
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
    if (tally.answered < tally.sent && !tally.arrived) {
        return Outcome::inconclusive(text + ", and what was asked behind them is not answered yet either", "a line that answers sooner");
    }
    if (tally.answered < tally.sent) {
        return Outcome::warn(text,
                             found("ws.ping-swallowed", Confidence::Possible, "Some pings of the WebSocket protocol are not answered."));
    }
    return Outcome::pass(text);
}

}  // namespace relaybench::doctor
