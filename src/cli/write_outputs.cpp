#include "cli/write_outputs.h"

#include "core/file.h"
#include "report/csv.h"
#include "report/hlog_report.h"
#include "result/result_json.h"

namespace relaybench::cli {

namespace {

core::Expected<std::string> rendered(const result::RunResult& result, OutputFormat format) {
    switch (format) {
        case OutputFormat::Json:
            return result::to_json(result);
        case OutputFormat::Csv:
            return report::csv(result);
        case OutputFormat::Hlog:
            return report::hlog_report(result);
    }
    return core::failure("unknown output format");
}

core::Expected<void> write_output(const result::RunResult& result, const OutputSpec& output) {
    const auto text = rendered(result, output.format);
    if (!text) {
        return tl::unexpected(text.error());
    }
    return core::write_file_atomically(output.path, *text);
}

}  // namespace

core::Expected<void> write_outputs(const result::RunResult& result, const std::vector<OutputSpec>& outputs) {
    std::string problems;
    for (const auto& output : outputs) {
        if (const auto written = write_output(result, output); !written) {
            problems += (problems.empty() ? "" : "\n") + written.error().message;
        }
    }
    if (!problems.empty()) {
        return core::failure(problems);
    }
    return {};
}

}  // namespace relaybench::cli
