#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "result/latency_sketch.h"
#include "result/run_result.h"

namespace relaybench::result {

/// Counts second by second, of a run of any length in bounded memory: at most kMaxPoints cells. A run that needs more folds neighbours
/// together, so that a cell spans 2, 4, 8 … seconds; counts and sketches add, so folding and merging lose resolution in time and nothing
/// else. Not thread-safe.
class Timeline {
  public:
    static constexpr std::size_t kMaxPoints = 2000;

    struct Cell {
        std::uint32_t starts = 0;
        std::uint32_t completed = 0;
        std::uint32_t failed = 0;
        std::uint32_t ended = 0;  ///< cancelled ones included
        std::uint64_t chunks = 0;
        LatencySketch ttft;
        LatencySketch gap;
        bool ttft_lost = false;  ///< something was observed whose sketch is not known: no quantile can be given
        bool gap_lost = false;

        void add(const Cell& other);
    };

    /// The cell of a second, from 0. Valid until the next call.
    Cell& at(std::uint64_t second);
    void merge(const Timeline& other);
    /// Adds points of another series (of any span, gaps allowed), `offset_s` seconds later.
    void add(const std::vector<SeriesPoint>& points, std::uint64_t offset_s = 0);
    /// Forgets what was counted, but not how many seconds a cell spans.
    void clear() { cells_.clear(); }

    /// Points from second 0 to the last one in which something happened, each `seconds` long.
    [[nodiscard]] std::vector<SeriesPoint> points() const;

  private:
    /// Halves the number of cells.
    void fold();

    std::vector<Cell> cells_;
    unsigned shift_ = 0;  ///< a cell spans 2^shift_ seconds
};

}  // namespace relaybench::result
