#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "core/utf8.h"

namespace relaybench::core {
namespace {

using Range = std::pair<char32_t, char32_t>;

constexpr std::string_view kReplacement = "\uFFFD";
constexpr std::string_view kEllipsis = "…";
constexpr std::size_t kLongestSequence = 256;

constexpr std::array<Range, 5> kControls = {{{0x00, 0x1f}, {0x7f, 0x9f}, {0x061c, 0x061c}, {0x200e, 0x200f}, {0x202a, 0x202e}}};
constexpr Range kIsolates = {0x2066, 0x2069};

/// The usual combining blocks of Unicode 15 and the zero-width characters.
constexpr std::array<Range, 14> kZeroWidth = {{{0x0300, 0x036f},
                                               {0x0483, 0x0489},
                                               {0x0591, 0x05bd},
                                               {0x0610, 0x061a},
                                               {0x064b, 0x065f},
                                               {0x0e34, 0x0e3a},
                                               {0x1ab0, 0x1aff},
                                               {0x1dc0, 0x1dff},
                                               {0x200b, 0x200f},
                                               {0x2060, 0x2064},
                                               {0x20d0, 0x20ff},
                                               {0xfe00, 0xfe0f},
                                               {0xfe20, 0xfe2f},
                                               {0xfeff, 0xfeff}}};

/// Blocks of East Asian Wide and Fullwidth characters (UAX 11) and the emoji that terminals draw over two columns.
constexpr std::array<Range, 14> kWide = {{{0x1100, 0x115f},
                                          {0x2e80, 0x303e},
                                          {0x3041, 0x33ff},
                                          {0x3400, 0x4dbf},
                                          {0x4e00, 0x9fff},
                                          {0xa000, 0xa4cf},
                                          {0xac00, 0xd7a3},
                                          {0xf900, 0xfaff},
                                          {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60},
                                          {0xffe0, 0xffe6},
                                          {0x1f300, 0x1f64f},
                                          {0x1f900, 0x1f9ff},
                                          {0x20000, 0x3fffd}}};

bool within(const Range& range, char32_t code) { return code >= range.first && code <= range.second; }

template <std::size_t N>
bool within_any(const std::array<Range, N>& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(), [code](const Range& range) { return within(range, code); });
}

bool is_line_or_tab(char32_t code) { return code == '\n' || code == '\r' || code == '\t' || code == 0x2028 || code == 0x2029; }

bool is_harmful(char32_t code) { return within_any(kControls, code) || within(kIsolates, code); }

/// ESC [ parameters, intermediates, final (ECMA-48 §5.4).
std::size_t control_sequence(std::string_view text) {
    const std::size_t end = std::min(text.size(), kLongestSequence);
    std::size_t i = 2;
    while (i < end && text[i] >= 0x20 && text[i] <= 0x3f) {
        ++i;
    }
    return i < end && text[i] >= 0x40 && text[i] <= 0x7e ? i + 1 : i;
}

/// ESC ] and its kin run up to BEL or ESC \. One that never ends takes only its introducer, so that it cannot swallow the message.
std::size_t control_string(std::string_view text) {
    const std::string_view head = text.substr(0, kLongestSequence);
    const std::size_t bell = head.find('\a');
    const std::size_t terminator = head.find("\x1b\\", 2);
    if (bell == std::string_view::npos && terminator == std::string_view::npos) {
        return 2;
    }
    return terminator < bell ? terminator + 2 : bell + 1;
}

/// Bytes of the escape sequence at the beginning of `text`, which begins with ESC.
std::size_t escape_sequence(std::string_view text) {
    if (text.size() < 2) {
        return 1;
    }
    switch (text[1]) {
        case '[':
            return control_sequence(text);
        case ']':
        case 'P':
        case 'X':
        case '^':
        case '_':
            return control_string(text);
        default:
            return text[1] >= 0x20 && text[1] <= 0x7e ? 2 : 1;
    }
}

/// Takes one character (or one escape sequence) off `text` and returns what may be shown of it.
std::string_view take_shown(std::string_view& text) {
    const Utf8Character character = first_character(text);
    const std::size_t bytes = text.front() == '\x1b' ? escape_sequence(text) : character.bytes;
    std::string_view shown = text.substr(0, bytes);
    text.remove_prefix(bytes);
    if (character.valid && is_line_or_tab(character.code)) {
        return " ";
    }
    return character.valid && !is_harmful(character.code) ? shown : kReplacement;
}

}  // namespace

std::string printable(std::string_view untrusted, std::size_t max_bytes) {
    std::string shown;
    std::size_t room_for_ellipsis = 0;  // length of the longest beginning after which "…" still fits
    while (!untrusted.empty()) {
        const std::string_view piece = take_shown(untrusted);
        if (shown.size() + piece.size() > max_bytes) {
            shown.resize(room_for_ellipsis);
            shown.append(max_bytes >= kEllipsis.size() ? kEllipsis : std::string_view());
            return shown;
        }
        shown.append(piece);
        room_for_ellipsis = shown.size() + kEllipsis.size() <= max_bytes ? shown.size() : room_for_ellipsis;
    }
    return shown;
}

std::size_t display_width(std::string_view utf8) {
    std::size_t columns = 0;
    while (!utf8.empty()) {
        const Utf8Character character = first_character(utf8);
        utf8.remove_prefix(character.bytes);
        if (!character.valid) {
            ++columns;
        } else if (!within_any(kZeroWidth, character.code)) {
            columns += within_any(kWide, character.code) ? 2 : 1;
        }
    }
    return columns;
}

}  // namespace relaybench::core
