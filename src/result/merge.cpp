#include "result/merge.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/require.h"
#include "result/arm_sum.h"
#include "result/self_audit.h"

namespace relaybench::result {
namespace {

std::string arm_names(const RunResult& run) {
    std::vector<std::string> names;
    for (const ArmResult& arm : run.arms)
        names.push_back(fmt::format("\"{}\"", arm.name));
    return fmt::format("{}", fmt::join(names, ", "));
}

const ArmResult* find_arm(const RunResult& run, const std::string& name) {
    const auto found = std::find_if(run.arms.begin(), run.arms.end(), [&](const ArmResult& arm) { return arm.name == name; });
    return found == run.arms.end() ? nullptr : &*found;
}

bool has_same_arms(const RunResult& a, const RunResult& b) {
    return a.arms.size() == b.arms.size() &&
           std::all_of(a.arms.begin(), a.arms.end(), [&](const ArmResult& arm) { return find_arm(b, arm.name) != nullptr; });
}

/// Why `other` cannot be added to `first`; empty when it can.
std::string unlikeness(const NamedResult& first, const NamedResult& other) {
    const Provenance& a = first.result.provenance;
    const Provenance& b = other.result.provenance;
    if (a.scenario_sha256 != b.scenario_sha256) {
        return fmt::format("{} is of another scenario than {} (sha256 {:.12}… and {:.12}…)", other.name, first.name, b.scenario_sha256,
                           a.scenario_sha256);
    }
    if (!has_same_arms(first.result, other.result)) {
        return fmt::format("{} has other arms ({}) than {} ({})", other.name, arm_names(other.result), first.name, arm_names(first.result));
    }
    return {};
}

core::Expected<void> check_alike(const std::vector<NamedResult>& parts) {
    std::string problems;
    for (const NamedResult& part : parts) {
        const std::string problem = unlikeness(parts.front(), part);
        if (!problem.empty())
            problems += (problems.empty() ? "" : "\n") + problem;
    }
    if (!problems.empty())
        return core::bad_input(problems);
    return {};
}

/// Different words in the order of their first use.
std::string joined(const std::vector<NamedResult>& parts, std::string Provenance::*field) {
    std::vector<std::string> words;
    for (const NamedResult& part : parts) {
        const std::string& word = part.result.provenance.*field;
        if (std::find(words.begin(), words.end(), word) == words.end())
            words.push_back(word);
    }
    return fmt::format("{}", fmt::join(words, "; "));
}

Provenance merged_provenance(const std::vector<NamedResult>& parts, Timing timing) {
    Provenance merged = parts.front().result.provenance;
    merged.shard.reset();
    merged.version = joined(parts, &Provenance::version);
    merged.host = joined(parts, &Provenance::host);
    merged.stop_reason = joined(parts, &Provenance::stop_reason);
    merged.duration = core::Duration{0};
    for (const NamedResult& part : parts) {
        const Provenance& each = part.result.provenance;
        merged.started_at = std::min(merged.started_at, each.started_at);
        merged.partial = merged.partial || each.partial;
        merged.duration = timing == Timing::AtOnce ? std::max(merged.duration, each.duration) : merged.duration + each.duration;
    }
    return merged;
}

/// What distorted a part distorts the sum, also where its share of all values is too small to show in it.
void keep_distortion(Audit& audit, const NamedResult& part) {
    const Audit& theirs = part.result.audit;
    bool is_news = false;
    for (const Metric metric : theirs.distorted) {
        if (std::find(audit.distorted.begin(), audit.distorted.end(), metric) == audit.distorted.end()) {
            audit.distorted.push_back(metric);
            is_news = true;
        }
    }
    if (!is_news)
        return;
    for (const std::string& reason : theirs.reasons)
        audit.reasons.push_back(fmt::format("{}: {}", part.name, reason));
    audit.saturated = true;
}

Audit merged_audit(const std::vector<NamedResult>& parts, Timing timing, const std::vector<ArmResult>& arms) {
    Audit merged;
    merged.fd_limit = parts.front().result.audit.fd_limit;
    for (const NamedResult& part : parts) {
        const Audit& each = part.result.audit;
        merged.workers.insert(merged.workers.end(), each.workers.begin(), each.workers.end());
        merged.kernel_stamped_reads += each.kernel_stamped_reads;
        merged.user_stamped_reads += each.user_stamped_reads;
        merged.clock_steps =
            timing == Timing::AtOnce ? std::max(merged.clock_steps, each.clock_steps) : merged.clock_steps + each.clock_steps;
        merged.fd_limit = std::min(merged.fd_limit, each.fd_limit);
        merged.peak_open_streams = timing == Timing::AtOnce ? merged.peak_open_streams + each.peak_open_streams
                                                            : std::max(merged.peak_open_streams, each.peak_open_streams);
    }
    judge_generator(merged, arms);
    for (const NamedResult& part : parts)
        keep_distortion(merged, part);
    return merged;
}

ArmResult merged_arm(const std::vector<NamedResult>& parts, Timing timing, const std::string& name) {
    ArmSum sum(parts.front().result.provenance.seed);
    core::Duration offset{0};
    for (const NamedResult& part : parts) {
        const ArmResult* arm = find_arm(part.result, name);
        core::require(arm != nullptr, "parts have the same arms");
        sum.add(*arm, offset);
        if (timing == Timing::InTurn)
            offset += std::chrono::ceil<std::chrono::seconds>(part.result.provenance.duration);
    }
    return sum.result();
}

/// Codes of the gates' own warnings, which come again when the gates are judged on the sum.
bool is_of_gates(const Warning& warning) { return warning.code == "partial"; }

void carry_warnings(RunResult& merged, const RunResult& part) {
    for (const Warning& warning : part.warnings) {
        const bool known = std::any_of(merged.warnings.begin(), merged.warnings.end(),
                                       [&](const Warning& each) { return each.code == warning.code && each.text == warning.text; });
        if (!known && !is_found_again(warning.code) && !is_of_gates(warning))
            merged.warnings.push_back(warning);
    }
}

}  // namespace

core::Expected<RunResult> merge(const std::vector<NamedResult>& parts, Timing timing) {
    core::require(!parts.empty(), "nothing is to be merged");
    if (auto alike = check_alike(parts); !alike)
        return tl::unexpected<core::Error>(alike.error());
    RunResult merged;
    merged.kind = parts.front().result.kind;
    merged.pairing = parts.front().result.pairing;
    merged.provenance = merged_provenance(parts, timing);
    for (const ArmResult& arm : parts.front().result.arms)
        merged.arms.push_back(merged_arm(parts, timing, arm.name));
    merged.audit = merged_audit(parts, timing, merged.arms);
    merged.warnings = warnings_of(merged);
    for (const NamedResult& part : parts)
        carry_warnings(merged, part.result);
    return merged;
}

}  // namespace relaybench::result
