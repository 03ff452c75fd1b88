#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relaybench::core {

/// A string that cannot be printed: no operator<<, no formatter, no conversion. reveal() is for the socket and for scrub().
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}

    [[nodiscard]] const std::string& reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }
    /// What may be shown: the first characters up to the last '_' or '-' among the first 8 (at most 8), then "…" and the last two when
    /// the key is longer than 16; "…" alone for shorter ones.
    [[nodiscard]] std::string masked() const;

  private:
    std::string value_;
};

/// `text` with every occurrence of each secret of at least 6 characters replaced by its masked form. Where a text was cut within a secret,
/// the 6 or more characters of it before the "…" or the end are left out, unless its mask shows them too.
[[nodiscard]] std::string scrub(std::string_view text, const std::vector<Secret>& secrets);

}  // namespace relaybench::core
