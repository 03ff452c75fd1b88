#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

/// Careful reading of untrusted JSON. Only for the *_json.cpp files of this folder.
namespace relaybench::result {

using Json = nlohmann::ordered_json;

/// The problems of one document, in the order of discovery.
class Problems {
  public:
    void add(std::string_view path, std::string_view what);
    [[nodiscard]] bool none() const { return count_ == 0; }
    /// One line each, each opening with `name`; the first twenty and how many more there were.
    [[nodiscard]] std::string text(std::string_view name) const;

  private:
    std::vector<std::string> lines_;
    std::size_t count_ = 0;
};

enum class Presence { Required, Optional };

/// One place of the document and its path. Borrows the value and the problems. Reading what is not there or not of the asked type reports a problem
/// (a missing field only when Required; null counts as missing) and gives the type's zero.
class Node {
  public:
    Node(const Json& json, std::string path, Problems& problems) : json_(&json), path_(std::move(path)), problems_(&problems) {}

    /// A field; a missing one is a Node that reads as null.
    [[nodiscard]] Node field(std::string_view name) const;
    /// The elements of a list field; more than `limit` are a problem. Absent is empty.
    [[nodiscard]] std::vector<Node> list(std::string_view name, std::size_t limit) const;
    [[nodiscard]] bool is_object_or_problem() const;
    [[nodiscard]] bool is_absent() const { return json_->is_null(); }

    [[nodiscard]] std::string text(std::string_view name, Presence presence = Presence::Optional) const;
    /// Text as it stands, of any length: for encoded bytes, never to be shown.
    [[nodiscard]] std::string_view raw_text(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const;
    /// A whole number of 0 … `highest`.
    [[nodiscard]] std::uint64_t count(std::string_view name, Presence presence = Presence::Optional,
                                      std::uint64_t highest = std::numeric_limits<std::uint64_t>::max()) const;
    /// A finite number of 0 or more.
    [[nodiscard]] double number(std::string_view name) const;
    /// A finite number of any sign; nullopt when the field is null or absent.
    [[nodiscard]] std::optional<double> real(std::string_view name) const;
    /// Microseconds; at most about 30 years. nullopt when the field is null or absent.
    [[nodiscard]] std::optional<core::Duration> duration(std::string_view name) const;
    /// The same, below zero allowed.
    [[nodiscard]] std::optional<core::Duration> offset(std::string_view name) const;
    /// The position of a text field among `words`; 0 when absent or unknown (a problem that names the nearest word).
    [[nodiscard]] std::size_t one_of(std::string_view name, std::span<const std::string_view> words, Presence presence) const;
    /// Finite numbers; more than `limit` are a problem. Absent is empty.
    [[nodiscard]] std::vector<double> numbers(std::string_view name, std::size_t limit) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view name, std::size_t limit) const;

    void problem(std::string_view what) const { problems_->add(path_, what); }

  private:
    [[nodiscard]] std::optional<core::Duration> microseconds(std::string_view name, double lowest) const;
    /// The field's value, or nullptr when absent (a problem when required).
    [[nodiscard]] const Json* find(std::string_view name, Presence presence) const;

    const Json* json_;
    std::string path_;
    Problems* problems_;
};

}  // namespace relaybench::result
