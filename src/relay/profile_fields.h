#pragma once

#include "relay/profile.h"
#include "scenario/field.h"

namespace relaybench::relay {

/// All keys of a profile file, of its timing, and of one fault. The references live as long as the program.
[[nodiscard]] const scenario::Table<Profile>& profile_table();
[[nodiscard]] const scenario::Table<Timing>& timing_table();
[[nodiscard]] const scenario::Table<Fault>& fault_table();

}  // namespace relaybench::relay
