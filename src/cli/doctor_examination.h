#pragma once

#include "cli/context.h"
#include "cli/doctor_subject.h"

namespace relaybench::cli {

/// Examines the relay that the flags name, once or (--watch) again and again, and shows the result. The first interrupt begins no more
/// checks; the second does not wait for those that run: what is known is shown, and the process ends there.
ExitCode examine_relay(const DoctorFlags& flags, const Context& context);

}  // namespace relaybench::cli
