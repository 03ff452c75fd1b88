#include "doctor/finding_codes.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/require.h"
#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

std::vector<FindingCode> all_codes() {
    const std::array parts = {key_codes(),  url_codes(), proxy_codes(),     environment_codes(), network_codes(), tls_codes(),
                              http_codes(), sse_codes(), websocket_codes(), idle_codes(),        browser_codes()};
    std::vector<FindingCode> codes;
    for (const auto& part : parts) {
        codes.insert(codes.end(), part.begin(), part.end());
    }
    return codes;
}

}  // namespace

std::span<const FindingCode> finding_codes() {
    static const std::vector<FindingCode> codes = all_codes();
    return codes;
}

const FindingCode* finding_code(std::string_view code) {
    const auto codes = finding_codes();
    const auto at = std::ranges::find(codes, code, &FindingCode::code);
    return at == codes.end() ? nullptr : &*at;
}

result::Finding found(std::string_view code, result::Confidence confidence, std::string cause, std::vector<std::string> commands) {
    const FindingCode* entry = finding_code(code);
    core::require(entry != nullptr, "a finding's code stands in the table of codes");
    return {.code = std::string(code),
            .title = std::string(entry->title),
            .confidence = confidence,
            .who = entry->who,
            .cause = std::move(cause),
            .fix = std::string(entry->fix),
            .commands = std::move(commands)};
}

}  // namespace relaybench::doctor
