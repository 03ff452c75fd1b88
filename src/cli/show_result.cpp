#include "cli/show_result.h"

#include <algorithm>

#include "judge/compare.h"
#include "report/terminal_compare.h"
#include "report/terminal_run.h"

namespace relaybench::cli {

namespace {

constexpr unsigned kWidest = 140;

report::Layout layout_of(const ShowFlags& show, const Context& context) {
    report::Layout layout;
    layout.width = std::min(context.out_traits.columns, kWidest);
    layout.detail = detail_of(show);
    if (context.out_traits.colour && show.no_colour == 0) {
        layout.palette = report::Palette::ansi();
    }
    return layout;
}

}  // namespace

void show_result(const result::RunResult& result, const std::vector<report::TraceEvent>& trace, const ShowFlags& show,
                 const Context& context) {
    const auto layout = layout_of(show, context);
    if (show.trace > 0) {
        context.out << report::trace_text(trace, layout) << '\n';
    }
    if (result.arms.size() > 1) {
        const auto comparisons = result.comparisons.empty() ? judge::compare_arms(result) : result.comparisons;
        context.out << report::terminal_compare(result, comparisons, layout);
    } else {
        context.out << report::terminal_run(result, layout);
    }
    context.out.flush();
}

}  // namespace relaybench::cli
