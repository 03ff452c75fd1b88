#pragma once

#include <string>

namespace relaybench::scenario {

/// The JSON Schema (draft 2020-12) of scenario files, printed from the tables that the parser works by; ends with a line end. Editors use
/// the copy in scenarios/schema.json.
[[nodiscard]] std::string scenario_schema();

}  // namespace relaybench::scenario
