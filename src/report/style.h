#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relaybench::report {

/// What a piece of text means; a Palette decides what that looks like. Meaning is never in the colour alone.
enum class Style : std::uint8_t { Plain, Strong, Faint, Good, Bad, Caution };

/// Turns styles into terminal sequences, or into nothing.
class Palette {
  public:
    [[nodiscard]] static Palette plain() { return Palette(Kind::Plain); }
    [[nodiscard]] static Palette ansi() { return Palette(Kind::Ansi); }
    [[nodiscard]] std::string paint(Style style, std::string_view text) const;

  private:
    enum class Kind : std::uint8_t { Plain, Ansi };
    explicit Palette(Kind kind) : kind_(kind) {}
    Kind kind_;
};

enum class Detail : std::uint8_t {
    Quiet,    ///< gates and verdicts only
    Normal,   ///< what fits on a screen
    Verbose,  ///< every metric that was observed
};

enum class Symbols : std::uint8_t {
    Unicode,
    Ascii,  ///< nothing but ASCII; words or plain characters in place of symbols
};

/// What becomes of table lines that are longer than the layout is wide. Nothing of them is lost either way.
enum class LongLines : std::uint8_t {
    Fold,  ///< the last column goes on in the next lines; columns that may be left out are
    Keep,  ///< as long as they are, one line a row: for files and programs
};

/// How a report for a terminal is laid out.
struct Layout {
    std::size_t width = 80;  ///< columns; from 120 on, more columns and explanations are shown; beyond 140 nothing is gained
    Detail detail = Detail::Normal;
    Palette palette = Palette::plain();
    Symbols symbols = Symbols::Unicode;
    LongLines long_lines = LongLines::Fold;
};

}  // namespace relaybench::report
