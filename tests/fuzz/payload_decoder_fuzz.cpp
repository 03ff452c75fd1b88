// Any bytes in any dialect: no crash, the verdicts exclude each other, and a decoder that has seen other payloads answers as a new one.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/require.h"
#include "wire/payload_decoder.h"

namespace {

namespace wire = relaybench::wire;
using relaybench::core::require;

constexpr std::uint8_t kBinary = 0x40;
constexpr std::uint8_t kErrorType = 0x80;

wire::StreamEvent decode(wire::PayloadDecoder& decoder, std::uint8_t choice, std::string_view payload) {
    const wire::Dialect dialect = wire::dialects()[(choice & 0x3fU) % wire::dialects().size()].dialect;
    if ((choice & kBinary) != 0) {
        return decoder.decode_message(dialect, wire::MessageKind::Binary, payload);
    }
    return decoder.decode(dialect, (choice & kErrorType) != 0 ? "error" : "", payload);
}

void check(const wire::StreamEvent& event) {
    require((event.token == wire::TokenKind::None) == (event.token_bytes == 0), "a token without bytes, or bytes without a token");
    require(static_cast<int>(event.malformed) + static_cast<int>(event.unknown) + static_cast<int>(event.error.has_value()) <= 1,
            "two verdicts on one payload");
    require(!event.malformed || (!event.finish && event.token == wire::TokenKind::None), "something found in malformed bytes");
    require(!event.error || !event.finish, "an error that is a finish signal");
    require(!event.error || event.error->message.size() <= 300, "an error message without bounds");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static wire::PayloadDecoder used;
    if (size == 0) {
        return 0;
    }
    const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
    const wire::StreamEvent event = decode(used, data[0], payload);
    check(event);
    wire::PayloadDecoder fresh;
    const wire::StreamEvent again = decode(fresh, data[0], payload);
    require(event.token == again.token && event.token_bytes == again.token_bytes && event.finish == again.finish &&
                event.malformed == again.malformed && event.unknown == again.unknown && event.error.has_value() == again.error.has_value(),
            "the decoder remembers an earlier payload");
    return 0;
}
