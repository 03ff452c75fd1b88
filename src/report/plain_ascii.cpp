#include "report/plain_ascii.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/utf8.h"

namespace relaybench::report {
namespace {

using Spelling = std::pair<std::string_view, std::string_view>;

constexpr auto kSpellings = std::to_array<Spelling>({
    {"…", "..."}, {"→", "->"}, {"–", "-"},   {"—", "-"}, {"−", "-"},   {"·", "-"},  {"µ", "u"}, {"×", "x"},
    {"≥", ">="},  {"≤", "<="}, {"±", "+/-"}, {"≈", "~"}, {"∞", "inf"}, {"▼", "v"},  {"▲", "^"}, {"✓", "+"},
    {"✗", "x"},   {"▪", "#"},  {"‘", "'"},   {"’", "'"}, {"“", "\""},  {"”", "\""}, {"█", "#"}, {"▕", "|"},
    {"▏", "|"},   {"▎", "-"},  {"▍", "-"},   {"▌", "-"}, {"▋", "-"},   {"▊", "-"},  {"▉", "-"},
});

std::string_view spelling_of(std::string_view character) {
    const auto* at = std::ranges::find(kSpellings, character, &Spelling::first);
    return at == kSpellings.end() ? "?" : at->second;
}

}  // namespace

std::string as_ascii(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        const std::string_view character = text.substr(0, core::first_character(text).bytes);
        plain += character.size() == 1 ? character : spelling_of(character);
        text.remove_prefix(character.size());
    }
    return plain;
}

}  // namespace relaybench::report
