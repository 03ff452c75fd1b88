#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "result/run_result.h"

/// A journal: the file of JSON lines that a run appends to as it goes, so that a crash costs its last second and nothing else. The format
/// stands in docs/result-format.md.
namespace relaybench::result {

/// What is known when a run begins.
struct JournalHeader {
    ResultKind kind = ResultKind::Run;
    Pairing pairing = Pairing::Apart;
    Provenance provenance;
    std::vector<ArmResult> arms;     ///< their names only
    std::vector<std::string> gates;  ///< expressions, judged by the reader
};

/// What a stretch of the run has added, most often one second.
struct JournalSecond {
    core::Duration at{0};         ///< its end, from the start of the measured window
    std::vector<ArmResult> arms;  ///< what was added, in the order of the header; without a sample of streams
    Audit audit;                  ///< of the workers, from the start of the run on; not judged
};

/// How the run ended, when it did.
struct JournalEnd {
    Provenance provenance;
    Audit audit;
    std::vector<Warning> warnings;
};

// One line each, newline included, with its number (0, 1, 2, …) and a checksum.
[[nodiscard]] std::string journal_line(std::uint64_t number, const JournalHeader& header);
[[nodiscard]] std::string journal_line(std::uint64_t number, const JournalSecond& second);
[[nodiscard]] std::string journal_line(std::uint64_t number, const JournalEnd& end);

/// Whether a file that begins so is a journal.
[[nodiscard]] bool looks_like_journal(std::string_view beginning);

/// Adds up a journal, line by line in bounded memory. A journal without an end gives a partial result whose stop reason says so. Torn and
/// damaged lines are left out; a warning names them. Gates come back as expressions that are still to be judged (Inconclusive). Bad input is
/// an error: no whole header, or a whole line that is not what it should be. `name` stands for the journal in messages.
[[nodiscard]] core::Expected<RunResult> read_journal(std::istream& journal, std::string_view name);

}  // namespace relaybench::result
