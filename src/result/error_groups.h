#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "result/run_result.h"
#include "stream/outcome.h"

namespace relaybench::result {

/// Failures by outcome, each with its count, its first time and up to five different samples of what was said.
class ErrorGroups {
  public:
    ErrorGroups();
    /// `at` counts from the start of the window; `detail` is already printable and scrubbed.
    void record(stream::Outcome outcome, core::Duration at, std::string_view detail);
    /// A group of another one, whose times count from `offset` later.
    void add(const ErrorGroup& group, core::Duration offset = core::Duration{0});
    void merge(const ErrorGroups& other);
    /// Those with at least one failure, most frequent first.
    [[nodiscard]] std::vector<ErrorGroup> groups() const;

  private:
    std::array<ErrorGroup, stream::kOutcomeCount> by_outcome_;
};

}  // namespace relaybench::result
