#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace relaybench::relay {

/// The moment that stamps tell: both time lines read together.
struct StampTime {
    core::TimePoint monotonic;
    core::WallTime wall;
    [[nodiscard]] static StampTime now(const core::Clock& clock) { return {clock.now(), clock.wall_now()}; }
};

/// Digits that are filled in just before the bytes leave. Offsets count from the start of a text.
struct StampSpots {
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    std::size_t server_timestamp = kNone;  ///< 13 digits, Unix ms
    std::size_t send_stamp = kNone;        ///< 19 places, monotonic ns, padded with blanks on the left (JSON allows no leading zeros)
};

inline constexpr std::size_t kServerTimestampDigits = 13;
inline constexpr std::size_t kSendStampPlaces = 19;

/// Overwrites the places in `text` with the stamp.
void fill_in(std::string& text, const StampSpots& spots, const StampTime& time);

/// Bytes that leave in one send(), and where their stamps stand. Reused: grows to its largest use and stays there.
class WriteBatch {
  public:
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::string_view view() const { return bytes_; }
    void clear();

    void append(std::string_view bytes) { bytes_.append(bytes); }
    /// The spots count from the start of the batch.
    void add_stamps(const StampSpots& spots) { spots_.push_back(spots); }
    /// Fills in every stamp.
    void stamp(const StampTime& time);

  private:
    std::string bytes_;
    std::vector<StampSpots> spots_;
};

}  // namespace relaybench::relay
