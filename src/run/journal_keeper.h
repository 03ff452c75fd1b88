#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/append_file.h"
#include "core/clock.h"
#include "result/journal.h"
#include "result/run_result.h"
#include "run/run_plan.h"
#include "run/worker.h"

namespace relaybench::run {

/// What a run is told when it shall keep a journal.
struct JournalOrder {
    core::AppendFile file;
    result::Provenance provenance;   ///< what is known beforehand
    std::vector<std::string> gates;  ///< expressions
};

/// The watching thread's side of a journal: takes what workers hand over, adds it up, and appends a line a second. A line that cannot be
/// written (full disk) is no end of the run: what it held goes into the next one that can.
class JournalKeeper {
  public:
    /// Writes the header. `plan` and `order` must outlive the keeper.
    JournalKeeper(const RunPlan& plan, JournalOrder& order, core::TimePoint begin);

    /// To be called whenever the bell rang, and now and then. `running`: workers that have not finished.
    void look(std::deque<Worker>& workers, std::size_t running, core::TimePoint now);
    /// After the workers have ended: takes what is left of them, writes it, and gives the sums by arm.
    [[nodiscard]] std::vector<result::ArmRecorder> finish(std::deque<Worker>& workers, std::vector<WorkerResult>& results,
                                                          core::TimePoint now);
    /// The end of the journal, from the finished run; adds a warning to it when the journal is not whole.
    void close(result::RunResult& run);

    /// Of a metric over all so far, the worst arm: for live progress.
    [[nodiscard]] std::optional<core::Duration> worst(result::Metric metric, double q) const;

  private:
    void take(std::vector<result::ArmRecorder>& recorders);
    void write_second(core::TimePoint now);
    [[nodiscard]] std::string second_line(core::TimePoint now) const;
    /// Whether the line is on the disk.
    bool append(const std::string& line);

    const RunPlan& plan_;
    JournalOrder& order_;
    core::TimePoint window_start_;
    std::vector<result::ArmRecorder> totals_;   ///< by arm, since the start
    std::vector<result::ArmRecorder> pending_;  ///< by arm, in no line yet
    std::vector<WorkerAccount> accounts_;
    std::size_t handed_over_ = 0;                 ///< halves in pending_
    std::optional<core::TimePoint> first_since_;  ///< when the first of them came
    std::uint64_t lines_ = 0;                     ///< on the disk
    std::uint64_t failures_ = 0;
    bool is_behind_ = false;  ///< the latest seconds are not on the disk
    std::string trouble_;     ///< the first failure
};

}  // namespace relaybench::run
