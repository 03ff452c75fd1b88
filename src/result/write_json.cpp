#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base64.h"
#include "result/comparison_json.h"
#include "result/fields_json.h"
#include "result/result_json.h"
#include "result/writer_json.h"

namespace relaybench::result {
namespace {

constexpr double kNanosecondsPerMicrosecond = 1000.0;
constexpr double kNanosecondsPerSecond = 1e9;

double microseconds(core::Duration duration) { return static_cast<double>(duration.count()) / kNanosecondsPerMicrosecond; }

template <class Duration>
Json optional_microseconds(const std::optional<Duration>& duration) {
    return duration ? Json(microseconds(*duration)) : Json(nullptr);
}

/// JSON has no NaN and no infinity; a share that could not be computed is written as 0.
double finite(double value) { return std::isfinite(value) ? value : 0.0; }

void put_quantile(Json& json, const std::string& id, const Distribution& distribution, double q) {
    const auto quantile = distribution.quantile(q);
    json[id + "_us"] = quantile ? optional_microseconds(quantile->value) : Json(nullptr);
    if (quantile && !quantile->value)
        json[id + "_never"] = true;
}

Json json_of(const Distribution& distribution) {
    Json json;
    json["count"] = distribution.count();
    json["mean_us"] = optional_microseconds(distribution.mean());
    json["min_us"] = optional_microseconds(distribution.min());
    for (const NamedQuantile& each : kQuantiles)
        put_quantile(json, std::string(each.id), distribution, each.q);
    json["max_us"] = optional_microseconds(distribution.max());
    json["never"] = distribution.never();
    json["censored"] = distribution.censored();
    json["out_of_range"] = distribution.out_of_range();
    json["hdr"] = core::base64_encode(stats::encode_v2_compressed(distribution.histogram()));
    return json;
}

Json json_of(const StampError::Summary& summary) {
    Json json{{"count", summary.count},
              {"mean_us", microseconds(summary.mean)},
              {"p50_us", microseconds(summary.p50)},
              {"p99_us", microseconds(summary.p99)},
              {"max_us", microseconds(summary.max)}};
    if (summary.histogram_ns)
        json["hdr_ns"] = core::base64_encode(stats::encode_v2_compressed(*summary.histogram_ns));
    return json;
}

Json json_of(const StampError& error) {
    Json json{{"ttft", json_of(error.ttft)}, {"gap", json_of(error.gap)}};
    if (error.user_ttft.count > 0 || error.user_gap.count > 0)
        json["user"] = {{"ttft", json_of(error.user_ttft)}, {"gap", json_of(error.user_gap)}};
    return json;
}

bool is_empty(const Distribution& distribution) { return distribution.count() == 0 && distribution.censored() == 0; }

Json json_of(const MergedShard& shard) {
    return {{"index", shard.index},           {"host", shard.host},
            {"started_at", shard.started_at}, {"duration_s", static_cast<double>(shard.duration.count()) / kNanosecondsPerSecond},
            {"partial", shard.partial},       {"stop_reason", shard.stop_reason}};
}

}  // namespace

Json json_of(const Provenance& provenance) {
    Json json{
        {"version", provenance.version},
        {"seed", provenance.seed},
        {"scenario",
         {{"name", provenance.scenario_name},
          {"sha256", provenance.scenario_sha256},
          {"prompts_sha256", provenance.prompts_sha256},
          {"load", provenance.load}}},
        {"host", provenance.host},
        {"started_at", provenance.started_at},
        {"duration_s", static_cast<double>(provenance.duration.count()) / kNanosecondsPerSecond},
        {"partial", provenance.partial},
        {"stop_reason", provenance.stop_reason},
    };
    if (provenance.shard)
        json["shard"] = {{"index", provenance.shard->index}, {"count", provenance.shard->count}};
    for (const MergedShard& shard : provenance.shards)
        json["shards"].push_back(json_of(shard));
    return json;
}

namespace {

Json json_of(const WorkerAudit& worker) {
    return {{"cpu_share", finite(worker.cpu_share)}, {"reads", worker.reads}, {"wakeups", worker.wakeups}, {"chunks", worker.chunks}};
}

}  // namespace

Json json_of(const Audit& audit) {
    Json distorted = Json::array();
    for (const Metric metric : audit.distorted)
        distorted.push_back(metric_id(metric));
    Json workers = Json::array();
    for (const WorkerAudit& worker : audit.workers)
        workers.push_back(json_of(worker));
    Json json;
    json["saturated"] = audit.saturated;
    json["reasons"] = audit.reasons;
    json["distorted"] = std::move(distorted);
    if (!is_empty(audit.client_delay))
        json["client_delay"] = json_of(audit.client_delay);
    if (!is_empty(audit.schedule_lag))
        json["schedule_lag"] = json_of(audit.schedule_lag);
    json["workers"] = std::move(workers);
    json["kernel_stamped_reads"] = audit.kernel_stamped_reads;
    json["user_stamped_reads"] = audit.user_stamped_reads;
    json["clock_steps"] = audit.clock_steps;
    json["fd_limit"] = audit.fd_limit;
    json["peak_open_streams"] = audit.peak_open_streams;
    return json;
}

Json json_of(const Counters& counters) {
    Json json;
    for (const CounterField& field : kCounterFields)
        json[std::string(field.id)] = counters.*field.member;
    json["longest_stall_us"] = microseconds(counters.longest_stall);
    return json;
}

Json json_of(const SeriesPoint& point) {
    Json json{
        {"second", point.second},
        {"seconds", point.seconds},
        {"starts", point.starts},
        {"completed", point.completed},
        {"failed", point.failed},
        {"open_streams", point.open_streams},
        {"chunks", point.chunks},
        {"ttft_p50_us", optional_microseconds(point.ttft_p50)},
        {"ttft_p99_us", optional_microseconds(point.ttft_p99)},
        {"gap_p99_us", optional_microseconds(point.gap_p99)},
    };
    if (!point.ttft_sketch.empty())
        json["ttft_sketch"] = point.ttft_sketch.text();
    if (!point.gap_sketch.empty())
        json["gap_sketch"] = point.gap_sketch.text();
    return json;
}

namespace {

Json phases(const stream::StreamRecord& record) {
    Json json;
    json["intended"] = microseconds(record.intended_start - record.started);
    for (const PhaseField& field : kPhaseFields) {
        if (const auto& at = record.*field.member)
            json[std::string(field.id)] = microseconds(*at - record.started);
    }
    json["ended"] = microseconds(record.ended - record.started);
    return json;
}

Json json_of(const stream::StreamRecord& record) {
    Json json;
    json["arrival"] = record.arrival;
    json["attempt"] = record.attempt;
    json["outcome"] = stream::outcome_id(record.outcome);
    json["started_us"] = microseconds(record.started.time_since_epoch());
    json["phases_us"] = phases(record);
    json["reused_connection"] = record.reused_connection;
    json["first_token_kind"] = wire::token_kind_id(record.first_token_kind);
    json["stamp_source"] = stamp_source_id(record.stamp_source);
    for (const RecordCountField& field : kRecordCountFields)
        json[std::string(field.id)] = record.*field.member;
    json["body_bytes"] = record.body_bytes;
    json["token_bytes"] = record.token_bytes;
    json["max_gap_us"] = microseconds(record.longest_gap);
    if (record.usage_tokens)
        json["usage_tokens"] = *record.usage_tokens;
    json["status"] = record.status;
    json["close_code"] = record.close_code;
    if (record.end_kind)
        json["end_kind"] = stream::end_kind_id(*record.end_kind);
    if (!record.detail.empty())
        json["detail"] = record.detail;
    return json;
}

}  // namespace

Json json_of(const ErrorGroup& group) {
    return {{"outcome", stream::outcome_id(group.outcome)},
            {"count", group.count},
            {"first_at_us", microseconds(group.first_at)},
            {"samples", group.samples}};
}

namespace {

Json json_of(const ArmResult& arm);
Json json_of(const GateResult& gate);

template <class Item>
Json list_json(const std::vector<Item>& items) {
    Json json = Json::array();
    for (const Item& item : items)
        json.push_back(json_of(item));
    return json;
}

Json json_of(const ArmResult& arm) {
    Json outcomes;
    for (const stream::Outcome outcome : stream::all_outcomes())
        outcomes[std::string(stream::outcome_id(outcome))] = arm.outcome(outcome);
    Json metrics_json = Json::object();
    for (const MetricInfo& info : metrics()) {
        if (!is_empty(arm.metric(info.metric)))
            metrics_json[std::string(info.id)] = json_of(arm.metric(info.metric));
    }
    Json json;
    json["name"] = arm.name;
    json["relay"] = arm.relay;
    json["dialect"] = arm.dialect;
    json["model"] = arm.model;
    if (arm.window)
        json["window_s"] = static_cast<double>(arm.window->count()) / kNanosecondsPerSecond;
    json["outcomes"] = std::move(outcomes);
    json["metrics"] = std::move(metrics_json);
    json["counters"] = json_of(arm.counters);
    json["series"] = list_json(arm.series);
    json["streams"] = list_json(arm.streams);
    json["streams_sampled_of"] = arm.streams_sampled_of;
    json["errors"] = list_json(arm.errors);
    if (arm.gap_spread)
        json["gap_spread"] = {{"streams", arm.gap_spread->streams}, {"design_effect", arm.gap_spread->design_effect}};
    if (arm.stamp_error)
        json["stamp_error"] = json_of(*arm.stamp_error);
    return json;
}

Json json_of(const GateResult& gate) {
    return {{"expression", gate.expression},
            {"arm", gate.arm},
            {"verdict", gate_verdict_id(gate.verdict)},
            {"observed", gate.observed},
            {"reason", gate.reason}};
}

}  // namespace

Json json_of(const Warning& warning) { return {{"code", warning.code}, {"text", warning.text}, {"remedy", warning.remedy}}; }

std::string to_json(const RunResult& result) {
    Json json;
    json["schema_version"] = kSchemaVersion;
    json["kind"] = result_kind_id(result.kind);
    json["provenance"] = json_of(result.provenance);
    json["audit"] = json_of(result.audit);
    json["arms"] = list_json(result.arms);
    if (result.arms.size() > 1) {
        json["pairing"] = pairing_id(result.pairing);
        json["confidence"] = result.confidence;
        Json comparisons = Json::array();
        for (const ArmComparison& comparison : result.comparisons)
            comparisons.push_back(json_of(comparison));
        json["comparisons"] = std::move(comparisons);
    }
    json["gates"] = list_json(result.gates);
    json["warnings"] = list_json(result.warnings);
    constexpr int kIndent = 2;
    return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace relaybench::result
