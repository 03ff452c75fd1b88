#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "scenario/scenario.h"
#include "wire/request.h"

namespace relaybench::scenario {

/// Everything that streams will ask, in turn: reads the data set or audio file if there is one. `model` stays empty, each relay has its
/// own. Only the first prompt holds the audio, which is large and the same for all. Never empty.
[[nodiscard]] core::Expected<std::vector<wire::Prompt>> load_prompts(const Prompts& prompts);

/// Of everything that is asked, so that two runs can be told to have asked the same.
[[nodiscard]] core::Expected<std::string> prompts_sha256(const std::vector<wire::Prompt>& prompts);

/// One second of silence: WAV, 16 kHz, 16 bit, mono.
[[nodiscard]] std::string silent_wav();

}  // namespace relaybench::scenario
