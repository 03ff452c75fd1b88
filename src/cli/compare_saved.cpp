#include "cli/compare_saved.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "cli/output_spec.h"
#include "cli/saved_result.h"
#include "cli/show_result.h"
#include "cli/write_outputs.h"
#include "judge/gate.h"
#include "result/side_by_side.h"

namespace relaybench::cli {

namespace {

core::Expected<result::RunResult> judged(const SavedComparison& wanted) {
    const auto parts = read_results(wanted.files);
    if (!parts) {
        return tl::unexpected(parts.error());
    }
    auto all = result::side_by_side(*parts, wanted.force > 0 ? result::Unlike::Noted : result::Unlike::Refused);
    if (!all) {
        return all;
    }
    for (const auto& expression : wanted.gates) {
        all->gates.push_back({.expression = expression});
    }
    if (const auto done = judge_again(*all); !done) {
        return tl::unexpected(done.error());
    }
    return all;
}

}  // namespace

bool is_saved_result(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return false;
    }
    std::array<char, 256> beginning{};
    std::ifstream file(path, std::ios::binary);
    file.read(beginning.data(), beginning.size());
    const std::string_view text(beginning.data(), static_cast<std::size_t>(file.gcount()));
    return text.find("\"schema_version\"") != std::string_view::npos;
}

ExitCode compare_saved(const SavedComparison& wanted, const ShowFlags& show, const Context& context) {
    const auto outputs = parse_outputs(show.outputs);
    if (!outputs) {
        return report_error(context, outputs.error());
    }
    const auto all = judged(wanted);
    if (!all) {
        return report_error(context, all.error());
    }
    show_result(*all, {}, show, context_for_people(*outputs, context));
    if (const auto written = write_outputs(*all, *outputs, context); !written) {
        return report_error(context, written.error());
    }
    return exit_code_of(*all);
}

}  // namespace relaybench::cli
