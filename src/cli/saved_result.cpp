#include "cli/saved_result.h"

#include "core/file.h"
#include "result/result_json.h"

namespace relaybench::cli {

namespace {

constexpr std::size_t kMaxResultBytes = 256U << 20U;

}  // namespace

core::Expected<result::RunResult> read_result(const std::string& path) {
    const auto text = core::read_file(path, kMaxResultBytes);
    if (!text) {
        return tl::unexpected(text.error());
    }
    return result::from_json(*text, path);
}

}  // namespace relaybench::cli
