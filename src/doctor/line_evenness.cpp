#include "doctor/line_evenness.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "doctor/facts.h"
#include "doctor/sse_probe.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kAnswerBudget = std::chrono::seconds(3);
constexpr core::Duration kMeasured = std::chrono::seconds(3);
constexpr std::size_t kMostAnswers = 10;
constexpr std::size_t kFewestAnswers = 5;

}  // namespace

std::optional<core::Duration> unevenness_of(std::vector<core::Duration> times) {
    if (times.size() < kFewestAnswers) {
        return std::nullopt;
    }
    std::sort(times.begin(), times.end());
    return times[times.size() - 2] - times[1];
}

bool explains(core::Duration unevenness, core::Duration lag) {
    constexpr core::Duration kUneven = std::chrono::milliseconds(100);
    constexpr core::Duration kLatest = std::chrono::milliseconds(1200);
    constexpr int kQueued = 4;  // events wait for the one before them, so that delays add up
    return unevenness >= kUneven && lag <= kLatest && lag <= kQueued * unevenness;
}

std::optional<core::Duration> time_of_empty_stream(const Subject& subject, const Facts& facts) {
    StreamAsk ask;
    ask.events = 0;
    ask.budget = kAnswerBudget;
    const StreamSample sample = play_stream(subject, facts, ask);
    return sample.done ? std::optional(sample.reply.head_at - sample.reply.asked) : std::nullopt;
}

std::optional<core::Duration> measure_unevenness(const Subject& subject, const Facts& facts) {
    const Deadline until = std::min(now() + kMeasured, facts.ends);
    std::vector<core::Duration> times;
    // Who looks at the clock only now and then answers the first at any moment, and the others in step with it.
    const auto first = time_of_empty_stream(subject, facts);
    while (first && now() < until && times.size() < kMostAnswers) {
        if (const auto took = time_of_empty_stream(subject, facts)) {
            times.push_back(*took);
        }
    }
    return unevenness_of(std::move(times));
}

}  // namespace relaybench::doctor
