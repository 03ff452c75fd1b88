#include "report/calibration.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/text.h"

namespace result = relaybench::result;
namespace report = relaybench::report;
namespace wire = relaybench::wire;
using namespace std::chrono_literals;

namespace {

result::StampError::Summary error_of(std::chrono::nanoseconds mean) {
    return {.count = 120'000, .mean = mean, .p50 = mean * 9 / 10, .p99 = mean * 4, .max = mean * 40};
}

result::CalibrationRun played(wire::Dialect dialect, bool tls, std::uint32_t streams, double rate) {
    result::CalibrationRun run;
    run.load = {.dialect = dialect, .tls = tls, .streams = streams, .rate_per_s = rate};
    run.kernel_stamps = !tls;
    run.error = {.ttft = error_of(7'250ns), .gap = error_of(1'204ns), .user_ttft = error_of(61'500ns), .user_gap = error_of(45'260ns)};
    run.chunks_per_s = streams * rate * 0.99;
    run.coalesced_share = 0.0012;
    if (!tls)
        run.read_delay_p99 = 312us;
    run.worker_cpu_share = 0.234;
    return run;
}

result::Calibration played_all() {
    result::Calibration calibration;
    calibration.version = "0.1.0";
    calibration.host = "Linux 6.1, x86_64, 2 cores";
    calibration.started_at = "2026-11-21T00:00:00Z";
    calibration.duration = 6s;
    for (const auto& [dialect, tls] :
         {std::pair(wire::Dialect::ChatSse, false), std::pair(wire::Dialect::StreamWs, false), std::pair(wire::Dialect::ChatSse, true)}) {
        calibration.runs.push_back(played(dialect, tls, 100, 20));
        calibration.runs.push_back(played(dialect, tls, 1000, 100));
    }
    calibration.runs[3].saturated_by = {"worker 1 used 97 % of its core"};
    return calibration;
}

std::string golden_page(const std::string& name, const std::string& now) {
    const std::string path = std::string(RELAYBENCH_SOURCE_DIR) + "/tests/unit/report/golden/" + name;
    if (std::getenv("RELAYBENCH_UPDATE_GOLDEN") != nullptr)
        std::ofstream(path) << now;
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

void check_page(const std::string& name, const std::string& now) {
    const std::string expected = golden_page(name, now);
    CHECK_MESSAGE(now == expected, name, ":\n", now);
}

std::size_t columns_of(const std::string& text) {
    std::size_t widest = 0;
    for (const std::string_view line : relaybench::core::split(text, '\n'))
        widest = std::max(widest, relaybench::core::display_width(line));
    return widest;
}

}  // namespace

TEST_CASE("calibration: 140 columns hold one table, 80 hold three below one another") {
    check_page("calibration_140.txt", report::calibration_table(played_all(), {.width = 140}));
    check_page("calibration_80.txt", report::calibration_table(played_all(), {.width = 80}));
    CHECK(columns_of(report::calibration_table(played_all(), {.width = 140})) <= 140);
    CHECK(columns_of(report::calibration_table(played_all(), {.width = 80})) <= 80);
}

TEST_CASE("calibration: the Markdown table has every cell of every row") {
    const std::string text = report::calibration_markdown(played_all());
    check_page("calibration.md", text);
    for (const std::string_view line : relaybench::core::split(text, '\n')) {
        if (line.starts_with('|'))
            CHECK(std::count(line.begin(), line.end(), '|') == 16);
    }
}

TEST_CASE("calibration: colours change nothing but colours") {
    const auto calibration = played_all();
    std::string painted = report::calibration_table(calibration, {.width = 140, .palette = report::Palette::ansi()});
    for (std::size_t at = painted.find('\x1b'); at != std::string::npos; at = painted.find('\x1b'))
        painted.erase(at, painted.find('m', at) - at + 1);
    CHECK(painted == report::calibration_table(calibration, {.width = 140}));
}

TEST_CASE("calibration: an interrupted one says so, also without a single row") {
    result::Calibration calibration = played_all();
    calibration.partial = true;
    CHECK(report::calibration_table(calibration, {.width = 80}).find("PARTIAL") != std::string::npos);
    calibration.runs.clear();
    CHECK(report::calibration_table(calibration, {.width = 80}).find("PARTIAL") != std::string::npos);
}
