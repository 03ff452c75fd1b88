#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

#include "core/clock.h"
#include "core/text.h"
#include "scenario/node.h"
#include "scenario/value_shape.h"

namespace relaybench::scenario {

/// A value, or what is wrong with the node and what would be accepted.
template <class Value>
using Read = tl::expected<Value, std::string>;

template <class Value>
struct Range {
    Value min;
    Value max;
};

// A codec knows one kind of scalar: read() from a node, text() back to YAML, check() of a value however it came about (the problem, or
// nothing), and shape() for the schema.

struct TextCodec {
    using Value = std::string;
    std::size_t max_bytes = 4096;

    [[nodiscard]] ValueShape shape() const { return {.kind = ValueShape::Kind::Text}; }
    [[nodiscard]] Read<Value> read(const Node& node) const;
    [[nodiscard]] std::optional<std::string> check(const Value& value) const;
    [[nodiscard]] std::string text(const Value& value) const { return value; }
};

/// `written_true` is the value that the word true stands for: false for keys that switch something off.
struct BooleanCodec {
    using Value = bool;
    bool written_true = true;

    [[nodiscard]] ValueShape shape() const { return {.kind = ValueShape::Kind::Boolean}; }
    [[nodiscard]] Read<Value> read(const Node& node) const;
    [[nodiscard]] std::optional<std::string> check(Value) const { return std::nullopt; }
    [[nodiscard]] std::string text(Value value) const { return value == written_true ? "true" : "false"; }
};

struct CountCodec {
    using Value = std::uint64_t;
    Range<std::uint64_t> range;

    [[nodiscard]] ValueShape shape() const;
    [[nodiscard]] Read<Value> read(const Node& node) const;
    [[nodiscard]] std::optional<std::string> check(Value value) const;
    [[nodiscard]] std::string text(Value value) const { return std::to_string(value); }
};

struct NumberCodec {
    using Value = double;
    Range<double> range;

    [[nodiscard]] ValueShape shape() const;
    [[nodiscard]] Read<Value> read(const Node& node) const;
    [[nodiscard]] std::optional<std::string> check(Value value) const;
    [[nodiscard]] std::string text(Value value) const { return fmt::format("{}", value); }
};

struct DurationCodec {
    using Value = core::Duration;
    Range<core::Duration> range;

    [[nodiscard]] ValueShape shape() const { return {.kind = ValueShape::Kind::Duration}; }
    [[nodiscard]] Read<Value> read(const Node& node) const;
    [[nodiscard]] std::optional<std::string> check(Value value) const;
    [[nodiscard]] std::string text(Value value) const;
};

/// Events a second.
struct RateCodec {
    using Value = double;
    Range<double> range;

    [[nodiscard]] ValueShape shape() const { return {.kind = ValueShape::Kind::Rate}; }
    [[nodiscard]] Read<Value> read(const Node& node) const;
    [[nodiscard]] std::optional<std::string> check(Value value) const;
    [[nodiscard]] std::string text(Value value) const { return fmt::format("{}/s", value); }
};

/// `"x" is unknown, expected a, b or c (did you mean "a"?)`
[[nodiscard]] std::string unknown_word(const Node& node, const std::vector<std::string_view>& words);

template <class Enum>
struct ChoiceCodec {
    using Value = Enum;
    std::vector<std::pair<std::string_view, Enum>> words;

    [[nodiscard]] ValueShape shape() const {
        ValueShape shape{.kind = ValueShape::Kind::Choice};
        for (const auto& [word, value] : words) {
            shape.choices.emplace_back(word);
        }
        return shape;
    }
    [[nodiscard]] Read<Value> read(const Node& node) const {
        std::vector<std::string_view> known;
        for (const auto& [word, value] : words) {
            if (node.kind == Node::Kind::Scalar && node.text == word) {
                return value;
            }
            known.push_back(word);
        }
        return tl::unexpected(unknown_word(node, known));
    }
    [[nodiscard]] std::optional<std::string> check(Value) const { return std::nullopt; }
    [[nodiscard]] std::string text(Value value) const {
        for (const auto& [word, known] : words) {
            if (known == value) {
                return std::string(word);
            }
        }
        return {};
    }
};

}  // namespace relaybench::scenario
