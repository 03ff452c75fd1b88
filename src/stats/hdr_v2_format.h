#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

// The V2 format, big-endian, as AbstractHistogram of the reference writes it (github.com/HdrHistogram/HdrHistogram):
//
//     0   cookie 0x1c849313        16  lowest  (8)
//     4   payload length           24  highest (8)
//     8   normalising offset       32  conversion ratio (double, 8)
//    12   significant digits       40  payload
//
// The payload holds the counts up to the last bucket in use, each a ZigZag LEB128 number of at most 9 bytes (the ninth has 8 bits); a
// negative number -n stands for n empty buckets. The compressed form is cookie 0x1c849314, length, zlib stream of all of the above.

namespace relaybench::stats::v2 {

inline constexpr std::uint32_t kCookie = 0x1c849313;
inline constexpr std::uint32_t kCompressedCookie = 0x1c849314;
inline constexpr std::size_t kHeaderBytes = 40;
inline constexpr std::size_t kCompressedHeaderBytes = 8;
inline constexpr std::uint64_t kMostTotal = std::numeric_limits<std::int64_t>::max();
inline constexpr unsigned kNinthShift = 56;  ///< of the last byte that a count may have

}  // namespace relaybench::stats::v2
