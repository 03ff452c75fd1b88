#include "report/table.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/require.h"
#include "core/text.h"
#include "report/plain_ascii.h"
#include "report/wrap.h"

namespace relaybench::report {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kBetween = 2;

std::size_t total_width(const std::vector<std::size_t>& widths) {
    std::size_t total = kIndent;
    for (const std::size_t width : widths)
        total += width == 0 ? 0 : width + kBetween;
    return total - std::min(total, kBetween);
}

/// Sets the width of dropped columns to zero until the rest fits, or until only columns that never go are left.
void drop_columns(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t limit) {
    while (total_width(widths) > limit) {
        std::size_t victim = columns.size();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (widths[i] == 0 || columns[i].drop_order == 0)
                continue;
            if (victim == columns.size() || columns[i].drop_order >= columns[victim].drop_order)
                victim = i;
        }
        if (victim == columns.size())
            return;
        widths[victim] = 0;
    }
}

/// The place of the last column that is shown; behind all when none is.
std::size_t last_shown(const std::vector<std::size_t>& widths) {
    const auto last = std::find_if(widths.rbegin(), widths.rend(), [](std::size_t width) { return width > 0; });
    return last == widths.rend() ? widths.size() : static_cast<std::size_t>(widths.rend() - last) - 1;
}

void shrink_last(std::vector<std::size_t>& widths, std::size_t limit) {
    constexpr std::size_t kLeast = 8;
    const std::size_t total = total_width(widths);
    const std::size_t last = last_shown(widths);
    if (total <= limit || last == widths.size())
        return;
    widths[last] = std::max(std::min(widths[last], kLeast), widths[last] - std::min(widths[last], total - limit));
}

std::string padded(const Cell& cell, std::size_t width, Align align, const Palette& palette) {
    const std::string text = cut_to_width(cell.text, width);
    const std::string blanks(width - std::min(width, core::display_width(text)), ' ');
    const std::string painted = palette.paint(cell.style, text);
    return align == Align::Left ? painted + blanks : blanks + painted;
}

}  // namespace

void Table::add_row(std::vector<Cell> cells) {
    core::require(cells.size() <= columns_.size(), "a row has no more cells than the table has columns");
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const std::vector<Cell>& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], core::display_width(row[i].text));
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (widths[i] > 0)
            widths[i] = std::max(widths[i], core::display_width(columns_[i].title));
    }
    return widths;
}

std::size_t Table::natural_width() const { return total_width(widths()); }

std::string Table::line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, const Palette& palette) const {
    std::string line(kIndent, ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (widths[i] == 0)
            continue;
        if (line.size() > kIndent)
            line.append(kBetween, ' ');
        line += padded(cells[i], widths[i], columns_[i].align, palette);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

/// A row whose last column may need more lines than one.
std::string Table::lines(std::vector<Cell> cells, const std::vector<std::size_t>& widths, const Palette& palette) const {
    const std::size_t last = last_shown(widths);
    const bool fits = last >= cells.size() || columns_[last].align != Align::Left || core::display_width(cells[last].text) <= widths[last];
    if (fits)
        return line(cells, widths, palette);
    std::string text;
    for (std::string& piece : folded(cells[last].text, widths[last])) {
        cells[last].text = std::move(piece);
        text += line(cells, widths, palette);
        for (std::size_t i = 0; i < last; ++i)
            cells[i].text.clear();
    }
    return text;
}

std::string Table::render(const Layout& layout) const {
    const std::size_t width = layout.long_lines == LongLines::Keep ? std::numeric_limits<std::size_t>::max() : layout.width;
    if (layout.symbols != Symbols::Ascii)
        return render(width, layout.palette);
    Table plain(*this);
    for (Column& column : plain.columns_)
        column.title = as_ascii(column.title);
    for (std::vector<Cell>& row : plain.rows_) {
        for (Cell& cell : row)
            cell.text = as_ascii(cell.text);
    }
    return plain.render(width, layout.palette);
}

std::string Table::render(std::size_t width, const Palette& palette) const {
    std::vector<std::size_t> fitted = widths();
    drop_columns(fitted, columns_, width);
    shrink_last(fitted, width);
    std::string text;
    std::vector<Cell> titles;
    for (const Column& column : columns_)
        titles.push_back({column.title, Style::Faint});
    const bool titled = std::any_of(columns_.begin(), columns_.end(), [](const Column& column) { return !column.title.empty(); });
    if (titled)
        text += line(titles, fitted, palette);
    for (const std::vector<Cell>& row : rows_)
        text += lines(row, fitted, palette);
    return text;
}

}  // namespace relaybench::report
