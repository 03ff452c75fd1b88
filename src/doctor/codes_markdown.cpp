#include "doctor/codes_markdown.h"

#include <array>

#include <fmt/format.h>

#include "doctor/finding_codes.h"

namespace relaybench::doctor {
namespace {

/// In the order of Party.
constexpr std::array<std::string_view, 4> kWhoActs = {"you", "whoever runs your network", "whoever runs the relay",
                                                      "whoever makes the client"};

std::string section(const FindingCode& code) {
    return fmt::format("\n<a id=\"{0}\"></a>\n### {0}\n\n**{1}.** {2}\n\n*What to do* ({3}): {4}\n", code.code, code.title, code.meaning,
                       kWhoActs.at(static_cast<std::size_t>(code.who)), code.fix);
}

}  // namespace

std::string codes_markdown() {
    std::string text;
    std::string_view category;
    for (const FindingCode& code : finding_codes()) {
        const std::string_view own = code.code.substr(0, code.code.find('.'));
        text += own == category ? "" : fmt::format("\n## {}\n", own);
        category = own;
        text += section(code);
    }
    return text;
}

}  // namespace relaybench::doctor
