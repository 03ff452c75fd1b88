#pragma once

#include <optional>
#include <string>
#include <vector>

namespace relaybench::scenario {

struct FieldShape;
/// Keys of one map that exclude each other.
struct Exclusive {
    std::vector<std::string> keys;
    enum class Need { AtMostOne, ExactlyOne } need = Need::AtMostOne;
    std::string advice;  ///< ends the error line: which to choose when
};

/// What a value may be, as data: the JSON Schema is printed from it, the reader of the same field was built beside it.
struct ValueShape {
    enum class Kind { Text, Boolean, Count, Number, Duration, Rate, Choice, List, TextMap, Map, AnyOf };
    Kind kind = Kind::Text;
    std::optional<double> minimum = std::nullopt;  ///< Count, Number
    std::optional<double> maximum = std::nullopt;  ///< Count, Number
    std::vector<std::string> choices = {};         ///< Choice
    std::vector<ValueShape> parts = {};            ///< List: the element; AnyOf: the alternatives
    std::vector<FieldShape> fields;                ///< Map; no initialiser, as clang 14 cannot build one for a type declared only
    std::vector<Exclusive> exclusive = {};         ///< Map
};

/// One key of a map.
struct FieldShape {
    std::string name;
    std::string doc;  ///< one sentence; units included
    ValueShape value = {};
    std::optional<std::string> default_text = {};  ///< as written in YAML, taken from the struct that holds the defaults
    bool required = false;
};

}  // namespace relaybench::scenario
