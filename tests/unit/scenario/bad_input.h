#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "scenario/scenario_yaml.h"

namespace relaybench::scenario {

/// One slip in an otherwise good file, and the whole line that it must give.
struct BadInput {
    std::string_view what;
    std::string_view yaml;
    std::string_view line;
};

/// Stands in for judge, which lies above scenario: only "nonsense" is no gate.
inline std::optional<std::string> check_test_gate(const std::string& gate) {
    return gate == "nonsense" ? std::optional<std::string>("\"nonsense\" is no gate") : std::nullopt;
}

inline void check_bad_inputs(const std::vector<BadInput>& inputs) {
    for (const BadInput& input : inputs) {
        CAPTURE(input.what);
        const auto read = read_scenario(input.yaml, "f.yaml", check_test_gate);
        REQUIRE_FALSE(read);
        CHECK(read.error().kind == core::ErrorKind::BadInput);
        CHECK(read.error().message == input.line);
    }
}

}  // namespace relaybench::scenario
