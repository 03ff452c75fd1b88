#include "doctor/check_echo.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/echo_verdict.h"
#include "doctor/lost_packets.h"
#include "doctor/websocket_opening.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

namespace {

using Kind = SocketEvent::Kind;

constexpr core::Duration kEchoBudget = std::chrono::seconds(5);
constexpr core::Duration kMovingBudget = std::chrono::seconds(2);
constexpr core::Duration kLongestMoving = std::chrono::seconds(10);
constexpr core::Duration kPushBudget = std::chrono::seconds(2);
/// Lines on which all of the first messages came back so soon can bear a long one.
constexpr core::Duration kQuick = std::chrono::seconds(1);
constexpr std::size_t kLargeMessage = 16384;
/// More than 64 KiB, where many limits lie.
constexpr std::size_t kLongMessage = 66560;

EchoMessage short_text(std::string payload) { return {Kind::Text, std::move(payload), "a short text"}; }
EchoMessage large_text() { return {Kind::Text, std::string(kLargeMessage, 'x'), "a text of 16 KiB"}; }

std::vector<EchoMessage> messages_of_all_kinds() {
    std::vector<EchoMessage> messages;
    for (const char* word : {"one", "two", "three", "four", "five"}) {
        messages.push_back(short_text(word));
    }
    messages.push_back(large_text());
    messages.push_back({Kind::Binary, std::string("\x01\x02\x00\xFF", 4), "a binary message"});
    return messages;
}

/// As many, and none that anybody could object to.
std::vector<EchoMessage> small_messages() {
    std::vector<EchoMessage> messages;
    for (const char* word : {"one", "two", "three", "four", "five", "six", "seven"}) {
        messages.push_back(short_text(word));
    }
    return messages;
}

void send(WebSocketProbe& socket, std::span<const EchoMessage> messages, Deadline deadline) {
    for (const EchoMessage& message : messages) {
        message.kind == Kind::Text ? socket.send_text(message.payload, deadline) : socket.send_binary(message.payload, deadline);
    }
}

/// More came than was sent for echo: somebody says other things on this line, faster than they are read, and packets may get lost by that alone.
bool is_flooded(const TcpFacts& tcp) {
    constexpr std::uint64_t kMost = 4 * kLongMessage;
    return tcp.bytes_received > kMost;
}

/// The next message. While bytes still move it is waited for beyond the deadline, to the last one: a thin line takes long for what is large.
/// Nothing when they still move then.
std::optional<SocketEvent> next_while_moving(WebSocketProbe& socket, Deadline deadline, Deadline last) {
    SocketEvent event = next_message(socket, deadline);
    while (event.kind == Kind::TimedOut && now() < last) {
        const TcpFacts before = socket.tcp();
        if (is_flooded(before)) {
            return event;
        }
        event = next_message(socket, std::min(now() + kMovingBudget, last));
        const TcpFacts after = socket.tcp();
        const bool moves = after.bytes_received != before.bytes_received || after.bytes_acked != before.bytes_acked;
        if (event.kind == Kind::TimedOut && !moves) {
            return event;
        }
    }
    return event.kind == Kind::TimedOut ? std::nullopt : std::optional(std::move(event));
}

/// Whether a message that did not come back does when more is sent behind it: then it was held, not lost.
bool comes_when_pushed(WebSocketProbe& socket, const EchoMessage& message, Deadline ends) {
    const Deadline deadline = std::min(now() + kPushBudget, ends);
    const std::vector<EchoMessage> more = {short_text("six"), large_text()};
    send(socket, more, deadline);
    return is_echo(next_message(socket, deadline), message);
}

/// All are sent before the first is awaited.
EchoRun play(WebSocketProbe& socket, const std::vector<EchoMessage>& messages, const Facts& facts) {
    const Deadline deadline = facts.within(kEchoBudget);
    const Deadline last = std::min(deadline + kLongestMoving, facts.ends);
    EchoRun run;
    run.sent = messages.size();
    send(socket, messages, deadline);
    for (; run.came < messages.size(); ++run.came) {
        auto event = next_while_moving(socket, deadline, last);
        if (!event) {
            run.still_moving = true;
            return run;
        }
        if (!is_echo(*event, messages[run.came])) {
            run.failed = failure_of(*event, std::span(messages).subspan(run.came));
            run.failed->comes_when_pushed = event->kind == Kind::TimedOut && comes_when_pushed(socket, messages[run.came], facts.ends);
            return run;
        }
    }
    return run;
}

/// Small messages alone, on another connection: those that end it tell that it is not their kind.
std::optional<EchoRun> play_small(const Subject& subject, const Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    return tried.socket ? std::optional(play(*tried.socket, small_messages(), facts)) : std::nullopt;
}

}  // namespace

Outcome check_echo(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_not_opened(subject, facts, tried));
    }
    const core::TimePoint began = now();
    EchoRun run = play(*tried.socket, messages_of_all_kinds(), facts);
    const bool is_quick = now() - began < kQuick;
    if (run.is_whole() && is_quick) {
        const EchoRun longer = play(*tried.socket, {{Kind::Text, std::string(kLongMessage, 'x'), "a text of 65 KiB"}}, facts);
        run.sent += longer.sent;
        run.came += longer.came;
        run.failed = longer.failed;
        run.still_moving = longer.still_moving;
    }
    const bool ended = run.failed && run.failed->ends_connection();
    Outcome outcome = judge_echo(run, ended ? play_small(subject, facts) : std::nullopt);
    if (run.failed && run.failed->kind == Kind::TimedOut && !is_flooded(tried.socket->tcp())) {
        outcome.findings.front() = why_unheard(facts, tried.socket->tcp(), outcome.findings.front());
    }
    return outcome;
}

}  // namespace relaybench::doctor
