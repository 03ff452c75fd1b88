#pragma once

#include <cstdint>

#include "core/clock.h"
#include "net/listener.h"
#include "relay/profile.h"
#include "relay/session.h"
#include "relay/timer_heap.h"
#include "relay/truth.h"
#include "relay/write_batch.h"

namespace relaybench::relay {

/// What a step left behind.
enum class Played : std::uint8_t {
    Waiting,  ///< for a timer, for room in the socket, or for ever (silence)
    Ended,    ///< the stream is over and the connection lives on
    Gone,     ///< the connection is over
};

/// Plays scripts: turns due actions into bytes, one send() for all that is due at one instant. Stateless between calls but for its
/// buffer; everything of a stream is in its session.
class Player {
  public:
    struct Needs {
        const core::Clock& clock;
        const Profile& profile;
        net::Listener& listener;
        TimerHeap& timers;
        Truth& truth;
    };
    /// All of `needs` must outlive the player.
    explicit Player(const Needs& needs) : needs_(needs) {}

    /// `head` (response head, or empty) leaves together with what is due at once.
    [[nodiscard]] Played begin(Session& session, std::string_view head);
    /// A timer fired, or the socket has room again.
    [[nodiscard]] Played proceed(Session& session);
    /// Sends a keep-alive comment if the stream is waiting.
    void comment(Session& session);

  private:
    [[nodiscard]] Played play_due(Session& session);
    [[nodiscard]] Played play_end(Session& session, Step step);
    void append(Session& session, const Action& action);
    [[nodiscard]] net::SendResult flush(Session& session);
    [[nodiscard]] Played clean_end(Session& session);
    void note_tokens(RunningStream& stream, core::TimePoint sent_at);

    Needs needs_;
    WriteBatch batch_;
    bool batch_has_tokens_ = false;
    core::TimePoint batch_due_;
};

}  // namespace relaybench::relay
