#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/error.h"
#include "core/secret.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// A relay's key with what is odd about its form (one sentence each, without the key). Trailing line ends are cut off.
struct KeyFound {
    core::Secret key;
    std::vector<std::string> oddities;
};

/// From the environment variable, the file or standard input that the relay names; an empty key when it names none. An unset variable, an
/// empty or unreadable file, and a key with control characters inside are bad input.
[[nodiscard]] core::Expected<KeyFound> read_key(const scenario::Relay& relay, const Context& context);

}  // namespace relaybench::cli
