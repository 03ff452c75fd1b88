#pragma once

#include <optional>
#include <string>
#include <vector>

#include "doctor/facts.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// Where the relay does not answer at the addresses that this machine was given, and does at one that another of this machine's resolvers
/// gives: the first one leads elsewhere. Over TLS its certificate proves that; of plain HTTP an open port is all there is, which makes it
/// Possible. Nothing when there is no other resolver, or when it knows nothing better.
[[nodiscard]] std::optional<result::Finding> other_resolver_connects(const Subject& subject, const Facts& facts);
/// The same where somebody else may answer at the first addresses: a certificate of the relay that is trusted is what is looked for.
[[nodiscard]] std::optional<result::Finding> other_resolver_proves(const Subject& subject, const Facts& facts);

}  // namespace relaybench::doctor
