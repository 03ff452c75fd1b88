#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// curl's `--connect-to`: HOST:PORT:ADDR:PORT; each part may be empty, IPv6 addresses stand in brackets.
[[nodiscard]] core::Expected<ConnectTo> parse_connect_to(std::string_view text);
/// The same text back.
[[nodiscard]] std::string connect_to_text(const ConnectTo& rule);

}  // namespace relaybench::scenario
