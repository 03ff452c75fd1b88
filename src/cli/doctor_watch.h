#pragma once

#include <optional>

#include "cli/doctor_round.h"
#include "core/error.h"

namespace relaybench::cli {

/// What is wrong with the times of a watch.
[[nodiscard]] std::optional<core::Error> watch_problem(const DoctorFlags& flags);

/// Examines again and again, one round after the other with the interval between their beginnings, until an interrupt or the end of --for.
/// Says how things stand first, and then each time when the verdict changes: another status, or another root cause. With --jsonl every round
/// is a line. The exit code is that of the last whole round.
ExitCode watch_relay(const Round& round);

}  // namespace relaybench::cli
