#pragma once

#include <string>

#include "report/style.h"
#include "result/calibration.h"

namespace relaybench::report {

/// The errors of kernel and user stamps beside each other, with what the generator says of itself: one table where it fits into the
/// layout's width, else one below the other. Runs that were saturated have a `*` and a footnote.
[[nodiscard]] std::string calibration_table(const result::Calibration& calibration, const Layout& layout);

/// The same as a Markdown table, to be pasted.
[[nodiscard]] std::string calibration_markdown(const result::Calibration& calibration);

}  // namespace relaybench::report
