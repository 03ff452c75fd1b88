#include <algorithm>
#include <optional>
#include <utility>

#include "core/base64.h"
#include "result/parts_json.h"

namespace relaybench::result {
namespace {

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

}  // namespace

Distribution read_distribution(const Node& node) {
    if (node.is_absent() || !node.is_object_or_problem())
        return {};
    auto histogram = read_histogram(node);
    const Distribution::Saved saved{
        .never = total(node, "never"),
        .censored = total(node, "censored"),
        .out_of_range = total(node, "out_of_range"),
        .min_us = whole_microseconds(node.duration("min_us").value_or(core::Duration{0})),
        .max_us = whole_microseconds(node.duration("max_us").value_or(core::Duration{0})),
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

}  // namespace relaybench::result
