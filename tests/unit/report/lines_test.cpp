#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/text.h"
#include "report/csv.h"
#include "report/hlog_report.h"
#include "report/progress_line.h"
#include "report/trace.h"
#include "stats/hlog.h"
#include "support/sample_result.h"

namespace core = relaybench::core;
namespace report = relaybench::report;
namespace stats = relaybench::stats;
namespace test = relaybench::test;
using namespace std::chrono_literals;
using relaybench::result::Metric;

namespace {

report::ProgressView view() {
    report::ProgressView view;
    view.elapsed = 12s;
    view.planned = 30s;
    view.open = 50;
    view.done = 412;
    view.failed = 3;
    view.chunks_per_s = 12'345;
    view.ttft_p50 = 212ms;
    view.ttft_p99 = 612ms;
    return view;
}

}  // namespace

TEST_CASE("progress: one line with the facts of the run") {
    CHECK(report::progress_line(view(), 140) ==
          "12 s of 30 s · ▕████▊       ▏ · 50 open · 412 done · 3 failed · 12.3 k chunks/s · ttft p50 212 ms p99 612 ms · 18 s left");
    CHECK(report::progress_log_line(view()) ==
          "12 s of 30 s · 50 open · 412 done · 3 failed · 12.3 k chunks/s · ttft p50 212 ms p99 612 ms · 18 s left\n");
}

TEST_CASE("progress: a narrow terminal loses the least important first and never the failures") {
    for (std::size_t width = 1; width < 140; ++width) {
        const std::string line = report::progress_line(view(), width);
        CHECK(core::display_width(line) <= width);
        if (width >= 30)
            CHECK(line.find("3 failed") != std::string::npos);
    }
}

TEST_CASE("progress: the time left is that of whichever limit comes first") {
    report::ProgressView counted = view();
    counted.planned.reset();
    counted.planned_streams = 830;
    REQUIRE(report::time_left(counted).has_value());
    CHECK(report::time_left(counted) == 12s);
    counted.planned = 14s;
    CHECK(report::time_left(counted) == 2s);
    counted.phase = report::ProgressView::Phase::Draining;
    CHECK_FALSE(report::time_left(counted).has_value());
    CHECK(report::progress_line(counted, 140).find("draining") == 0);
    report::ProgressView nothing;
    CHECK_FALSE(report::time_left(nothing).has_value());
    nothing.planned_streams = 10;
    CHECK_FALSE(report::time_left(nothing).has_value());
}

TEST_CASE("trace: a stream as a timeline, one line an event, bars for the gaps") {
    const std::vector<report::TraceEvent> events{{0ms, {}, "start", "POST /v1/chat/completions"},
                                                 {1200us, {}, "connected", "127.0.0.1:8088"},
                                                 {212ms, 0ms, "token", "text 5 B"},
                                                 {232ms, 20ms, "token", "text 4 B"},
                                                 {432ms, 200ms, "token", "text 4 B"},
                                                 {433ms, {}, "complete", "200"}};
    CHECK(report::trace_text(events, {}) ==
          "  since start      gap              event\n"
          "     0.000 ms                       start      POST /v1/chat/completions\n"
          "     1.200 ms                       connected  127.0.0.1:8088\n"
          "   212.000 ms      0 s              token      text 5 B\n"
          "   232.000 ms  20.0 ms  ▪           token      text 4 B\n"
          "   432.000 ms   200 ms  ▪▪▪▪▪▪▪▪▪▪  token      text 4 B\n"
          "   433.000 ms                       complete   200\n");
}

TEST_CASE("trace: what a relay sent cannot move the cursor or start a line") {
    const std::string text = report::trace_text({{1ms, 1ms, "token", "\x1b[2Jevil\nline\r"}}, {});
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("csv: a row for each arm and observed metric, never for an infinite quantile") {
    auto run = test::sample_run({.streams = 50, .failures = 10});
    const std::string text = report::csv(run);
    CHECK(text.find("arm,relay,dialect,model,metric,count,never,censored,out_of_range,mean_us,min_us,p50_us,p90_us,p95_us,p99_us,p999_us,"
                    "max_us\r\n") == 0);
    const std::size_t ttft = text.find("\r\nfast,embedded:fast,chat-sse,gpt-4o-mini,ttft,50,5,0,0,");
    REQUIRE(ttft != std::string::npos);
    CHECK(text.substr(ttft, text.find("\r\n", ttft + 2) - ttft).find(",never,never,") != std::string::npos);
    CHECK(text.find(",tls,") == std::string::npos);
}

TEST_CASE("csv: fields are quoted by RFC 4180 and cannot be run as formulas") {
    CHECK(report::csv_field("plain") == "plain");
    CHECK(report::csv_field("a,b") == "\"a,b\"");
    CHECK(report::csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
    CHECK(report::csv_field("=1+1") == "'=1+1");
    CHECK(report::csv_field("@SUM(A1)") == "'@SUM(A1)");
    CHECK(report::csv_field("-2,3") == "\"'-2,3\"");
    CHECK(report::csv_field("").empty());
}

TEST_CASE("hlog: the histograms of the arms come back under their tags, and what has no place in them is said") {
    auto run = test::sample_run({.name = "my, arm"});
    const auto text = report::hlog_report(run);
    REQUIRE_MESSAGE(text.has_value(), text.error().message);
    CHECK(text->find("my__arm.e2e: 4 never, 0 cut off") != std::string::npos);
    const auto log = stats::read_hlog(*text);
    REQUIRE_MESSAGE(log.has_value(), log.error().message);
    const auto ttft =
        std::find_if(log->intervals.begin(), log->intervals.end(), [](const auto& each) { return each.tag == "my__arm.ttft"; });
    REQUIRE(ttft != log->intervals.end());
    CHECK(ttft->histogram.count() == run.arms[0].metric(Metric::Ttft).answered());
    CHECK(ttft->length == run.provenance.duration);
    CHECK(log->start_time.time_since_epoch() == 1'795'219'200s);
}

TEST_CASE("progress: while a run waits for its time, the line says how long") {
    CHECK(report::waiting_line(12'400ms) == "waiting for --start-at: 13 s left");
    CHECK(report::waiting_line(90s) == "waiting for --start-at: 1 m 30 s left");
}
