#include "result/error_groups.h"

#include <algorithm>

namespace relaybench::result {
namespace {

constexpr std::size_t kMaxSamples = 5;

void add_sample(std::vector<std::string>& samples, std::string_view detail) {
    if (detail.empty() || samples.size() >= kMaxSamples)
        return;
    if (std::find(samples.begin(), samples.end(), detail) == samples.end())
        samples.emplace_back(detail);
}

}  // namespace

ErrorGroups::ErrorGroups() {
    for (const stream::Outcome outcome : stream::all_outcomes())
        by_outcome_[static_cast<std::size_t>(outcome)].outcome = outcome;
}

void ErrorGroups::record(stream::Outcome outcome, core::Duration at, std::string_view detail) {
    ErrorGroup& group = by_outcome_.at(static_cast<std::size_t>(outcome));
    group.first_at = group.count == 0 ? at : std::min(group.first_at, at);
    ++group.count;
    add_sample(group.samples, detail);
}

void ErrorGroups::add(const ErrorGroup& group, core::Duration offset) {
    if (group.count == 0)
        return;
    ErrorGroup& mine = by_outcome_.at(static_cast<std::size_t>(group.outcome));
    const core::Duration first_at = group.first_at + offset;
    mine.first_at = mine.count == 0 ? first_at : std::min(mine.first_at, first_at);
    mine.count += group.count;
    for (const std::string& sample : group.samples)
        add_sample(mine.samples, sample);
}

void ErrorGroups::merge(const ErrorGroups& other) {
    for (const ErrorGroup& theirs : other.by_outcome_)
        add(theirs);
}

std::vector<ErrorGroup> ErrorGroups::groups() const {
    std::vector<ErrorGroup> groups;
    std::copy_if(by_outcome_.begin(), by_outcome_.end(), std::back_inserter(groups), [](const ErrorGroup& g) { return g.count > 0; });
    std::stable_sort(groups.begin(), groups.end(), [](const ErrorGroup& a, const ErrorGroup& b) { return a.count > b.count; });
    return groups;
}

}  // namespace relaybench::result
