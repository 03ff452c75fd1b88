#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/websocket_probe.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// The target of the relay's WebSocket for doctor, with what is to be asked of it: "?mode=paced&events=12".
[[nodiscard]] std::string doctor_socket(const Facts& facts, std::string_view query = "");

/// Asks for an upgrade on a connection of its own.
[[nodiscard]] Upgrade open_socket(const Subject& subject, const Facts& facts, const std::string& target,
                                  const std::vector<wire::Header>& headers = {});

/// The next data message; other events but pings end the wait.
[[nodiscard]] SocketEvent next_message(WebSocketProbe& socket, Deadline deadline);

/// Why there is none; asks the relay what it received, where that would tell.
[[nodiscard]] result::Finding why_not_opened(const Subject& subject, const Facts& facts, const Upgrade& tried);

}  // namespace relaybench::doctor
