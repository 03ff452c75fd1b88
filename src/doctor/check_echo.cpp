#include "doctor/check_echo.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "doctor/finding_codes.h"
#include "doctor/websocket_opening.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Kind = SocketEvent::Kind;

constexpr core::Duration kEchoBudget = std::chrono::seconds(5);
constexpr core::Duration kMovingBudget = std::chrono::seconds(2);
constexpr core::Duration kLongestMoving = std::chrono::seconds(10);
constexpr std::size_t kLargeMessage = 16384;

/// What is sent for echo, and what a loss of it means.
struct EchoMessage {
    Kind kind = Kind::Text;
    std::string payload;
    std::string_view name;
};

std::vector<EchoMessage> echo_messages() {
    std::vector<EchoMessage> messages;
    for (const char* word : {"one", "two", "three", "four", "five"}) {
        messages.push_back({Kind::Text, word, "a short text"});
    }
    messages.push_back({Kind::Text, std::string(kLargeMessage, 'x'), "a text of 16 KiB"});
    messages.push_back({Kind::Binary, std::string("\x01\x02\x00\xFF", 4), "a binary message"});
    return messages;
}

bool is_echo(const SocketEvent& event, const EchoMessage& message) {
    return event.kind == message.kind && event.payload == message.payload;
}

/// What came in place of the first message of `expected`.
std::string_view what_became(const SocketEvent& event, std::span<const EchoMessage> expected) {
    const bool is_later_one = std::any_of(expected.begin(), expected.end(), [&](const auto& message) { return is_echo(event, message); });
    switch (event.kind) {
        case Kind::Text:
        case Kind::Binary:
            return is_later_one ? "did not come back" : "came back altered";
        case Kind::TimedOut:
            return "did not come back";
        case Kind::Close:
            return "was answered with a Close frame";
        case Kind::Broken:
            return "was answered with bytes that are no WebSocket";
        default:
            return "ended the connection";
    }
}

/// The next message. While bytes still move it is waited for beyond the deadline, to the last one: a thin line takes long for what is large.
/// Nothing when they still move then.
std::optional<SocketEvent> next_while_moving(WebSocketProbe& socket, Deadline deadline, Deadline last) {
    SocketEvent event = next_message(socket, deadline);
    while (event.kind == Kind::TimedOut && now() < last) {
        const TcpFacts before = socket.tcp();
        event = next_message(socket, std::min(now() + kMovingBudget, last));
        const TcpFacts after = socket.tcp();
        const bool moves = after.bytes_received != before.bytes_received || after.bytes_acked != before.bytes_acked;
        if (event.kind == Kind::TimedOut && !moves) {
            return event;
        }
    }
    return event.kind == Kind::TimedOut ? std::nullopt : std::optional(std::move(event));
}

}  // namespace

Outcome check_echo(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_not_opened(subject, facts, tried));
    }
    const Deadline deadline = facts.within(kEchoBudget);
    const Deadline last = std::min(deadline + kLongestMoving, facts.ends);
    const std::vector<EchoMessage> messages = echo_messages();
    for (const EchoMessage& message : messages) {
        message.kind == Kind::Text ? tried.socket->send_text(message.payload, deadline)
                                   : tried.socket->send_binary(message.payload, deadline);
    }
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto event = next_while_moving(*tried.socket, deadline, last);
        if (!event) {
            return Outcome::info(fmt::format("{} of {} messages came back, the next is still on its way: a thin line", i, messages.size()));
        }
        if (!is_echo(*event, messages[i])) {
            // Nothing at all came back: one direction is dead. Else it is this kind of message that does not pass.
            const bool nothing = i == 0 && event->kind == Kind::TimedOut;
            return Outcome::fail(fmt::format("{} of {} messages came back", i, messages.size()),
                                 found(nothing ? "ws.one-way" : "ws.frame-blocked", Confidence::Proven,
                                       fmt::format("Of {} messages that were sent for echo, {} came back; {} {}.", messages.size(), i,
                                                   messages[i].name, what_became(*event, std::span(messages).subspan(i)))));
        }
    }
    return Outcome::pass("all messages came back, 16 KiB and binary too");
}

}  // namespace relaybench::doctor
