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
using judge::ComparisonFinding;
using judge::QuantileComparison;
using result::ArmResult;
using result::RunResult;

using Comparisons = std::vector<ArmComparison>;

constexpr std::size_t kMaxName = 24;

std::string safe(std::string_view name) { return core::printable(name, kMaxName); }

/// A win of an arm that fails more is no good news.
bool has_a_catch(const QuantileComparison& row, const ArmComparison& comparison) {
    return row.finding == ComparisonFinding::Faster && comparison.errors && comparison.errors->finding == ComparisonFinding::Slower;
}

Style style_of(const QuantileComparison& row, const ArmComparison& comparison) {
    if (has_a_catch(row, comparison))
        return Style::Caution;
    switch (row.finding) {
        case ComparisonFinding::Faster:
            return Style::Good;
        case ComparisonFinding::Slower:
            return Style::Bad;
        case ComparisonFinding::TooFewStreams:
        case ComparisonFinding::FailsTooOften:
            return Style::Caution;
        default:
            return Style::Faint;
    }
}

/// The change in a few characters, for tables of many arms; the mark says what the colour says.
std::string short_words(const QuantileComparison& row, const ArmComparison& comparison) {
    constexpr double kPercent = 100.0;
    const std::string percent = row.change ? fmt::format("{:+.0f} %", *row.change * kPercent) : std::string("∞");
    switch (row.finding) {
        case ComparisonFinding::Faster:
            return percent + (has_a_catch(row, comparison) ? " ▼!" : " ▼");
        case ComparisonFinding::Slower:
            return percent + " ▲";
        case ComparisonFinding::NoDifference:
            return percent + " ≈";
        case ComparisonFinding::TooFewStreams:
            return "too few";
        case ComparisonFinding::FailsTooOften:
            return judge::other_looks_better(row) ? "fails" : "base fails";
        case ComparisonFinding::NothingObserved:
            break;
    }
    return "–";
}

Cell value_cell(const std::optional<result::Distribution::Quantile>& value, const ArmResult& arm, result::Metric metric, double q) {
    if (!value)
        return {"–", Style::Faint};
    return quantile_cell(arm.metric(metric), q);
}

/// The first arm and those beside it in one table.
struct Shown {
    const RunResult& run;
    std::vector<const ArmResult*> arms;
    std::vector<const ArmComparison*> comparisons;  ///< of all arms but the first
    bool words;                                     ///< two arms in all: verdicts in words; else short changes
};

Shown shown_arms(const RunResult& run, const Comparisons& comparisons, std::size_t first, std::size_t count) {
    Shown shown{run, {&run.arms.front()}, {}, run.arms.size() == 2};
    for (std::size_t i = first; i < first + count; ++i) {
        shown.arms.push_back(&run.arms[i + 1]);
        shown.comparisons.push_back(&comparisons[i]);
    }
    return shown;
}

std::vector<Column> columns(const Shown& shown) {
    std::vector<Column> columns{{"", Align::Left}, {"", Align::Left}};
    for (const ArmResult* arm : shown.arms) {
        columns.push_back({safe(arm->name)});
        if (arm != shown.arms.front())
            columns.push_back({"", shown.words ? Align::Left : Align::Right});
    }
    return columns;
}

/// A row of the table from a text for each arm; `words` stand beside the second of two.
template <class Text>
void add_plain_row(Table& table, const Shown& shown, std::string_view label, const Text& text, const Cell& words = {}) {
    std::vector<Cell> row{{std::string(label)}, {}};
    for (const ArmResult* arm : shown.arms) {
        row.push_back(text(*arm));
        if (arm != shown.arms.front())
            row.push_back(shown.words ? words : Cell{});
    }
    table.add_row(std::move(row));
}

/// Row `index` of every comparison.
void add_quantile_row(Table& table, const Shown& shown, std::size_t index, std::string_view label) {
    const QuantileComparison& first = shown.comparisons.front()->quantiles[index];
    std::vector<Cell> row{{std::string(label)}, {judge::quantile_name(first.quantile), Style::Faint}};
    row.push_back(value_cell(first.base, *shown.arms.front(), first.metric, first.quantile));
    for (std::size_t i = 0; i < shown.comparisons.size(); ++i) {
        const ArmComparison& comparison = *shown.comparisons[i];
        const QuantileComparison& compared = comparison.quantiles[index];
        const ArmResult& arm = *shown.arms[i + 1];
        row.push_back(value_cell(compared.other, arm, compared.metric, compared.quantile));
        row.push_back({shown.words ? judge::verdict_words(compared, comparison.errors, safe(arm.name)) : short_words(compared, comparison),
                       style_of(compared, comparison)});
    }
    table.add_row(std::move(row));
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
            comparison.errors->finding == ComparisonFinding::NoDifference ? Style::Faint : shown};
}

void add_latencies(Table& table, const Shown& shown) {
    std::optional<result::Metric> previous;
    const auto& rows = shown.comparisons.front()->quantiles;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool first = previous != rows[i].metric;
        if (first)
            table.add_blank_row();
        add_quantile_row(table, shown, i, first ? result::metric_id(rows[i].metric) : std::string_view{});
        previous = rows[i].metric;
    }
}

Table table_of(const Shown& shown) {
    Table table(columns(shown));
    add_plain_row(table, shown, "streams", [](const ArmResult& arm) { return Cell{grouped(arm.ended())}; });
    add_plain_row(table, shown, "failed", failed_cell, failure_words(*shown.comparisons.front()));
    add_latencies(table, shown);
    const auto rate = [&shown](std::uint64_t count, const ArmResult& arm) {
        return Cell{core::human_count(per_second(count, shown.run, arm))};
    };
    table.add_blank_row();
    add_plain_row(table, shown, "chunks/s", [&](const ArmResult& arm) { return rate(arm.counters.chunks, arm); });
    add_plain_row(table, shown, "streams/s", [&](const ArmResult& arm) { return rate(arm.outcome(stream::Outcome::Complete), arm); });
    return table;
}

/// As many arms beside the first as the width holds, then the next ones in a table of their own; all in one where lines are kept whole.
std::string tables(const RunResult& run, const Comparisons& comparisons, const Layout& layout) {
    const bool folds = layout.long_lines != LongLines::Keep;
    std::string text;
    for (std::size_t first = 0; first < comparisons.size();) {
        std::size_t count = comparisons.size() - first;
        while (folds && count > 1 && table_of(shown_arms(run, comparisons, first, count)).natural_width() > layout.width)
            --count;
        text += (first > 0 ? "\n" : "") + table_of(shown_arms(run, comparisons, first, count)).render(layout);
        first += count;
    }
    return text;
}

std::string headings(const RunResult& run, const Layout& layout) {
    std::string text;
    for (const ArmResult& arm : run.arms)
        text += arm_heading(arm, layout);
    return text;
}

bool any_row(const Comparisons& comparisons, bool (*holds)(const QuantileComparison&)) {
    return std::any_of(comparisons.begin(), comparisons.end(), [holds](const ArmComparison& comparison) {
        return std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(), holds);
    });
}

/// Sentences that some row gives reason to.
std::string reading_help(const RunResult& run, const Comparisons& comparisons) {
    std::string text;
    if (any_row(comparisons, judge::is_shown_alone)) {
        text +=
            " An interval that leaves out no change is not enough: of so many rows one may look so by chance, and then it is undecided.";
    }
    if (any_row(comparisons, [](const QuantileComparison& row) { return row.finding == ComparisonFinding::FailsTooOften; })) {
        text += " Nobody is called better for streams that fail: a quantile that lies among an arm's failures is no merit of it.";
    }
    if (run.pairing == result::Pairing::Apart)
        text += " The arms were measured apart: what drifted between them looks like a difference.";
    return text;
}

std::string legend(const RunResult& run, const Comparisons& comparisons, const Layout& layout) {
    const std::string risk = core::human_ratio(1 - run.confidence);
    std::string text = fmt::format("Called different at {} risk over all rows together (permutation of whole streams, Holm); intervals {}.",
                                   risk, core::human_ratio(run.confidence));
    if (run.arms.size() > 2) {
        text = fmt::format(
            "Each against {}: ▼ faster (▼! but fails more), ▲ slower, ≈ no difference shown; at {} risk over all rows together.",
            safe(run.arms.front().name), risk);
    }
    return layout.palette.paint(Style::Faint, wrapped("  ", text + reading_help(run, comparisons), layout));
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
    return wrapped("", line, layout);
}

}  // namespace

std::string terminal_compare(const RunResult& run, const Comparisons& comparisons, const Layout& layout) {
    std::string text;
    if (layout.detail == Detail::Quiet) {
        for (const ArmComparison& comparison : comparisons)
            text += quiet_line(comparison, layout);
        return text + gate_lines(run, layout);
    }
    const std::string warned = alarms(run, layout);
    text = warned + (warned.empty() ? "" : "\n") + headings(run, layout) + load_line(run, layout) + "\n";
    text += tables(run, comparisons, layout) + "\n" + legend(run, comparisons, layout) + audit_line(run, layout);
    for (const std::string& part : {gate_lines(run, layout), warning_lines(run, layout)}) {
        if (!part.empty())
            text += "\n" + part;
    }
    return text;
}

}  // namespace relaybench::report
