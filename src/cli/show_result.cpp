#include "cli/show_result.h"

#include <algorithm>

#include "judge/compare.h"
#include "report/plain_ascii.h"
#include "report/terminal_compare.h"
#include "report/terminal_run.h"

namespace relaybench::cli {

namespace {

constexpr unsigned kWidest = 140;

report::Layout layout_of(const ShowFlags& show, const TerminalTraits& traits) {
    report::Layout layout;
    layout.width = std::min(traits.columns, kWidest);
    layout.detail = detail_of(show);
    layout.long_lines = traits.sized ? report::LongLines::Fold : report::LongLines::Keep;
    layout.symbols = show.ascii > 0 || !traits.unicode ? report::Symbols::Ascii : report::Symbols::Unicode;
    if (traits.colour && show.no_colour == 0) {
        layout.palette = report::Palette::ansi();
    }
    return layout;
}

std::string text_of(const result::RunResult& result, const std::vector<report::TraceEvent>& trace, const report::Layout& layout) {
    std::string text = trace.empty() ? std::string{} : report::trace_text(trace, layout) + "\n";
    if (result.arms.size() > 1) {
        const auto comparisons = result.comparisons.empty() ? judge::compare_arms(result) : result.comparisons;
        return text + report::terminal_compare(result, comparisons, layout);
    }
    return text + report::terminal_run(result, layout);
}

}  // namespace

void show_result(const result::RunResult& result, const std::vector<report::TraceEvent>& trace, const ShowFlags& show,
                 const Context& context) {
    const auto layout = layout_of(show, context.out_traits);
    const std::string text = text_of(result, trace, layout);
    context.out << (layout.symbols == report::Symbols::Ascii ? report::as_ascii(text) : text) << std::flush;
}

}  // namespace relaybench::cli
