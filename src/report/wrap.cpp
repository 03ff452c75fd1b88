#include "report/wrap.h"

#include "core/text.h"

namespace relaybench::report {
namespace {

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (core::display_width(text) <= width)
        return std::string(text);
    if (width == 0)
        return {};
    while (!text.empty() && core::display_width(text) > width - 1) {
        do {
            const bool inside = continues_character(text.back());
            text.remove_suffix(1);
            if (!inside)
                break;
        } while (!text.empty());
    }
    return std::string(text) + "…";
}

std::string wrapped(std::string_view opening, std::string_view text, std::size_t width) {
    const std::size_t indent = core::display_width(opening);
    std::string lines(opening);
    std::size_t column = indent;
    for (const std::string_view word : core::split(text, ' ')) {
        if (word.empty())
            continue;
        const std::size_t word_width = core::display_width(word);
        if (column > indent && column + 1 + word_width > width) {
            lines.append("\n").append(indent, ' ');
            column = indent;
        }
        if (column > indent) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += word_width;
    }
    return lines + "\n";
}

std::string grouped(std::uint64_t count) {
    constexpr std::size_t kGroup = 3;
    std::string digits = std::to_string(count);
    for (std::size_t at = digits.size(); at > kGroup;) {
        at -= kGroup;
        digits.insert(at, ",");
    }
    return digits;
}

}  // namespace relaybench::report
