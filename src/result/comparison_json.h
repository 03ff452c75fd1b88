#pragma once

#include "result/comparison.h"
#include "result/node_json.h"
#include "result/run_result.h"

/// Comparisons in a result file. Only for the *_json.cpp files of this folder.
namespace relaybench::result {

[[nodiscard]] Json json_of(const ArmComparison& comparison);
/// Quantiles themselves are not repeated in the file: they are those of the arms of `run`, which was read before.
[[nodiscard]] ArmComparison read_comparison(const Node& node, const RunResult& run);

[[nodiscard]] std::string_view pairing_id(Pairing pairing);
[[nodiscard]] Pairing read_pairing(const Node& root);

}  // namespace relaybench::result
