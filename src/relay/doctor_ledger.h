#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "relay/doctor_stream.h"

namespace relaybench::relay {

/// What the last streams that had an id have written: doctor asks for it to tell what a path has swallowed.
class DoctorLedger {
  public:
    static constexpr std::size_t kKept = 256;
    using Ticket = std::uint64_t;

    /// A stream begins. An id that is used again stands for the new stream.
    [[nodiscard]] Ticket open(std::string id);
    /// Does nothing when the stream has been forgotten.
    void note(Ticket ticket, const DoctorCounts& counts);
    [[nodiscard]] std::optional<DoctorCounts> find(std::string_view id) const;

  private:
    struct Entry {
        std::string id;
        DoctorCounts counts;
    };
    std::deque<Entry> entries_;  ///< tickets are consecutive
    Ticket first_ = 0;
};

}  // namespace relaybench::relay
