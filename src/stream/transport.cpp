#include "stream/transport.h"

#include <algorithm>
#include <array>

namespace relaybench::stream {
namespace {

constexpr std::array<std::string_view, 14> kEndKindIds{
    "body_complete", "body_closed", "body_cut",       "close_frame", "cut_without_close",  "reset",           "tls_cut",
    "bad_http",      "bad_frame",   "connect_failed", "tls_failed",  "closed_before_head", "upgrade_invalid", "local_limit",
};
static_assert(kEndKindIds.size() == static_cast<std::size_t>(EndKind::LocalLimit) + 1);

}  // namespace

std::string_view end_kind_id(EndKind kind) { return kEndKindIds.at(static_cast<std::size_t>(kind)); }

std::string_view ResponseHead::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const wire::Header& entry) { return entry.name == name; });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

}  // namespace relaybench::stream
