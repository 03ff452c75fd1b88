#pragma once

#include <string>

#include "scenario/scenario.h"
#include "wire/request.h"

namespace relaybench::cli {

/// What a run would do and cost at most, in words.
[[nodiscard]] std::string dry_run_text(const scenario::Scenario& scenario, const std::vector<wire::Prompt>& prompts);

}  // namespace relaybench::cli
