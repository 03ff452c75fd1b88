#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unit/layout/source_file.h"

namespace relaybench::layout {

struct Violation {
    std::string path;
    std::size_t line = 0;  ///< 0 when it is about the whole file
    std::string rule;      ///< id of the rule in rules()
    std::string what;
};

/// A rule of the house: sees one file and names what breaks it.
struct Rule {
    std::string_view id;
    std::vector<Violation> (*check)(const SourceFile&);
};

[[nodiscard]] std::span<const Rule> rules();

/// A file that may break a rule, and why that is right.
struct Exception {
    std::string_view path;
    std::string_view rule;
    std::string_view reason;
};

struct Findings {
    std::vector<Violation> violations;
    std::vector<Exception> stale;  ///< exceptions that excuse nothing any more
};

[[nodiscard]] Findings check(std::span<const SourceFile> files, std::span<const Exception> exceptions);

/// `path:line: what [rule]`
[[nodiscard]] std::string text_of(const Violation& violation);

}  // namespace relaybench::layout
