#include "report/terminal_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/text.h"
#include "core/units.h"
#include "judge/wording.h"
#include "report/run_parts.h"
#include "report/wrap.h"

namespace relaybench::report {
namespace {

using result::ArmResult;
using result::Distribution;
using result::Metric;
using result::RunResult;

constexpr std::size_t kWide = 120;

std::vector<stream::Outcome> failures(const ArmResult& arm) {
    std::vector<stream::Outcome> seen;
    for (const stream::Outcome outcome : stream::all_outcomes()) {
        if (stream::is_error(outcome) && arm.outcome(outcome) > 0)
            seen.push_back(outcome);
    }
    std::stable_sort(seen.begin(), seen.end(), [&](stream::Outcome a, stream::Outcome b) { return arm.outcome(a) > arm.outcome(b); });
    return seen;
}

const std::string* first_sample(const ArmResult& arm, stream::Outcome outcome) {
    for (const result::ErrorGroup& group : arm.errors) {
        if (group.outcome == outcome && !group.samples.empty())
            return &group.samples.front();
    }
    return nullptr;
}

std::string failure_lines(const ArmResult& arm, const Layout& layout) {
    Table table({{"", Align::Right}, {"", Align::Left}, {"", Align::Left}});
    for (const stream::Outcome outcome : failures(arm)) {
        const std::string* sample = first_sample(arm, outcome);
        table.add_row({{"    " + grouped(arm.outcome(outcome)), Style::Bad},
                       {std::string(stream::outcome_id(outcome)), Style::Bad},
                       {sample != nullptr ? core::printable(*sample, 300) : std::string{}, Style::Faint}});
    }
    return failures(arm).empty() ? std::string{} : table.render(layout);
}

std::string outcome_lines(const ArmResult& arm, const Layout& layout) {
    const std::uint64_t cancelled = arm.outcome(stream::Outcome::Cancelled);
    const std::uint64_t judged = arm.ended() - cancelled;
    std::string line = fmt::format("  {} stream{}: {} complete", grouped(arm.ended()), arm.ended() == 1 ? "" : "s",
                                   grouped(arm.outcome(stream::Outcome::Complete)));
    if (arm.errored() == 0) {
        line += ", " + layout.palette.paint(judged > 0 ? Style::Good : Style::Plain, "0 failed");
    } else {
        const std::string share = core::human_ratio(static_cast<double>(arm.errored()) / static_cast<double>(judged));
        line += ", " + layout.palette.paint(Style::Bad, fmt::format("{} failed ({})", grouped(arm.errored()), share));
    }
    if (cancelled > 0)
        line += fmt::format(", {} cancelled at the end of the run", grouped(cancelled));
    if (arm.counters.missed_starts > 0)
        line += fmt::format(", {} starts missed", grouped(arm.counters.missed_starts));
    return line + "\n" + failure_lines(arm, layout);
}

bool is_row(const result::MetricInfo& info, const ArmResult& arm, const Layout& layout) {
    if (arm.metric(info.metric).count() == 0)
        return info.metric == Metric::Ttft && arm.metric(Metric::Ttft).censored() > 0;
    if (layout.detail == Detail::Verbose || info.shown_by_default)
        return true;
    if (info.metric == Metric::Ttfo)
        return arm.counters.first_tokens_reasoning > 0;
    const bool phase =
        info.metric == Metric::Connect || info.metric == Metric::Tls || info.metric == Metric::Upgrade || info.metric == Metric::Headers;
    return phase && layout.width >= kWide;
}

std::string share_of(std::uint64_t part, std::uint64_t whole, std::string_view what) {
    return fmt::format("{} {}", core::human_ratio(static_cast<double>(part) / static_cast<double>(whole)), what);
}

/// What must be known to read a row right; the most important first, and only one beside it at 80 columns.
std::string remark(const result::MetricInfo& info, const ArmResult& arm) {
    const Distribution& distribution = arm.metric(info.metric);
    if (distribution.never() > 0)
        return share_of(distribution.never(), distribution.count(), "never");
    if (distribution.out_of_range() > 0)
        return grouped(distribution.out_of_range()) + " above 1 h";
    if (info.metric == Metric::Gap && arm.counters.coalesced > 0 && arm.counters.chunks > 0)
        return share_of(arm.counters.coalesced, arm.counters.chunks, "coalesced");
    if (info.metric == Metric::Tpot && arm.counters.streams_with_usage < arm.outcome(stream::Outcome::Complete))
        return "est. by chunks";
    if (distribution.censored() > 0)
        return grouped(distribution.censored()) + " cut off";
    return {};
}

Cell mean_cell(const Distribution& distribution) {
    if (distribution.never() > 0 || !distribution.mean())
        return {"–", Style::Faint};
    return {core::human_duration(*distribution.mean())};
}

std::string latency_table(const ArmResult& arm, const Layout& layout) {
    const bool wide = layout.width >= kWide;
    Table table({{"", Align::Left},
                 {"p50"},
                 {"p90", Align::Right, 2},
                 {"p99"},
                 {"p99.9", Align::Right, 1},
                 {"max"},
                 {"mean", Align::Right, 4},
                 {"values", Align::Right, 3},
                 {"", Align::Left},
                 {"", Align::Left, 5}});
    for (const result::MetricInfo& info : result::metrics()) {
        if (!is_row(info, arm, layout))
            continue;
        const Distribution& distribution = arm.metric(info.metric);
        std::vector<Cell> row{{std::string(info.id)}};
        for (const double q : {0.50, 0.90, 0.99, 0.999, 1.0})
            row.push_back(quantile_cell(distribution, q));
        row.push_back(wide ? mean_cell(distribution) : Cell{});
        row.push_back(wide ? Cell{grouped(distribution.count()), Style::Faint} : Cell{});
        row.push_back({remark(info, arm), distribution.never() > 0 ? Style::Bad : Style::Faint});
        row.push_back(wide ? Cell{std::string(info.summary), Style::Faint} : Cell{});
        table.add_row(std::move(row));
    }
    return table.render(layout);
}

std::string throughput_line(const ArmResult& arm, const RunResult& run, const Layout& layout) {
    const auto rate = [&](std::uint64_t count) { return core::human_count(per_second(count, run, arm)); };
    const std::string text = fmt::format("{} chunks/s · {} streams/s · {} tokens/s · {}/s", rate(arm.counters.chunks),
                                         rate(arm.outcome(stream::Outcome::Complete)), rate(arm.counters.tokens),
                                         core::human_bytes(per_second(arm.counters.body_bytes, run, arm)));
    std::string stalls;
    if (arm.counters.stalls > 0) {
        stalls = wrapped("  ",
                         fmt::format("{} stall{}, the longest {}", grouped(arm.counters.stalls), arm.counters.stalls == 1 ? "" : "s",
                                     core::human_duration(arm.counters.longest_stall)),
                         layout);
    }
    return wrapped("  ", text, layout) + layout.palette.paint(Style::Caution, stalls);
}

std::string arm_section(const ArmResult& arm, const RunResult& run, const Layout& layout) {
    std::string text = arm_heading(arm, layout) + load_line(run, layout) + "\n" + outcome_lines(arm, layout);
    if (arm.ended() == 0)
        return text;
    return text + "\n" + latency_table(arm, layout) + "\n" + throughput_line(arm, run, layout);
}

}  // namespace

std::string terminal_run(const RunResult& run, const Layout& layout) {
    if (layout.detail == Detail::Quiet)
        return gate_lines(run, layout);
    std::string text = alarms(run, layout);
    for (const ArmResult& arm : run.arms)
        text += (text.empty() ? "" : "\n") + arm_section(arm, run, layout);
    text += audit_line(run, layout);
    for (const std::string& part : {gate_lines(run, layout), warning_lines(run, layout)}) {
        if (!part.empty())
            text += "\n" + part;
    }
    return text;
}

}  // namespace relaybench::report
