#include "judge/failing_winners.h"

namespace relaybench::judge {
namespace {

using result::ArmComparison;
using result::ArmResult;
using result::ComparisonFinding;
using result::QuantileComparison;

/// Of the streams that ended by themselves.
double failed_share(const ArmResult& arm) {
    const std::uint64_t judged = arm.ended() - arm.outcome(stream::Outcome::Cancelled);
    return judged == 0 ? 0 : static_cast<double>(arm.errored()) / static_cast<double>(judged);
}

/// Whether the q-quantile over all streams is one of a stream that failed.
bool lies_among_failures(const ArmResult& arm, double q) {
    constexpr double kRoundingSlack = 1e-9;
    return failed_share(arm) > 1 - q + kRoundingSlack;
}

bool completed_nothing(const ArmResult& arm) { return arm.errored() > 0 && arm.outcome(stream::Outcome::Complete) == 0; }

/// What is called better in a row, and what beside it. `shown` is the finding about failures that speaks against the winner.
struct Win {
    const ArmResult& winner;
    const ArmResult& loser;
    ComparisonFinding shown;
};

bool may_not_win(const Win& win, const ArmComparison& comparison, double q) {
    if (completed_nothing(win.winner))
        return true;
    const bool fails_more = comparison.errors && comparison.errors->finding == win.shown;
    return lies_among_failures(win.winner, q) && (fails_more || !lies_among_failures(win.loser, q));
}

}  // namespace

void take_back_wins_of_failing_arms(ArmComparison& comparison, const ArmResult& base, const ArmResult& other) {
    for (QuantileComparison& row : comparison.quantiles) {
        const bool other_wins =
            row.finding == ComparisonFinding::Faster && may_not_win({other, base, ComparisonFinding::Slower}, comparison, row.quantile);
        const bool base_wins =
            row.finding == ComparisonFinding::Slower && may_not_win({base, other, ComparisonFinding::Faster}, comparison, row.quantile);
        if (other_wins || base_wins)
            row.finding = ComparisonFinding::FailsTooOften;
    }
}

}  // namespace relaybench::judge
