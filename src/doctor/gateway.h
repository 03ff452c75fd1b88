#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "result/diagnosis.h"

namespace relaybench::doctor {

/// The router that packets to the internet are given to first, by the text of /proc/net/route; empty: there is none, or its link needs none.
[[nodiscard]] std::string default_gateway_in(std::string_view route_table);

/// Whether the machine of that address was asked for in its own network and does not answer, by the text of /proc/net/arp.
[[nodiscard]] bool is_silent_in(std::string_view arp_table, std::string_view address);

/// The finding when the first router of this machine does not answer in its own network; nothing when it does, or when that is not known.
[[nodiscard]] std::optional<result::Finding> silent_gateway();

}  // namespace relaybench::doctor
