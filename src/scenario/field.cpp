#include "scenario/field.h"

#include <algorithm>
#include <span>

namespace relaybench::scenario {

namespace {

constexpr std::size_t kShownBytes = 60;

void blame_duplicate(const Node& map, std::size_t index, Inspection& inspection) {
    const Node& key = map.keys[index];
    const auto first = std::find_if(map.keys.begin(), map.keys.end(), [&](const Node& other) { return other.text == key.text; });
    if (first == map.keys.begin() + static_cast<std::ptrdiff_t>(index)) {
        return;
    }
    const Inspection::Step step = inspection.into(key.text, key.mark);
    inspection.problem(fmt::format("given twice, expected once (first in line {})", first->mark.line));
}

void inspect_key(const Node& map, std::size_t index, std::span<const std::string_view> known, Inspection& inspection) {
    const Node& key = map.keys[index];
    if (std::find(known.begin(), known.end(), key.text) != known.end() && key.kind == Node::Kind::Scalar) {
        return blame_duplicate(map, index, inspection);
    }
    const std::string name = key.kind == Node::Kind::Scalar ? core::printable(key.text, kShownBytes) : shown(key);
    const auto near = core::nearest(key.text, known);
    {
        const Inspection::Step step = inspection.into(name, key.mark);
        const std::string hint = core::did_you_mean(key.text, known);
        inspection.problem(key.text == "<<" ? "merge keys are not supported, expected the keys themselves"
                                            : fmt::format("unknown key, expected {}{}", core::listed(known), hint));
    }
    if (near) {
        inspection.excuse(*near);
    }
}

void inspect_exclusive(const Node& map, const Exclusive& rule, Inspection& inspection) {
    std::string first;
    for (const Node& key : map.keys) {
        if (key.text == first || std::find(rule.keys.begin(), rule.keys.end(), key.text) == rule.keys.end()) {
            continue;
        }
        if (first.empty()) {
            first = key.text;
            continue;
        }
        const Inspection::Step step = inspection.into(key.text, key.mark);
        inspection.problem(fmt::format("contradicts {}, expected only one of them: {}", first, rule.advice));
    }
}

}  // namespace

bool inspect_map(const Node& node, const std::vector<std::string_view>& known, const std::vector<Exclusive>& exclusive,
                 Inspection& inspection) {
    if (node.kind != Node::Kind::Map) {
        inspection.problem(fmt::format("found {}, expected a map with the keys {}", shown(node), core::listed(known)));
        return false;
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        inspect_key(node, i, known, inspection);
    }
    for (const Exclusive& rule : exclusive) {
        inspect_exclusive(node, rule, inspection);
    }
    return true;
}

Member member(const Node& map, std::string_view key) {
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
        if (map.keys[i].kind == Node::Kind::Scalar && map.keys[i].text == key) {
            const Node& value = map.items[i];
            const bool has_own_place = value.kind != Node::Kind::Empty && value.mark.line > 0;
            return Member{&value, has_own_place ? value.mark : map.keys[i].mark};
        }
    }
    return Member{};
}

void read_list(const Node& node, std::string_view expected, Inspection& inspection, const std::function<void(const Node&)>& read_item) {
    if (node.kind != Node::Kind::List) {
        inspection.problem(fmt::format("found {}, expected {}", shown(node), expected));
        return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const Inspection::Step step = inspection.into(i, node.items[i].mark);
        read_item(node.items[i]);
    }
}

}  // namespace relaybench::scenario
