#pragma once

#include <string>
#include <string_view>

namespace relaybench::doctor {

/// What is wrong with the value of a proxy variable that cannot be read, to be said after the variable's name ("names no port"). Never shows
/// what stands in it.
[[nodiscard]] std::string why_no_proxy(std::string_view value);

/// The same of a value that relaybench can read, as the last '@' ends the login, and most programs cannot: a character in the login that ends
/// the host for them. Empty: none.
[[nodiscard]] std::string login_flaw(std::string_view value);

}  // namespace relaybench::doctor
