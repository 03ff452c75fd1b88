#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/doctor_subject.h"
#include "cli/signal_watch.h"
#include "doctor/facts.h"
#include "doctor/runner.h"
#include "report/style.h"
#include "result/diagnosis.h"
#include "run/control.h"

namespace relaybench::cli {

/// What one examination is made with. Everything is borrowed and outlives it.
struct Round {
    const DoctorFlags& flags;
    const doctor::Subject& subject;
    const std::vector<core::Secret>& secrets;
    const run::Control& control;
    const SignalWatch& signals;
    const Context& context;
    std::function<void(const result::Diagnosis&)> at_second_interrupt;  ///< is given what is known, and does not come back
};

/// Every form in which a key or a password could come back.
[[nodiscard]] std::vector<core::Secret> secrets_of(const doctor::Subject& subject);

/// A diagnosis without checks yet: who examines what, since when.
[[nodiscard]] result::Diagnosis begun_diagnosis(const doctor::Subject& subject, const Context& context);

/// Fills in the checks, without any secret in them, and gives what they have learned, which may hold some. With --jsonl each check is printed
/// as it ends.
[[nodiscard]] doctor::Facts examine(const Round& round, result::Diagnosis& diagnosis);

/// For what standard output is. Symbols are ASCII where the locale names another character set than UTF-8.
[[nodiscard]] report::Layout layout_of(const DoctorFlags& flags, const Context& context);

[[nodiscard]] ExitCode exit_code_of(const result::Diagnosis& diagnosis, const DoctorFlags& flags);

}  // namespace relaybench::cli
