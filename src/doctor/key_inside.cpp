#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/text.h"
#include "doctor/key_text.h"
#include "doctor/shown.h"

namespace relaybench::doctor {
namespace {

using Weight = KeyFault::Weight;
using Patterns = std::vector<wire::KeyPattern>;

bool is_key_letter(unsigned char c) { return std::isalnum(c) != 0; }

/// Without what is neither letter nor digit at its ends, and without line ends that were written as two characters.
std::string_view bare(std::string_view text) {
    constexpr std::array<std::string_view, 2> kWritten = {"\\n", "\\r"};
    bool changed = true;
    while (changed && !text.empty()) {
        const bool is_first = !is_key_letter(static_cast<unsigned char>(text.front()));
        const bool is_last = !is_first && !is_key_letter(static_cast<unsigned char>(text.back()));
        const bool is_written =
            !is_first && std::ranges::any_of(kWritten, [text](std::string_view written) { return text.ends_with(written); });
        text.remove_prefix(is_first ? 1 : 0);
        text.remove_suffix(is_written ? 2 : is_last ? 1 : 0);
        changed = is_first || is_last || is_written;
    }
    return text;
}

/// The text is one key of the relay, and a second one behind it.
bool is_two(std::string_view text, const Patterns& patterns) {
    constexpr std::size_t kShortest = 12;
    for (std::size_t at = kShortest; at + kShortest <= text.size(); ++at) {
        // A second key begins in a way that is known.
        if (!known_prefix(text.substr(at), patterns).empty() && wire::matches_any(bare(text.substr(0, at)), patterns) &&
            wire::matches_any(bare(text.substr(at)), patterns)) {
            return true;
        }
    }
    return false;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const std::string_view digits = text[i] == '%' ? text.substr(i + 1, 2) : std::string_view{};
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        const bool is_code = digits.size() == 2 && read.ec == std::errc{} && read.ptr == digits.data() + digits.size();
        decoded += is_code ? static_cast<char>(value) : text[i];
        i += is_code ? 2 : 0;
    }
    return decoded;
}

bool is_key_in_base64(std::string_view text, const Patterns& patterns) {
    std::string padded(text);
    padded.append((4 - padded.size() % 4) % 4, '=');
    const auto decoded = core::base64_decode(padded);
    return decoded && wire::matches_any(core::trimmed(*decoded), patterns);
}

/// "api_key: …", "x-api-key: …": a name, a colon, and a value behind a blank.
bool is_setting(std::string_view text) {
    const std::size_t colon = text.find(": ");
    const std::string name = core::lowercase(core::trimmed(text.substr(0, std::min(colon, text.size()))));
    const auto is_of_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '"' || c == '\''; };
    return colon != std::string_view::npos && name != "authorization" && !name.empty() && std::ranges::all_of(name, is_of_name);
}

}  // namespace

std::optional<KeyFault> whole_document(std::string_view text) {
    const bool is_json = text.starts_with('{') && !text.starts_with("{{") && text.find(':') != std::string_view::npos;
    const bool is_pem = text.starts_with("-----BEGIN");
    if (!is_json && !is_pem && !is_setting(text)) {
        return std::nullopt;
    }
    return KeyFault{"key.document", Weight::Fatal,
                    fmt::format("The key is {}.", is_json  ? "a JSON document"
                                                  : is_pem ? "a PEM file"
                                                           : "a name with its value behind a colon")};
}

std::optional<KeyFault> hidden_key(std::string_view text, const Patterns& patterns) {
    constexpr std::size_t kLongest = 1024;
    if (text.size() > kLongest) {
        return std::nullopt;
    }
    if (wire::matches_any(bare(text), patterns)) {
        return KeyFault{"key.surplus", Weight::Fatal,
                        "Before or behind the key stands what is not part of it; without it the format is right."};
    }
    if (is_two(text, patterns)) {
        return KeyFault{"key.two-keys", Weight::Fatal, "The text is two keys of this relay, one behind the other."};
    }
    if (is_key_in_base64(text, patterns)) {
        return KeyFault{"key.encoded", Weight::Fatal, "The key is base64 of a key of this relay."};
    }
    if (text.find('%') != std::string_view::npos && wire::matches_any(percent_decoded(text), patterns)) {
        return KeyFault{"key.encoded", Weight::Fatal, "The key is percent-encoded."};
    }
    return std::nullopt;
}

}  // namespace relaybench::doctor
