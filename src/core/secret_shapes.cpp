#include "core/secret_shapes.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/text.h"

namespace relaybench::core {
namespace {

constexpr std::string_view kLeftOut = "…";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }
bool is_token(char c) { return is_word(c) || c == '.' || c == '+' || c == '/' || c == '=' || c == '~'; }
bool is_mailbox(char c) { return is_word(c) || c == '.' || c == '+' || c == '%'; }
bool ends_value(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '&' || c == '#' || c == '"' || c == '\'' || c == '<'; }

std::size_t span(std::string_view text, bool (*belongs)(char)) {
    const auto end = std::ranges::find_if_not(text, belongs);
    return static_cast<std::size_t>(end - text.begin());
}

/// How much of `text` is a shape, and what to write in its place. Nothing: `taken` is 0.
struct Shape {
    std::size_t taken = 0;
    std::string shown;
};

/// "Bearer abc123…": a word of the language ("Basic authentication") has neither digits nor capitals.
Shape authorization(std::string_view text) {
    constexpr std::array<std::string_view, 2> kSchemes = {"bearer ", "basic "};
    constexpr std::size_t kShortest = 8;
    for (const std::string_view scheme : kSchemes) {
        if (!iequals(text.substr(0, scheme.size()), scheme)) {
            continue;
        }
        const std::string_view value = text.substr(scheme.size(), span(text.substr(scheme.size()), is_token));
        const bool is_plain_word = std::ranges::none_of(value, [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
        if (value.size() >= kShortest && !is_plain_word) {
            return {scheme.size() + value.size(), fmt::format("{}{}", text.substr(0, scheme.size()), kLeftOut)};
        }
    }
    return {};
}

/// "://user:password@".
Shape userinfo(std::string_view text) {
    constexpr std::string_view kSeparator = "://";
    if (!text.starts_with(kSeparator)) {
        return {};
    }
    const std::size_t size = userinfo_size(text.substr(kSeparator.size()));
    return size == 0 ? Shape{} : Shape{kSeparator.size() + size, fmt::format("{}{}@", kSeparator, kLeftOut)};
}

/// "?key=…", "&access_token=…".
Shape parameter(std::string_view text) {
    constexpr std::array<std::string_view, 12> kSecret = {"key",    "api_key", "apikey",    "api-key",  "token",  "access_token",
                                                          "secret", "sig",     "signature", "password", "passwd", "code"};
    if (text.front() != '?' && text.front() != '&') {
        return {};
    }
    const std::size_t name = span(text.substr(1), is_word);
    const bool is_secret = std::ranges::any_of(kSecret, [&](std::string_view each) { return iequals(each, text.substr(1, name)); });
    if (!is_secret || text.size() <= name + 2 || text[name + 1] != '=') {
        return {};
    }
    const std::size_t value = span(text.substr(name + 2), [](char c) { return !ends_value(c); });
    return {name + 2 + value, fmt::format("{}{}", text.substr(0, name + 2), kLeftOut)};
}

/// RFC 7519: three parts of base64url, the first of which begins an object.
Shape web_token(std::string_view text) {
    constexpr std::string_view kBegins = "eyJ";
    constexpr std::size_t kShortest = 20;
    const std::size_t whole = text.starts_with(kBegins) ? span(text, [](char c) { return is_word(c) || c == '.'; }) : 0;
    const bool has_parts = std::ranges::count(text.substr(0, whole), '.') >= 1;
    return whole >= kShortest && has_parts ? Shape{whole, fmt::format("{}{}", kBegins, kLeftOut)} : Shape{};
}

/// "somebody@example.org".
Shape mail_address(std::string_view text) {
    const std::size_t box = span(text, is_mailbox);
    if (box == 0 || box + 1 >= text.size() || text[box] != '@') {
        return {};
    }
    const std::string_view host = text.substr(box + 1, span(text.substr(box + 1), [](char c) { return is_word(c) || c == '.'; }));
    const bool is_host = host.find('.') != std::string_view::npos && !host.starts_with('.');
    return is_host ? Shape{box, std::string(kLeftOut)} : Shape{};
}

/// The first shape that begins here. Those that are words begin where a word does.
Shape shape_at(std::string_view text, char before) {
    if (Shape shape = userinfo(text); shape.taken > 0) {
        return shape;
    }
    if (Shape shape = parameter(text); shape.taken > 0) {
        return shape;
    }
    if (is_mailbox(before)) {
        return {};
    }
    for (const auto find : {authorization, web_token, mail_address}) {
        if (Shape shape = find(text); shape.taken > 0) {
            return shape;
        }
    }
    return {};
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool plain = is_word(c) || c == '.' || c == '~';
        encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

/// Base64 of a text in which the secret stands behind `shift` other bytes, without the characters that its neighbours have a part in.
std::string inside_base64(std::string_view secret, std::size_t shift) {
    constexpr std::size_t kBitsOfByte = 8;
    constexpr std::size_t kBitsOfCharacter = 6;
    const std::size_t first = (shift * kBitsOfByte + kBitsOfCharacter - 1) / kBitsOfCharacter;
    const std::size_t end = (shift + secret.size()) * kBitsOfByte / kBitsOfCharacter;
    const std::string encoded = base64_encode(std::string(shift, '\0') + std::string(secret));
    return first < end ? encoded.substr(first, end - first) : "";
}

}  // namespace

std::size_t userinfo_size(std::string_view text) {
    const std::string_view word = text.substr(0, text.find_first_of(" \"'<>\t\r\n"));
    const std::string_view authority = word.substr(0, word.find_first_of("/?#"));
    const std::size_t colon = authority.find(':');
    const std::string_view port = colon == std::string_view::npos ? "" : authority.substr(colon + 1);
    const bool is_host = authority.starts_with('[') || std::ranges::all_of(port, is_digit);
    const std::size_t at = (is_host ? authority : word).rfind('@');
    return at == std::string_view::npos ? 0 : at + 1;
}

std::string without_secret_shapes(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    char before = '\0';
    while (!text.empty()) {
        const Shape shape = shape_at(text, before);
        const std::size_t taken = std::max<std::size_t>(shape.taken, 1);
        clean += shape.taken > 0 ? shape.shown : std::string(1, text.front());
        before = text[taken - 1];
        text.remove_prefix(taken);
    }
    return clean;
}

std::vector<Secret> forms_of(const Secret& secret) {
    const std::string trimmed_text(trimmed(secret.reveal()));
    std::vector<Secret> forms = {secret, Secret(trimmed_text), Secret(percent_encoded(trimmed_text))};
    for (std::size_t shift = 0; shift < 3; ++shift) {
        forms.emplace_back(inside_base64(trimmed_text, shift));
    }
    return forms;
}

}  // namespace relaybench::core
