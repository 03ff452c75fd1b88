#pragma once

#include <string>
#include <vector>

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// TLS at each of the relay's addresses: programs take one of them, and others may take another.
[[nodiscard]] Outcome check_addresses(const Subject& subject, Facts& facts);

/// How an address fared.
struct AddressSeen {
    std::string address;
    std::string problem;  ///< printable; empty: a certificate came that is trusted as that of the used address is
    bool is_silent = false;
};
/// `fault`: why the address that is used fails; null: it does not. Pure.
[[nodiscard]] Outcome judge_addresses(const std::string& used, const result::Finding* fault, const std::vector<AddressSeen>& others);

}  // namespace relaybench::doctor
