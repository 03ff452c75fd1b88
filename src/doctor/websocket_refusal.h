#pragma once

#include <cstdint>

#include "doctor/http_exchange.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// Whether the headers of an upgrade reach the relay, by its own word.
enum class UpgradeHeaders : std::uint8_t { Arrive, Stripped, NotKnown };

/// Why an upgrade to WebSocket was not accepted: `reply` is its answer, `wrong_with` what is wrong with a 101. Pure.
[[nodiscard]] result::Finding why_upgrade_refused(const HttpReply& reply, const std::string& wrong_with, UpgradeHeaders headers);

/// An answer that only makes sense to a plain request: whoever gave it may not have seen an upgrade.
[[nodiscard]] bool looks_like_plain_answer(const HttpReply& reply);

}  // namespace relaybench::doctor
