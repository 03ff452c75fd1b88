#pragma once

#include <optional>
#include <string_view>

namespace relaybench::wire {

/// Whose key this looks like by its prefix, the longest one first ("sk-ant-api03-" before "sk-ant-" before "sk-"). `kind` names the
/// provider and the sort of key; `inference` is false for keys that cannot ask for completions.
struct KeyProvider {
    std::string_view prefix;
    std::string_view kind;
    bool inference = true;
};

[[nodiscard]] std::optional<KeyProvider> provider_by_prefix(std::string_view key);

}  // namespace relaybench::wire
