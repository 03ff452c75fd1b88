#pragma once

#include "doctor/check.h"
#include "doctor/idle_ladder.h"

namespace relaybench::doctor {

/// What a ladder that has ended says about the way. Pure: from times, counts and kinds of ends alone.
///
///   all alive                                      pass
///   the busy arm ended, having got less than the relay wrote        idle.keepalive-swallowed
///   … at the age at which one that is older in time ended           net.absolute-cap
///   … at the moment at which all ended                              inconclusive: the network or the relay failed then
///   the busy arm lives, the quiet one ended:
///     FIN, or another answer in the stream's place                  idle.proxy-timer
///     Close frame                                                   idle.relay-closed
///     RST, by itself or in answer to our packet                     idle.l4-reset
///     RST by itself, but of bare TCP none                           idle.proxy-timer
///     no answer to what was sent after the pause                    idle.nat-silent-drop
///
/// A limit on quiet connections is a warning when the usual heartbeat outlives it, and a failure when it does not.
[[nodiscard]] Outcome judge_ladder(const IdleLadder& ladder);

}  // namespace relaybench::doctor
