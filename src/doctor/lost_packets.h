#pragma once

#include "doctor/facts.h"
#include "doctor/http_exchange.h"
#include "doctor/socket.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// Why a question was left without an answer: `otherwise`, unless the line is known to lose packets, on which silence says no more than that.
[[nodiscard]] result::Finding why_unheard(const Facts& facts, result::Finding otherwise);
/// The same where the connection of the question may tell that it lost packets itself.
[[nodiscard]] result::Finding why_unheard(const Facts& facts, const TcpFacts& tcp, result::Finding otherwise);
/// The same, and that connection may not even have been opened where others were.
[[nodiscard]] result::Finding why_unheard(const Facts& facts, const HttpReply& reply, result::Finding otherwise);

/// By the kernel's count some packets of a connection were lost and others got through. One that is sent again and again in vain is no such
/// sign: who lets that packet not pass may mean it. Pure.
[[nodiscard]] bool lost_some(const TcpFacts& tcp);

}  // namespace relaybench::doctor
