#include "result/side_by_side.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace relaybench::result {
namespace {

std::string quoted(std::string_view text) { return text.empty() ? "unknown" : fmt::format("\"{}\"", text); }

std::string dialect_of(const RunResult& run) { return run.arms.empty() ? std::string() : run.arms.front().dialect; }

/// What differs between how two results were measured, in words; empty when nothing does.
std::vector<std::string> differences(const NamedResult& first, const NamedResult& other) {
    const Provenance& a = first.result.provenance;
    const Provenance& b = other.result.provenance;
    std::vector<std::string> words;
    const auto differ = [&](std::string_view what, std::string_view mine, std::string_view theirs) {
        if (mine != theirs)
            words.push_back(fmt::format("{} ({} in {}, {} in {})", what, quoted(mine), first.name, quoted(theirs), other.name));
    };
    differ("load", a.load, b.load);
    differ("dialect", dialect_of(first.result), dialect_of(other.result));
    if (a.prompts_sha256 != b.prompts_sha256)
        words.push_back(fmt::format("prompts of {} and {}", first.name, other.name));
    return words;
}

std::string all_differences(const std::vector<NamedResult>& parts) {
    std::vector<std::string> words;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        for (std::string& each : differences(parts.front(), parts[i]))
            words.push_back(std::move(each));
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

/// "results/a.json" → "a".
std::string stem_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string file = slash == std::string::npos ? path : path.substr(slash + 1);
    const std::size_t dot = file.rfind('.');
    return dot == std::string::npos || dot == 0 ? file : file.substr(0, dot);
}

std::size_t arms_named(const std::vector<NamedResult>& parts, const std::string& name) {
    std::size_t count = 0;
    for (const NamedResult& part : parts) {
        count += static_cast<std::size_t>(
            std::count_if(part.result.arms.begin(), part.result.arms.end(), [&](const ArmResult& arm) { return arm.name == name; }));
    }
    return count;
}

/// The arm's own name, else that of its file, else both with a number: never one that is taken.
std::string free_name(const std::vector<NamedResult>& parts, const NamedResult& part, const ArmResult& arm,
                      const std::vector<ArmResult>& taken) {
    const auto is_taken = [&](const std::string& name) {
        return std::any_of(taken.begin(), taken.end(), [&](const ArmResult& each) { return each.name == name; });
    };
    std::string name = arms_named(parts, arm.name) == 1 ? arm.name : stem_of(part.name);
    if (part.result.arms.size() > 1 && name != arm.name)
        name += "/" + arm.name;
    const std::string wanted = name;
    for (int number = 2; is_taken(name); ++number)
        name = fmt::format("{}-{}", wanted, number);
    return name;
}

void add_audit(Audit& sum, const NamedResult& part) {
    const Audit& audit = part.result.audit;
    sum.saturated = sum.saturated || audit.saturated;
    for (const std::string& reason : audit.reasons)
        sum.reasons.push_back(fmt::format("{}: {}", stem_of(part.name), reason));
    for (const Metric metric : audit.distorted) {
        if (std::find(sum.distorted.begin(), sum.distorted.end(), metric) == sum.distorted.end())
            sum.distorted.push_back(metric);
    }
    sum.client_delay.merge(audit.client_delay);
    sum.schedule_lag.merge(audit.schedule_lag);
    sum.workers.insert(sum.workers.end(), audit.workers.begin(), audit.workers.end());
    sum.kernel_stamped_reads += audit.kernel_stamped_reads;
    sum.user_stamped_reads += audit.user_stamped_reads;
    sum.clock_steps += audit.clock_steps;
    sum.fd_limit = std::max(sum.fd_limit, audit.fd_limit);
    sum.peak_open_streams = std::max(sum.peak_open_streams, audit.peak_open_streams);
}

}  // namespace

core::Expected<RunResult> side_by_side(const std::vector<NamedResult>& parts, Unlike unlike) {
    const std::string unlikeness = unlike == Unlike::Intended ? std::string() : all_differences(parts);
    if (!unlikeness.empty() && unlike == Unlike::Refused) {
        return core::bad_input(fmt::format(
            "these results were not measured alike, so a difference says little about the relays: {}; --force compares them all the same",
            unlikeness));
    }
    RunResult all;
    all.kind = ResultKind::Compare;
    all.pairing = Pairing::Apart;
    all.provenance = parts.front().result.provenance;
    for (const NamedResult& part : parts) {
        const RunResult& run = part.result;
        for (const ArmResult& arm : run.arms) {
            ArmResult renamed = arm;
            renamed.name = free_name(parts, part, arm, all.arms);
            renamed.window = arm.window.value_or(run.provenance.duration);
            all.arms.push_back(std::move(renamed));
        }
        add_audit(all.audit, part);
        all.provenance.partial = all.provenance.partial || run.provenance.partial;
        if (run.provenance.partial)
            all.provenance.stop_reason = run.provenance.stop_reason;
        all.provenance.duration = std::max(all.provenance.duration, run.provenance.duration);
        all.warnings.insert(all.warnings.end(), run.warnings.begin(), run.warnings.end());
    }
    if (!unlikeness.empty()) {
        all.warnings.push_back({"unlike_runs", "the arms were not measured alike: " + unlikeness,
                                "measure them together with compare, or at least with the same scenario"});
    }
    return all;
}

}  // namespace relaybench::result
