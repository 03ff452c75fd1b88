#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/random.h"
#include "relay/profile.h"

namespace relaybench::relay {

/// Which connection, which request on it, which stream of the whole relay (all counted from 0): with the seed, all that a script may
/// depend on.
struct Occasion {
    std::uint64_t connection = 0;
    std::uint64_t request = 0;
    std::uint64_t stream = 0;
};

/// What befalls a connection from its first moment on.
struct ConnectionPlan {
    std::optional<core::Duration> accept_delay;
    std::optional<FaultId> end_at_once;  ///< Refuse or CloseOnAccept
    bool swallow_pongs = false;
    std::optional<core::Duration> idle_cut;
    bool pings_count = true;  ///< for idle_cut
};
[[nodiscard]] ConnectionPlan plan_connection(const Profile& profile, std::uint64_t seed, std::uint64_t connection);

/// The fault that befalls the answer or the stream, or none. The first of the profile's list that strikes.
[[nodiscard]] std::optional<Fault> plan_fault(const Profile& profile, std::uint64_t seed, const Occasion& occasion);

/// What the request asked for, as far as timing and order depend on it.
struct Wanted {
    std::string_view model;
    std::uint32_t max_tokens = 0;  ///< 0: not said
    bool usage = false;            ///< a usage chunk is asked for
};

enum class Step : std::uint8_t {
    Role,    ///< the chunk that only names the role; nothing in dialects without roles
    Tokens,  ///< one token-bearing chunk
    Finish,  ///< the finish signal
    Usage,
    Done,   ///< `[DONE]`
    Error,  ///< an error event
    GarbageJson,
    GarbageFraming,
    HalfChunk,  ///< the first half of a token chunk's bytes
    EndClean,   ///< the last chunk, or a close frame with 1000
    EndFin,
    EndTlsCut,
    EndReset,
    EndCloseCode,
    Silence,  ///< nothing more, for ever
};

/// After `after` (since the action before; since the request for the first one), do this.
struct Action {
    core::Duration after{0};
    Step step = Step::Silence;
    std::uint32_t tokens = 0;        ///< Step::Tokens: how many
    bool cut_by_max_tokens = false;  ///< Step::Finish: the request's max_tokens ended it
};

/// One stream as a sequence of timed actions: pure in what it is made from. Never ends by itself: after an end it gives Silence.
class Script {
  public:
    /// `timing` is copied; `fault` is of Stream scope.
    Script(const Timing& timing, const std::optional<Fault>& fault, const Wanted& wanted, core::Random random);

    [[nodiscard]] Action next();
    [[nodiscard]] std::uint32_t tokens_planned() const { return tokens_; }
    [[nodiscard]] std::uint32_t tokens_sent() const { return sent_; }

  private:
    enum class Phase : std::uint8_t { Role, Body, Finish, Usage, Done, End, CutEnd, Over };

    [[nodiscard]] Action next_in_body();
    [[nodiscard]] Action next_chunk();
    [[nodiscard]] Action strike(core::Duration after);
    [[nodiscard]] Action next_after_body();
    [[nodiscard]] Action clean_or_faulty_end();
    [[nodiscard]] core::Duration drawn_gap();
    /// Time from the last release to that of a chunk produced `gap` after its predecessor.
    [[nodiscard]] core::Duration through_buffer(core::Duration gap);
    [[nodiscard]] bool has(FaultId id) const { return fault_ && fault_->id == id; }
    [[nodiscard]] bool strikes_in_body() const;
    Action end_with(Step step, core::Duration after);

    Timing timing_;
    std::optional<Fault> fault_;
    core::Random random_;
    std::uint32_t tokens_ = 0;
    std::uint32_t strike_at_ = 0;
    std::uint32_t sent_ = 0;
    bool capped_ = false;
    bool usage_ = false;
    Phase phase_ = Phase::Role;

    // A buffering proxy: times on the line of the unbuffered stream and of what was released.
    core::Duration produced_at_{0};
    core::Duration released_at_{0};
    core::Duration buffer_until_{0};
    std::uint32_t in_buffer_ = 0;
};

/// The generator that a stream's script is made with.
[[nodiscard]] core::Random stream_random(std::uint64_t seed, const Occasion& occasion);

}  // namespace relaybench::relay
