#include "report/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/text.h"
#include "core/units.h"
#include "report/table.h"
#include "report/wrap.h"

namespace relaybench::report {
namespace {

using result::Calibration;
using result::CalibrationRun;
using result::StampError;

constexpr std::string_view kWhat =
    "Our stamps against the relay's own send stamps. Errors are absolute and in µs, as is the delay until our code ran.";
constexpr std::string_view kNoKernel = "Where a load has one row, the kernel stamped nothing: there are only our own stamps.";
constexpr std::size_t kMaxReason = 300;

/// Errors of one run by one of its stamps; every cell of the tables comes from here.
struct Row {
    const CalibrationRun& run;
    std::string_view stamps;
    const StampError::Summary& ttft;
    const StampError::Summary& gap;
    bool first_of_run;
};

std::vector<Row> rows_of(const Calibration& calibration) {
    std::vector<Row> rows;
    for (const CalibrationRun& run : calibration.runs) {
        if (run.kernel_stamps)
            rows.push_back({run, "kernel", run.error.ttft, run.error.gap, true});
        rows.push_back({run, "user", run.error.user_ttft, run.error.user_gap, !run.kernel_stamps});
    }
    return rows;
}

/// Three significant digits, in microseconds.
std::string in_us(core::Duration duration) {
    const double us = std::chrono::duration<double, std::micro>(duration).count();
    if (us < 9.995)
        return fmt::format("{:.2f}", us);
    if (us < 99.95)
        return fmt::format("{:.1f}", us);
    return grouped(static_cast<std::uint64_t>(std::llround(us)));
}

using Texts = std::vector<std::string>;

Texts error_cells(const StampError::Summary& error) {
    if (error.count == 0)
        return {"–", "–", "–", "–"};
    return {in_us(error.mean), in_us(error.p50), in_us(error.p99), in_us(error.max)};
}

Texts generator_cells(const CalibrationRun& run) {
    return {core::human_count(run.chunks_per_s), core::human_ratio(run.coalesced_share),
            run.read_delay_p99 ? in_us(*run.read_delay_p99) : "–", core::human_ratio(std::min(1.0, run.worker_cpu_share))};
}

std::string marked_load(const CalibrationRun& run, std::string_view mark) {
    return result::load_text(run.load).append(run.saturated_by.empty() ? "" : mark);
}

/// Columns that stay together when the table is too wide for one.
struct Group {
    Texts titles;
    Texts (*cells)(const Row&);
    bool once_a_run;  ///< the same for all stamps of a run
};

std::vector<Group> groups() {
    return {{{"ttft mean", "p50", "p99", "max"}, [](const Row& row) { return error_cells(row.ttft); }, false},
            {{"gap mean", "p50", "p99", "max"}, [](const Row& row) { return error_cells(row.gap); }, false},
            {{"chunks/s", "coalesced", "delay p99", "worker"}, [](const Row& row) { return generator_cells(row.run); }, true}};
}

std::string table_of(const std::vector<Row>& rows, const std::vector<Group>& shown, std::size_t width, const Palette& palette) {
    const bool by_stamps = std::any_of(shown.begin(), shown.end(), [](const Group& group) { return !group.once_a_run; });
    std::vector<Column> columns{{"dialect", Align::Left}, {"load", Align::Left}, {by_stamps ? "stamps" : "", Align::Left}};
    for (const Group& group : shown) {
        for (const std::string& title : group.titles)
            columns.push_back({title});
    }
    Table table(std::move(columns));
    for (const Row& row : rows) {
        if (!by_stamps && !row.first_of_run)
            continue;
        const Style style = row.run.saturated_by.empty() ? Style::Plain : Style::Caution;
        std::vector<Cell> cells(2);
        if (row.first_of_run)
            cells = {{result::transport_text(row.run.load)}, {marked_load(row.run, "*"), style}};
        cells.push_back({by_stamps ? std::string(row.stamps) : std::string{}, Style::Faint});
        for (const Group& group : shown) {
            for (const std::string& text : group.cells(row))
                cells.push_back({group.once_a_run && !row.first_of_run ? std::string{} : text, style});
        }
        table.add_row(std::move(cells));
    }
    return table.render(width, palette);
}

std::size_t widest(std::string_view text) {
    std::size_t width = 0;
    for (const std::string_view line : core::split(text, '\n'))
        width = std::max(width, core::display_width(line));
    return width;
}

std::string tables(const std::vector<Row>& rows, const Layout& layout) {
    constexpr std::size_t kAnyWidth = std::numeric_limits<std::size_t>::max();
    const std::vector<Group> all = groups();
    if (widest(table_of(rows, all, kAnyWidth, Palette::plain())) <= layout.width)
        return table_of(rows, all, layout.width, layout.palette);
    std::string text;
    for (const Group& group : all)
        text += (text.empty() ? "" : "\n") + table_of(rows, {group}, layout.width, layout.palette);
    return text;
}

std::string circumstances(const Calibration& calibration) {
    return core::printable(fmt::format("{} a load · {} worker{} · {} · relaybench {}", core::duration_text(calibration.duration),
                                       calibration.workers, calibration.workers == 1 ? "" : "s", calibration.host, calibration.version),
                           kMaxReason);
}

/// What must be known to read the table right, a sentence each.
Texts footnotes(const Calibration& calibration) {
    Texts notes;
    for (const CalibrationRun& run : calibration.runs) {
        if (!run.saturated_by.empty()) {
            notes.push_back(fmt::format("* {}, {}: relaybench did not keep up, which adds to these errors: {}",
                                        result::transport_text(run.load), result::load_text(run.load),
                                        core::printable(fmt::format("{}", fmt::join(run.saturated_by, "; ")), kMaxReason)));
        }
    }
    const bool without = std::any_of(calibration.runs.begin(), calibration.runs.end(), [](const auto& run) { return !run.kernel_stamps; });
    if (without)
        notes.emplace_back(kNoKernel);
    if (calibration.partial)
        notes.emplace_back("PARTIAL: interrupted; only the loads that were played to their end are shown.");
    return notes;
}

std::string markdown_row(const Texts& cells) { return fmt::format("| {} |\n", fmt::join(cells, " | ")); }

}  // namespace

std::string calibration_table(const Calibration& calibration, const Layout& layout) {
    const std::vector<Row> rows = rows_of(calibration);
    std::string text = wrapped("", kWhat, layout.width);
    text += layout.palette.paint(Style::Faint, wrapped("", circumstances(calibration), layout.width));
    if (!rows.empty())
        text += "\n" + tables(rows, layout);
    const Texts notes = footnotes(calibration);
    text += notes.empty() ? "" : "\n";
    for (const std::string& note : notes)
        text += layout.palette.paint(Style::Caution, wrapped("  ", note, layout.width));
    return text;
}

std::string calibration_markdown(const Calibration& calibration) {
    Texts titles{"dialect", "load", "stamps"};
    Texts rules{":---", ":---", ":---"};
    for (const Group& group : groups()) {
        titles.insert(titles.end(), group.titles.begin(), group.titles.end());
        rules.resize(titles.size(), "---:");
    }
    std::string text = fmt::format("{}\n{}\n\n{}{}", kWhat, circumstances(calibration), markdown_row(titles), markdown_row(rules));
    for (const Row& row : rows_of(calibration)) {
        Texts cells{result::transport_text(row.run.load), marked_load(row.run, "\\*"), std::string(row.stamps)};
        for (const Group& group : groups()) {
            const Texts more = group.cells(row);
            cells.insert(cells.end(), more.begin(), more.end());
        }
        text += markdown_row(cells);
    }
    for (const std::string& note : footnotes(calibration))
        text += fmt::format("\n{}{}\n", note.starts_with('*') ? "\\" : "", note);
    return text;
}

}  // namespace relaybench::report
