#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace relaybench::relay {

/// A sliding window over the requests of each key: at most `limit` within any `window`.
class RateWindow {
  public:
    /// `limit` 0: everything passes.
    RateWindow(std::uint32_t limit, core::Duration window) : limit_(limit), window_(window) {}

    struct Verdict {
        bool passes = true;
        std::uint32_t remaining = 0;
        core::Duration retry_after{0};  ///< until a request would pass
    };
    /// A request of `key` now; one that does not pass is not counted.
    [[nodiscard]] Verdict admit(std::string_view key, core::TimePoint now);

  private:
    // Untrusted keys must not grow the process: beyond so many, all new ones share a window.
    static constexpr std::size_t kMaxKeys = 10'000;

    std::uint32_t limit_;
    core::Duration window_;
    std::map<std::string, std::deque<core::TimePoint>, std::less<>> passed_;
};

}  // namespace relaybench::relay
