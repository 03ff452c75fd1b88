#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace relaybench::fuzz {

using Bytes = std::basic_string<std::uint8_t>;

/// A few random edits of `seed`: bytes flipped, overwritten by troublesome values, inserted, removed, repeated, or followed by a piece of
/// `donor`. The result has at most `max_bytes` bytes; an empty seed grows. The same generator state gives the same bytes.
[[nodiscard]] Bytes mutated(const Bytes& seed, const Bytes& donor, std::size_t max_bytes, std::mt19937_64& random);

}  // namespace relaybench::fuzz
