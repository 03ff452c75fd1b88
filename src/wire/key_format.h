#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace relaybench::wire {

/// A key pattern as data of a relay profile; the guides contradict each other, so several may hold at once.
struct KeyPattern {
    std::string name;
    std::string regex;   ///< ECMAScript, matched against the whole key
    std::string source;  ///< which guide or vendor says so
};

/// The patterns of the three relay guides.
[[nodiscard]] const std::vector<KeyPattern>& guide_key_patterns();

struct KeyProblem {
    std::string
        code;  ///< stable: "empty", "whitespace", "placeholder", "quoted", "bearer_inside", "assignment", "url", "non_ascii", "other_provider", "unknown_format"
    std::string text;  ///< one sentence, without the key
};

/// Everything suspicious about a key's form; empty when it matches one of the patterns and nothing else is odd. Warns, never blocks.
[[nodiscard]] std::vector<KeyProblem> inspect_key(std::string_view key, const std::vector<KeyPattern>& patterns);

/// Whether it can be used as KeyPattern::regex.
[[nodiscard]] bool is_key_regex(const std::string& text);

/// True when the key matches one of the patterns.
[[nodiscard]] bool matches_any(std::string_view key, const std::vector<KeyPattern>& patterns);

}  // namespace relaybench::wire
