#include "cli/wait_line.h"

#include <chrono>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::cli {

void WaitLine::show(const std::vector<std::string_view>& running, core::Duration elapsed) {
    constexpr core::Duration kPatience = std::chrono::seconds(2);
    // A log keeps every line, a terminal the last one.
    const core::Duration distance = std::chrono::seconds(context_.err_traits.is_terminal ? 1 : 5);
    const bool said_lately = last_.count() > 0 && elapsed - last_ < distance;
    if (elapsed < kPatience || said_lately) {
        return;
    }
    last_ = elapsed;
    const auto text =
        fmt::format("waiting for {} ({} s)", core::listed(running), std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
    if (context_.err_traits.is_terminal) {
        context_.err << "\r\x1b[K" << core::printable(text, context_.err_traits.columns - 1) << std::flush;
        drawn_ = true;
    } else {
        context_.err << "relaybench: " << text << '\n';
    }
}

void WaitLine::clear() {
    if (drawn_) {
        context_.err << "\r\x1b[K" << std::flush;
        drawn_ = false;
    }
}

}  // namespace relaybench::cli
