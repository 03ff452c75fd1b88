#include "cli/progress_display.h"

#include "report/progress_line.h"

namespace relaybench::cli {

namespace {

constexpr core::Duration kLogEvery = std::chrono::seconds(10);

report::ProgressView view_of(const run::Progress& progress) {
    report::ProgressView view;
    view.elapsed = progress.elapsed;
    view.planned = progress.planned;
    view.planned_streams = progress.planned_streams;
    view.open = progress.open;
    view.done = progress.done;
    view.failed = progress.failed;
    view.chunks_per_s = progress.chunks_per_s;
    view.ttft_p50 = progress.ttft_p50;
    view.ttft_p99 = progress.ttft_p99;
    switch (progress.phase) {
        case run::Progress::Phase::Warmup:
            view.phase = report::ProgressView::Phase::Warmup;
            break;
        case run::Progress::Phase::Measuring:
            view.phase = report::ProgressView::Phase::Measuring;
            break;
        case run::Progress::Phase::Draining:
            view.phase = report::ProgressView::Phase::Draining;
            break;
    }
    return view;
}

}  // namespace

ProgressDisplay::~ProgressDisplay() {
    if (line_is_open_) {
        err_ << "\r\x1b[K" << std::flush;
    }
}

void ProgressDisplay::on_progress(const run::Progress& progress) {
    if (traits_.is_terminal) {
        err_ << '\r' << for_locale(report::progress_line(view_of(progress), traits_.columns - 1), traits_) << "\x1b[K" << std::flush;
        line_is_open_ = true;
        return;
    }
    if (progress.elapsed - last_logged_ >= kLogEvery) {
        last_logged_ = progress.elapsed;
        err_ << for_locale(report::progress_log_line(view_of(progress)), traits_) << std::flush;
    }
}

void ProgressDisplay::on_waiting(core::Duration left) {
    const auto text = report::waiting_line(left);
    if (traits_.is_terminal) {
        err_ << '\r' << text << "\x1b[K" << std::flush;
        line_is_open_ = true;
    } else if (!waiting_logged_) {
        waiting_logged_ = true;
        err_ << text << '\n' << std::flush;
    }
}

}  // namespace relaybench::cli
