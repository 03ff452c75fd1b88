#include "result/journal_seal.h"

#include <fmt/format.h>

#include "core/crc32.h"

namespace relaybench::result {
namespace {

std::string seal_of(std::string_view bytes) { return fmt::format(R"(,"crc32":"{:08x}"}})", core::crc32(bytes)); }

}  // namespace

std::string sealed(std::string object) {
    object.pop_back();
    return object + seal_of(object) + "\n";
}

bool is_sealed(std::string_view line) {
    const std::size_t length = seal_of("").size();
    if (line.size() <= length)
        return false;
    const std::string_view bytes = line.substr(0, line.size() - length);
    return line.substr(bytes.size()) == seal_of(bytes);
}

}  // namespace relaybench::result
