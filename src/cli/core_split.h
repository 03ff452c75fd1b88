#pragma once

#include <sched.h>

#include <optional>

namespace relaybench::cli {

/// While it lives, the calling thread and those that it starts keep off the first core that this process may use, which is left to an
/// embedded relay. With one core alone nothing is kept off anything.
class CoreSplit {
  public:
    CoreSplit();
    CoreSplit(const CoreSplit&) = delete;
    CoreSplit& operator=(const CoreSplit&) = delete;
    ~CoreSplit();

    /// nullopt: not known, so better not pinned.
    [[nodiscard]] std::optional<unsigned> relay_core() const { return relay_core_; }
    [[nodiscard]] bool is_shared() const { return !kept_off_; }

  private:
    cpu_set_t before_{};
    std::optional<unsigned> relay_core_;
    bool kept_off_ = false;
};

}  // namespace relaybench::cli
