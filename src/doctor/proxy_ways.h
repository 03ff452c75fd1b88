#pragma once

#include <string>

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// The same hand-shake by one way: TCP, or through the proxy, and TLS where the URL has it.
struct WayTried {
    bool works = false;
    core::Duration took{0};
    std::string failure;

    [[nodiscard]] std::string text() const;
};

/// What both ways say together of the proxy. Pure.
[[nodiscard]] Outcome judge_ways(const std::string& proxy, const WayTried& direct, const WayTried& proxied);

/// Whether a way is worth a second try, as the other one works, or is much sooner there: one lost packet, or one of several servers behind a
/// name, is no difference between the ways. What took long to fail is not tried again. Pure.
[[nodiscard]] bool deserves_another_try(const WayTried& way, const WayTried& other);

/// Whether the relay proves itself by its certificate on the way past the proxy.
[[nodiscard]] bool is_trusted_directly(const Subject& subject, const Facts& facts);

/// proxy.compare: tries both ways at the same time.
[[nodiscard]] Outcome compare_ways(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
