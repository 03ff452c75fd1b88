#include "relay/write_batch.h"

#include <cstdint>

namespace relaybench::relay {
namespace {

constexpr std::uint64_t kBase = 10;

/// Right-aligned; what stands left of the number is set to `padding`.
void put_number(std::string& text, std::size_t at, std::size_t places, std::uint64_t value) {
    for (std::size_t i = places; i > 0; --i) {
        const bool first_blank = value == 0 && i < places;
        text[at + i - 1] = first_blank ? ' ' : static_cast<char>('0' + static_cast<char>(value % kBase));
        value /= kBase;
    }
}

}  // namespace

void fill_in(std::string& text, const StampSpots& spots, const StampTime& time) {
    using std::chrono::duration_cast;
    if (spots.server_timestamp != StampSpots::kNone) {
        const auto ms = duration_cast<std::chrono::milliseconds>(time.wall.time_since_epoch()).count();
        put_number(text, spots.server_timestamp, kServerTimestampDigits, static_cast<std::uint64_t>(ms));
    }
    if (spots.send_stamp != StampSpots::kNone) {
        const auto ns = time.monotonic.time_since_epoch().count();
        put_number(text, spots.send_stamp, kSendStampPlaces, static_cast<std::uint64_t>(ns));
    }
}

void WriteBatch::clear() {
    bytes_.clear();
    spots_.clear();
}

void WriteBatch::stamp(const StampTime& time) {
    for (const StampSpots& spots : spots_) {
        fill_in(bytes_, spots, time);
    }
}

}  // namespace relaybench::relay
