#pragma once

#include "core/clock.h"
#include "doctor/check.h"
#include "doctor/examination.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// Those that need this check may begin.
[[nodiscard]] bool is_met(const Outcome& outcome);

/// Runs a check; an exception is an outcome too: doctor itself broke.
[[nodiscard]] Outcome run_guarded(const Check& check, const Subject& subject, Facts& facts);

/// The same for a check of the network, tried once more when it failed soon: a path that fails and then works is a finding of its own. What
/// only the end of the examination (Facts::ends) cut short is undecided, and a second try for which there was no time takes nothing back.
[[nodiscard]] Outcome run_twice_if_failing(const Check& check, const Subject& subject, Facts& facts, const core::Clock& clock);

}  // namespace relaybench::doctor
