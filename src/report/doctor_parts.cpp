#include "report/doctor_parts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "core/utf8.h"
#include "report/wrap.h"

namespace relaybench::report {
namespace {

using result::CheckStatus;

struct Mark {
    std::string_view symbol;
    Style style;
};

// In the order of CheckStatus.
constexpr std::array<Mark, 7> kMarks = {{{"✓", Style::Good},
                                         {"i", Style::Plain},
                                         {"!", Style::Caution},
                                         {"✗", Style::Bad},
                                         {"-", Style::Faint},
                                         {"?", Style::Caution},
                                         {"☠", Style::Bad}}};

const Mark& mark_of(CheckStatus status) { return kMarks.at(static_cast<std::size_t>(status)); }

std::string_view ascii_for(std::string_view character) {
    using Pair = std::pair<std::string_view, std::string_view>;
    constexpr std::array kPairs = {Pair{"…", "..."}, Pair{"→", "->"}, Pair{"–", "-"}, Pair{"—", "-"},  Pair{"·", "-"},
                                   Pair{"µ", "u"},   Pair{"‘", "'"},  Pair{"’", "'"}, Pair{"“", "\""}, Pair{"”", "\""},
                                   Pair{"×", "x"},   Pair{"≥", ">="}, Pair{"≤", "<="}};
    const auto at = std::ranges::find(kPairs, character, &Pair::first);
    return at == kPairs.end() ? "?" : at->second;
}

std::string in_ascii(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, core::first_character(text).bytes);
        plain += character.size() == 1 ? character : ascii_for(character);
        text.remove_prefix(character.size());
    }
    return plain;
}

/// With a blank inside words that take more than `width` columns, so that they can be wrapped.
std::string with_breaks(std::string_view text, std::size_t width) {
    std::string broken;
    std::size_t column = 0;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, core::first_character(text).bytes);
        const std::size_t columns = core::display_width(character);
        if (column + columns > std::max<std::size_t>(width, 1)) {
            broken += ' ';
            column = 0;
        }
        broken += character;
        column = character == " " ? 0 : column + columns;
        text.remove_prefix(character.size());
    }
    return broken;
}

}  // namespace

std::string shown_text(std::string_view untrusted, const Layout& layout) {
    constexpr std::size_t kMaxText = 1000;
    std::string text = core::printable(untrusted, kMaxText);
    return layout.symbols == Symbols::Ascii ? in_ascii(text) : text;
}

std::string beside(Style style, std::string_view opening, std::string_view text, const Layout& layout) {
    if (text.empty())
        return layout.palette.paint(style, opening.substr(0, opening.find_last_not_of(' ') + 1)) + "\n";
    const std::size_t used = std::min(core::display_width(opening), layout.width);
    const std::string lines = wrapped(opening, with_breaks(shown_text(text, layout), layout.width - used), layout.width);
    return layout.palette.paint(style, opening) + lines.substr(opening.size());
}

std::string status_text(CheckStatus status, const Layout& layout) {
    const std::string word(result::check_status_id(status));
    return layout.symbols == Symbols::Ascii ? word : std::string(mark_of(status).symbol) + " " + word;
}

Style status_style(CheckStatus status) { return mark_of(status).style; }

}  // namespace relaybench::report
