#pragma once

#include <string>
#include <string_view>

#include "result/run_result.h"

namespace relaybench::report {

/// One row for each arm and observed metric, RFC 4180 (CRLF, quotes doubled). Latencies in microseconds; a quantile that never came is the
/// word `never`. Text that a spreadsheet would run as a formula gets an apostrophe in front.
[[nodiscard]] std::string csv(const result::RunResult& run);

/// One field, quoted where needed and made safe as above.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace relaybench::report
