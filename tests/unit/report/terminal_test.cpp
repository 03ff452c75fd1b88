#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "core/text.h"
#include "judge/compare.h"
#include "judge/gate.h"
#include "report/terminal_compare.h"
#include "report/terminal_run.h"
#include "support/sample_result.h"

namespace core = relaybench::core;
namespace judge = relaybench::judge;
namespace report = relaybench::report;
namespace result = relaybench::result;
namespace test = relaybench::test;
using report::Detail;
using report::Layout;

namespace {

/// The text of tests/unit/report/golden/NAME; with RELAYBENCH_UPDATE_GOLDEN set it is written instead, to be looked at and committed.
std::string golden(const std::string& name, const std::string& now) {
    const std::string path = std::string(RELAYBENCH_SOURCE_DIR) + "/tests/unit/report/golden/" + name;
    if (std::getenv("RELAYBENCH_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << now;
    }
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

void check_golden(const std::string& name, const std::string& now) {
    const std::string expected = golden(name, now);
    CHECK_MESSAGE(now == expected, name, ":\n", now);
}

std::size_t widest_line(const std::string& text) {
    std::size_t widest = 0;
    for (const std::string_view line : core::split(text, '\n'))
        widest = std::max(widest, core::display_width(line));
    return widest;
}

result::RunResult judged_run() {
    result::RunResult run = test::sample_run();
    const auto gates =
        judge::parse_gates({"ttft.p99 < 800ms", "errors.rate < 0.5%", "heartbeat.p99 < 1s", "e2e.p999 < 5s"}, {"fast"}).value();
    run.gates = judge::judge_gates(gates, run);
    run.warnings = judge::gate_warnings(gates, run);
    return run;
}

result::RunResult compared_run(std::size_t arms) {
    result::RunResult run = test::sample_run({.name = "fast"});
    run.kind = result::ResultKind::Compare;
    run.arms.push_back(test::sample_arm({.name = "slow", .failures = 24, .scale = 1.22, .seed = 2}));
    if (arms > 2)
        run.arms.push_back(test::sample_arm({.name = "same", .seed = 3}));
    return run;
}

std::string compared(const result::RunResult& run, const Layout& layout) {
    return report::terminal_compare(run, judge::compare_arms(run), layout);
}

}  // namespace

TEST_CASE("terminal run: the end table at 80 columns") { check_golden("run_80.txt", report::terminal_run(judged_run(), {.width = 80})); }

TEST_CASE("terminal run: at 140 columns it explains itself") {
    check_golden("run_140.txt", report::terminal_run(judged_run(), {.width = 140}));
}

TEST_CASE("terminal run: every observed metric when asked for") {
    check_golden("run_verbose.txt", report::terminal_run(judged_run(), {.width = 140, .detail = Detail::Verbose}));
}

TEST_CASE("terminal run: what cannot be trusted stands first") {
    result::RunResult run = test::sample_run({.streams = 30, .failures = 0});
    run.audit.saturated = true;
    run.audit.reasons = {"Worker 1 used 97 % of a core"};
    run.audit.distorted = {result::Metric::Ttft, result::Metric::Gap};
    run.provenance.partial = true;
    run.provenance.stop_reason = "interrupted";
    const std::string text = report::terminal_run(run, {});
    CHECK(text.find("! SATURATED: the generator could not keep up. Worker 1 used 97 % of a core.") == 0);
    CHECK(text.find("! PARTIAL: interrupted;") != std::string::npos);
}

TEST_CASE("terminal run: a generator that a footnote calls late at times is not said to have kept up") {
    result::RunResult run = test::sample_run();
    run.warnings.push_back({"hiccup", "fast: in 1 of 40 cases relaybench's own schedule lag was above", "run more streams"});
    const std::string text = report::terminal_run(run, {});
    CHECK(text.find("The generator was late at times: ") != std::string::npos);
    CHECK(text.find("kept up") == std::string::npos);
}

TEST_CASE("terminal run: quiet is the gates alone") {
    const std::string text = report::terminal_run(judged_run(), {.detail = Detail::Quiet});
    CHECK(text.find("✓  passed") == 2);
    CHECK(std::count(text.begin(), text.end(), '\n') == 4);
    CHECK(report::terminal_run(test::sample_run(), {.detail = Detail::Quiet}).empty());
}

TEST_CASE("terminal run: an arm whose streams all failed says why and shows no number as a latency") {
    const std::string text = report::terminal_run(test::sample_run({.streams = 2, .failures = 2}), {});
    CHECK(text.find("2 failed (100 %)") != std::string::npos);
    CHECK(text.find("connection refused") != std::string::npos);
}

TEST_CASE("terminal run: nothing happened is said, not drawn as an empty table") {
    const std::string text = report::terminal_run(test::sample_run({.streams = 0, .failures = 0}), {});
    CHECK(text.find("0 streams: 0 complete, 0 failed") != std::string::npos);
    CHECK(text.find("p50") == std::string::npos);
}

TEST_CASE("terminal run: names and details from outside cannot control the terminal") {
    result::RunResult run = test::sample_run();
    run.arms[0].name = "evil\x1b[31m";
    run.arms[0].relay = "http://x/\r\n\x1b]0;title\x07";
    run.arms[0].errors[0].samples = {"\x1b[2J"};
    run.warnings = {{"x", "text\x1b[1m", "remedy\x1b[1m"}};
    const std::string text = report::terminal_run(run, {});
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
}

TEST_CASE("terminal compare: arms that do not fit beside each other get tables of their own") {
    result::RunResult run = compared_run(2);
    for (const char* name : {"third-relay", "fourth-relay", "fifth-relay"})
        run.arms.push_back(test::sample_arm({.name = name, .seed = 3}));
    for (const std::size_t width : {60U, 80U, 100U, 140U}) {
        const std::string text = compared(run, {.width = width});
        CHECK(widest_line(text) <= width);
        CHECK(text.find("fifth-relay", text.find("fifth-relay") + 1) != std::string::npos);  // in the headings, then in a table
    }
}

TEST_CASE("terminal run: no line is wider than the terminal") {
    for (const std::size_t width : {60U, 80U, 100U, 120U, 140U}) {
        CHECK(widest_line(report::terminal_run(judged_run(), {.width = width})) <= width);
        CHECK(widest_line(report::terminal_run(judged_run(), {.width = width, .detail = Detail::Verbose})) <= width);
        CHECK(widest_line(compared(compared_run(2), {.width = width})) <= width);
    }
}

TEST_CASE("terminal: in ASCII there is nothing but ASCII, and no line grows too wide") {
    const auto is_ascii = [](const std::string& text) {
        return std::all_of(text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0x80U) == 0; });
    };
    for (const std::size_t width : {60U, 80U, 140U}) {
        const Layout layout{.width = width, .symbols = report::Symbols::Ascii};
        for (const std::string& text :
             {report::terminal_run(judged_run(), layout), compared(compared_run(2), layout), compared(compared_run(3), layout)}) {
            CHECK(is_ascii(text));
            CHECK(widest_line(text) <= width);
        }
    }
}

TEST_CASE("terminal compare: in a file no verdict is cut and each row is one line") {
    const std::string narrow = compared(compared_run(2), {.width = 60});
    const std::string whole = compared(compared_run(2), {.width = 60, .long_lines = report::LongLines::Keep});
    CHECK(narrow.find("…\n") == std::string::npos);
    CHECK(whole.find("slow fails more (+2.5…+7.8 points)\n") != std::string::npos);
    CHECK(std::count(narrow.begin(), narrow.end(), '\n') > std::count(whole.begin(), whole.end(), '\n'));
}

TEST_CASE("terminal compare: in a file many arms are one table, however wide") {
    result::RunResult run = compared_run(2);
    for (const char* name : {"third-relay", "fourth-relay", "fifth-relay"})
        run.arms.push_back(test::sample_arm({.name = name, .seed = 3}));
    const auto tables = [&run](report::LongLines lines) {
        const std::string text = compared(run, {.width = 60, .long_lines = lines});
        std::size_t found = 0;
        for (std::size_t at = text.find("chunks/s"); at != std::string::npos; at = text.find("chunks/s", at + 1))
            ++found;
        return found;
    };
    CHECK(tables(report::LongLines::Fold) > 1);
    CHECK(tables(report::LongLines::Keep) == 1);
}

TEST_CASE("terminal compare: with many arms a short cell names the base when it is the one that fails") {
    result::RunResult run = compared_run(3);
    auto comparisons = judge::compare_arms(run);
    for (auto& comparison : comparisons) {
        auto& row = comparison.quantiles.front();
        row.finding = judge::ComparisonFinding::FailsTooOften;
        row.change = 0.5;
    }
    CHECK(report::terminal_compare(run, comparisons, {.width = 140}).find("base fails") != std::string::npos);
    for (auto& comparison : comparisons)
        comparison.quantiles.front().change = -0.5;
    CHECK(report::terminal_compare(run, comparisons, {.width = 140}).find("base fails") == std::string::npos);
}

TEST_CASE("terminal compare: two arms with the verdict in words at 80 columns") {
    check_golden("compare_80.txt", compared(compared_run(2), {.width = 80}));
}

TEST_CASE("terminal compare: three arms, each against the first, at 140 columns") {
    check_golden("compare_three_140.txt", compared(compared_run(3), {.width = 140}));
}

TEST_CASE("terminal compare: quiet is a verdict line an arm") {
    check_golden("compare_quiet.txt", compared(compared_run(3), {.width = 80, .detail = Detail::Quiet}));
}
