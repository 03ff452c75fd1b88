#include "report/wrap.h"

#include "core/text.h"
#include "core/utf8.h"
#include "report/plain_ascii.h"

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

std::string wrapped(std::string_view opening, std::string_view text, const Layout& layout) {
    if (layout.symbols == Symbols::Unicode)
        return wrapped(opening, text, layout.width);
    return wrapped(as_ascii(opening), as_ascii(text), layout.width);
}

std::vector<std::string> folded(std::string_view text, std::size_t width) {
    std::vector<std::string> pieces{std::string{}};
    const auto add_character = [&](std::string_view character) {
        if (!pieces.back().empty() && core::display_width(pieces.back()) + core::display_width(character) > width)
            pieces.emplace_back();
        pieces.back() += character;
    };
    for (std::string_view word : core::split(text, ' ')) {
        const std::size_t used = core::display_width(pieces.back());
        if (used > 0 && used + 1 + core::display_width(word) <= width) {
            pieces.back().append(" ").append(word);
            continue;
        }
        if (used > 0)
            pieces.emplace_back();
        for (; !word.empty(); word.remove_prefix(core::first_character(word).bytes))
            add_character(word.substr(0, core::first_character(word).bytes));
    }
    return pieces;
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
