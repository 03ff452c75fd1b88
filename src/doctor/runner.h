#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "doctor/check.h"
#include "doctor/examination.h"
#include "doctor/facts.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// What whoever waits may want to know, and may say. Called from one thread.
struct Watcher {
    /// The ids of checks that run, each time this set changes, and once a second.
    std::function<void(const std::vector<std::string_view>& running, core::Duration elapsed)> on_wait;
    /// True: no more checks are begun; those that run are waited for.
    std::function<bool()> stop;
    /// Each result as soon as it is there, in the order in which checks end.
    std::function<void(const result::CheckResult&)> on_result;
    /// Once, after the last result: what the checks have learned.
    std::function<void(Facts)> on_facts;
};

/// Runs checks in the order of their needs, independent ones side by side, and returns their results in the order of the catalogue. A check
/// whose need failed is skipped and says which; one that fails over the network is tried once more, and both results are kept.
[[nodiscard]] std::vector<result::CheckResult> examine(const Subject& subject, const std::vector<Check>& checks, const core::Clock& clock,
                                                       const Watcher& watcher);

}  // namespace relaybench::doctor
