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
    /// The run begins only in so long; told about once a second.
    void on_waiting(core::Duration left);

  private:
    std::ostream& err_;
    TerminalTraits traits_;
    bool line_is_open_ = false;
    core::Duration last_logged_{0};
    bool waiting_logged_ = false;
};

}  // namespace relaybench::cli
