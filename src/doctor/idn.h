#pragma once

#include <string>
#include <string_view>

namespace relaybench::doctor {

/// The URL with its host as programs send it: labels of letters outside ASCII become "xn--…" (RFC 3492), the wide full stops that some
/// keyboards write become plain ones. A URL whose host needs none of this, or holds something that is no letter, comes back as it is.
[[nodiscard]] std::string with_ascii_host(std::string_view url);

/// Whether a host as it was written differs from `known` in nothing but letters outside ASCII that look like its own, one for one, as a name does
/// that is meant to be taken for it.
[[nodiscard]] bool is_disguised(std::string_view written_url, std::string_view known);

}  // namespace relaybench::doctor
