#include "scenario/connect_to.h"

#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::scenario {

namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::size_t kParts = 4;

/// Splits at colons outside brackets and takes the brackets off.
std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts(1);
    bool in_brackets = false;
    for (const char c : text) {
        if (c == '[' || c == ']') {
            in_brackets = c == '[';
        } else if (c == ':' && !in_brackets) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

/// Empty text: any port. A bad one: nullopt.
std::optional<std::optional<std::uint16_t>> parse_port(const std::string& text) {
    if (text.empty()) {
        return std::optional<std::uint16_t>{};
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
        return std::nullopt;
    }
    return std::optional<std::uint16_t>{port};
}

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : '[' + host + ']'; }

}  // namespace

core::Expected<ConnectTo> parse_connect_to(std::string_view text) {
    const auto bad = [&](std::string_view why) {
        return core::bad_input(
            fmt::format("\"{}\" {}, expected HOST:PORT:ADDRESS:PORT as in curl, such as relay.example:443:127.0.0.1:8443",
                        core::printable(text, kShownBytes), why));
    };
    const std::vector<std::string> parts = parts_of(text);
    if (parts.size() != kParts) {
        return bad(fmt::format("has {} parts", parts.size()));
    }
    const auto from = parse_port(parts[1]);
    const auto to = parse_port(parts[3]);
    if (!from || !to) {
        return bad("has a bad port");
    }
    return ConnectTo{parts[0], *from, parts[2], *to};
}

std::string connect_to_text(const ConnectTo& rule) {
    const auto port = [](std::optional<std::uint16_t> value) { return value ? std::to_string(*value) : std::string{}; };
    return fmt::format("{}:{}:{}:{}", bracketed(rule.host), port(rule.port), bracketed(rule.address), port(rule.to_port));
}

}  // namespace relaybench::scenario
