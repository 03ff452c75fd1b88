#pragma once

#include "scenario/field.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// All keys of one relay. The reference lives as long as the program.
[[nodiscard]] const Table<Relay>& relay_table();

}  // namespace relaybench::scenario
