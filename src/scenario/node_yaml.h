#pragma once

#include <optional>
#include <string_view>

#include "scenario/node.h"

namespace relaybench::scenario {

/// Bounds of a scenario file, far above any honest one: a hostile file costs neither time nor memory.
inline constexpr std::size_t kMaxYamlBytes = 1U << 20U;
inline constexpr std::size_t kMaxYamlNodes = 20'000;  ///< aliases count once for each use
inline constexpr std::size_t kMaxYamlDepth = 32;

/// Either a tree, or the one problem that stopped the reading.
struct YamlDocument {
    std::optional<Node> root = std::nullopt;
    std::optional<Problem> problem = std::nullopt;
};

/// Reads exactly one YAML document. Anchors and aliases are expanded, merge keys (`<<`) are not. Never throws.
[[nodiscard]] YamlDocument read_yaml(std::string_view yaml);

}  // namespace relaybench::scenario
