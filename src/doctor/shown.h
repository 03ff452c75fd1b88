#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/key_format.h"

/// What texts of doctor may show of values that hold secrets.
namespace relaybench::doctor {

/// The longest beginning of `key` that is known and so gives nothing away: the literal beginning of a pattern ("hs_live_") or the prefix of
/// another provider ("sk-ant-"). Empty when none fits.
[[nodiscard]] std::string known_prefix(std::string_view key, const std::vector<wire::KeyPattern>& patterns);

/// "hs_live_…, 40 characters"; "40 characters" when no beginning is known.
[[nodiscard]] std::string shown_key(std::string_view key, const std::vector<wire::KeyPattern>& patterns);

/// "U+00A0 no-break space", "U+0441" for characters without a name here.
[[nodiscard]] std::string code_point_text(char32_t code);

/// A URL as the user wrote it, printable: a user and password become "…", as do the values of its query but that of `model`.
[[nodiscard]] std::string shown_url(std::string_view text);

/// The scheme, host and port of a proxy as it was written: what stands before the last '@' is never shown.
[[nodiscard]] std::string shown_proxy(std::string_view value);

}  // namespace relaybench::doctor
