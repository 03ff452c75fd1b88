#include <algorithm>

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
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Kind = SocketEvent::Kind;

constexpr core::Duration kUpgradeBudget = std::chrono::seconds(5);
constexpr core::Duration kEchoBudget = std::chrono::seconds(5);
constexpr core::Duration kStreamBudget = std::chrono::seconds(8);
constexpr core::Duration kCloseBudget = std::chrono::seconds(2);
constexpr std::size_t kLargeMessage = 16384;
constexpr std::size_t kShownBytes = 120;
constexpr std::size_t kPings = 5;
constexpr std::uint16_t kNormalClosure = 1000;

Upgrade open_socket(const Subject& subject, const Facts& facts, const std::string& target, const std::vector<wire::Header>& headers = {}) {
    const Deadline deadline = now() + kUpgradeBudget;
    Reached way = reach_relay(subject, facts, Trust::Anyone, deadline);
    if (!way.channel) {
        Upgrade none;
        none.reply.detail = way.failure;
        return none;
    }
    return upgrade(std::move(*way.channel), target, facts.url.authority(), headers, deadline);
}

std::string doctor_socket(const Facts& facts, std::string_view query = "") { return fmt::format("{}/doctor/ws{}", facts.prefix, query); }

/// Whether the headers of an upgrade reach the relay: it says which ones it saw.
bool upgrade_headers_arrive(const Subject& subject, const Facts& facts) {
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/hello";
    question.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}};
    const auto hello = read_hello(ask_relay(subject, facts, question, Trust::Anyone, now() + kUpgradeBudget).body);
    return hello && std::find(hello->received_headers.begin(), hello->received_headers.end(), "upgrade") != hello->received_headers.end();
}

result::Finding why_refused(const Subject& subject, const Facts& facts, const Upgrade& tried) {
    const HttpReply& reply = tried.reply;
    const std::string said = fmt::format("The upgrade to WebSocket is answered with {}.", reply.text());
    if (reply.status == 101) {
        return found("ws.broken-101", Confidence::Proven, fmt::format("The upgrade is accepted wrongly: {}.", tried.wrong_with));
    }
    if (reply.status >= 300 && reply.status < 400) {
        return found("ws.redirect", Confidence::Proven, said);
    }
    if (reply.status == 502 || reply.status == 503 || reply.status == 504) {
        return found("ws.gateway", Confidence::Proven, said);
    }
    if (reply.status == 401 || (reply.status == 403 && reply.is_json())) {
        return found("ws.auth", Confidence::Proven, said);
    }
    if (reply.status == 403) {
        return found("ws.policy-denied", Confidence::Likely, said);
    }
    if (reply.status == 200 && reply.is_html()) {
        return found("ws.answered-by-web-page", Confidence::Proven, said);
    }
    if (!reply.has_head()) {
        return found("ws.gateway", Confidence::Possible, fmt::format("The upgrade is not answered: {}.", reply.text()));
    }
    const bool arrive = facts.has_doctor_pages && upgrade_headers_arrive(subject, facts);
    return found("ws.upgrade-stripped", facts.has_doctor_pages && !arrive ? Confidence::Proven : Confidence::Likely, said);
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
    return Outcome::pass(fmt::format("101 after {}", core::human_duration(now() - began)));
}

/// The next data message; other events but pings end the wait.
SocketEvent next_message(WebSocketProbe& socket, Deadline deadline) {
    SocketEvent event = socket.next(deadline);
    while (event.kind == Kind::Pong) {
        event = socket.next(deadline);
    }
    return event;
}

Outcome check_echo(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_refused(subject, facts, tried));
    }
    const Deadline deadline = now() + kEchoBudget;
    std::vector<std::string> sent{"one", "two", "three", "four", "five", std::string(kLargeMessage, 'x')};
    for (const auto& text : sent) {
        tried.socket->send_text(text, deadline);
    }
    sent.emplace_back("\x01\x02\x00\xFF", 4);
    tried.socket->send_binary(sent.back(), deadline);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const SocketEvent event = next_message(*tried.socket, deadline);
        if ((event.kind != Kind::Text && event.kind != Kind::Binary) || event.payload != sent[i]) {
            return Outcome::fail(fmt::format("{} of {} messages came back", i, sent.size()),
                                 found(i == 0 ? "ws.one-way" : "ws.frame-blocked", Confidence::Proven,
                                       fmt::format("Of {} messages that were sent for echo, {} came back.", sent.size(), i)));
        }
    }
    return Outcome::pass("all messages came back, 16 KiB and binary too");
}

Outcome check_stream(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts, "?mode=paced&events=12&interval_ms=300"));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_refused(subject, facts, tried));
    }
    const Deadline deadline = now() + kStreamBudget;
    std::vector<PacedArrival> events;
    while (events.size() < 12) {
        const SocketEvent event = next_message(*tried.socket, deadline);
        if (event.kind != Kind::Text) {
            break;
        }
        if (const auto paced = read_paced_event(event.payload)) {
            events.push_back({std::chrono::microseconds(paced->sent_us), event.at});
        }
    }
    const Pacing pacing = pacing_of(events);
    if (events.size() < 12) {
        return Outcome::fail(
            fmt::format("{} of 12 messages came", events.size()),
            found("ws.one-way", Confidence::Likely, fmt::format("Of 12 messages that the relay sends, {} arrive.", events.size())));
    }
    if (pacing.verdict == Pacing::Verdict::Even || pacing.verdict == Pacing::Verdict::Coalesced) {
        return Outcome::pass(fmt::format("messages come as they are sent, at most {} late", core::human_duration(pacing.worst_lag)));
    }
    return Outcome::fail("messages are held back", found("ws.buffered", Confidence::Proven,
                                                         fmt::format("12 messages came in {} bursts within {}.", pacing.bursts,
                                                                     core::human_duration(pacing.spread))));
}

Outcome check_pings(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_refused(subject, facts, tried));
    }
    std::size_t answered = 0;
    core::Duration slowest{0};
    for (std::size_t i = 0; i < kPings; ++i) {
        const auto sent = now();
        tried.socket->send_ping(fmt::format("rb{}", i), sent + kCloseBudget);
        const SocketEvent event = tried.socket->next(sent + std::chrono::seconds(1));
        if (event.kind != Kind::Pong && event.kind != Kind::TimedOut) {
            return Outcome::inconclusive("the connection ended while pings were sent", "a connection that stands for a second");
        }
        if (event.kind == Kind::Pong) {
            answered += 1;
            slowest = std::max(slowest, event.at - sent);
        }
    }
    const std::string text = fmt::format("{} of {} answered, the slowest after {}", answered, kPings, core::human_duration(slowest));
    if (answered == 0) {
        return Outcome::fail(text, found("ws.ping-swallowed", Confidence::Proven, "No ping of the WebSocket protocol is answered."));
    }
    return answered < kPings ? Outcome::warn(text, found("ws.ping-swallowed", Confidence::Possible,
                                                         "Some pings of the WebSocket protocol are not answered."))
                             : Outcome::pass(text);
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
         .needs = {"ws.upgrade"},
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
