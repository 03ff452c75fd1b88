#include "cli/wait_line.h"

#include <chrono>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::cli {

void WaitLine::show(const std::vector<std::string_view>& running, core::Duration elapsed) {
    constexpr core::Duration kPatience = std::chrono::seconds(2);
    if (elapsed < kPatience || elapsed - last_ < std::chrono::seconds(1)) {
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
