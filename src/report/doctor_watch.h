#pragma once

#include <string>

#include "report/style.h"
#include "result/diagnosis.h"

namespace relaybench::report {

/// How things stand after a round of a watch, in a line with the time: the status, what it was before (null: this is the first round), and the
/// root cause with what to do when there is one, else what should be changed. Whole lines.
[[nodiscard]] std::string watch_lines(const result::Diagnosis* before, const result::Diagnosis& now, const Layout& layout);

}  // namespace relaybench::report
