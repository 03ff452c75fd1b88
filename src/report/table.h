#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/style.h"

namespace relaybench::report {

enum class Align : std::uint8_t { Left, Right };

struct Column {
    std::string title;
    Align align = Align::Right;
    /// When the table is too wide, columns with the highest number go first; 0 never goes.
    unsigned drop_order = 0;
};

struct Cell {
    std::string text;
    Style style = Style::Plain;
};

/// Rows of text in aligned columns. Widths are those of the terminal (UTF-8, wide and combining characters). Columns without a single
/// filled cell are left out.
class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// Missing cells are empty; cells beyond the columns are a bug.
    void add_row(std::vector<Cell> cells);
    void add_blank_row() { rows_.emplace_back(); }
    /// Of the widest line when nothing is left out or cut.
    [[nodiscard]] std::size_t natural_width() const;
    /// Lines indented by two, without trailing blanks, each with a newline. When even the columns that stay do not fit, the last one goes on
    /// in the next lines if it is one of words, and is cut with "…" if it is one of figures. No title line when all titles are empty.
    [[nodiscard]] std::string render(std::size_t width, const Palette& palette) const;
    /// The same as wide as the layout, or as wide as it takes, in the layout's symbols.
    [[nodiscard]] std::string render(const Layout& layout) const;

  private:
    [[nodiscard]] std::vector<std::size_t> widths() const;
    [[nodiscard]] std::string line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, const Palette& palette) const;
    [[nodiscard]] std::string lines(std::vector<Cell> cells, const std::vector<std::size_t>& widths, const Palette& palette) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace relaybench::report
