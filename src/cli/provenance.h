#pragma once

#include "cli/context.h"
#include "core/error.h"
#include "result/run_result.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Version, scenario, load, host and start time of a run that is about to begin.
[[nodiscard]] core::Expected<result::Provenance> provenance_of(const scenario::Scenario& scenario, const std::vector<wire::Prompt>& prompts,
                                                               const Context& context);

/// Adds what is known beforehand to the provenance that the engine has filled.
void complete(result::Provenance& engine, const result::Provenance& beforehand);

/// For people: "closed loop, 50 streams each, 30s".
[[nodiscard]] std::string load_text(const scenario::Load& load);

}  // namespace relaybench::cli
