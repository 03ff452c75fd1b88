#pragma once

#include <string>

#include "cli/context.h"
#include "cli/doctor_subject.h"

namespace relaybench::cli {

/// What doctor can say without a relay: the catalogue of checks (--json: with the codes of findings), and what a code means.
ExitCode list_checks(const DoctorFlags& flags, const Context& context);
ExitCode explain(const std::string& code, const Context& context);

}  // namespace relaybench::cli
