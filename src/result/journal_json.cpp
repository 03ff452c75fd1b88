#include "core/base64.h"
#include "result/comparison_json.h"
#include "result/fields_json.h"
#include "result/journal.h"
#include "result/journal_seal.h"
#include "result/writer_json.h"

namespace relaybench::result {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

Json opened(std::string_view kind, std::uint64_t number) {
    return {{"kind", kind}, {"schema_version", kSchemaVersion}, {"number", number}};
}

std::string closed(const Json& json) { return sealed(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

/// As in a result, without what can be computed from it.
Json essence_of(const Distribution& distribution) {
    const auto whole_us = [](const std::optional<core::Duration>& time) {
        return time ? Json(std::chrono::duration_cast<std::chrono::microseconds>(*time).count()) : Json(nullptr);
    };
    Json json{{"count", distribution.count()}, {"min_us", whole_us(distribution.min())}, {"max_us", whole_us(distribution.max())}};
    if (distribution.never() > 0)
        json["never"] = distribution.never();
    if (distribution.censored() > 0)
        json["censored"] = distribution.censored();
    if (distribution.out_of_range() > 0)
        json["out_of_range"] = distribution.out_of_range();
    json["hdr"] = core::base64_encode(stats::encode_v2_compressed(distribution.histogram()));
    return json;
}

/// Only points in which something happened: a stretch may touch the second in which a long stream began.
Json eventful_points(const std::vector<SeriesPoint>& series) {
    Json json = Json::array();
    std::uint32_t open = 0;
    for (const SeriesPoint& point : series) {
        const bool quiet = point.starts + point.completed + point.failed == 0 && point.chunks == 0 && point.ttft_sketch.empty() &&
                           point.gap_sketch.empty() && point.open_streams == open;
        open = point.open_streams;
        if (!quiet)
            json.push_back(json_of(point));
    }
    return json;
}

Json essence_of(const ArmResult& arm) {
    Json outcomes = Json::object();
    for (const stream::Outcome outcome : stream::all_outcomes()) {
        if (arm.outcome(outcome) > 0)
            outcomes[std::string(stream::outcome_id(outcome))] = arm.outcome(outcome);
    }
    Json by_metric = Json::object();
    for (const MetricInfo& info : metrics()) {
        const Distribution& distribution = arm.metric(info.metric);
        if (distribution.count() + distribution.censored() > 0)
            by_metric[std::string(info.id)] = essence_of(distribution);
    }
    Json errors = Json::array();
    for (const ErrorGroup& group : arm.errors)
        errors.push_back(json_of(group));
    return {{"name", arm.name},
            {"outcomes", std::move(outcomes)},
            {"metrics", std::move(by_metric)},
            {"counters", json_of(arm.counters)},
            {"series", eventful_points(arm.series)},
            {"errors", std::move(errors)}};
}

}  // namespace

std::string journal_line(std::uint64_t number, const JournalHeader& header) {
    Json json = opened("journal", number);
    json["of"] = result_kind_id(header.kind);
    json["pairing"] = pairing_id(header.pairing);
    json["provenance"] = json_of(header.provenance);
    json["arms"] = Json::array();
    for (const ArmResult& arm : header.arms)
        json["arms"].push_back({{"name", arm.name}, {"relay", arm.relay}, {"dialect", arm.dialect}, {"model", arm.model}});
    json["gates"] = header.gates;
    return closed(json);
}

std::string journal_line(std::uint64_t number, const JournalSecond& second) {
    Json json = opened("second", number);
    json["at_s"] = static_cast<double>(second.at.count()) / kNanosecondsPerSecond;
    json["arms"] = Json::array();
    for (const ArmResult& arm : second.arms)
        json["arms"].push_back(essence_of(arm));
    json["audit"] = json_of(second.audit);
    return closed(json);
}

std::string journal_line(std::uint64_t number, const JournalEnd& end) {
    Json json = opened("end", number);
    json["provenance"] = json_of(end.provenance);
    json["audit"] = json_of(end.audit);
    json["warnings"] = Json::array();
    for (const Warning& warning : end.warnings)
        json["warnings"].push_back(json_of(warning));
    return closed(json);
}

}  // namespace relaybench::result
