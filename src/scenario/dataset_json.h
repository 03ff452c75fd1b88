#pragma once

#include <string_view>
#include <vector>

#include "core/error.h"
#include "scenario/scenario.h"
#include "wire/request.h"

namespace relaybench::scenario {

inline constexpr std::size_t kMaxDatasetBytes = 256U << 20U;
inline constexpr std::size_t kMaxDatasetPrompts = 100'000;

/// Reads a JSONL data set: each line an object with `prompt` (text) or `messages` (a list, kept as it is), optionally `max_tokens` and
/// `temperature`; other keys are left alone, empty lines skipped. What a line does not say comes from `defaults`; `model` stays empty.
/// Problems are reported as `source:line: …`, the first twenty of them and how many more there are. A data set without prompts is one.
[[nodiscard]] core::Expected<std::vector<wire::Prompt>> parse_dataset(std::string_view jsonl, std::string_view source,
                                                                      const Prompts& defaults);

}  // namespace relaybench::scenario
