#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

/// One connection of the idle ladder: what flowed on it, and how it ended. All times are counted from the ladder's begin.
///
///     born          last_sent  last_received       asked        ended
///      |  … beats …     |            |   … quiet …   |  no answer  |
struct ArmTimeline {
    /// What flows. The first of each protocol is the question, the others tell what helps against the answer.
    enum class Role : std::uint8_t {
        Quiet,           ///< nothing
        Heartbeat,       ///< at the usual distance: WebSocket pings by us, SSE comments by the relay
        SlowHeartbeat,   ///< WebSocket pings at twice that distance
        RelayHeartbeat,  ///< WebSocket pings by the relay, which are answered
        Busy,            ///< messages all the time; opened later than the others
        Bare,            ///< nothing, over TCP without any protocol
    } role = Role::Quiet;

    enum class End : std::uint8_t {
        Alive,      ///< it still carried something when all was over
        NotOpened,  ///< it could not be reached, or was refused before anything could flow
        Refused,    ///< SSE: another answer than a stream came (`status`), at once or after a wait
        Fin,        ///< closed in an orderly way, without a Close frame or before the stream's end
        Close,      ///< a Close frame came (`close_code`)
        Reset,      ///< RST, at idle or in answer to what we sent
        Silence,    ///< nothing was answered any more
        Garbled,    ///< TLS or the protocol broke
    } end = End::NotOpened;

    core::Duration interval{0};  ///< from beat to beat; 0: none
    core::Duration born{0};      ///< when it was open; refused or not reached: when it began to connect
    core::Duration ended{0};     ///< Alive, Silence: when that was settled
    core::Duration last_sent{0};
    core::Duration last_received{0};
    std::optional<core::Duration> asked;  ///< the first sending that nothing answered

    std::uint16_t close_code = 0;
    int status = 0;                        ///< HTTP; 0: no head came
    std::uint64_t beats_seen = 0;          ///< heartbeats or events of the relay that arrived
    std::optional<std::uint64_t> written;  ///< how many of them the relay says that it wrote, by now
    TcpFacts tcp;                          ///< at the end
    std::string detail;                    ///< of the end, untrusted
    std::string answerer;                  ///< headers that tell who answered, untrusted

    [[nodiscard]] bool is_alive() const { return end == End::Alive; }
    [[nodiscard]] bool is_dead() const { return end != End::Alive && end != End::NotOpened; }
    [[nodiscard]] core::Duration age() const { return ended - born; }
    /// How long nothing had flowed when it ended, or when the sending began that had no answer.
    [[nodiscard]] core::Duration quiet() const;
    /// RST came so soon after a sending that it is the answer to it.
    [[nodiscard]] bool is_reset_by_asking() const;
    /// Beats that the relay wrote before the end; nothing when that is not known.
    [[nodiscard]] std::optional<std::uint64_t> written_in_time() const;
};

/// Arms of one protocol that were opened side by side.
struct IdleLadder {
    enum class Protocol : std::uint8_t { WebSocket, Sse } protocol = Protocol::WebSocket;
    core::Duration length{0};
    std::vector<ArmTimeline> arms;

    /// Null when there is no such arm.
    [[nodiscard]] const ArmTimeline* arm(ArmTimeline::Role role) const;
    /// Within which two ages are the same: a second, less in a ladder that is scaled down.
    [[nodiscard]] core::Duration tolerance() const;
};

/// "with a heartbeat every 25.0 s": what flows on an arm, in words.
[[nodiscard]] std::string arm_text(const ArmTimeline& arm, IdleLadder::Protocol protocol);
/// "closed without a goodbye after 60.0 s of quiet, 1 m 25 s old": how it ended, in words. Printable.
[[nodiscard]] std::string end_text(const ArmTimeline& arm);

/// Whose timer this is by default, such as "nginx's proxy_read_timeout, AWS's load balancer"; empty when no default is near.
[[nodiscard]] std::string_view usual_idle_timers(core::Duration quiet);
/// The same for limits on a connection's age.
[[nodiscard]] std::string_view usual_caps(core::Duration age);

}  // namespace relaybench::doctor
