#pragma once

#include "scenario/field.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// All keys of a scenario file. The reference lives as long as the program.
[[nodiscard]] const Table<Scenario>& scenario_table();

/// The keys `prompts` and `relays`, whose values have several forms.
[[nodiscard]] Field<Scenario> prompts_field();
[[nodiscard]] Field<Scenario> relays_field();

}  // namespace relaybench::scenario
