#include "cli/output_spec.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::cli {

namespace {

constexpr std::array<std::string_view, 3> kFormats{"json", "csv", "hlog"};

core::Expected<OutputSpec> parse_output(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals + 1 == text.size()) {
        return core::bad_input(fmt::format("--out \"{}\": want FORMAT=PATH with FORMAT json, csv or hlog, such as json=result.json", text));
    }
    const auto format = std::string_view(text).substr(0, equals);
    const auto* known = std::find(kFormats.begin(), kFormats.end(), format);
    if (known == kFormats.end()) {
        return core::bad_input(fmt::format("--out \"{}\": unknown format \"{}\"{}; known: json, csv, hlog", text, format,
                                           core::did_you_mean(format, kFormats)));
    }
    OutputSpec spec{static_cast<OutputFormat>(known - kFormats.begin()), text.substr(equals + 1)};
    const auto problem = spec.to_stdout() ? std::nullopt : output_problem("--out", spec.path);
    if (problem) {
        return core::bad_input(*problem);
    }
    return spec;
}

}  // namespace

bool take_stdout(const std::vector<OutputSpec>& outputs) {
    return std::any_of(outputs.begin(), outputs.end(), [](const OutputSpec& output) { return output.to_stdout(); });
}

std::optional<std::string> output_problem(std::string_view flag, const std::string& path) {
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    const auto shown = folder.empty() ? std::filesystem::path(".") : folder;
    if (std::filesystem::is_directory(path, error)) {
        return fmt::format("{}: \"{}\" is a folder; name a file in it", flag, path);
    }
    if (!std::filesystem::is_directory(shown, error)) {
        return fmt::format("{}: the folder \"{}\" of \"{}\" does not exist", flag, shown.string(), path);
    }
    if (!std::filesystem::exists(path, error) && access(shown.c_str(), W_OK) != 0) {
        return fmt::format("{}: the folder \"{}\" cannot be written to", flag, shown.string());
    }
    return std::nullopt;
}

core::Expected<std::vector<OutputSpec>> parse_outputs(const std::vector<std::string>& texts) {
    std::vector<OutputSpec> specs;
    std::string problems;
    const auto complain = [&problems](const std::string& text) { problems += (problems.empty() ? "" : "\n") + text; };
    for (const auto& text : texts) {
        auto spec = parse_output(text);
        if (!spec) {
            complain(spec.error().message);
            continue;
        }
        const bool twice = std::any_of(specs.begin(), specs.end(), [&](const auto& other) { return other.path == spec->path; });
        if (twice) {
            complain(
                fmt::format("--out: \"{}\" is named twice{}", spec->path, spec->to_stdout() ? "; standard output takes one document" : ""));
            continue;
        }
        specs.push_back(std::move(*spec));
    }
    if (!problems.empty()) {
        return core::bad_input(problems);
    }
    return specs;
}

}  // namespace relaybench::cli
