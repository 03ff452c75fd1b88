#pragma once

#include <optional>

#include "doctor/facts.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// The finding when the address that this machine was given belongs to the name with a domain of the search list behind it. Programs try that
/// first where the name has fewer dots than "ndots" says, and last where the name alone is unknown: a list whose domain answers for every name
/// catches them all. Nothing when there is no list, or when the address is that of the name alone.
[[nodiscard]] std::optional<result::Finding> why_by_search_list(const Subject& subject, const Facts& facts);

}  // namespace relaybench::doctor
