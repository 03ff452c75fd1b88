#include "doctor/clock_verdict.h"

#include <algorithm>
#include <utility>

namespace relaybench::doctor {

namespace {

using Verdict = ClockJudgement::Verdict;
using Whose = ClockSource::Whose;

constexpr core::Duration kTolerance = std::chrono::seconds(5);
/// A Date counts whole seconds, and servers may write it a little before they send it.
constexpr core::Duration kGrain = std::chrono::seconds(1);

bool overlap(const ClockReading& a, const ClockReading& b) { return a.least - kGrain <= b.most && b.least - kGrain <= a.most; }

}  // namespace

ClockReading reading_of(core::WallTime asked, core::WallTime answered, core::WallTime date) {
    return {.least = asked - (date + kGrain), .most = std::max(asked, answered) - date};
}

std::optional<ClockReading> narrowed(const std::vector<ClockReading>& samples) {
    if (samples.empty()) {
        return std::nullopt;
    }
    ClockReading common = samples.front();
    for (const ClockReading& each : samples) {
        if (!overlap(common, each)) {
            return std::nullopt;
        }
        common = {.least = std::max(common.least, each.least), .most = std::min(common.most, each.most)};
        if (common.least > common.most) {
            std::swap(common.least, common.most);  // by less than the grain
        }
    }
    return common;
}

bool is_off(const ClockReading& reading) { return reading.least > kTolerance || reading.most < -kTolerance; }

ClockJudgement judge_clocks(const std::vector<ClockSource>& sources) {
    if (sources.empty() || sources.front().samples.empty()) {
        return {};
    }
    const auto first = narrowed(sources.front().samples);
    if (!first) {
        return {.verdict = Verdict::Undecided, .ahead = sources.front().samples.front().middle(), .agreeing = {}};
    }
    ClockJudgement judgement{.verdict = Verdict::Agrees, .ahead = first->middle(), .agreeing = {}};
    if (!is_off(*first)) {
        return judgement;
    }
    judgement.verdict = Verdict::Undecided;
    for (auto source = sources.begin() + 1; source != sources.end(); ++source) {
        const auto second = narrowed(source->samples);
        if (!second || source->whose == Whose::Relays) {
            continue;
        }
        if (source->whose == Whose::Others && !is_off(*second)) {
            return {.verdict = Verdict::RelayWrong, .ahead = judgement.ahead, .agreeing = source->name};
        }
        const bool is_proof = source->whose == Whose::Others || source->whose == Whose::CertificatesBegin;
        if (overlap(*first, *second) && (judgement.verdict == Verdict::Undecided || (is_proof && !judgement.is_proven))) {
            judgement.verdict = Verdict::Skewed;
            judgement.agreeing = source->name;
            judgement.is_proven = is_proof;
        }
    }
    return judgement;
}

}  // namespace relaybench::doctor
