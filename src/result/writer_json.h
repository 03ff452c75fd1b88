#pragma once

#include <nlohmann/json.hpp>

#include "result/run_result.h"

/// Parts of the writer that a journal shares with a result. Only for the *_json.cpp files of this folder.
namespace relaybench::result {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json json_of(const Provenance& provenance);
[[nodiscard]] Json json_of(const Audit& audit);
[[nodiscard]] Json json_of(const Counters& counters);
[[nodiscard]] Json json_of(const SeriesPoint& point);
[[nodiscard]] Json json_of(const ErrorGroup& group);
[[nodiscard]] Json json_of(const Warning& warning);

}  // namespace relaybench::result
