#pragma once

namespace relaybench::cli {

/// The same for every command (README, "Exit codes").
enum class ExitCode : int {
    Done = 0,           ///< done, and every gate or check passed
    Bug = 1,            ///< relaybench or its machine failed
    BadInput = 2,       ///< bad usage, scenario, key source or file; nothing was sent
    Inconclusive = 98,  ///< too few samples, a saturated generator, nothing that could be measured
    JudgedBad = 99,     ///< a gate failed
    Interrupted = 130,  ///< SIGINT; the partial result was written
    Terminated = 143,   ///< SIGTERM; the partial result was written
};

}  // namespace relaybench::cli
