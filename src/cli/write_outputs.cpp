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

core::Expected<void> write_output(const result::RunResult& result, const OutputSpec& output, const Context& context) {
    const auto text = rendered(result, output.format);
    if (!text) {
        return tl::unexpected(text.error());
    }
    if (output.to_stdout()) {
        context.out << *text << std::flush;
        return {};
    }
    return core::write_file_atomically(output.path, *text);
}

}  // namespace

Context context_for_people(const std::vector<OutputSpec>& outputs, const Context& context) {
    return take_stdout(outputs) ? with_reports_on_stderr(context) : context;
}

core::Expected<void> write_outputs(const result::RunResult& result, const std::vector<OutputSpec>& outputs, const Context& context) {
    std::string problems;
    for (const auto& output : outputs) {
        if (const auto written = write_output(result, output, context); !written) {
            problems += (problems.empty() ? "" : "\n") + written.error().message;
        }
    }
    if (!problems.empty()) {
        return core::failure(problems);
    }
    return {};
}

}  // namespace relaybench::cli
