#include "wire/header_set.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::wire {
namespace {

constexpr std::size_t kShownName = 60;

bool is_token_char(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
}

/// RFC 9110 §5.5: visible characters, blanks, tabs and bytes above 0x7f.
bool is_value_char(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= ' ' && byte != 0x7fU);
}

bool is_written_by_transport(std::string_view name) {
    constexpr std::array<std::string_view, 5> kNames = {"host", "content-length", "transfer-encoding", "connection", "upgrade"};
    const std::string lower = core::lowercase(name);
    return lower.starts_with("sec-websocket-") || std::ranges::find(kNames, lower) != kNames.end();
}

}  // namespace

void HeaderSet::set(std::string_view name, std::string_view value) {
    const auto found = std::ranges::find_if(headers_, [name](const Header& header) { return core::iequals(header.name, name); });
    if (found == headers_.end()) {
        headers_.push_back({std::string(name), std::string(value)});
    } else {
        *found = {std::string(name), std::string(value)};
    }
}

bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_char); }

core::Expected<void> check_header(const Header& header) {
    if (!is_token(header.name)) {
        return core::bad_input(
            fmt::format("header name \"{}\": expected letters, digits and !#$%&'*+-.^_`|~ only", core::printable(header.name, kShownName)));
    }
    if (is_written_by_transport(header.name)) {
        return core::bad_input(fmt::format("header \"{}\" cannot be set: relaybench writes it itself", header.name));
    }
    if (!std::ranges::all_of(header.value, is_value_char)) {
        return core::bad_input(fmt::format("header \"{}\": its value holds a line break or another control character", header.name));
    }
    return {};
}

}  // namespace relaybench::wire
