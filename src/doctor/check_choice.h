#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doctor/check.h"
#include "doctor/examination.h"

namespace relaybench::doctor {

/// Whether an id is what a pattern of --only names: an id, or the beginning of ids with a star behind it.
[[nodiscard]] bool is_named(std::string_view id, std::string_view pattern);

/// Checks that `patterns` name (`tls.*`, `dns.system`; all when empty) with all that they need, and those only that the subject asks for
/// (static, network, stream, idle, control, real).
[[nodiscard]] std::vector<Check> chosen_checks(std::vector<Check> checks, const std::vector<std::string>& patterns, const Subject& subject);

}  // namespace relaybench::doctor
