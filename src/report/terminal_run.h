#pragma once

#include <string>

#include "report/style.h"
#include "result/run_result.h"

namespace relaybench::report {

/// The end table of a run: per arm its outcomes, latencies and throughput, then the audit, the gates and the footnotes. Quiet: the gate
/// lines alone (nothing without gates). Text from relays in it is safe to show.
[[nodiscard]] std::string terminal_run(const result::RunResult& run, const Layout& layout);

}  // namespace relaybench::report
