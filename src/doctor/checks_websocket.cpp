#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/pacing.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "doctor/shown.h"
#include "doctor/websocket_pings.h"
#include "doctor/websocket_probe.h"
#include "doctor/websocket_refusal.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Kind = SocketEvent::Kind;

constexpr core::Duration kUpgradeBudget = std::chrono::seconds(5);
constexpr core::Duration kSlowUpgrade = std::chrono::seconds(2);
constexpr core::Duration kEchoBudget = std::chrono::seconds(5);
constexpr core::Duration kMovingBudget = std::chrono::seconds(2);
constexpr core::Duration kLongestMoving = std::chrono::seconds(10);
constexpr core::Duration kStreamBudget = std::chrono::seconds(8);
constexpr core::Duration kCloseBudget = std::chrono::seconds(2);
constexpr std::size_t kLargeMessage = 16384;
constexpr std::size_t kShownBytes = 120;
constexpr std::size_t kPacedMessages = 12;
constexpr std::uint16_t kNormalClosure = 1000;

Upgrade open_socket(const Subject& subject, const Facts& facts, const std::string& target, const std::vector<wire::Header>& headers = {}) {
    const Deadline deadline = within(facts, kUpgradeBudget);
    Reached way = reach_relay(subject, facts, Trust::Anyone, deadline);
    if (!way.channel) {
        Upgrade none;
        none.reply.detail = way.failure;
        return none;
    }
    return upgrade(std::move(*way.channel), target, facts.url.authority(), headers, deadline);
}

std::string doctor_socket(const Facts& facts, std::string_view query = "") { return fmt::format("{}/doctor/ws{}", facts.prefix, query); }

/// What the relay says to have received of a request that asks for an upgrade.
UpgradeHeaders upgrade_headers(const Subject& subject, const Facts& facts) {
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/hello";
    question.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}};
    const auto hello = read_hello(ask_relay(subject, facts, question, Trust::Anyone, within(facts, kUpgradeBudget)).body);
    if (!hello) {
        return UpgradeHeaders::NotKnown;
    }
    const auto& seen = hello->received_headers;
    return std::find(seen.begin(), seen.end(), "upgrade") == seen.end() ? UpgradeHeaders::Stripped : UpgradeHeaders::Arrive;
}

result::Finding why_refused(const Subject& subject, const Facts& facts, const Upgrade& tried) {
    const bool asks_the_relay = looks_like_plain_answer(tried.reply) && facts.has_doctor_pages;
    return why_upgrade_refused(tried.reply, tried.wrong_with, asks_the_relay ? upgrade_headers(subject, facts) : UpgradeHeaders::NotKnown);
}

Outcome check_upgrade(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return Outcome::inconclusive("the relay has no doctor pages",
                                     "a relay that serves /v1/doctor/ws, or a run with a WebSocket dialect");
    }
    const auto began = now();
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.accepted) {
        Outcome outcome = Outcome::fail(tried.reply.text(), why_refused(subject, facts, tried));
        for (const char* name : {"server", "via", "location", "content-type"}) {
            if (const auto value = tried.reply.header(name); !value.empty()) {
                outcome.with(name, name == std::string_view("location") ? shown_url(value) : core::printable(value, kShownBytes));
            }
        }
        return outcome;
    }
    const std::string text = fmt::format("101 after {}", core::human_duration(now() - began));
    const core::Duration waited = tried.reply.head_at - tried.reply.asked;
    return waited > kSlowUpgrade
               ? Outcome::warn(text,
                               found("ws.upgrade-slow", Confidence::Proven,
                                     fmt::format("The relay's 101 came {} after the upgrade was asked for.", core::human_duration(waited))))
               : Outcome::pass(text);
}

/// The next data message; other events but pings end the wait.
SocketEvent next_message(WebSocketProbe& socket, Deadline deadline) {
    SocketEvent event = socket.next(deadline);
    while (event.kind == Kind::Pong) {
        event = socket.next(deadline);
    }
    return event;
}

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

/// All are sent before the first is awaited: a slow way back must not add up.
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

Outcome check_echo(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_refused(subject, facts, tried));
    }
    const Deadline deadline = now() + kEchoBudget;
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

std::vector<PacedArrival> paced_messages(WebSocketProbe& socket) {
    const Deadline deadline = now() + kStreamBudget;
    std::vector<PacedArrival> events;
    while (events.size() < kPacedMessages) {
        const SocketEvent event = next_message(socket, deadline);
        if (event.kind != Kind::Text) {
            break;
        }
        if (const auto paced = read_paced_event(event.payload)) {
            events.push_back({std::chrono::microseconds(paced->sent_us), event.at});
        }
    }
    return events;
}

/// One run of the paced messages.
struct PacedRun {
    Upgrade tried;
    Pacing pacing;
};

PacedRun play_paced(const Subject& subject, const Facts& facts) {
    PacedRun run;
    run.tried = open_socket(subject, facts, doctor_socket(facts, "?mode=paced&events=12&interval_ms=300"));
    if (run.tried.socket) {
        const HttpReply& head = run.tried.reply;
        run.pacing = pacing_of(paced_messages(*run.tried.socket), PaceOrigin{head.asked, head.head_at - head.asked});
    }
    return run;
}

Outcome check_stream(const Subject& subject, Facts& facts) {
    PacedRun run = play_paced(subject, facts);
    if (run.pacing.is_buffered()) {
        run = play_paced(subject, facts);  // what was late beside doctor's other traffic may be in time without it
    }
    const Pacing& pacing = run.pacing;
    if (!run.tried.socket) {
        return Outcome::fail(run.tried.reply.text(), why_refused(subject, facts, run.tried));
    }
    if (pacing.events < kPacedMessages && !pacing.is_buffered()) {
        return Outcome::fail(fmt::format("{} of {} messages came", pacing.events, kPacedMessages),
                             found("ws.one-way", Confidence::Likely,
                                   fmt::format("Of {} messages that the relay sends, {} arrive.", kPacedMessages, pacing.events)));
    }
    if (!pacing.is_buffered()) {
        return Outcome::pass(fmt::format("messages come as they are sent, at most {} late", core::human_duration(pacing.longest_hold)));
    }
    return Outcome::fail("messages are held back",
                         found("ws.buffered", Confidence::Proven,
                               fmt::format("{} messages that were sent over {} came in {} bursts within {}.", pacing.events,
                                           core::human_duration(pacing.sent_spread), pacing.bursts, core::human_duration(pacing.spread))));
}

Outcome check_pings(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_refused(subject, facts, tried));
    }
    return judge_pings(send_pings(*tried.socket));
}

Outcome check_close(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_refused(subject, facts, tried));
    }
    const Deadline deadline = now() + kCloseBudget;
    tried.socket->send_close(kNormalClosure, deadline);
    const SocketEvent event = next_message(*tried.socket, deadline);
    if (event.kind == Kind::Close) {
        return Outcome::pass(fmt::format("answered with {}", event.close_code));
    }
    return Outcome::warn("the goodbye is not answered",
                         found("ws.close-not-echoed", Confidence::Proven, "A close frame is not answered within 2 s."));
}

}  // namespace

std::vector<Check> websocket_checks() {
    using CheckKind = Check::Kind;
    return {
        {.id = "ws.upgrade",
         .category = "ws",
         .question = "Is an upgrade to WebSocket let through?",
         .needs = {"http.identity"},
         .run = &check_upgrade},
        {.id = "ws.echo",
         .category = "ws",
         .question = "Do messages travel both ways, large ones too?",
         .needs = {"ws.upgrade"},
         .run = &check_echo},
        {.id = "ws.stream",
         .category = "ws",
         .question = "Do messages come when they are sent?",
         .needs = {"ws.echo"},
         .kind = CheckKind::Stream,
         .run = &check_stream},
        {.id = "ws.pingpong", .category = "ws", .question = "Are pings answered?", .needs = {"ws.upgrade"}, .run = &check_pings},
        {.id = "ws.close",
         .category = "ws",
         .question = "Is a goodbye answered?",
         .needs = {"ws.upgrade"},
         .weight = Check::Weight::Optional,
         .run = &check_close},
    };
}

}  // namespace relaybench::doctor
