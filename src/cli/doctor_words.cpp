#include "cli/doctor_words.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/catalogue_json.h"
#include "doctor/check.h"
#include "doctor/finding_codes.h"
#include "report/wrap.h"

namespace relaybench::cli {

ExitCode list_checks(const DoctorFlags& flags, const Context& context) {
    if (flags.json > 0) {
        context.out << doctor::catalogue_json();
        return ExitCode::Done;
    }
    for (const auto& check : doctor::catalogue()) {
        context.out << fmt::format("{:<20} {}\n", check.id, check.question);
    }
    return ExitCode::Done;
}

ExitCode explain(const std::string& code, const Context& context) {
    constexpr unsigned kWidest = 120;
    const auto* found = doctor::finding_code(code);
    if (found == nullptr) {
        std::vector<std::string_view> known;
        for (const auto& each : doctor::finding_codes()) {
            known.push_back(each.code);
        }
        return report_error(context, {core::ErrorKind::BadInput, fmt::format("--explain: there is no finding \"{}\"{}",
                                                                             core::printable(code, 60), core::did_you_mean(code, known))});
    }
    const std::size_t width = std::min(context.out_traits.columns, kWidest);
    context.out << fmt::format("{}: {}\n", found->code, found->title) << report::wrapped("  ", found->meaning, width)
                << report::wrapped("  Who must act: ", result::party_id(found->who), width)
                << report::wrapped("  What to do: ", found->fix, width);
    return ExitCode::Done;
}

}  // namespace relaybench::cli
