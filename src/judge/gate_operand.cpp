#include "judge/gate_operand.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace relaybench::judge {
namespace {

using What = ThroughputOperand::What;
using Statistic = MetricOperand::Statistic;
using Operand = decltype(Gate::operand);

constexpr std::size_t kMaxShown = 80;
constexpr double kPercent = 100.0;

constexpr std::array<std::pair<std::string_view, What>, 4> kThroughputs{
    {{"chunks", What::Chunks}, {"streams", What::Streams}, {"bytes", What::Bytes}, {"tokens", What::Tokens}}};
constexpr std::array<std::string_view, 8> kStatistics{"p50", "p90", "p95", "p99", "p999", "max", "mean", "count"};

std::vector<std::string_view> rate_words() {
    std::vector<std::string_view> words{"errors"};
    for (const stream::Outcome outcome : stream::all_outcomes())
        words.push_back(stream::outcome_id(outcome));
    return words;
}

std::vector<std::string_view> metric_words() {
    std::vector<std::string_view> words;
    for (const result::MetricInfo& info : result::metrics())
        words.push_back(info.id);
    return words;
}

std::vector<std::string_view> subjects() {
    std::vector<std::string_view> words = metric_words();
    for (const std::string_view word : rate_words())
        words.push_back(word);
    for (const auto& [word, what] : kThroughputs)
        words.push_back(word);
    return words;
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "99", "99.9" → a share; nullopt unless strictly between 0 and 100 with at most eight digits.
std::optional<double> share_of_percent(std::string_view text) {
    constexpr std::size_t kMaxDigits = 9;
    const std::size_t dot = text.find('.');
    const std::string_view whole = text.substr(0, dot);
    const std::string_view fraction = dot == std::string_view::npos ? std::string_view{"0"} : text.substr(dot + 1);
    if (text.size() > kMaxDigits || !all_digits(whole) || !all_digits(fraction))
        return std::nullopt;
    double percent = 0;
    for (const char digit : whole)
        percent = percent * 10 + (digit - '0');
    double place = 1;
    for (const char digit : fraction)
        percent += (digit - '0') * (place /= 10);
    if (percent <= 0 || percent >= kPercent)
        return std::nullopt;
    return percent / kPercent;
}

/// The quantile of "p99", "p99.9", "p(99.9)" or, as is usual without a point, "p999" = p99.9.
std::optional<double> quantile_of(std::string_view word) {
    if (word.size() < 2 || word.front() != 'p')
        return std::nullopt;
    std::string_view digits = word.substr(1);
    if (digits.size() > 2 && digits.front() == '(' && digits.back() == ')')
        return share_of_percent(core::trimmed(digits.substr(1, digits.size() - 2)));
    if (digits.size() > 2 && all_digits(digits) && digits != "100")
        return share_of_percent(fmt::format("{}.{}", digits.substr(0, 2), digits.substr(2)));
    return share_of_percent(digits);
}

core::Expected<Operand> parse_metric(const Part& subject, const Part& statistic, result::Metric metric) {
    MetricOperand operand;
    operand.metric = metric;
    if (const auto q = quantile_of(statistic.text)) {
        operand.quantile = *q;
        return operand;
    }
    if (statistic.text == "max") {
        operand.statistic = Statistic::Max;
    } else if (statistic.text == "mean") {
        operand.statistic = Statistic::Mean;
    } else if (statistic.text == "count") {
        operand.statistic = Statistic::Count;
    } else if (statistic.text.empty()) {
        return complaint(subject, fmt::format("{} needs a statistic: {}.p99, for example ({})", quoted(subject), subject.text,
                                              core::listed(kStatistics)));
    } else {
        return complaint(statistic, fmt::format("unknown statistic {}{}; known are {}, or any pNN between p0 and p100", quoted(statistic),
                                                core::did_you_mean(statistic.text, kStatistics), core::listed(kStatistics)));
    }
    return operand;
}

core::Expected<Operand> parse_subject(const Part& subject, const Part& statistic) {
    if (const auto metric = result::metric_by_id(subject.text))
        return parse_metric(subject, statistic, *metric);
    std::optional<Operand> operand;
    if (subject.text == "errors")
        operand = OutcomeRateOperand{};
    if (const auto outcome = stream::outcome_by_id(subject.text))
        operand = OutcomeRateOperand{*outcome};
    for (const auto& [word, what] : kThroughputs) {
        if (subject.text == word)
            operand = ThroughputOperand{what};
    }
    if (!operand) {
        const auto words = subjects();
        return complaint(
            subject, fmt::format("unknown metric {}{}; known are {}; with .rate: chunks, streams, bytes, tokens, errors and every outcome",
                                 quoted(subject), core::did_you_mean(subject.text, words), core::listed(metric_words())));
    }
    if (statistic.text != "rate")
        return complaint(subject, fmt::format("{} has one statistic only: {}.rate", quoted(subject), subject.text));
    return *operand;
}

}  // namespace

tl::unexpected<core::Error> complaint(const Part& part, std::string_view what) {
    return core::bad_input(fmt::format("gate \"{}\", column {}: {}", core::printable(part.whole, kMaxShown), part.column(), what));
}

std::string quoted(const Part& part) { return fmt::format("\"{}\"", core::printable(part.text, kMaxShown)); }

core::Expected<Operand> parse_operand(const Part& part) {
    if (part.text.empty())
        return complaint(part, "there is nothing before the comparison; write, for example, ttft.p99 < 800ms");
    const std::size_t cut = part.text.find_first_of(".:");
    const Part subject = part.with(part.text.substr(0, cut));
    const Part statistic = part.with(cut == std::string_view::npos ? part.text.substr(part.text.size()) : part.text.substr(cut + 1));
    return parse_subject(subject, statistic);
}

}  // namespace relaybench::judge
