#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/text.h"
#include "core/units.h"
#include "judge/gate.h"
#include "judge/gate_operand.h"

namespace relaybench::judge {
namespace {

using Operand = decltype(Gate::operand);

constexpr std::size_t kMaxShown = 80;
constexpr std::array<std::pair<std::string_view, Comparison>, 4> kComparisons{
    {{"<=", Comparison::LessOrEqual}, {">=", Comparison::GreaterOrEqual}, {"<", Comparison::Less}, {">", Comparison::Greater}}};

bool is_number(std::string_view text) {
    const bool characters = std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    return characters && std::any_of(text.begin(), text.end(), [](char c) { return c != '.'; });
}

/// Without blanks, so that "800 ms" and "1 %" are read as they are written.
std::string compact(std::string_view text) {
    std::string compacted(text);
    std::erase(compacted, ' ');
    return compacted;
}

template <class T>
core::Expected<double> as_limit(const core::Expected<T>& parsed, const Part& value) {
    if (!parsed)
        return complaint(value, parsed.error().message);
    if constexpr (std::is_same_v<T, core::Duration>) {
        return static_cast<double>(parsed->count());
    } else {
        return static_cast<double>(*parsed);
    }
}

core::Expected<double> parse_latency_limit(const Part& value, std::string_view operand) {
    std::string text = compact(value.text);
    const bool k6 = operand.find("p(") != std::string_view::npos;
    if (is_number(text)) {
        if (!k6)
            return complaint(value, fmt::format("{} needs a unit; did you mean {}ms?", quoted(value), text));
        text += "ms";
    }
    return as_limit(core::parse_duration(text), value);
}

core::Expected<double> parse_rate_limit(const Part& value) {
    const std::string text = compact(value.text);
    const bool fraction = text.rfind('0', 0) == 0 || text.rfind('.', 0) == 0;
    if (is_number(text) && !fraction)
        return complaint(value, fmt::format("{} needs a unit; did you mean {}%?", quoted(value), text));
    return as_limit(core::parse_ratio(text), value);
}

core::Expected<double> parse_throughput_limit(const Part& value) {
    const std::string text = compact(value.text);
    if (is_number(text))
        return complaint(value, fmt::format("{} needs a unit; did you mean {}/s?", quoted(value), text));
    return as_limit(core::parse_rate(text), value);
}

core::Expected<double> parse_limit(const Operand& operand, const Part& value, std::string_view operand_text) {
    if (value.text.empty())
        return complaint(value, "there is nothing after the comparison; write, for example, ttft.p99 < 800ms");
    if (std::holds_alternative<OutcomeRateOperand>(operand))
        return parse_rate_limit(value);
    if (std::holds_alternative<ThroughputOperand>(operand))
        return parse_throughput_limit(value);
    if (std::get<MetricOperand>(operand).statistic == MetricOperand::Statistic::Count)
        return as_limit(core::parse_count(compact(value.text)), value);
    return parse_latency_limit(value, operand_text);
}

/// Takes `arm(NAME).` off the front. A name may hold anything but `)`.
core::Expected<std::optional<std::string>> take_arm(Part& rest) {
    constexpr std::string_view kOpening = "arm(";
    if (rest.text.substr(0, kOpening.size()) != kOpening)
        return std::optional<std::string>{};
    const std::size_t closing = rest.text.find(").");
    if (closing == std::string_view::npos)
        return complaint(rest, "arm( is not closed; write arm(NAME).ttft.p99 < 800ms");
    const std::string_view name = core::trimmed(rest.text.substr(kOpening.size(), closing - kOpening.size()));
    if (name.empty())
        return complaint(rest, "arm() names no arm");
    rest = rest.with(rest.text.substr(closing + 2));
    return std::optional<std::string>(name);
}

struct Split {
    Part operand;
    Part value;
    Comparison comparison = Comparison::Less;
};

core::Expected<Split> split_at_comparison(const Part& rest) {
    const std::size_t at = rest.text.find_first_of("<>=!");
    if (at == std::string_view::npos)
        return complaint(rest, "no comparison; one of <, <=, > or >= is needed, as in ttft.p99 < 800ms");
    for (const auto& [sign, comparison] : kComparisons) {
        if (rest.text.substr(at, sign.size()) != sign)
            continue;
        return Split{rest.with(rest.text.substr(0, at)), rest.with(rest.text.substr(at + sign.size())), comparison};
    }
    return complaint(rest.with(rest.text.substr(at)), "a gate compares with <, <=, > or >=");
}

core::Expected<Gate> parse_parts(Part rest) {
    Gate gate;
    gate.expression = std::string(rest.text);
    auto arm = take_arm(rest);
    if (!arm)
        return tl::unexpected<core::Error>(arm.error());
    gate.arm = *std::move(arm);
    const auto split = split_at_comparison(rest);
    if (!split)
        return tl::unexpected<core::Error>(split.error());
    const auto operand = parse_operand(split->operand);
    if (!operand)
        return tl::unexpected<core::Error>(operand.error());
    const auto limit = parse_limit(*operand, split->value, split->operand.text);
    if (!limit)
        return tl::unexpected<core::Error>(limit.error());
    gate.comparison = split->comparison;
    gate.operand = *operand;
    gate.limit = *limit;
    return gate;
}

std::string unknown_arm(const Gate& gate, const std::vector<std::string>& arm_names) {
    const std::vector<std::string_view> names(arm_names.begin(), arm_names.end());
    return fmt::format("gate \"{}\": there is no arm \"{}\"{}; this run has {}", core::printable(gate.expression, kMaxShown),
                       core::printable(*gate.arm, kMaxShown), core::did_you_mean(*gate.arm, names), core::listed(names));
}

}  // namespace

core::Expected<Gate> parse_gate(std::string_view expression) {
    constexpr std::size_t kMaxExpression = 500;
    const std::string_view text = core::trimmed(expression);
    if (text.empty())
        return core::bad_input("gate: empty; write, for example, ttft.p99 < 800ms");
    if (text.size() > kMaxExpression)
        return core::bad_input(fmt::format("gate \"{}\": too long", core::printable(text, kMaxShown)));
    return parse_parts(Part{text, text});
}

core::Expected<std::vector<Gate>> parse_gates(const std::vector<std::string>& expressions, const std::vector<std::string>& arm_names) {
    std::vector<Gate> gates;
    std::string problems;
    const auto add_problem = [&](const std::string& line) { problems += (problems.empty() ? "" : "\n") + line; };
    for (const std::string& expression : expressions) {
        auto gate = parse_gate(expression);
        if (!gate) {
            add_problem(gate.error().message);
        } else if (gate->arm && std::find(arm_names.begin(), arm_names.end(), *gate->arm) == arm_names.end()) {
            add_problem(unknown_arm(*gate, arm_names));
        } else {
            gates.push_back(*std::move(gate));
        }
    }
    if (!problems.empty())
        return core::bad_input(std::move(problems));
    return gates;
}

}  // namespace relaybench::judge
