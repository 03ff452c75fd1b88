#include "scenario/codec.h"

#include <cmath>
#include <cstdlib>

#include "core/units.h"

namespace relaybench::scenario {

namespace {

constexpr std::string_view kDurationForm = "a duration with its unit such as 500ms, 10s or 1m30s";
constexpr std::string_view kRateForm = "a rate such as 20/s or 60/min";

tl::unexpected<std::string> found_instead(const Node& node, std::string_view expected) {
    return tl::unexpected(fmt::format("found {}, expected {}", shown(node), expected));
}

template <class Codec, class Value>
std::optional<std::string> out_of_range(const Codec& codec, Value value) {
    if (value >= codec.range.min && value <= codec.range.max) {
        return std::nullopt;
    }
    return fmt::format("{} is out of range, expected {} to {}", codec.text(value), codec.text(codec.range.min),
                       codec.text(codec.range.max));
}

/// The range is checked on reading too, so that no value is ever narrowed into a field that cannot hold it.
template <class Codec, class Value>
Read<Value> in_range(const Codec& codec, const core::Expected<Value>& value, const Node& node, std::string_view expected) {
    if (!value) {
        return found_instead(node, expected);
    }
    if (auto problem = out_of_range(codec, *value)) {
        return tl::unexpected(std::move(*problem));
    }
    return *value;
}

core::Expected<double> parse_number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(value)) {
        return core::bad_input("not a number");
    }
    return value;
}

bool is_scalar(const Node& node) { return node.kind == Node::Kind::Scalar; }

}  // namespace

Read<std::string> TextCodec::read(const Node& node) const {
    if (!is_scalar(node)) {
        return found_instead(node, "text");
    }
    if (scalar_type(node) != ScalarType::Text) {
        const std::string value = shown(node);
        return tl::unexpected(fmt::format("found {0}, expected text (in quotes it is one: \"{0}\")", value));
    }
    if (auto problem = check(node.text)) {
        return tl::unexpected(std::move(*problem));
    }
    return node.text;
}

std::optional<std::string> TextCodec::check(const std::string& value) const {
    if (value.size() <= max_bytes) {
        return std::nullopt;
    }
    return fmt::format("{} bytes are too long, expected at most {}", value.size(), max_bytes);
}

Read<bool> BooleanCodec::read(const Node& node) const {
    if (!is_scalar(node) || scalar_type(node) != ScalarType::Boolean) {
        return found_instead(node, "true or false");
    }
    return core::iequals(node.text, "true") ? written_true : !written_true;
}

ValueShape CountCodec::shape() const {
    return {.kind = ValueShape::Kind::Count, .minimum = static_cast<double>(range.min), .maximum = static_cast<double>(range.max)};
}

Read<std::uint64_t> CountCodec::read(const Node& node) const {
    if (!is_scalar(node)) {
        return found_instead(node, "a whole number");
    }
    return in_range(*this, core::parse_count(node.text), node, "a whole number such as 50 or 10k");
}

std::optional<std::string> CountCodec::check(std::uint64_t value) const { return out_of_range(*this, value); }

ValueShape NumberCodec::shape() const { return {.kind = ValueShape::Kind::Number, .minimum = range.min, .maximum = range.max}; }

Read<double> NumberCodec::read(const Node& node) const {
    if (!is_scalar(node)) {
        return found_instead(node, "a number");
    }
    return in_range(*this, parse_number(node.text), node, "a number");
}

std::optional<std::string> NumberCodec::check(double value) const { return out_of_range(*this, value); }

Read<core::Duration> DurationCodec::read(const Node& node) const {
    if (!is_scalar(node)) {
        return found_instead(node, kDurationForm);
    }
    return in_range(*this, core::parse_duration(node.text), node, kDurationForm);
}

std::optional<std::string> DurationCodec::check(core::Duration value) const { return out_of_range(*this, value); }

std::string DurationCodec::text(core::Duration value) const { return core::duration_text(value); }

Read<double> RateCodec::read(const Node& node) const {
    if (!is_scalar(node)) {
        return found_instead(node, kRateForm);
    }
    return in_range(*this, core::parse_rate(node.text), node, kRateForm);
}

std::optional<std::string> RateCodec::check(double value) const { return out_of_range(*this, value); }

std::string unknown_word(const Node& node, const std::vector<std::string_view>& words) {
    if (node.kind != Node::Kind::Scalar) {
        return fmt::format("found {}, expected {}", shown(node), core::listed(words));
    }
    return fmt::format("{} is unknown, expected {}{}", shown(node), core::listed(words), core::did_you_mean(node.text, words));
}

}  // namespace relaybench::scenario
