#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <simdjson.h>

namespace relaybench::wire {

/// The top-level fields that any dialect reads, gathered in one pass: the order of keys does not matter, and unknown ones cost one look.
struct EventFields {
    using Field = std::optional<simdjson::dom::element>;

    Field choices;
    Field usage;
    Field error;
    Field object;
    Field type;
    Field content;
    Field text;
    Field latency_report;
    Field server_timestamp;
    Field send_stamp_ns;

    /// `type` when it is a string, else empty.
    [[nodiscard]] std::string_view type_text() const;
    [[nodiscard]] std::string_view object_text() const;
};

[[nodiscard]] EventFields read_fields(const simdjson::dom::object& event);

/// The string, or empty for anything else.
[[nodiscard]] std::string_view string_or_empty(const simdjson::dom::element& value);
[[nodiscard]] std::string_view string_or_empty(const simdjson::dom::object& object, std::string_view key);
/// A whole number; a fraction is cut off. Empty for anything else and for what does not fit.
[[nodiscard]] std::optional<std::int64_t> whole_number(const simdjson::dom::element& value);

}  // namespace relaybench::wire
