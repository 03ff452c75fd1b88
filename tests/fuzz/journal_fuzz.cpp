#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "core/require.h"
#include "result/journal.h"
#include "result/journal_seal.h"
#include "result/result_json.h"

namespace {

/// A journal of the lines of `text`, each sealed when `seal` says so: else no mutation would get past the checksum.
std::string journal_of(std::string_view text, bool seal) {
    std::string journal;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string line(text.substr(0, end));
        journal += seal && !line.empty() ? relaybench::result::sealed(line) : line + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return journal;
}

}  // namespace

/// Whatever is accepted must be a result that can be written and read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const bool seal : {false, true}) {
        std::istringstream journal(journal_of(text, seal));
        const auto run = relaybench::result::read_journal(journal, "fuzz");
        if (!run) {
            relaybench::core::require(!run.error().message.empty(), "a refusal says why");
            continue;
        }
        const auto again = relaybench::result::from_json(relaybench::result::to_json(*run), "fuzz");
        relaybench::core::require(again.has_value(), "what a journal holds can be written and read");
    }
    return 0;
}
