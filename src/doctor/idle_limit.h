#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doctor/idle_ladder.h"
#include "result/diagnosis.h"

/// What the verdict on a ladder (idle_verdict.h) is put together from.
namespace relaybench::doctor::idle {

[[nodiscard]] bool is_dead(const ArmTimeline* arm);
[[nodiscard]] bool is_alive(const ArmTimeline* arm);
/// Ended by something on the way or at its end, as opposed to falling silent.
[[nodiscard]] bool is_cut(const ArmTimeline& arm);
[[nodiscard]] bool is_same(core::Duration a, core::Duration b, const IdleLadder& ladder);
[[nodiscard]] bool is_sse(const IdleLadder& ladder);
/// "A WebSocket".
[[nodiscard]] std::string_view one(const IdleLadder& ladder);
/// The most spared arm that lived: the less it has to send, the better for whoever follows its example. Null: none lived.
[[nodiscard]] const ArmTimeline* survivor(const IdleLadder& ladder);

/// `circumstance` ends the sentence.
[[nodiscard]] result::Finding closed_by_relay(const IdleLadder& ladder, const ArmTimeline& arm, std::string_view circumstance);
/// What ended the quiet arm while busy ones may live; nothing when its end tells nothing.
[[nodiscard]] std::optional<result::Finding> limit_on_quiet(const IdleLadder& ladder, const ArmTimeline& quiet);
/// How long quiet is borne: "4.00 s", or "between 25.0 s and 50.0 s".
[[nodiscard]] std::string limit_text(const IdleLadder& ladder, const ArmTimeline& quiet);

}  // namespace relaybench::doctor::idle
