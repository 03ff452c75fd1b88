#include "report/style.h"

#include <array>

namespace relaybench::report {
namespace {

constexpr std::string_view kReset = "\x1b[0m";

// In the order of Style. Only the sixteen colours that every terminal maps to its own theme.
constexpr std::array<std::string_view, 6> kSequences{"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[1;31m", "\x1b[33m"};

}  // namespace

std::string Palette::paint(Style style, std::string_view text) const {
    const std::string_view sequence = kSequences.at(static_cast<std::size_t>(style));
    if (kind_ == Kind::Plain || sequence.empty() || text.empty())
        return std::string(text);
    std::string painted(sequence);
    painted.append(text).append(kReset);
    return painted;
}

}  // namespace relaybench::report
