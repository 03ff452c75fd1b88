#pragma once

#include <cstdint>
#include <ostream>

#include "cli/context.h"
#include "run/progress.h"

namespace relaybench::cli {

/// Live progress on standard error: one line drawn over itself on a terminal, else a line every ten seconds.
class ProgressDisplay final : public run::Observer {
  public:
    ProgressDisplay(std::ostream& err, TerminalTraits traits) : err_(err), traits_(traits) {}
    ~ProgressDisplay() override;

    void on_progress(const run::Progress& progress) override;

  private:
    std::ostream& err_;
    TerminalTraits traits_;
    bool line_is_open_ = false;
    core::Duration last_logged_{0};
};

}  // namespace relaybench::cli
