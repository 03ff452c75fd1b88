#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.h"
#include "judge/gate.h"

/// Any text is either a gate that can be judged or an error of one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto gate = relaybench::judge::parse_gate(text);
    if (!gate) {
        const std::string& message = gate.error().message;
        relaybench::core::require(!message.empty() && message.find('\n') == std::string::npos, "an error is one line");
        return 0;
    }
    const relaybench::result::RunResult empty;
    const auto verdicts = relaybench::judge::judge_gates({*gate}, empty);
    relaybench::core::require(relaybench::judge::exit_code(verdicts) == 98, "a run without arms is inconclusive");
    return 0;
}
