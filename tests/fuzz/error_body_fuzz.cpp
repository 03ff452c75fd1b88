// Any bytes are an error body: no crash, and what is shown is bounded and printable.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/require.h"
#include "wire/error_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace wire = relaybench::wire;
    constexpr std::array kStatuses = {0, 200, 400, 401, 404, 429, 500, 503};
    constexpr std::size_t kMaxMessage = 300;
    if (size == 0) {
        return 0;
    }
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const wire::RelayError error = wire::read_error_body(kStatuses.at(data[0] % kStatuses.size()), body);
    relaybench::core::require(error.message.size() <= kMaxMessage, "the message has no bounds");
    for (const char c : error.message + error.code) {
        relaybench::core::require(static_cast<unsigned char>(c) >= ' ' && c != '\x7f', "a control character is shown");
    }
    static_cast<void>(wire::looks_like_error(body));
    return 0;
}
