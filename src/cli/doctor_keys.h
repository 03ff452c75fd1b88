#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/error.h"
#include "doctor/examination.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Which key doctor is to use, and what else may hold one.
struct KeyWish {
    scenario::Relay relay;       ///< with the flags applied
    scenario::Relay configured;  ///< as the configuration has it, without the flags
    std::string host;            ///< of its URL: whose formats tell keys from other values
};

/// Every place of this machine that holds a key of this relay, byte for byte. First the one that is used: what the flags or the configuration
/// name, else RELAYBENCH_API_KEY, else RELAY_API_KEY. Then what lies beside it: the configuration's place when a flag overrides it, the
/// variables that the guides use, and those of a .env file in the working directory. Variables that other providers' programs read count only
/// when they hold a key of this relay. A file that is named and cannot be read is an error.
[[nodiscard]] core::Expected<std::vector<doctor::KeySource>> key_sources(const KeyWish& wish, const Context& context);

/// The value of `name` in the text of a .env file: the last assignment counts, "export" and quotation marks around it are taken away.
[[nodiscard]] std::optional<std::string> value_in_env_file(std::string_view text, std::string_view name);

}  // namespace relaybench::cli
