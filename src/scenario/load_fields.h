#pragma once

#include "scenario/field.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// All keys of `load`. The reference lives as long as the program.
[[nodiscard]] const Table<Load>& load_table();

}  // namespace relaybench::scenario
