#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stream/stream_record.h"

namespace relaybench::result {

/// What a result keeps.
inline constexpr std::size_t kMaxSampledStreams = 1000;

/// Moves all times of a record.
void shift_times(stream::StreamRecord& record, core::Duration by);

/// A uniform sample of at most `capacity` stream records. Each record draws a number from (seed, arrival, attempt) and the smallest
/// numbers stay, so the sample depends neither on the order of records nor on how the streams were dealt to workers.
class StreamSample {
  public:
    StreamSample(std::uint64_t seed, std::size_t capacity) : seed_(seed), capacity_(capacity) {}

    void offer(const stream::StreamRecord& record);
    void merge(const StreamSample& other);
    /// Empty again, with the same seed and capacity.
    void clear();
    /// How many records were offered, merged ones included.
    [[nodiscard]] std::uint64_t offered() const { return offered_; }
    /// In the order of their arrival numbers.
    [[nodiscard]] std::vector<stream::StreamRecord> records() const;

  private:
    struct Drawn {
        std::uint64_t ticket = 0;
        stream::StreamRecord record;
    };
    void keep(std::uint64_t ticket, const stream::StreamRecord& record);

    std::uint64_t seed_;
    std::size_t capacity_;
    std::uint64_t offered_ = 0;
    std::vector<Drawn> heap_;  // largest ticket first
};

}  // namespace relaybench::result
