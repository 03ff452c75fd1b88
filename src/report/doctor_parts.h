#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/style.h"
#include "result/diagnosis.h"

/// Pieces of the report of doctor. Each returns whole lines, or nothing when there is nothing to say.
namespace relaybench::report {

/// Text from outside as this layout may show it: printable, and in ASCII where that was asked for.
[[nodiscard]] std::string shown_text(std::string_view untrusted, const Layout& layout);

/// `opening` painted, then `text` (from outside) wrapped beside it; words that are longer than a line are broken.
[[nodiscard]] std::string beside(Style style, std::string_view opening, std::string_view text, const Layout& layout);

/// "✓ pass", or the word alone in ASCII.
[[nodiscard]] std::string status_text(result::CheckStatus status, const Layout& layout);
[[nodiscard]] Style status_style(result::CheckStatus status);

/// Checks in lines, by category.
[[nodiscard]] std::string check_table(const result::Diagnosis& diagnosis, const Layout& layout);

/// What to send to whoever must act on the root cause, when that is the network's or the relay's people.
[[nodiscard]] std::string to_be_forwarded(const result::Diagnosis& diagnosis, const Layout& layout);

}  // namespace relaybench::report
