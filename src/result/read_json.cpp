#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/base64.h"
#include "core/text.h"
#include "result/fields_json.h"
#include "result/node_json.h"
#include "result/result_json.h"

namespace relaybench::result {
namespace {

constexpr std::size_t kMaxDocumentBytes = std::size_t{256} << 20U;
constexpr std::size_t kMaxArms = 64;
constexpr std::size_t kMaxListed = 100'000;
constexpr std::size_t kMaxWorkers = 4096;
constexpr std::size_t kMaxSamples = 5;
// Far above any run and far below where sums of counts could overflow.
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 53U;
constexpr std::uint64_t kMaxCode = 65'535;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kMaxSeconds = 1e9;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::uint64_t total(const Node& node, std::string_view name) { return node.count(name, Presence::Optional, kMaxCount); }

std::uint32_t small(const Node& node, std::string_view name) {
    return static_cast<std::uint32_t>(node.count(name, Presence::Optional, kMax32));
}

int code(const Node& node, std::string_view name) { return static_cast<int>(node.count(name, Presence::Optional, kMaxCode)); }

core::Duration duration_or_zero(const Node& node, std::string_view name) { return node.duration(name).value_or(core::Duration{0}); }

std::int64_t whole_microseconds(core::Duration duration) { return std::chrono::duration_cast<std::chrono::microseconds>(duration).count(); }

std::optional<stats::HdrHistogram> read_histogram(const Node& node) {
    const Node hdr = node.field("hdr");
    const auto bytes = core::base64_decode(node.raw_text("hdr"));
    if (!bytes) {
        hdr.problem(bytes.error().message);
        return std::nullopt;
    }
    auto histogram = stats::decode_v2(*bytes);
    if (!histogram) {
        hdr.problem(histogram.error().message);
        return std::nullopt;
    }
    if (histogram->config() != stats::HdrHistogram::Config{}) {
        hdr.problem("is a histogram of another range or precision than 1 µs to 1 h with 3 digits");
        return std::nullopt;
    }
    return *std::move(histogram);
}

/// The printed extremes are exact and the histogram's are not, but they must lie in the same buckets: a file that was edited by hand in
/// one place only is not believed.
bool extremes_fit(const stats::HdrHistogram& histogram, const Distribution::Saved& saved) {
    if (histogram.count() == 0)
        return true;
    const auto buckets = histogram.buckets();
    const std::int64_t highest = histogram.config().highest;
    const auto inside = [&](const stats::HdrHistogram::Bucket& bucket, std::int64_t value) {
        return std::min(value, highest) >= bucket.lowest && std::min(value, highest) <= bucket.highest;
    };
    return inside(buckets.front(), saved.min_us) && inside(buckets.back(), saved.max_us);
}

Distribution read_distribution(const Node& node) {
    if (node.is_absent() || !node.is_object_or_problem())
        return {};
    auto histogram = read_histogram(node);
    const Distribution::Saved saved{
        .never = total(node, "never"),
        .censored = total(node, "censored"),
        .out_of_range = total(node, "out_of_range"),
        .min_us = whole_microseconds(duration_or_zero(node, "min_us")),
        .max_us = whole_microseconds(duration_or_zero(node, "max_us")),
    };
    if (!histogram)
        return {};
    if (histogram->count() > kMaxCount) {
        node.field("hdr").problem("holds more values than any run can have");
        return {};
    }
    if (!extremes_fit(*histogram, saved))
        node.problem("min_us or max_us do not agree with hdr");
    Distribution distribution = Distribution::restored(*std::move(histogram), saved);
    if (total(node, "count") != distribution.count())
        node.problem("count does not agree with hdr and never");
    return distribution;
}

Provenance read_provenance(const Node& node) {
    Provenance provenance;
    provenance.version = node.text("version");
    provenance.seed = node.count("seed");
    const Node scenario = node.field("scenario");
    provenance.scenario_name = scenario.text("name");
    provenance.scenario_sha256 = scenario.text("sha256");
    provenance.load = scenario.text("load");
    provenance.host = node.text("host");
    provenance.started_at = node.text("started_at");
    const double seconds = node.number("duration_s");
    if (seconds > kMaxSeconds)
        node.field("duration_s").problem("is longer than any run");
    provenance.duration = core::Duration{std::llround(std::min(seconds, kMaxSeconds) * kNanosecondsPerSecond)};
    provenance.partial = node.flag("partial");
    provenance.stop_reason = node.text("stop_reason");
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
    audit.fd_limit = node.count("fd_limit");
    audit.peak_open_streams = total(node, "peak_open_streams");
    return audit;
}

Counters read_counters(const Node& node) {
    Counters counters;
    for (const CounterField& field : kCounterFields)
        counters.*field.member = total(node, field.id);
    counters.longest_stall = duration_or_zero(node, "longest_stall_us");
    return counters;
}

SeriesPoint read_point(const Node& node) {
    SeriesPoint point;
    point.second = small(node, "second");
    point.starts = small(node, "starts");
    point.completed = small(node, "completed");
    point.failed = small(node, "failed");
    point.open_streams = small(node, "open_streams");
    point.chunks = total(node, "chunks");
    point.ttft_p50 = node.duration("ttft_p50_us");
    point.ttft_p99 = node.duration("ttft_p99_us");
    point.gap_p99 = node.duration("gap_p99_us");
    return point;
}

stream::Outcome read_outcome(const Node& node) {
    std::array<std::string_view, stream::kOutcomeCount> ids;
    std::transform(stream::all_outcomes().begin(), stream::all_outcomes().end(), ids.begin(), stream::outcome_id);
    return stream::all_outcomes().at(node.one_of("outcome", ids, Presence::Required));
}

wire::TokenKind read_token_kind(const Node& node) {
    constexpr std::size_t kKinds = static_cast<std::size_t>(wire::TokenKind::Transcript) + 1;
    std::array<std::string_view, kKinds> ids;
    for (std::size_t i = 0; i < kKinds; ++i)
        ids.at(i) = wire::token_kind_id(static_cast<wire::TokenKind>(i));
    return static_cast<wire::TokenKind>(node.one_of("first_token_kind", ids, Presence::Optional));
}

std::optional<stream::EndKind> read_end_kind(const Node& node) {
    if (node.field("end_kind").is_absent())
        return std::nullopt;
    constexpr std::size_t kKinds = static_cast<std::size_t>(stream::EndKind::LocalLimit) + 1;
    std::array<std::string_view, kKinds> ids;
    for (std::size_t i = 0; i < kKinds; ++i)
        ids.at(i) = stream::end_kind_id(static_cast<stream::EndKind>(i));
    return static_cast<stream::EndKind>(node.one_of("end_kind", ids, Presence::Required));
}

void read_times(const Node& node, stream::StreamRecord& record) {
    record.started = core::TimePoint{node.offset("started_us").value_or(core::Duration{0})};
    const Node phases = node.field("phases_us");
    record.intended_start = record.started + phases.offset("intended").value_or(core::Duration{0});
    for (const PhaseField& field : kPhaseFields) {
        if (const auto offset = phases.offset(field.id))
            record.*field.member = record.started + *offset;
    }
    record.ended = record.started + phases.offset("ended").value_or(core::Duration{0});
}

stream::StreamRecord read_record(const Node& node) {
    stream::StreamRecord record;
    if (!node.is_object_or_problem())
        return record;
    record.arrival = node.count("arrival");
    record.attempt = small(node, "attempt");
    record.outcome = read_outcome(node);
    read_times(node, record);
    record.reused_connection = node.flag("reused_connection");
    record.first_token_kind = read_token_kind(node);
    // Absent means the weaker claim: stamped by our code.
    const bool stamped = !node.field("stamp_source").is_absent();
    if (stamped)
        record.stamp_source = static_cast<stream::StampSource>(node.one_of("stamp_source", kStampSourceIds, Presence::Required));
    for (const RecordCountField& field : kRecordCountFields)
        record.*field.member = small(node, field.id);
    record.body_bytes = total(node, "body_bytes");
    record.token_bytes = total(node, "token_bytes");
    record.longest_gap = duration_or_zero(node, "max_gap_us");
    if (!node.field("usage_tokens").is_absent())
        record.usage_tokens = total(node, "usage_tokens");
    record.status = code(node, "status");
    record.close_code = code(node, "close_code");
    record.end_kind = read_end_kind(node);
    record.detail = node.text("detail");
    return record;
}

ErrorGroup read_error_group(const Node& node) {
    ErrorGroup group;
    group.outcome = read_outcome(node);
    group.count = total(node, "count");
    group.first_at = duration_or_zero(node, "first_at_us");
    group.samples = node.texts("samples", kMaxSamples);
    return group;
}

ArmResult read_arm(const Node& node) {
    ArmResult arm;
    if (!node.is_object_or_problem())
        return arm;
    arm.name = node.text("name", Presence::Required);
    arm.relay = node.text("relay");
    arm.dialect = node.text("dialect");
    arm.model = node.text("model");
    const Node outcomes = node.field("outcomes");
    if (outcomes.is_object_or_problem()) {
        for (const stream::Outcome each : stream::all_outcomes())
            arm.outcomes.at(static_cast<std::size_t>(each)) = total(outcomes, stream::outcome_id(each));
    }
    const Node metrics_node = node.field("metrics");
    if (metrics_node.is_object_or_problem()) {
        for (const MetricInfo& info : metrics())
            arm.metric(info.metric) = read_distribution(metrics_node.field(info.id));
    }
    arm.counters = read_counters(node.field("counters"));
    for (const Node& each : node.list("series", kMaxListed))
        arm.series.push_back(read_point(each));
    for (const Node& each : node.list("streams", kMaxListed))
        arm.streams.push_back(read_record(each));
    arm.streams_sampled_of = total(node, "streams_sampled_of");
    for (const Node& each : node.list("errors", stream::kOutcomeCount))
        arm.errors.push_back(read_error_group(each));
    return arm;
}

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

RunResult read_result(const Node& root) {
    RunResult result;
    result.kind = static_cast<ResultKind>(root.one_of("kind", kResultKindIds, Presence::Required));
    result.provenance = read_provenance(root.field("provenance"));
    result.audit = read_audit(root.field("audit"));
    read_arms(root, result);
    for (const Node& each : root.list("gates", kMaxListed))
        result.gates.push_back(read_gate(each));
    for (const Node& each : root.list("warnings", kMaxListed))
        result.warnings.push_back({each.text("code"), each.text("text"), each.text("remedy")});
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

core::Expected<Json> parse(std::string_view text, std::string_view name) {
    if (text.empty())
        return core::bad_input(fmt::format("{}: is empty", name));
    if (text.size() > kMaxDocumentBytes) {
        return core::bad_input(fmt::format("{}: is larger than {} MiB, the most that is read", name, kMaxDocumentBytes >> 20U));
    }
    try {
        return Json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        constexpr std::size_t kMaxReason = 200;
        return core::bad_input(fmt::format("{}: is not JSON (cut short?): {}", name, core::printable(error.what(), kMaxReason)));
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
