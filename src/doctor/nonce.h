#pragma once

#include <random>
#include <string>

#include <fmt/format.h>

namespace relaybench::doctor {

/// A challenge that nobody can guess and so have an answer ready for.
[[nodiscard]] inline std::string random_nonce() {
    std::random_device random;
    return fmt::format("rb-{:08x}{:08x}", random(), random());
}

}  // namespace relaybench::doctor
