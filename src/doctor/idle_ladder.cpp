#include "doctor/idle_ladder.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"

namespace relaybench::doctor {

namespace {

using Role = ArmTimeline::Role;
using End = ArmTimeline::End;
using Protocol = IdleLadder::Protocol;

/// Of a ladder as people climb it, in seconds: what is shorter is scaled down.
constexpr int kFullLength = 130;
constexpr std::size_t kShownBytes = 80;

/// A default of products that stand between client and relay. Sources: the products' own documents, but those of CloudFront, Azure's
/// gateway and AWS's network load balancer, which are from field reports.
struct UsualLimit {
    std::chrono::seconds after;
    std::string_view whose;
};

constexpr auto kIdleTimers = std::to_array<UsualLimit>({
    {std::chrono::seconds(30), "Google's load balancer, CloudFront or Azure's Application Gateway"},
    {std::chrono::seconds(50), "HAProxy as Debian ships it"},
    {std::chrono::seconds(55), "Heroku's router"},
    {std::chrono::seconds(60), "nginx (proxy_read_timeout), Apache or AWS's application load balancer"},
    {std::chrono::seconds(100), "Cloudflare"},
    {std::chrono::seconds(120), "Cloudflare"},
    {std::chrono::seconds(240), "Azure's load balancer"},
    {std::chrono::seconds(300), "Envoy or Istio (stream_idle_timeout)"},
    {std::chrono::seconds(350), "AWS's network load balancer"},
    {std::chrono::seconds(400), "Cloudflare, towards the client"},
    {std::chrono::seconds(600), "tinyproxy or Google's connection tracking"},
    {std::chrono::seconds(900), "squid (read_timeout)"},
});

constexpr auto kCaps = std::to_array<UsualLimit>({
    {std::chrono::seconds(15), "Envoy or Istio (route timeout)"},
    {std::chrono::seconds(30), "Google's load balancer (backend timeout)"},
});

std::string_view near(std::span<const UsualLimit> limits, core::Duration time) {
    constexpr core::Duration kNear = std::chrono::seconds(1);
    const auto found =
        std::find_if(limits.begin(), limits.end(), [&](const UsualLimit& limit) { return std::chrono::abs(time - limit.after) <= kNear; });
    return found == limits.end() ? std::string_view{} : found->whose;
}

std::string with_detail(std::string text, const ArmTimeline& arm) {
    return arm.detail.empty() ? text : fmt::format("{}: {}", text, core::printable(arm.detail, kShownBytes));
}

}  // namespace

core::Duration ArmTimeline::quiet() const {
    if (asked && (end == End::Silence || is_reset_by_asking())) {
        return *asked - std::max(born, last_received);
    }
    return ended - std::max({born, last_sent, last_received});
}

bool ArmTimeline::is_reset_by_asking() const {
    const core::Duration soon = std::max<core::Duration>(std::chrono::milliseconds(500), 3 * tcp.rtt);
    return end == End::Reset && asked && ended - last_sent <= soon;
}

std::optional<std::uint64_t> ArmTimeline::written_in_time() const {
    if (!written || interval.count() <= 0) {
        return std::nullopt;
    }
    const auto due = static_cast<std::uint64_t>(age() / interval);
    return std::min(*written, due);
}

const ArmTimeline* IdleLadder::arm(Role role) const {
    const auto found = std::find_if(arms.begin(), arms.end(), [&](const ArmTimeline& each) { return each.role == role; });
    return found == arms.end() ? nullptr : &*found;
}

core::Duration IdleLadder::tolerance() const {
    constexpr core::Duration kLeast = std::chrono::milliseconds(250);
    constexpr core::Duration kMost = std::chrono::seconds(1);
    return std::clamp<core::Duration>(length / kFullLength, kLeast, kMost);
}

std::string arm_text(const ArmTimeline& arm, Protocol protocol) {
    const bool socket = protocol == Protocol::WebSocket;
    const std::string every = "every " + core::human_duration(arm.interval);
    switch (arm.role) {
        case Role::Quiet:
            return "quiet";
        case Role::Heartbeat:
        case Role::SlowHeartbeat:
            return fmt::format("{} {}", socket ? "pings" : "keep-alive comments", every);
        case Role::RelayHeartbeat:
            return fmt::format("pings of the relay {}", every);
        case Role::Busy:
            return fmt::format("{} {}", socket ? "messages" : "events", every);
        case Role::Bare:
            return "bare TCP";
    }
    return {};
}

std::string end_text(const ArmTimeline& arm) {
    const std::string quiet = core::human_duration(arm.quiet());
    const std::string age = core::human_duration(arm.age());
    switch (arm.end) {
        case End::Alive:
            return fmt::format("alive after {}", age);
        case End::NotOpened:
            return with_detail("could not be opened", arm);
        case End::Refused:
            return fmt::format("answered HTTP {} after {}", arm.status, age);
        case End::Fin:
            return with_detail(fmt::format("closed {}after {} of quiet, {} old", arm.detail.empty() ? "without a word " : "", quiet, age),
                               arm);
        case End::Close:
            return with_detail(fmt::format("closed with code {} after {} of quiet, {} old", arm.close_code, quiet, age), arm);
        case End::Reset:
            return arm.is_reset_by_asking() ? fmt::format("reset in answer to the first packet after {} of quiet, {} old", quiet, age)
                                            : fmt::format("reset after {} of quiet, {} old", quiet, age);
        case End::Silence:
            return fmt::format("nothing was answered after {} of quiet ({})", quiet, arm.tcp.text());
        case End::Garbled:
            return with_detail(fmt::format("broke after {} of quiet, {} old", quiet, age), arm);
    }
    return {};
}

std::string_view usual_idle_timers(core::Duration quiet) { return near(kIdleTimers, quiet); }

std::string_view usual_caps(core::Duration age) { return near(kCaps, age); }

}  // namespace relaybench::doctor
