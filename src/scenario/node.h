#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/problem.h"

namespace relaybench::scenario {

/// A YAML value with its place, free of any library. A map keeps the order of the file and duplicate keys.
struct Node {
    enum class Kind { Empty, Scalar, List, Map };
    Kind kind = Kind::Empty;
    std::string text = {};  ///< scalars only
    bool quoted = false;    ///< written in quotes or as a block: text whatever it looks like
    Mark mark = {};
    std::vector<Node> keys = {};   ///< maps only: keys[i] belongs to items[i]
    std::vector<Node> items = {};  ///< elements of a list, values of a map
};

/// A scalar that did not come from a file, such as an option of a relay on the command line.
[[nodiscard]] Node scalar_node(std::string_view text);

/// What a plain scalar is in YAML's core schema.
enum class ScalarType { Text, Number, Boolean };
[[nodiscard]] ScalarType scalar_type(const Node& node);

/// "a list", "a map", "nothing", `"abc"` or `12`: for error lines; text is made safe to show and bounded.
[[nodiscard]] std::string shown(const Node& node);

}  // namespace relaybench::scenario
