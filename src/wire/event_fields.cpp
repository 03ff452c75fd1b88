#include "wire/event_fields.h"

#include <array>

namespace relaybench::wire {
namespace {

struct Slot {
    std::string_view key;
    EventFields::Field EventFields::*field;
};

constexpr std::array kSlots = {
    Slot{"choices", &EventFields::choices},
    Slot{"usage", &EventFields::usage},
    Slot{"error", &EventFields::error},
    Slot{"object", &EventFields::object},
    Slot{"type", &EventFields::type},
    Slot{"content", &EventFields::content},
    Slot{"text", &EventFields::text},
    Slot{"latency_report", &EventFields::latency_report},
    Slot{"server_timestamp", &EventFields::server_timestamp},
    Slot{"send_stamp_ns", &EventFields::send_stamp_ns},
};

}  // namespace

EventFields read_fields(const simdjson::dom::object& event) {
    EventFields fields;
    for (const auto [key, value] : event) {
        for (const Slot& slot : kSlots) {
            if (key == slot.key) {
                fields.*slot.field = value;
                break;
            }
        }
    }
    return fields;
}

std::string_view EventFields::type_text() const { return type ? string_or_empty(*type) : std::string_view{}; }

std::string_view EventFields::object_text() const { return object ? string_or_empty(*object) : std::string_view{}; }

std::string_view string_or_empty(const simdjson::dom::element& value) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::string_view string_or_empty(const simdjson::dom::object& object, std::string_view key) {
    simdjson::dom::element value;
    return object.at_key(key).get(value) == simdjson::SUCCESS ? string_or_empty(value) : std::string_view{};
}

std::optional<std::int64_t> whole_number(const simdjson::dom::element& value) {
    constexpr double kLimit = 9.2e18;  // just inside std::int64_t
    std::int64_t number = 0;
    if (value.get(number) == simdjson::SUCCESS) {
        return number;
    }
    double fraction = 0;
    if (value.is_double() && value.get(fraction) == simdjson::SUCCESS && fraction > -kLimit && fraction < kLimit) {
        return static_cast<std::int64_t>(fraction);
    }
    return std::nullopt;
}

}  // namespace relaybench::wire
