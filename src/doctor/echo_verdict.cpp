#include "doctor/echo_verdict.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Kind = SocketEvent::Kind;

std::string what_became(const EchoFailure& failure) {
    switch (failure.kind) {
        case Kind::Text:
        case Kind::Binary:
            return failure.is_skipped ? "did not come back" : "came back altered";
        case Kind::TimedOut:
            return "did not come back";
        case Kind::Close:
            return fmt::format("was answered with a Close frame ({})", failure.close_code);
        case Kind::Broken:
            return "was answered with bytes that are no WebSocket";
        default:
            return "ended the connection";
    }
}

std::string how_ended(const EchoFailure& failure) {
    switch (failure.kind) {
        case Kind::Close:
            return fmt::format("by a Close frame with code {}", failure.close_code);
        case Kind::Reset:
            return "by a reset";
        default:
            return "without a Close frame";
    }
}

/// What the codes say of why (RFC 6455 §7.4.1 and IANA's registry). 1005 and 1006 are never sent.
std::string_view code_of_close(const EchoFailure& failure) {
    constexpr std::uint16_t kPolicy = 1008;
    constexpr std::uint16_t kInternalError = 1011;
    constexpr std::uint16_t kBadGateway = 1014;
    if (failure.kind != Kind::Close) {
        return "ws.cut";
    }
    if (failure.close_code == kPolicy) {
        return "ws.policy-denied";
    }
    return failure.close_code >= kInternalError && failure.close_code <= kBadGateway ? "ws.gateway" : "ws.cut";
}

/// The connection ends under small messages as well.
result::Finding ended(const EchoFailure& failure, const EchoRun& small) {
    return found(code_of_close(failure), Confidence::Proven,
                 fmt::format("The WebSocket opens and is ended {}, twice; the second time after {} of {} small messages had come back.",
                             how_ended(failure), small.came, small.sent));
}

result::Finding why_not_echoed(const EchoRun& run, const std::optional<EchoRun>& small) {
    const EchoFailure& failure = *run.failed;
    if (failure.comes_when_pushed) {
        return found("ws.buffered", Confidence::Proven,
                     fmt::format("Of {} messages that were sent for echo, {} came back at once; {} came back only when more was sent "
                                 "behind it.",
                                 run.sent, run.came, failure.name));
    }
    if (failure.ends_connection() && small && small->failed && small->failed->ends_connection()) {
        return ended(*small->failed, *small);
    }
    if (failure.ends_connection() && small && small->is_whole()) {
        return found(
            "ws.frame-blocked", Confidence::Proven,
            fmt::format("All of {} small messages come back; with large and binary ones among them the WebSocket is ended {} after "
                        "{} of {} ({} was next).",
                        small->sent, how_ended(failure), run.came, run.sent, failure.name));
    }
    // Nothing at all came back: one direction is dead. Else it is this kind of message that does not pass.
    const bool nothing = run.came == 0 && failure.kind == Kind::TimedOut;
    return found(nothing ? "ws.one-way" : "ws.frame-blocked", Confidence::Proven,
                 fmt::format("Of {} messages that were sent for echo, {} came back; {} {}.", run.sent, run.came, failure.name,
                             what_became(failure)));
}

}  // namespace

bool is_echo(const SocketEvent& event, const EchoMessage& message) {
    return event.kind == message.kind && event.payload == message.payload;
}

bool EchoFailure::ends_connection() const { return kind == Kind::Close || kind == Kind::Fin || kind == Kind::Reset; }

EchoFailure failure_of(const SocketEvent& event, std::span<const EchoMessage> expected) {
    const bool is_later_one = std::any_of(expected.begin(), expected.end(), [&](const auto& message) { return is_echo(event, message); });
    return {.kind = event.kind, .close_code = event.close_code, .name = expected.front().name, .is_skipped = is_later_one};
}

Outcome judge_echo(const EchoRun& run, const std::optional<EchoRun>& small) {
    if (run.still_moving) {
        return Outcome::info(fmt::format("{} of {} messages came back, the next is still on its way: a thin line", run.came, run.sent));
    }
    if (run.failed) {
        return Outcome::fail(fmt::format("{} of {} messages came back", run.came, run.sent), why_not_echoed(run, small));
    }
    return Outcome::pass("all messages came back, large ones and binary too");
}

}  // namespace relaybench::doctor
