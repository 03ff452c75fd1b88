#include "report/run_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "core/units.h"
#include "report/plain_ascii.h"
#include "report/wrap.h"

namespace relaybench::report {
namespace {

using result::GateResult;
using result::RunResult;

constexpr double kP99 = 0.99;
constexpr std::size_t kMaxName = 200;

struct GateLook {
    std::string_view mark;
    std::string_view word;
    Style style;
};

// In the order of GateVerdict.
constexpr std::array<GateLook, 3> kGateLooks{
    {{"✓", "passed", Style::Good}, {"✗", "failed", Style::Bad}, {"?", "inconclusive", Style::Caution}}};

std::string safe(std::string_view text) { return core::printable(text, kMaxName); }

std::string observed_text(const GateResult& gate) {
    if (gate.reason.empty() || gate.reason == gate.observed)
        return safe(gate.observed);
    return safe(fmt::format("{}: {}", gate.observed, gate.reason));
}

std::string distorted_words(const result::Audit& audit) {
    std::vector<std::string_view> ids;
    for (const result::Metric metric : audit.distorted)
        ids.push_back(result::metric_id(metric));
    return ids.empty() ? std::string{} : fmt::format(" Do not trust {}.", core::listed(ids));
}

/// How much work the event loop finds at a time: far above one, and the generator is about to fall behind.
std::optional<double> chunks_per_wakeup(const std::vector<result::WorkerAudit>& workers) {
    std::uint64_t chunks = 0;
    std::uint64_t wakeups = 0;
    for (const auto& worker : workers) {
        chunks += worker.chunks;
        wakeups += worker.wakeups;
    }
    return chunks > 0 && wakeups > 0 ? std::optional(static_cast<double>(chunks) / static_cast<double>(wakeups)) : std::nullopt;
}

/// What the footnotes tell must not be denied here.
std::string audit_verdict(const RunResult& run) {
    if (run.audit.saturated)
        return "The generator was saturated";
    const bool late = std::any_of(run.warnings.begin(), run.warnings.end(), [](const auto& warning) { return warning.code == "hiccup"; });
    return late ? "The generator was late at times" : "The generator kept up";
}

std::string audit_facts(const result::Audit& audit) {
    std::string facts;
    const auto add = [&](const std::string& fact) { facts += (facts.empty() ? "" : ", ") + fact; };
    const auto p99 = [](const result::Distribution& distribution) {
        const auto quantile = distribution.quantile(kP99);
        return quantile && quantile->value ? core::human_duration(*quantile->value) : std::string("unknown");
    };
    if (audit.client_delay.count() > 0)
        add("own delay p99 " + p99(audit.client_delay));
    if (audit.schedule_lag.count() > 0)
        add("schedule lag p99 " + p99(audit.schedule_lag));
    const auto busiest = std::max_element(audit.workers.begin(), audit.workers.end(),
                                          [](const auto& a, const auto& b) { return a.cpu_share < b.cpu_share; });
    if (busiest != audit.workers.end())
        add("busiest worker " + core::human_ratio(busiest->cpu_share) + " of a core");
    if (const auto chunks = chunks_per_wakeup(audit.workers))
        add(fmt::format("{:.1f} chunks a wake-up", *chunks));
    const bool kernel = audit.kernel_stamped_reads > 0;
    if (kernel || audit.user_stamped_reads > 0) {
        add(!kernel                        ? "arrivals stamped by our code"
            : audit.user_stamped_reads > 0 ? "arrivals stamped in part by the kernel"
                                           : "arrivals stamped by the kernel");
    }
    return facts;
}

}  // namespace

std::string alarms(const RunResult& run, const Layout& layout) {
    std::string lines;
    if (run.audit.saturated) {
        const std::string reason = run.audit.reasons.empty() ? "" : fmt::format(" {}.", safe(run.audit.reasons.front()));
        const std::string text = fmt::format("the generator could not keep up.{}{}", reason, distorted_words(run.audit));
        lines += layout.palette.paint(Style::Bad, wrapped("! SATURATED: ", text, layout));
    }
    if (run.provenance.partial) {
        const std::string text = fmt::format("{}; the numbers are those of what ran.", safe(run.provenance.stop_reason));
        lines += layout.palette.paint(Style::Caution, wrapped("! PARTIAL: ", text, layout));
    }
    return lines;
}

std::string load_line(const RunResult& run, const Layout& layout) {
    std::string text = safe(run.provenance.load);
    text += fmt::format("{}{} measured", text.empty() ? "" : " · ", core::human_duration(run.provenance.duration));
    if (const auto& shard = run.provenance.shard)
        text += fmt::format(" · shard {}/{}", shard->index, shard->count);
    if (!run.provenance.shards.empty())
        text += fmt::format(" · {} shards", run.provenance.shards.size());
    if (layout.detail == Detail::Verbose) {
        text += fmt::format(" · {} · seed {} · relaybench {}", safe(run.provenance.started_at), run.provenance.seed,
                            safe(run.provenance.version));
    }
    return layout.palette.paint(Style::Faint, wrapped("", text, layout));
}

std::string arm_heading(const result::ArmResult& arm, const Layout& layout) {
    const std::string name = safe(arm.name);
    std::string text = name;
    for (const std::string* each : {&arm.relay, &arm.dialect, &arm.model}) {
        if (!each->empty() && *each != arm.name)
            text += " · " + safe(*each);
    }
    std::string lines = wrapped("", text, layout);
    const std::string shown = layout.symbols == Symbols::Ascii ? as_ascii(name) : name;
    // A name that had to be broken stays as it is.
    return lines.starts_with(shown) ? layout.palette.paint(Style::Strong, shown) + lines.substr(shown.size()) : lines;
}

std::string audit_line(const RunResult& run, const Layout& layout) {
    const std::string facts = audit_facts(run.audit);
    const std::string verdict = audit_verdict(run);
    const std::string sentence = facts.empty() ? verdict + "." : fmt::format("{}: {}.", verdict, facts);
    return layout.palette.paint(run.audit.saturated ? Style::Bad : Style::Faint, wrapped("  ", sentence, layout));
}

std::string gate_lines(const RunResult& run, const Layout& layout) {
    if (run.gates.empty())
        return {};
    Table table({{"", Align::Left}, {"", Align::Left}, {"", Align::Left}, {"", Align::Left}, {"", Align::Left}});
    for (const GateResult& gate : run.gates) {
        const GateLook& look = kGateLooks.at(static_cast<std::size_t>(gate.verdict));
        const std::string arm = run.arms.size() > 1 ? safe(gate.arm) : std::string{};
        table.add_row({{std::string(look.mark), look.style},
                       {std::string(look.word), look.style},
                       {safe(gate.expression)},
                       {arm},
                       {observed_text(gate)}});
    }
    return table.render(layout);
}

std::string warning_lines(const RunResult& run, const Layout& layout) {
    std::string lines;
    std::size_t number = 0;
    for (const result::Warning& warning : run.warnings) {
        const std::string opening = fmt::format("  [{}] ", ++number);
        lines += layout.palette.paint(Style::Caution, wrapped(opening, core::printable(warning.text, 1000), layout));
        if (warning.remedy.empty())
            continue;
        lines += wrapped(std::string(opening.size() - 2, ' ') + "→ ", core::printable(warning.remedy, 1000), layout);
    }
    return lines;
}

Cell quantile_cell(const result::Distribution& distribution, double q) {
    const auto quantile = distribution.quantile(q);
    if (!quantile)
        return {};
    if (quantile->value)
        return {core::human_duration(*quantile->value)};
    if (!distribution.max())
        return {"never", Style::Bad};
    return {"> " + core::human_duration(*distribution.max()), Style::Bad};
}

double per_second(std::uint64_t count, const RunResult& run, const result::ArmResult& arm) {
    const double seconds = std::chrono::duration<double>(run.window_of(arm)).count();
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

}  // namespace relaybench::report
