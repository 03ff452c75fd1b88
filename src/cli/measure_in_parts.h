#pragma once

#include "cli/measure.h"

namespace relaybench::cli {

/// `--order sequential`: one arm after the other, each with the whole load and its share of the budget; together one result whose arms were
/// measured apart. Stops after the arm in which a signal came; a warning names those that were not played.
[[nodiscard]] core::Expected<Measured> measure_in_turn(const Session& session, const run::RunPlan& plan);

/// `--until-decided`: plays the plan in rounds, each as long as all before it, and looks at the sum after each: the run is over when the
/// interval of the change of ttft.p99 reaches no farther than `reach` from it, for every arm, or when the plan's count or duration is
/// used up. The k-th look is made at a risk of 5 % · 6 / (π k)², which over all looks that could ever be made adds up to 5 %: looking often
/// raises no more false alarms than looking once. The result says at which confidence it was judged. When a later round cannot be played, what
/// is known is given, with a warning.
[[nodiscard]] core::Expected<Measured> measure_until_decided(const Session& session, const run::RunPlan& plan, double reach);

}  // namespace relaybench::cli
