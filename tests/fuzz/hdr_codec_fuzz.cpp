#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/require.h"
#include "stats/hdr_histogram.h"
#include "stats/hlog.h"

/// Any bytes as an encoded histogram and as a histogram log: what is accepted must survive a second round unchanged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace stats = relaybench::stats;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto histogram = stats::decode_v2(bytes)) {
        const auto again = stats::decode_v2(stats::encode_v2_compressed(*histogram));
        relaybench::core::require(again.has_value() && *again == *histogram, "a decoded histogram did not survive encoding");
        static_cast<void>(histogram->value_at_quantile(0.99));
    }
    if (const auto log = stats::read_hlog(bytes)) {
        static_cast<void>(stats::write_hlog(*log));
    }
    return 0;
}
