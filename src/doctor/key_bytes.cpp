#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.h"
#include "core/utf8.h"
#include "doctor/key_text.h"
#include "doctor/shown.h"
#include "wire/key_format.h"

namespace relaybench::doctor {
namespace {

constexpr std::size_t kMostNamed = 8;
constexpr char32_t kNotUtf8 = 0xfffd;

bool is_ascii_blank(char32_t code) { return code == ' ' || (code >= '\t' && code <= '\r'); }

/// Consoles put these where the rest of a key is.
bool is_mask(char32_t code) { return code == 0x2026 || code == 0x2022 || code == 0x25cf; }

bool is_quotation_mark(char32_t code) {
    constexpr std::array<char32_t, 9> kMarks = {'"', '\'', '`', 0x2018, 0x2019, 0x201c, 0x201d, 0xab, 0xbb};
    return std::ranges::find(kMarks, code) != kMarks.end();
}

std::vector<char32_t> code_points(std::string_view text) {
    std::vector<char32_t> codes;
    while (!text.empty()) {
        const core::Utf8Character character = core::first_character(text);
        codes.push_back(character.valid ? character.code : kNotUtf8);
        text.remove_prefix(character.bytes);
    }
    return codes;
}

bool is_odd(char32_t code) { return (code <= ' ' || code >= 0x7f) && !is_mask(code); }

std::string places(const std::vector<OddCharacter>& odd) {
    std::string text;
    for (const OddCharacter& each : odd) {
        text += fmt::format("{}{} at character {}", text.empty() ? "" : ", ", code_point_text(each.code), each.position);
    }
    return text;
}

std::vector<OddCharacter> only(std::vector<OddCharacter> odd, bool (*wanted)(char32_t)) {
    std::erase_if(odd, [wanted](const OddCharacter& each) { return !wanted(each.code); });
    return odd;
}

/// A text around or instead of a key may hold blanks by its nature; what it is, is said by the check of the format.
bool is_other_text(std::string_view key) {
    if (whole_document(core::trimmed(key))) {
        return true;
    }
    constexpr std::array<std::string_view, 4> kOther = {"bearer_inside", "assignment", "url", "placeholder"};
    const auto problems = wire::inspect_key(key, {});
    return std::ranges::any_of(
        problems, [&kOther](const wire::KeyProblem& problem) { return std::ranges::find(kOther, problem.code) != kOther.end(); });
}

/// Blanks and line feeds at the ends are cut off by doctor and by many clients; anything else is sent.
bool only_at_ends(std::string_view key) {
    const std::size_t first = key.find_first_not_of(" \t\n");
    const std::size_t last = key.find_last_not_of(" \t\n");
    return key.substr(first, last - first + 1).find_first_of(" \t\n\v\f\r") == std::string_view::npos;
}

void add_blanks(std::string_view key, const std::vector<OddCharacter>& odd, std::vector<KeyFault>& faults) {
    const auto blanks = only(odd, is_ascii_blank);
    if (blanks.empty() || core::trimmed(key).empty()) {
        return;
    }
    if (only_at_ends(key)) {
        faults.push_back({"key.whitespace", KeyFault::Weight::Warning,
                          fmt::format("Around the key stands what is not part of it: {}. Doctor goes on without it.", places(blanks))});
    } else if (!is_other_text(key)) {
        faults.push_back({"key.whitespace", KeyFault::Weight::Fatal, fmt::format("The key holds {}.", places(blanks))});
    }
}

}  // namespace

std::vector<OddCharacter> odd_characters(std::string_view key) {
    std::vector<OddCharacter> odd;
    const auto codes = code_points(key);
    for (std::size_t i = 0; i < codes.size() && odd.size() < kMostNamed; ++i) {
        if (is_odd(codes[i])) {
            odd.push_back({i + 1, codes[i]});
        }
    }
    return odd;
}

std::vector<KeyFault> byte_faults(std::string_view key) {
    std::vector<KeyFault> faults;
    const auto odd = odd_characters(key);
    const auto codes = code_points(core::trimmed(key));
    if (!codes.empty() && (is_quotation_mark(codes.front()) || is_quotation_mark(codes.back()))) {
        faults.push_back({"key.quoted", KeyFault::Weight::Fatal, "The key begins or ends with a quotation mark, which is sent along."});
    }
    const auto invisible = only(odd, [](char32_t code) { return !is_ascii_blank(code) && !is_quotation_mark(code); });
    if (!invisible.empty()) {
        faults.push_back({"key.invisible-char", KeyFault::Weight::Fatal, fmt::format("The key holds {}.", places(invisible))});
    }
    add_blanks(key, odd, faults);
    return faults;
}

}  // namespace relaybench::doctor
