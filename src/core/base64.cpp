#include "core/base64.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace relaybench::core {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kInvalid = 0xff;

constexpr std::array<std::uint8_t, 256> decoding_table() {
    std::array<std::uint8_t, 256> table{};
    table.fill(kInvalid);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
        table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}

constexpr std::array<std::uint8_t, 256> kDecoding = decoding_table();

std::uint32_t byte_at(std::string_view bytes, std::size_t index) {
    return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0;
}

char letter(std::uint32_t group, unsigned shift) { return kAlphabet[(group >> shift) & 0x3f]; }

char octet(std::uint32_t group, unsigned shift) { return static_cast<char>(static_cast<unsigned char>((group >> shift) & 0xff)); }

std::size_t padding_of(std::string_view text) {
    if (text.ends_with("==")) {
        return 2;
    }
    return text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t group = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
        text.push_back(letter(group, 18));
        text.push_back(letter(group, 12));
        text.push_back(i + 1 < bytes.size() ? letter(group, 6) : '=');
        text.push_back(i + 2 < bytes.size() ? letter(group, 0) : '=');
    }
    return text;
}

Expected<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) {
        return bad_input(fmt::format("base64 of {} characters: the length must be a multiple of 4 (with padding)", text.size()));
    }
    const std::size_t letters = text.size() - padding_of(text);
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < letters; i += 4) {
        std::uint32_t group = 0;
        for (std::size_t j = i; j < i + 4; ++j) {
            const std::uint8_t value = j < letters ? kDecoding[static_cast<unsigned char>(text[j])] : std::uint8_t{0};
            if (value == kInvalid) {
                return bad_input(fmt::format("base64: character {} is not of the alphabet A-Z a-z 0-9 + /", j + 1));
            }
            group = group << 6 | value;
        }
        bytes.push_back(octet(group, 16));
        bytes.push_back(octet(group, 8));
        bytes.push_back(octet(group, 0));
    }
    bytes.resize(bytes.size() - (text.size() - letters));
    return bytes;
}

}  // namespace relaybench::core
