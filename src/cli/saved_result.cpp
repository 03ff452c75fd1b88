#include "cli/saved_result.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/file.h"
#include "judge/compare.h"
#include "judge/gate.h"
#include "result/journal.h"
#include "result/result_json.h"

namespace relaybench::cli {

namespace {

constexpr std::size_t kMaxResultBytes = 256U << 20U;

bool is_journal(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return false;
    }
    std::array<char, 64> beginning{};
    std::ifstream file(path, std::ios::binary);
    file.read(beginning.data(), beginning.size());
    return result::looks_like_journal({beginning.data(), static_cast<std::size_t>(file.gcount())});
}

core::Expected<result::RunResult> read_from_journal(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    auto result = result::read_journal(file, path);
    if (!result) {
        return result;
    }
    if (const auto judged = judge_again(*result); !judged) {
        return tl::unexpected(core::Error{judged.error().kind, path + ": " + judged.error().message});
    }
    return result;
}

}  // namespace

core::Expected<result::RunResult> read_result(const std::string& path) {
    if (is_journal(path)) {
        return read_from_journal(path);
    }
    const auto text = core::read_file(path, kMaxResultBytes);
    if (!text) {
        return tl::unexpected(text.error());
    }
    return result::from_json(*text, path);
}

core::Expected<std::vector<result::NamedResult>> read_results(const std::vector<std::string>& paths) {
    std::vector<result::NamedResult> results;
    std::string problems;
    for (const auto& path : paths) {
        auto read = read_result(path);
        if (read) {
            results.push_back({path, std::move(*read)});
        } else {
            problems += (problems.empty() ? "" : "\n") + read.error().message;
        }
    }
    if (!problems.empty()) {
        return core::bad_input(problems);
    }
    return results;
}

core::Expected<void> judge_again(result::RunResult& result) {
    result.comparisons = judge::compare_arms(result);
    std::vector<std::string> expressions;
    for (const auto& gate : result.gates) {
        if (std::find(expressions.begin(), expressions.end(), gate.expression) == expressions.end()) {
            expressions.push_back(gate.expression);
        }
    }
    std::vector<std::string> arms;
    for (const auto& arm : result.arms) {
        arms.push_back(arm.name);
    }
    const auto gates = judge::parse_gates(expressions, arms);
    if (!gates) {
        return tl::unexpected(gates.error());
    }
    result.gates = judge::judge_gates(*gates, result);
    for (auto& warning : judge::gate_warnings(*gates, result)) {
        result.warnings.push_back(std::move(warning));
    }
    return {};
}

ExitCode exit_code_of(const result::RunResult& result) {
    const bool nothing =
        std::any_of(result.arms.begin(), result.arms.end(), [](const auto& arm) { return arm.outcome(stream::Outcome::Complete) == 0; });
    return result.gates.empty() && nothing ? ExitCode::Inconclusive : static_cast<ExitCode>(judge::exit_code(result.gates));
}

}  // namespace relaybench::cli
