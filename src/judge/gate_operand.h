#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/text.h"
#include "judge/gate.h"

/// The left side of a gate, and how its parser complains. For gate_parser.cpp.
namespace relaybench::judge {

/// A part of the expression that remembers its column; all parts view the same text.
struct Part {
    std::string_view whole;
    std::string_view text;

    [[nodiscard]] Part with(std::string_view part) const { return {whole, core::trimmed(part)}; }
    [[nodiscard]] std::size_t column() const { return static_cast<std::size_t>(text.data() - whole.data()) + 1; }
};

/// `gate "…", column N: what`.
[[nodiscard]] tl::unexpected<core::Error> complaint(const Part& part, std::string_view what);
/// The part's text, safe to show, in quotes.
[[nodiscard]] std::string quoted(const Part& part);

/// `metric.statistic`, or k6's `metric: statistic`.
[[nodiscard]] core::Expected<decltype(Gate::operand)> parse_operand(const Part& part);

}  // namespace relaybench::judge
