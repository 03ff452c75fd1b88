#include "doctor/http2_frames.h"

#include <cstddef>
#include <cstdint>

namespace relaybench::doctor {

namespace {

constexpr std::size_t kHeadBytes = 9;     // RFC 9113 §4.1: length 3, type 1, flags 1, stream 4
constexpr std::size_t kSettingBytes = 6;  // §6.5.1: identifier 2, value 4
constexpr std::uint64_t kSettingsType = 4;
constexpr std::uint64_t kEnableConnectProtocol = 8;  // RFC 8441 §3

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(at, size)) {
        number = number << 8U | static_cast<unsigned char>(byte);
    }
    return number;
}

}  // namespace

std::string http2_greeting() {
    std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    bytes.append({0, 0, 0, static_cast<char>(kSettingsType), 0, 0, 0, 0, 0});
    return bytes;
}

bool looks_like_http2(std::string_view bytes) {
    return bytes.size() >= kHeadBytes && number_at(bytes, 3, 1) == kSettingsType && number_at(bytes, 5, 4) == 0 &&
           number_at(bytes, 0, 3) % kSettingBytes == 0;
}

std::optional<Http2Settings> read_http2_settings(std::string_view bytes) {
    if (!looks_like_http2(bytes) || bytes.size() < kHeadBytes + number_at(bytes, 0, 3)) {
        return std::nullopt;
    }
    Http2Settings settings;
    const std::size_t end = kHeadBytes + number_at(bytes, 0, 3);
    for (std::size_t at = kHeadBytes; at < end; at += kSettingBytes) {
        if (number_at(bytes, at, 2) == kEnableConnectProtocol) {
            settings.extended_connect = number_at(bytes, at + 2, 4) == 1;
        }
    }
    return settings;
}

}  // namespace relaybench::doctor
