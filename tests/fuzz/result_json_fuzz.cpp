#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.h"
#include "result/result_json.h"

/// Whatever is accepted must be writable, and what was written must be accepted and give the same bytes again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto first = relaybench::result::from_json(text, "fuzz");
    if (!first) {
        relaybench::core::require(!first.error().message.empty(), "a refusal says why");
        return 0;
    }
    const std::string written = relaybench::result::to_json(*first);
    const auto second = relaybench::result::from_json(written, "fuzz");
    relaybench::core::require(second.has_value(), "what was written can be read");
    relaybench::core::require(relaybench::result::to_json(*second) == written, "reading and writing again changes nothing");
    return 0;
}
