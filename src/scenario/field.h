#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "scenario/codec.h"
#include "scenario/inspection.h"
#include "scenario/value_shape.h"

namespace relaybench::scenario {

/// One key of the map that describes a Target: its shape for the schema, how it is read, and how its value is checked. One declaration
/// serves the parser, the validation of scenarios made from flags, and the JSON Schema.
template <class Target>
struct Field {
    FieldShape shape;
    std::function<void(Target&, const Node&, Inspection&)> read;
    std::function<void(const Target&, Inspection&)> check;
};

/// All keys of a map.
template <class Target>
struct Table {
    std::vector<Field<Target>> fields;
    std::vector<Exclusive> exclusive;
};

/// The parts of reading a map that do not depend on its type: it is one, no key is unknown or twice, exclusive keys stand alone.
[[nodiscard]] bool inspect_map(const Node& node, const std::vector<std::string_view>& known, const std::vector<Exclusive>& exclusive,
                               Inspection& inspection);
/// The value of `key` and the place to blame; null when the map has no such key. The first of duplicates.
struct Member {
    const Node* value = nullptr;
    Mark mark;
};
[[nodiscard]] Member member(const Node& map, std::string_view key);

template <class Target>
[[nodiscard]] std::vector<std::string_view> names(const Table<Target>& table) {
    std::vector<std::string_view> result;
    for (const Field<Target>& field : table.fields) {
        result.push_back(field.shape.name);
    }
    return result;
}

template <class Target>
void read_map(Target& target, const Node& node, const Table<Target>& table, Inspection& inspection) {
    if (!inspect_map(node, names(table), table.exclusive, inspection)) {
        return;
    }
    for (const Field<Target>& field : table.fields) {
        if (const Member found = member(node, field.shape.name); found.value != nullptr) {
            const Inspection::Step step = inspection.into(field.shape.name, found.mark);
            field.read(target, *found.value, inspection);
        }
    }
}

template <class Target>
void check_map(const Target& target, const Table<Target>& table, Inspection& inspection) {
    for (const Field<Target>& field : table.fields) {
        const Inspection::Step step = inspection.into(field.shape.name);
        if (field.check) {
            field.check(target, inspection);
        }
    }
}

template <class Target>
[[nodiscard]] ValueShape map_shape(const Table<Target>& table) {
    ValueShape shape{.kind = ValueShape::Kind::Map, .exclusive = table.exclusive};
    for (const Field<Target>& field : table.fields) {
        shape.fields.push_back(field.shape);
    }
    return shape;
}

/// Reads a list element by element; anything else is a problem.
void read_list(const Node& node, std::string_view expected, Inspection& inspection, const std::function<void(const Node&)>& read_item);

namespace detail {

template <class Value>
const Value* present(const Value& value) {
    return &value;
}
template <class Value>
const Value* present(const std::optional<Value>& value) {
    return value ? &*value : nullptr;
}

}  // namespace detail

/// A key that holds one scalar. `access` is a member pointer or a callable that returns a reference into the target (a plain value or an
/// optional one); the default shown is that of a default-constructed target.
template <class Target, class Access, class Codec>
[[nodiscard]] Field<Target> scalar(std::string name, std::string doc, Access access, Codec codec) {
    Field<Target> field;
    field.shape = FieldShape{.name = std::move(name), .doc = std::move(doc), .value = codec.shape()};
    const Target defaults{};
    if (const auto* value = detail::present(std::invoke(access, defaults))) {
        if (std::string text = codec.text(static_cast<typename Codec::Value>(*value)); !text.empty()) {
            field.shape.default_text = std::move(text);
        }
    }
    field.read = [access, codec](Target& target, const Node& node, Inspection& inspection) {
        if (auto value = codec.read(node)) {
            auto& slot = std::invoke(access, target);
            using Slot = std::remove_cvref_t<decltype(*detail::present(slot))>;
            slot = static_cast<Slot>(*std::move(value));
        } else {
            inspection.problem(std::move(value.error()));
        }
    };
    field.check = [access, codec](const Target& target, Inspection& inspection) {
        if (const auto* value = detail::present(std::invoke(access, target))) {
            if (auto problem = codec.check(static_cast<typename Codec::Value>(*value))) {
                inspection.problem(std::move(*problem));
            }
        }
    };
    return field;
}

/// A key that holds a map of its own.
template <class Target, class Access, class Inner>
[[nodiscard]] Field<Target> group(std::string name, std::string doc, Access access, const Table<Inner>& table) {
    Field<Target> field;
    field.shape = FieldShape{.name = std::move(name), .doc = std::move(doc), .value = map_shape(table)};
    field.read = [access, &table](Target& target, const Node& node, Inspection& inspection) {
        read_map(std::invoke(access, target), node, table, inspection);
    };
    field.check = [access, &table](const Target& target, Inspection& inspection) {
        check_map(std::invoke(access, target), table, inspection);
    };
    return field;
}

}  // namespace relaybench::scenario
