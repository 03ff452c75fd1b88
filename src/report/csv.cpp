#include "report/csv.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <utility>

namespace relaybench::report {
namespace {

using result::Distribution;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::array<std::pair<std::string_view, double>, 5> kQuantiles{
    {{"p50_us", 0.50}, {"p90_us", 0.90}, {"p95_us", 0.95}, {"p99_us", 0.99}, {"p999_us", 0.999}}};

std::string microseconds(std::optional<core::Duration> duration) {
    return duration ? fmt::format("{}", std::chrono::duration_cast<std::chrono::microseconds>(*duration).count()) : std::string{};
}

std::string quantile_field(const Distribution& distribution, double q) {
    const auto quantile = distribution.quantile(q);
    if (!quantile)
        return {};
    return quantile->value ? microseconds(quantile->value) : std::string("never");
}

std::string header() {
    std::string line = "arm,relay,dialect,model,metric,count,never,censored,out_of_range,mean_us,min_us";
    for (const auto& [name, q] : kQuantiles)
        line.append(",").append(name);
    return line.append(",max_us").append(kLineEnd);
}

std::string row(const result::ArmResult& arm, const result::MetricInfo& info) {
    const Distribution& distribution = arm.metric(info.metric);
    std::string line;
    for (const std::string* text : {&arm.name, &arm.relay, &arm.dialect, &arm.model})
        line += csv_field(*text) + ",";
    line += fmt::format("{},{},{},{},{},{},{}", info.id, distribution.count(), distribution.never(), distribution.censored(),
                        distribution.out_of_range(), microseconds(distribution.mean()), microseconds(distribution.min()));
    for (const auto& [name, q] : kQuantiles)
        line += "," + quantile_field(distribution, q);
    return line.append(",").append(microseconds(distribution.max())).append(kLineEnd);
}

}  // namespace

std::string csv_field(std::string_view text) {
    constexpr std::string_view kFormulaStarts = "=+-@\t\r";
    std::string field(text);
    if (!field.empty() && kFormulaStarts.find(field.front()) != std::string_view::npos)
        field.insert(0, "'");
    if (field.find_first_of(",\"\r\n") == std::string::npos)
        return field;
    std::string quoted = "\"";
    for (const char c : field)
        quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

std::string csv(const result::RunResult& run) {
    std::string text = header();
    for (const result::ArmResult& arm : run.arms) {
        for (const result::MetricInfo& info : result::metrics()) {
            const Distribution& distribution = arm.metric(info.metric);
            if (distribution.count() + distribution.censored() > 0)
                text += row(arm, info);
        }
    }
    return text;
}

}  // namespace relaybench::report
