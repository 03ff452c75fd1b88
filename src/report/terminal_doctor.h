#pragma once

#include <string>

#include "report/style.h"
#include "result/diagnosis.h"

namespace relaybench::report {

/// What doctor found out, for people: the root cause as a sentence with who must act and what to do, what still works, what else was seen;
/// then the checks by category; then a text to be forwarded to whoever must act. Quiet: the first part alone. Verbose: with the evidence of
/// checks that passed. Fits layout.width, but for commands, which are never broken so that they can be pasted. Safe to show.
[[nodiscard]] std::string terminal_doctor(const result::Diagnosis& diagnosis, const Layout& layout);

}  // namespace relaybench::report
