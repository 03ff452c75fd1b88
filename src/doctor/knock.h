#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "doctor/socket.h"

namespace relaybench::doctor {

/// What came of knocking at several addresses of one name.
struct Knocked {
    std::string address;  ///< the first, in their order, that answers; else the first
    Dialled dialled;      ///< at it
    struct Dead {
        std::string address;
        int system_error = 0;
    };
    std::vector<Dead> dead;  ///< those before it that do not; all of them when none does

    [[nodiscard]] bool stands() const { return dialled.system_error == 0; }
};

/// How long knocking may take: at each address, and whatever there are, until when.
struct KnockPatience {
    core::Duration each;
    Deadline ends;
};

/// Connects to the first of these addresses (at least one; the first three count) that answers, as patient programs do. One that is silent
/// costs those behind it less than a second: only when none answers soon all of them get their whole time, side by side.
[[nodiscard]] Knocked knock_at(const std::vector<std::string>& addresses, std::uint16_t port, KnockPatience patience);

}  // namespace relaybench::doctor
