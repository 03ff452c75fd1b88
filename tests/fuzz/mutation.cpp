#include "fuzz/mutation.h"

#include <algorithm>
#include <array>

namespace relaybench::fuzz {
namespace {

// Bytes at which decoders branch: line ends, quotes, brackets, signs, UTF-8 lead and continuation bytes, limits of integers.
constexpr std::array<std::uint8_t, 20> kTroublesome = {0x00, 0x01, 0x7F, 0x80, 0xBF, 0xC3, 0xEF, 0xFF, '\n', '\r',
                                                       ' ',  '"',  '\\', '{',  '}',  '[',  ']',  ':',  '-',  '0'};

std::size_t below(std::size_t bound, std::mt19937_64& random) { return bound == 0 ? 0 : static_cast<std::size_t>(random() % bound); }

std::uint8_t troublesome(std::mt19937_64& random) { return kTroublesome.at(below(kTroublesome.size(), random)); }

Bytes piece_of(const Bytes& bytes, std::mt19937_64& random) {
    const std::size_t from = below(bytes.size(), random);
    return bytes.substr(from, 1 + below(64, random));
}

void edit(Bytes& bytes, const Bytes& donor, std::mt19937_64& random) {
    const std::size_t at = below(bytes.size(), random);
    switch (random() % 6) {
        case 0:
            bytes.at(at) ^= static_cast<std::uint8_t>(1U << (random() % 8));
            break;
        case 1:
            bytes.at(at) = troublesome(random);
            break;
        case 2:
            bytes.insert(at, 1, troublesome(random));
            break;
        case 3:
            bytes.erase(at, 1 + below(16, random));
            break;
        case 4:
            bytes.insert(at, piece_of(bytes, random));
            break;
        default:
            bytes.insert(at, piece_of(donor, random));
            break;
    }
}

}  // namespace

Bytes mutated(const Bytes& seed, const Bytes& donor, std::size_t max_bytes, std::mt19937_64& random) {
    constexpr std::size_t kMaxEdits = 8;
    Bytes bytes = seed;
    for (std::size_t edits = 1 + below(kMaxEdits, random); edits > 0; --edits) {
        if (bytes.empty()) {
            bytes.push_back(troublesome(random));
        }
        edit(bytes, donor, random);
    }
    bytes.resize(std::min(bytes.size(), max_bytes));
    return bytes;
}

}  // namespace relaybench::fuzz
