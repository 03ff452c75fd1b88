#include "core/utf8.h"

#include "core/require.h"

namespace relaybench::core {
namespace {

unsigned octet(std::string_view text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

/// How many bytes a sequence with this first byte takes (table 3-7 of the Unicode standard); 0 when no sequence begins so.
std::size_t announced(unsigned lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    return lead < 0xe0 ? 2 : (lead < 0xf0 ? 3 : 4);
}

/// The second byte is where overlong forms, surrogates and codes above U+10FFFF are ruled out.
bool is_second(unsigned lead, unsigned second) {
    const unsigned low = lead == 0xe0 ? 0xa0 : (lead == 0xf0 ? 0x90 : 0x80);
    const unsigned high = lead == 0xed ? 0x9f : (lead == 0xf4 ? 0x8f : 0xbf);
    return second >= low && second <= high;
}

}  // namespace

Utf8Character first_character(std::string_view text) {
    require(!text.empty(), "first_character of an empty text");
    const unsigned lead = octet(text, 0);
    const std::size_t length = announced(lead);
    if (length <= 1) {
        return {.code = lead, .bytes = 1, .valid = length == 1};
    }
    constexpr unsigned kLeadBits[] = {0, 0, 0x1f, 0x0f, 0x07};
    char32_t code = lead & kLeadBits[length];
    for (std::size_t i = 1; i < length; ++i) {
        const bool fits = i < text.size() && (i == 1 ? is_second(lead, octet(text, i)) : (octet(text, i) & 0xc0) == 0x80);
        if (!fits) {
            return {.code = 0, .bytes = i, .valid = false};
        }
        code = code << 6 | (octet(text, i) & 0x3f);
    }
    return {.code = code, .bytes = length, .valid = true};
}

}  // namespace relaybench::core
