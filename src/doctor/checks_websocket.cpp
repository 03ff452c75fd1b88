#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/check_echo.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"
#include "doctor/pacing.h"
#include "doctor/reply_json.h"
#include "doctor/shown.h"
#include "doctor/unanswered.h"
#include "doctor/websocket_opening.h"
#include "doctor/websocket_pings.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Kind = SocketEvent::Kind;

constexpr core::Duration kSlowUpgrade = std::chrono::seconds(2);
constexpr core::Duration kStreamBudget = std::chrono::seconds(8);
constexpr core::Duration kPushBudget = std::chrono::milliseconds(1500);
constexpr core::Duration kCloseBudget = std::chrono::seconds(2);
constexpr std::size_t kShownBytes = 120;
constexpr std::size_t kPacedMessages = 12;
constexpr std::uint16_t kNormalClosure = 1000;

Outcome check_upgrade(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return Outcome::inconclusive("the relay has no doctor pages",
                                     "a relay that serves /v1/doctor/ws, or a run with a WebSocket dialect");
    }
    auto began = now();
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    std::optional<HttpReply> first;
    const bool is_unheard = tried.reply.end == HttpReply::End::TimedOut || tried.reply.end == HttpReply::End::NotSent;
    if (is_unheard && !tried.reply.has_head()) {
        // Beside doctor's own long requests a thin line may have had no room for it.
        began = now();
        first = std::exchange(tried, open_socket(subject, facts, doctor_socket(facts))).reply;
    }
    if (!tried.accepted) {
        Outcome outcome = Outcome::fail(tried.reply.text(), why_not_opened(subject, facts, tried));
        for (const char* name : {"server", "via", "location", "content-type"}) {
            if (const auto value = tried.reply.header(name); !value.empty()) {
                outcome.with(name, name == std::string_view("location") ? shown_url(value) : core::printable(value, kShownBytes));
            }
        }
        return outcome;
    }
    const core::Duration took = now() - began;
    const core::Duration waited = tried.reply.head_at - tried.reply.asked;
    Outcome outcome = Outcome::pass(fmt::format("101 after {}", core::human_duration(took)));
    if (waited > kSlowUpgrade) {
        outcome = Outcome::warn(
            outcome.summary, found("ws.upgrade-slow", Confidence::Proven,
                                   fmt::format("The relay's 101 came {} after the upgrade was asked for.", core::human_duration(waited))));
    }
    const bool was_lost = first && took < kSlowUpgrade;  // else the line is slow, and nothing was lost
    return was_lost ? answered_late(std::move(outcome), *first) : outcome;
}

/// `end`: what came in place of the next message, when fewer came.
std::vector<PacedArrival> paced_messages(WebSocketProbe& socket, Deadline deadline, SocketEvent& end) {
    std::vector<PacedArrival> events;
    while (events.size() < kPacedMessages) {
        SocketEvent event = next_message(socket, deadline);
        if (event.kind != Kind::Text) {
            end = std::move(event);
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
    SocketEvent end;         ///< with fewer messages than were wanted: what came then
    std::size_t pushed = 0;  ///< messages that came when something was sent behind the silence

    [[nodiscard]] bool is_cut() const {
        const bool is_over = end.kind == Kind::Fin || end.kind == Kind::Reset || end.kind == Kind::Close;
        return tried.socket != nullptr && pacing.events < kPacedMessages && is_over;
    }
};

PacedRun play_paced(const Subject& subject, const Facts& facts) {
    PacedRun run;
    run.tried = open_socket(subject, facts, doctor_socket(facts, "?mode=paced&events=12&interval_ms=300"));
    if (run.tried.socket) {
        const HttpReply& head = run.tried.reply;
        run.pacing = pacing_of(paced_messages(*run.tried.socket, facts.within(kStreamBudget), run.end),
                               PaceOrigin{head.asked, head.head_at - head.asked});
        if (run.pacing.events < kPacedMessages && run.end.kind == Kind::TimedOut) {
            // Who looks after a connection only when the client says something lets go now.
            run.tried.socket->send_text("more?", facts.within(kPushBudget));
            SocketEvent end;
            const std::size_t came = paced_messages(*run.tried.socket, facts.within(kPushBudget), end).size();
            run.pushed = lost_some(run.tried.socket->tcp()) ? 0 : came;  // a packet that was lost may come just then
        }
    }
    return run;
}

std::string how_it_ended(const SocketEvent& end) {
    return end.kind == Kind::Close   ? fmt::format("by a Close frame (code {})", end.close_code)
           : end.kind == Kind::Reset ? "by a reset"
                                     : "without a Close frame";
}

Outcome cut(const PacedRun& run) {
    return Outcome::fail(fmt::format("cut off after {} of {} messages", run.pacing.events, kPacedMessages),
                         found("ws.cut", Confidence::Proven,
                               fmt::format("While messages flow the WebSocket is ended {}, after {} of {}.", how_it_ended(run.end),
                                           run.pacing.events, kPacedMessages)));
}

Outcome judge_paced(const Subject& subject, const Facts& facts, const PacedRun& run) {
    const Pacing& pacing = run.pacing;
    if (!run.tried.socket) {
        return Outcome::fail(run.tried.reply.text(), why_not_opened(subject, facts, run.tried));
    }
    if (run.is_cut()) {
        return cut(run);
    }
    if (run.pushed > 0) {
        return Outcome::fail(
            "messages are held back",
            found("ws.buffered", Confidence::Proven,
                  fmt::format("Of {} messages that the relay sends, {} came by themselves within {}, and {} more only when "
                              "something was sent.",
                              kPacedMessages, pacing.events, core::human_duration(kStreamBudget), run.pushed)));
    }
    if (pacing.events < kPacedMessages && !pacing.is_buffered()) {
        auto finding = found("ws.one-way", Confidence::Likely,
                             fmt::format("Of {} messages that the relay sends, {} arrive.", kPacedMessages, pacing.events));
        return Outcome::fail(fmt::format("{} of {} messages came", pacing.events, kPacedMessages),
                             why_unheard(facts, run.tried.socket->tcp(), std::move(finding)));
    }
    if (!pacing.is_buffered()) {
        return Outcome::pass(fmt::format("messages come as they are sent, at most {} late", core::human_duration(pacing.longest_hold)));
    }
    return Outcome::fail("messages are held back",
                         found("ws.buffered", Confidence::Proven,
                               fmt::format("{} messages that were sent over {} came in {} bursts within {}.", pacing.events,
                                           core::human_duration(pacing.sent_spread), pacing.bursts, core::human_duration(pacing.spread))));
}

Outcome check_stream(const Subject& subject, Facts& facts) {
    const PacedRun first = play_paced(subject, facts);
    facts.messages = first.pacing;
    Outcome outcome = judge_paced(subject, facts, first);
    if (outcome.status != result::CheckStatus::Fail) {
        return outcome;
    }
    const PacedRun second = play_paced(subject, facts);
    facts.messages = second.pacing;
    Outcome again = judge_paced(subject, facts, second);
    if (again.status == result::CheckStatus::Fail || first.pacing.is_buffered()) {
        return again;  // what was late beside doctor's other traffic may be in time without it
    }
    return Outcome::warn("failed once of two tries",
                         found("net.flaky", Confidence::Proven, "The first try failed: " + outcome.findings.front().cause));
}

Outcome check_pings(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_not_opened(subject, facts, tried));
    }
    return judge_pings(send_pings(*tried.socket, facts.ends));
}

Outcome check_close(const Subject& subject, Facts& facts) {
    Upgrade tried = open_socket(subject, facts, doctor_socket(facts));
    if (!tried.socket) {
        return Outcome::fail(tried.reply.text(), why_not_opened(subject, facts, tried));
    }
    const auto began = now();
    const Deadline deadline = facts.within(kCloseBudget);
    tried.socket->send_close(kNormalClosure, deadline);
    const SocketEvent event = next_message(*tried.socket, deadline);
    if (event.kind == Kind::Close) {
        return Outcome::pass(fmt::format("answered with {}", event.close_code));
    }
    return Outcome::warn("the goodbye is not answered",
                         found("ws.close-not-echoed", Confidence::Proven,
                               fmt::format("A close frame is not answered within {}.", core::human_duration(now() - began))));
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
