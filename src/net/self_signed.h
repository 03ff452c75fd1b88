#pragma once

#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "core/secret.h"

namespace relaybench::net {

/// A certificate that is its own authority, with its key; both PEM.
struct SelfSigned {
    std::string certificate;
    core::Secret key;
};

/// For servers of this machine that live shorter than a day: EC P-256, for localhost and the loopback addresses, valid from an hour before
/// `now` until a day after it. Its key exists nowhere else.
[[nodiscard]] core::Expected<SelfSigned> make_self_signed(core::WallTime now);

}  // namespace relaybench::net
