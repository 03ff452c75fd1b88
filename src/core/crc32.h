#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace relaybench::core {

namespace detail {

/// Table of the reflected polynomial 0xEDB88320: one entry a byte.
consteval std::array<std::uint32_t, 256> crc32_table() {
    constexpr std::uint32_t kPolynomial = 0xEDB88320;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit) {
            rest = (rest & 1U) != 0 ? (rest >> 1U) ^ kPolynomial : rest >> 1U;
        }
        table[byte] = rest;
    }
    return table;
}

}  // namespace detail

/// CRC-32 of ISO 3309, as zlib, gzip and PNG have it.
[[nodiscard]] inline std::uint32_t crc32(std::string_view bytes) {
    static constexpr auto kTable = detail::crc32_table();
    std::uint32_t rest = 0xFFFFFFFF;
    for (const char each : bytes) {
        rest = kTable[(rest ^ static_cast<unsigned char>(each)) & 0xFFU] ^ (rest >> 8U);
    }
    return ~rest;
}

}  // namespace relaybench::core
