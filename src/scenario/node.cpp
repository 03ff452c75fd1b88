#include "scenario/node.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/text.h"

namespace relaybench::scenario {

namespace {

constexpr std::size_t kShownBytes = 60;

bool is_number(const std::string& text) {
    const bool digits = text.find_first_of("0123456789") != std::string::npos;
    const bool only = text.find_first_not_of("+-.0123456789eExabcdfABCDF_") == std::string::npos;
    if (!digits || !only) {
        return false;
    }
    char* end = nullptr;
    std::strtod(text.c_str(), &end);
    return *end == '\0';
}

}  // namespace

Node scalar_node(std::string_view text) {
    Node node;
    node.kind = Node::Kind::Scalar;
    node.text = std::string(text);
    return node;
}

ScalarType scalar_type(const Node& node) {
    constexpr std::array<std::string_view, 2> kBooleans{"true", "false"};
    if (node.quoted) {
        return ScalarType::Text;
    }
    if (std::any_of(kBooleans.begin(), kBooleans.end(), [&](std::string_view word) { return core::iequals(word, node.text); })) {
        return ScalarType::Boolean;
    }
    return is_number(node.text) ? ScalarType::Number : ScalarType::Text;
}

std::string shown(const Node& node) {
    switch (node.kind) {
        case Node::Kind::Empty:
            return "nothing";
        case Node::Kind::List:
            return "a list";
        case Node::Kind::Map:
            return "a map";
        case Node::Kind::Scalar:
            break;
    }
    const std::string text = core::printable(node.text, kShownBytes);
    return scalar_type(node) == ScalarType::Text ? '"' + text + '"' : text;
}

}  // namespace relaybench::scenario
