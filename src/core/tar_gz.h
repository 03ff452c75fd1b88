#pragma once

#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"

namespace relaybench::core {

/// A file of an archive. `name` may hold folders ("bundle/report.json").
struct ArchiveMember {
    std::string name;
    std::string text;
};

/// A gzip-compressed POSIX tar of these files, readable by their owner alone, in this order. Equal members and times give equal bytes.
[[nodiscard]] Expected<std::string> tar_gz(const std::vector<ArchiveMember>& members, WallTime modified);

}  // namespace relaybench::core
