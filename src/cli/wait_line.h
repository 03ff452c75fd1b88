#pragma once

#include <string_view>
#include <vector>

#include "cli/context.h"
#include "core/clock.h"

namespace relaybench::cli {

/// On standard error, after two seconds and then once a second: what is waited for.
class WaitLine {
  public:
    /// `context` must outlive the line.
    explicit WaitLine(const Context& context) : context_(context) {}
    ~WaitLine() { clear(); }
    WaitLine(const WaitLine&) = delete;
    WaitLine& operator=(const WaitLine&) = delete;

    void show(const std::vector<std::string_view>& running, core::Duration elapsed);
    void clear();

  private:
    const Context& context_;
    core::Duration last_{0};
    bool drawn_ = false;
};

}  // namespace relaybench::cli
