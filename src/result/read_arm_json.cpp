#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "core/base64.h"
#include "result/fields_json.h"
#include "result/parts_json.h"
#include "result/stamp_error.h"

namespace relaybench::result {
namespace {

constexpr std::size_t kMaxSamples = 5;
constexpr double kMedian = 0.50;
constexpr double kP99 = 0.99;
constexpr std::uint64_t kMaxCode = 65'535;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::uint32_t small(const Node& node, std::string_view name) {
    return static_cast<std::uint32_t>(node.count(name, Presence::Optional, kMax32));
}

int code(const Node& node, std::string_view name) { return static_cast<int>(node.count(name, Presence::Optional, kMaxCode)); }

core::Duration duration_or_zero(const Node& node, std::string_view name) { return node.duration(name).value_or(core::Duration{0}); }

/// How many seconds a point spans.
std::uint32_t read_span(const Node& node) {
    constexpr std::uint64_t kLongest = std::uint64_t{1} << 20U;
    if (node.field("seconds").is_absent())
        return 1;
    const auto span = node.count("seconds", Presence::Required, kLongest);
    if (!std::has_single_bit(span))
        node.field("seconds").problem("must be a power of two");
    return std::has_single_bit(span) ? static_cast<std::uint32_t>(span) : 1;
}

std::optional<LatencySketch> read_sketch(const Node& node, std::string_view name) {
    if (node.field(name).is_absent())
        return std::nullopt;
    auto sketch = LatencySketch::from_text(node.raw_text(name));
    if (!sketch)
        node.field(name).problem("must be buckets in order with their counts, such as \"312 315:4\"");
    return sketch && sketch->empty() ? std::nullopt : sketch;
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

std::optional<stats::HdrHistogram> read_stamp_histogram(const Node& node, std::uint64_t count) {
    const auto bytes = core::base64_decode(node.raw_text("hdr_ns"));
    auto histogram = stats::decode_v2(bytes ? *bytes : std::string{});
    if (!histogram || histogram->config() != stamp_error_histogram().config() || histogram->count() != count) {
        node.field("hdr_ns").problem("is no histogram of 1 ns to 1 h with 3 digits and of as many values as count says");
        return std::nullopt;
    }
    return *std::move(histogram);
}

StampError::Summary read_summary(const Node& node) {
    StampError::Summary summary;
    if (!node.is_object_or_problem())
        return summary;
    const auto time = [&node](std::string_view name) { return node.duration(name).value_or(core::Duration{0}); };
    summary.count = total(node, "count");
    summary.mean = time("mean_us");
    summary.p50 = time("p50_us");
    summary.p99 = time("p99_us");
    summary.max = time("max_us");
    if (!node.field("hdr_ns").is_absent())
        summary.histogram_ns = read_stamp_histogram(node, summary.count);
    return summary;
}

std::optional<StampError> read_stamp_error(const Node& node) {
    if (node.is_absent() || !node.is_object_or_problem())
        return std::nullopt;
    StampError error{.ttft = read_summary(node.field("ttft")), .gap = read_summary(node.field("gap")), .user_ttft = {}, .user_gap = {}};
    const Node user = node.field("user");
    if (user.is_absent() || !user.is_object_or_problem())
        return error;
    error.user_ttft = read_summary(user.field("ttft"));
    error.user_gap = read_summary(user.field("gap"));
    return error;
}

std::optional<GapSpread> read_gap_spread(const Node& node) {
    if (node.is_absent() || !node.is_object_or_problem())
        return std::nullopt;
    GapSpread spread{total(node, "streams"), {}};
    const std::vector<double> effects = node.numbers("design_effect", spread.design_effect.size());
    for (std::size_t i = 0; i < spread.design_effect.size(); ++i)
        spread.design_effect.at(i) = std::max(1.0, i < effects.size() ? effects[i] : 1.0);
    return spread;
}

}  // namespace

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
    point.seconds = read_span(node);
    point.starts = small(node, "starts");
    point.completed = small(node, "completed");
    point.failed = small(node, "failed");
    point.open_streams = small(node, "open_streams");
    point.chunks = total(node, "chunks");
    point.ttft_p50 = node.duration("ttft_p50_us");
    point.ttft_p99 = node.duration("ttft_p99_us");
    point.gap_p99 = node.duration("gap_p99_us");
    // What can be computed is not believed.
    if (auto sketch = read_sketch(node, "ttft_sketch")) {
        point.ttft_p50 = sketch->quantile(kMedian);
        point.ttft_p99 = sketch->quantile(kP99);
        point.ttft_sketch = *std::move(sketch);
    }
    if (auto sketch = read_sketch(node, "gap_sketch")) {
        point.gap_p99 = sketch->quantile(kP99);
        point.gap_sketch = *std::move(sketch);
    }
    return point;
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
    if (!node.field("window_s").is_absent())
        arm.window = read_seconds(node, "window_s");
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
    arm.gap_spread = read_gap_spread(node.field("gap_spread"));
    arm.stamp_error = read_stamp_error(node.field("stamp_error"));
    return arm;
}

}  // namespace relaybench::result
