#pragma once

#include <span>
#include <string_view>

#include "result/diagnosis.h"

namespace relaybench::doctor {

/// What is always true of a finding, whatever machine it is found on: the source of `--explain` and of docs/doctor.md.
struct FindingCode {
    std::string_view code;
    result::Party who;
    std::string_view title;    ///< a short sentence in plain words
    std::string_view meaning;  ///< how doctor tells it from its neighbours, and why it breaks streams
    std::string_view fix;      ///< what to do
};

/// Sorted by category as the catalogue is.
[[nodiscard]] std::span<const FindingCode> finding_codes();
/// Null when there is no such code.
[[nodiscard]] const FindingCode* finding_code(std::string_view code);

/// A finding of this code with what was seen here; party and fix are those of the code. The code must exist.
[[nodiscard]] result::Finding found(std::string_view code, result::Confidence confidence, std::string cause,
                                    std::vector<std::string> commands = {});

}  // namespace relaybench::doctor
