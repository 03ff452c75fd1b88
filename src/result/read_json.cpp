#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/text.h"
#include "result/comparison_json.h"
#include "result/fields_json.h"
#include "result/parts_json.h"
#include "result/result_json.h"

namespace relaybench::result {
namespace {

constexpr std::size_t kMaxDocumentBytes = std::size_t{256} << 20U;
constexpr std::size_t kMaxArms = 64;
constexpr std::size_t kMaxWorkers = 4096;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kMaxSeconds = 1e9;

std::optional<Shard> read_shard(const Node& node) {
    if (node.is_absent() || !node.is_object_or_problem())
        return std::nullopt;
    Shard shard;
    shard.index = static_cast<std::uint32_t>(node.count("index", Presence::Required, kMaxShards));
    shard.count = static_cast<std::uint32_t>(node.count("count", Presence::Required, kMaxShards));
    if (shard.index < 1 || shard.index > shard.count)
        node.problem("index must be 1 … count");
    return shard;
}

MergedShard read_merged_shard(const Node& node) {
    MergedShard shard;
    if (!node.is_object_or_problem())
        return shard;
    shard.index = static_cast<std::uint32_t>(node.count("index", Presence::Required, kMaxShards));
    shard.host = node.text("host");
    shard.started_at = node.text("started_at");
    shard.duration = read_seconds(node, "duration_s");
    shard.partial = node.flag("partial");
    shard.stop_reason = node.text("stop_reason");
    return shard;
}

}  // namespace

core::Duration read_seconds(const Node& node, std::string_view name) {
    const double seconds = node.number(name);
    if (seconds > kMaxSeconds)
        node.field(name).problem("is longer than any run");
    return core::Duration{std::llround(std::min(seconds, kMaxSeconds) * kNanosecondsPerSecond)};
}

Provenance read_provenance(const Node& node) {
    Provenance provenance;
    provenance.version = node.text("version");
    provenance.seed = node.count("seed");
    const Node scenario = node.field("scenario");
    provenance.scenario_name = scenario.text("name");
    provenance.scenario_sha256 = scenario.text("sha256");
    provenance.prompts_sha256 = scenario.text("prompts_sha256");
    provenance.load = scenario.text("load");
    provenance.host = node.text("host");
    provenance.started_at = node.text("started_at");
    provenance.duration = read_seconds(node, "duration_s");
    provenance.partial = node.flag("partial");
    provenance.stop_reason = node.text("stop_reason");
    provenance.shard = read_shard(node.field("shard"));
    for (const Node& each : node.list("shards", kMaxShards))
        provenance.shards.push_back(read_merged_shard(each));
    return provenance;
}

Audit read_audit(const Node& node) {
    Audit audit;
    audit.saturated = node.flag("saturated");
    audit.reasons = node.texts("reasons", kMaxListed);
    for (const std::string& id : node.texts("distorted", kMetricCount)) {
        if (const auto metric = metric_by_id(id))
            audit.distorted.push_back(*metric);
    }
    audit.client_delay = read_distribution(node.field("client_delay"));
    audit.schedule_lag = read_distribution(node.field("schedule_lag"));
    for (const Node& each : node.list("workers", kMaxWorkers))
        audit.workers.push_back({each.number("cpu_share"), total(each, "reads"), total(each, "wakeups"), total(each, "chunks")});
    audit.kernel_stamped_reads = total(node, "kernel_stamped_reads");
    audit.user_stamped_reads = total(node, "user_stamped_reads");
    audit.clock_steps = total(node, "clock_steps");
    audit.fd_limit = node.count("fd_limit");
    audit.peak_open_streams = total(node, "peak_open_streams");
    return audit;
}

Warning read_warning(const Node& node) { return {node.text("code"), node.text("text"), node.text("remedy")}; }

namespace {

GateResult read_gate(const Node& node) {
    GateResult gate;
    gate.expression = node.text("expression", Presence::Required);
    gate.arm = node.text("arm");
    gate.verdict = static_cast<GateVerdict>(node.one_of("verdict", kGateVerdictIds, Presence::Required));
    gate.observed = node.text("observed");
    gate.reason = node.text("reason");
    return gate;
}

void read_arms(const Node& root, RunResult& result) {
    std::set<std::string> names;
    for (const Node& each : root.list("arms", kMaxArms)) {
        result.arms.push_back(read_arm(each));
        const std::string& name = result.arms.back().name;
        if (!name.empty() && !names.insert(name).second)
            each.problem(fmt::format("a second arm is named \"{}\"", name));
    }
    if (result.arms.empty())
        root.field("arms").problem("missing or empty: a result has at least one arm");
}

/// Of each arm with the first, in the order of the arms, all with the same rows; or none at all.
void read_comparisons(const Node& root, RunResult& result) {
    result.confidence = root.real("confidence").value_or(result.confidence);
    if (result.confidence <= 0 || result.confidence >= 1)
        root.field("confidence").problem("must lie between 0 and 1");
    for (const Node& each : root.list("comparisons", kMaxArms))
        result.comparisons.push_back(read_comparison(each, result));
    if (result.comparisons.empty())
        return;
    bool fits = result.comparisons.size() + 1 == result.arms.size();
    for (std::size_t i = 0; fits && i < result.comparisons.size(); ++i) {
        const ArmComparison& each = result.comparisons[i];
        fits = each.base == result.arms.front().name && each.other == result.arms[i + 1].name &&
               each.quantiles.size() == result.comparisons.front().quantiles.size();
    }
    if (!fits)
        root.field("comparisons").problem("must be one for each arm after the first, in their order, with the same rows");
}

RunResult read_result(const Node& root) {
    RunResult result;
    result.kind = static_cast<ResultKind>(root.one_of("kind", kResultKindIds, Presence::Required));
    result.provenance = read_provenance(root.field("provenance"));
    result.audit = read_audit(root.field("audit"));
    read_arms(root, result);
    result.pairing = read_pairing(root);
    read_comparisons(root, result);
    for (const Node& each : root.list("gates", kMaxListed))
        result.gates.push_back(read_gate(each));
    for (const Node& each : root.list("warnings", kMaxListed))
        result.warnings.push_back(read_warning(each));
    return result;
}

/// A line when this is no document for us at all.
std::optional<std::string> refusal(const Node& root) {
    const Node version = root.field("schema_version");
    if (version.is_absent())
        return "is JSON, but not a relaybench result: schema_version is missing";
    const auto number = root.count("schema_version");
    if (number > static_cast<std::uint64_t>(kSchemaVersion)) {
        return fmt::format("has schema_version {}, written by a newer relaybench; this one reads up to {}", number, kSchemaVersion);
    }
    if (number == 0)
        return fmt::format("schema_version must be a whole number of 1 … {}", kSchemaVersion);
    return std::nullopt;
}

/// A text that does not even begin as a result does is another file; one that does was cut short or edited.
std::string why_no_json(std::string_view text, const nlohmann::json::exception& error) {
    constexpr std::size_t kMaxReason = 200;
    if (!core::trimmed(text).starts_with('{')) {
        return "is no result: expected a file of --out json=PATH, or a journal (--journal PATH)";
    }
    // The library opens with the name of its own error: "[json.exception.parse_error.101] parse error at line 1, column 2: …".
    std::string reason = core::printable(error.what(), kMaxReason);
    const auto end_of_name = reason.find("] ");
    if (reason.starts_with("[json.exception") && end_of_name != std::string::npos) {
        reason.erase(0, end_of_name + 2);
    }
    return fmt::format("is no result: it is not JSON (cut short?): {}", reason);
}

core::Expected<Json> parse(std::string_view text, std::string_view name) {
    if (text.empty())
        return core::bad_input(fmt::format("{}: is empty", name));
    if (text.size() > kMaxDocumentBytes) {
        return core::bad_input(fmt::format("{}: is larger than {} MiB, the most that is read", name, kMaxDocumentBytes >> 20U));
    }
    try {
        return Json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        return core::bad_input(fmt::format("{}: {}", name, why_no_json(text, error)));
    }
}

}  // namespace

core::Expected<RunResult> from_json(std::string_view text, std::string_view name) {
    const auto json = parse(text, name);
    if (!json)
        return tl::unexpected<core::Error>(json.error());
    Problems problems;
    const Node root(*json, "", problems);
    if (const auto reason = refusal(root))
        return core::bad_input(fmt::format("{}: {}", name, *reason));
    RunResult result = read_result(root);
    if (!problems.none())
        return core::bad_input(problems.text(name));
    return result;
}

}  // namespace relaybench::result
