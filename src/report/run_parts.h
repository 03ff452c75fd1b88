#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "report/style.h"
#include "report/table.h"
#include "result/run_result.h"

/// Pieces that the terminal reports share. Each returns whole lines, or nothing when there is nothing to say.
namespace relaybench::report {

/// What stands first when the numbers cannot be trusted: a saturated generator, a run that was cut short.
[[nodiscard]] std::string alarms(const result::RunResult& run, const Layout& layout);
/// "fast · https://relay.example/v1 · chat-sse · gpt-4o-mini", the name strong.
[[nodiscard]] std::string arm_heading(const result::ArmResult& arm, const Layout& layout);
/// "closed loop, 50 streams, 30s · 30.2 s measured".
[[nodiscard]] std::string load_line(const result::RunResult& run, const Layout& layout);
/// One sentence on the generator itself.
[[nodiscard]] std::string audit_line(const result::RunResult& run, const Layout& layout);
/// One line a gate: mark, word, expression, what was observed.
[[nodiscard]] std::string gate_lines(const result::RunResult& run, const Layout& layout);
/// Numbered footnotes with what to do.
[[nodiscard]] std::string warning_lines(const result::RunResult& run, const Layout& layout);

/// A quantile as a cell: "812 ms", "> 1.20 s" when it never came and that was the slowest that did, "never", or "" when nothing was observed.
[[nodiscard]] Cell quantile_cell(const result::Distribution& distribution, double q);

/// Counts per second of the arm's measured window; 0 for an empty window.
[[nodiscard]] double per_second(std::uint64_t count, const result::RunResult& run, const result::ArmResult& arm);

}  // namespace relaybench::report
