#include "report/terminal_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "core/units.h"
#include "judge/wording.h"
#include "report/run_parts.h"
#include "report/wrap.h"

namespace relaybench::report {
namespace {

using judge::ArmComparison;
using judge::Finding;
using judge::QuantileComparison;
using result::ArmResult;
using result::RunResult;

using Comparisons = std::vector<ArmComparison>;

constexpr std::size_t kMaxName = 24;

std::string safe(std::string_view name) { return core::printable(name, kMaxName); }

Style style_of(Finding finding) {
    switch (finding) {
        case Finding::Faster:
            return Style::Good;
        case Finding::Slower:
            return Style::Bad;
        case Finding::TooFewStreams:
            return Style::Caution;
        default:
            return Style::Faint;
    }
}

/// The change in a few characters, for tables of many arms; the mark says what the colour says.
std::string short_words(const QuantileComparison& row) {
    constexpr double kPercent = 100.0;
    const std::string percent = row.change ? fmt::format("{:+.0f} %", *row.change * kPercent) : std::string("∞");
    switch (row.finding) {
        case Finding::Faster:
            return percent + " ▼";
        case Finding::Slower:
            return percent + " ▲";
        case Finding::NoDifference:
            return percent + " ≈";
        case Finding::TooFewStreams:
            return "too few";
        case Finding::NothingObserved:
            break;
    }
    return "–";
}

Cell value_cell(const std::optional<result::Distribution::Quantile>& value, const ArmResult& arm, result::Metric metric, double q) {
    if (!value)
        return {"–", Style::Faint};
    return quantile_cell(arm.metric(metric), q);
}

/// Two arms: values and the verdict in words. More: values and short changes.
class Grid {
  public:
    Grid(const RunResult& run, const Comparisons& comparisons) : run_(run), comparisons_(comparisons), table_(columns(run)) {}

    void add_plain_row(std::string_view label, const std::vector<Cell>& values, const Cell& words) {
        std::vector<Cell> row{{std::string(label)}, {}};
        for (std::size_t i = 0; i < values.size(); ++i) {
            row.push_back(values[i]);
            if (i > 0 && !two_arms())
                row.emplace_back();
        }
        if (two_arms())
            row.push_back(words);
        table_.add_row(std::move(row));
    }

    /// Row `index` of every comparison.
    void add_quantile_row(std::size_t index, std::string_view label) {
        const QuantileComparison& first = comparisons_.front().quantiles[index];
        std::vector<Cell> row{{std::string(label)}, {judge::quantile_name(first.quantile), Style::Faint}};
        row.push_back(value_cell(first.base, run_.arms.front(), first.metric, first.quantile));
        for (std::size_t i = 0; i < comparisons_.size(); ++i)
            add_arm(row, run_.arms[i + 1], comparisons_[i].quantiles[index]);
        table_.add_row(std::move(row));
    }

    void add_blank_row() { table_.add_blank_row(); }
    [[nodiscard]] bool two_arms() const { return run_.arms.size() == 2; }
    [[nodiscard]] std::string render(const Layout& layout) const { return table_.render(layout.width, layout.palette); }

  private:
    static std::vector<Column> columns(const RunResult& run) {
        std::vector<Column> columns{{"", Align::Left}, {"", Align::Left}};
        for (std::size_t i = 0; i < run.arms.size(); ++i) {
            columns.push_back({safe(run.arms[i].name)});
            if (i > 0 && run.arms.size() > 2)
                columns.push_back({""});
        }
        if (run.arms.size() == 2)
            columns.push_back({"", Align::Left});
        return columns;
    }

    void add_arm(std::vector<Cell>& row, const ArmResult& arm, const QuantileComparison& comparison) const {
        row.push_back(value_cell(comparison.other, arm, comparison.metric, comparison.quantile));
        const std::string words = two_arms() ? judge::verdict_words(comparison, safe(arm.name)) : short_words(comparison);
        row.push_back({words, style_of(comparison.finding)});
    }

    const RunResult& run_;
    const Comparisons& comparisons_;
    Table table_;
};

template <class Text>
std::vector<Cell> cells_of(const RunResult& run, const Text& text) {
    std::vector<Cell> cells;
    for (const ArmResult& arm : run.arms)
        cells.push_back(text(arm));
    return cells;
}

Cell failed_cell(const ArmResult& arm) {
    const std::uint64_t judged = arm.ended() - arm.outcome(stream::Outcome::Cancelled);
    if (judged == 0)
        return {"–", Style::Faint};
    const double share = static_cast<double>(arm.errored()) / static_cast<double>(judged);
    return {core::human_ratio(share), arm.errored() > 0 ? Style::Bad : Style::Plain};
}

Cell failure_words(const ArmComparison& comparison) {
    if (!comparison.errors)
        return {"nothing to compare", Style::Faint};
    if (comparison.errors->base == 0 && comparison.errors->other == 0)
        return {};
    const Style shown = comparison.errors->low > 0 ? Style::Bad : Style::Good;
    return {judge::verdict_words(*comparison.errors, safe(comparison.other)),
            comparison.errors->finding == Finding::NoDifference ? Style::Faint : shown};
}

void add_counts(Grid& grid, const RunResult& run, const Comparisons& comparisons) {
    const Cell words = comparisons.empty() ? Cell{} : failure_words(comparisons.front());
    grid.add_plain_row("streams", cells_of(run, [](const ArmResult& arm) { return Cell{grouped(arm.ended())}; }), {});
    grid.add_plain_row("failed", cells_of(run, failed_cell), words);
}

void add_latencies(Grid& grid, const Comparisons& comparisons) {
    if (comparisons.empty())
        return;
    std::optional<result::Metric> previous;
    const auto& rows = comparisons.front().quantiles;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool first = previous != rows[i].metric;
        if (first)
            grid.add_blank_row();
        grid.add_quantile_row(i, first ? result::metric_id(rows[i].metric) : std::string_view{});
        previous = rows[i].metric;
    }
}

void add_rates(Grid& grid, const RunResult& run) {
    const auto rate = [&](std::uint64_t count) { return Cell{core::human_count(per_second(count, run))}; };
    grid.add_blank_row();
    grid.add_plain_row("chunks/s", cells_of(run, [&](const ArmResult& arm) { return rate(arm.counters.chunks); }), {});
    grid.add_plain_row("streams/s", cells_of(run, [&](const ArmResult& arm) { return rate(arm.outcome(stream::Outcome::Complete)); }), {});
}

std::string headings(const RunResult& run, const Layout& layout) {
    std::string text;
    for (const ArmResult& arm : run.arms) {
        std::string rest;
        for (const std::string* each : {&arm.relay, &arm.dialect, &arm.model}) {
            if (!each->empty() && *each != arm.name)
                rest += " · " + core::printable(*each, 200);
        }
        const std::string name = safe(arm.name);
        const std::size_t used = std::min(layout.width, core::display_width(name));
        text += layout.palette.paint(Style::Strong, name) + cut_to_width(rest, layout.width - used) + "\n";
    }
    return text;
}

std::string legend(const RunResult& run, const Layout& layout) {
    std::string text = "Called different at 5 % risk over all rows together (permutation of whole streams, Holm); intervals 95 %.";
    if (run.arms.size() > 2) {
        text = fmt::format("Each against {}: ▼ faster, ▲ slower, ≈ no difference shown; at 5 % risk over all rows together.",
                           safe(run.arms.front().name));
    }
    if (run.pairing == result::Pairing::Apart)
        text += " The arms were measured apart: what drifted between them looks like a difference.";
    return layout.palette.paint(Style::Faint, wrapped("  ", text, layout.width));
}

std::string quiet_line(const ArmComparison& comparison, const Layout& layout) {
    std::string line = safe(comparison.base) + " → " + safe(comparison.other) + ":";
    for (const QuantileComparison& row : comparison.quantiles) {
        const bool headline = row.metric == result::Metric::Ttft && (row.quantile == 0.50 || row.quantile == 0.99);
        if (!headline)
            continue;
        line += fmt::format(" ttft {}: {};", judge::quantile_name(row.quantile), judge::verdict_words(row, safe(comparison.other)));
    }
    if (comparison.errors)
        line += " " + judge::verdict_words(*comparison.errors, safe(comparison.other)) + ".";
    return wrapped("", line, layout.width);
}

}  // namespace

std::string terminal_compare(const RunResult& run, const Comparisons& comparisons, const Layout& layout) {
    std::string text;
    if (layout.detail == Detail::Quiet) {
        for (const ArmComparison& comparison : comparisons)
            text += quiet_line(comparison, layout);
        return text + gate_lines(run, layout);
    }
    text = alarms(run, layout) + headings(run, layout) + load_line(run, layout) + "\n";
    Grid grid(run, comparisons);
    add_counts(grid, run, comparisons);
    add_latencies(grid, comparisons);
    add_rates(grid, run);
    text += grid.render(layout) + "\n" + legend(run, layout) + audit_line(run, layout);
    for (const std::string& part : {gate_lines(run, layout), warning_lines(run, layout)}) {
        if (!part.empty())
            text += "\n" + part;
    }
    return text;
}

}  // namespace relaybench::report
