#pragma once

#include <string>

#include "doctor/examination.h"

namespace relaybench::doctor {

struct Facts;

/// Who opens TLS on the way: the authority that issued the peer's certificate where this machine trusts it and the public roots do not,
/// though a public certificate is expected. Printable; empty: nobody.
[[nodiscard]] std::string interceptor_of(const Subject& subject, const Facts& facts);

}  // namespace relaybench::doctor
