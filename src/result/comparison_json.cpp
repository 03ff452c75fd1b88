#include "result/comparison_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "result/parts_json.h"

namespace relaybench::result {
namespace {

constexpr std::array<std::string_view, 3> kPairingIds{"dealt", "alongside", "apart"};
constexpr std::array<std::string_view, 6> kFindingIds{"faster",          "slower",           "no_difference",
                                                      "too_few_streams", "nothing_observed", "fails_too_often"};

std::string_view finding_id(ComparisonFinding finding) { return kFindingIds.at(static_cast<std::size_t>(finding)); }

ComparisonFinding read_finding(const Node& node) {
    return static_cast<ComparisonFinding>(node.one_of("finding", kFindingIds, Presence::Required));
}

Json json_of(const QuantileComparison& row) {
    Json json;
    json["metric"] = metric_id(row.metric);
    json["quantile"] = row.quantile;
    json["change"] = row.change ? Json(*row.change) : Json(nullptr);
    if (row.interval) {
        json["low"] = row.interval->low;
        json["high"] = std::isfinite(row.interval->high) ? Json(row.interval->high) : Json(nullptr);
    }
    json["p_value"] = row.p_value;
    json["p_adjusted"] = row.p_adjusted;
    json["finding"] = finding_id(row.finding);
    if (row.streams_needed > 0)
        json["streams_needed"] = row.streams_needed;
    return json;
}

Json json_of(const ErrorComparison& errors) {
    return {{"base", errors.base},
            {"other", errors.other},
            {"low", errors.low},
            {"high", errors.high},
            {"p_value", errors.p_value},
            {"p_adjusted", errors.p_adjusted},
            {"finding", finding_id(errors.finding)}};
}

const ArmResult* arm_named(const RunResult& run, const std::string& name) {
    const auto found = std::find_if(run.arms.begin(), run.arms.end(), [&name](const ArmResult& arm) { return arm.name == name; });
    return found == run.arms.end() ? nullptr : &*found;
}

/// p values lie in 0 … 1; absent is 1.
double read_p_value(const Node& node, std::string_view name) {
    const double value = node.real(name).value_or(1);
    if (value < 0 || value > 1)
        node.field(name).problem("must lie in 0 … 1");
    return std::clamp(value, 0.0, 1.0);
}

void fill_quantiles(QuantileComparison& row, const ArmResult& base, const ArmResult& other) {
    row.base = base.metric(row.metric).quantile(row.quantile);
    row.other = other.metric(row.metric).quantile(row.quantile);
    if (row.base && row.other && row.base->value && row.other->value)
        row.difference = *row.other->value - *row.base->value;
}

QuantileComparison read_row(const Node& node, const ArmResult& base, const ArmResult& other) {
    QuantileComparison row;
    const std::string id = node.text("metric", Presence::Required);
    const auto metric = metric_by_id(id);
    if (!metric)
        node.field("metric").problem(fmt::format("\"{}\" is no metric", id));
    row.metric = metric.value_or(Metric::Ttft);
    row.quantile = node.real("quantile").value_or(0);
    if (row.quantile <= 0 || row.quantile >= 1)
        node.field("quantile").problem("must lie between 0 and 1");
    fill_quantiles(row, base, other);
    row.change = node.real("change");
    if (const auto low = node.real("low"))
        row.interval = ChangeInterval{*low, node.real("high").value_or(std::numeric_limits<double>::infinity())};
    row.p_value = read_p_value(node, "p_value");
    row.p_adjusted = read_p_value(node, "p_adjusted");
    row.finding = read_finding(node);
    row.streams_needed = total(node, "streams_needed");
    return row;
}

ErrorComparison read_errors(const Node& node) {
    ErrorComparison errors;
    errors.base = node.number("base");
    errors.other = node.number("other");
    errors.low = node.real("low").value_or(0);
    errors.high = node.real("high").value_or(0);
    errors.p_value = read_p_value(node, "p_value");
    errors.p_adjusted = read_p_value(node, "p_adjusted");
    errors.finding = read_finding(node);
    return errors;
}

}  // namespace

Json json_of(const ArmComparison& comparison) {
    Json rows = Json::array();
    for (const QuantileComparison& row : comparison.quantiles)
        rows.push_back(json_of(row));
    Json json{{"base", comparison.base}, {"other", comparison.other}, {"rows", std::move(rows)}};
    if (comparison.errors)
        json["failures"] = json_of(*comparison.errors);
    return json;
}

ArmComparison read_comparison(const Node& node, const RunResult& run) {
    constexpr std::size_t kMaxRows = 1000;
    ArmComparison comparison{node.text("base", Presence::Required), node.text("other", Presence::Required), {}, std::nullopt};
    const ArmResult* base = arm_named(run, comparison.base);
    const ArmResult* other = arm_named(run, comparison.other);
    if (base == nullptr || other == nullptr) {
        node.problem("compares arms that this result does not have");
        return comparison;
    }
    for (const Node& each : node.list("rows", kMaxRows))
        comparison.quantiles.push_back(read_row(each, *base, *other));
    if (!node.field("failures").is_absent())
        comparison.errors = read_errors(node.field("failures"));
    return comparison;
}

std::string_view pairing_id(Pairing pairing) { return kPairingIds.at(static_cast<std::size_t>(pairing)); }

Pairing read_pairing(const Node& root) {
    return root.field("pairing").is_absent() ? Pairing::Apart
                                             : static_cast<Pairing>(root.one_of("pairing", kPairingIds, Presence::Optional));
}

}  // namespace relaybench::result
