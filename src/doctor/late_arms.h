#pragma once

#include <chrono>

#include "doctor/examination.h"
#include "doctor/stream_arms.h"

namespace relaybench::doctor {

struct Facts;

/// Between the events of the tight arm.
inline constexpr std::chrono::milliseconds kTightInterval{100};

/// Plays the stream in other ways, as far as those can tell what makes the plain one late.
void play_late_arms(const Subject& subject, const Facts& facts, StreamArms& arms);

}  // namespace relaybench::doctor
