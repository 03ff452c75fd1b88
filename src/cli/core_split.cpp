#include "cli/core_split.h"

namespace relaybench::cli {

CoreSplit::CoreSplit() {
    if (sched_getaffinity(0, sizeof before_, &before_) != 0) {
        return;
    }
    for (unsigned core = 0; core < CPU_SETSIZE && !relay_core_; ++core) {
        if (CPU_ISSET(core, &before_)) {
            relay_core_ = core;
        }
    }
    if (relay_core_ && CPU_COUNT(&before_) > 1) {
        cpu_set_t ours = before_;
        CPU_CLR(*relay_core_, &ours);
        kept_off_ = sched_setaffinity(0, sizeof ours, &ours) == 0;
    }
}

CoreSplit::~CoreSplit() {
    if (kept_off_) {
        sched_setaffinity(0, sizeof before_, &before_);
    }
}

}  // namespace relaybench::cli
