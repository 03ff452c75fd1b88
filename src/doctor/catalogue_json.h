#pragma once

#include <string>

namespace relaybench::doctor {

/// Every check with what it answers, needs and is skipped without, and every code of a finding with its words: for programs that show or
/// filter what doctor says. Indented, with a newline at its end.
[[nodiscard]] std::string catalogue_json();

}  // namespace relaybench::doctor
