#include "result/calibration.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace result = relaybench::result;
namespace wire = relaybench::wire;
using namespace std::chrono_literals;
using nlohmann::ordered_json;

TEST_CASE("calibration json: a row for each stamp that there was") {
    result::CalibrationRun plain;
    plain.load = {.dialect = wire::Dialect::ChatSse, .tls = false, .streams = 1000, .rate_per_s = 100};
    plain.kernel_stamps = true;
    plain.error.ttft = {.count = 1000, .mean = 7us, .p50 = 6us, .p99 = 20us, .max = 31us};
    plain.error.user_gap = {.count = 90'000, .mean = 45'500ns, .p50 = 40us, .p99 = 200us, .max = 1ms};
    plain.read_delay_p99 = 312us;
    auto tls = plain;
    tls.load.tls = true;
    tls.kernel_stamps = false;
    tls.read_delay_p99.reset();
    tls.saturated_by = {"worker 1 used 97 % of its core"};
    result::Calibration calibration;
    calibration.duration = 8s;
    calibration.runs = {plain, tls};

    const auto json = ordered_json::parse(result::calibration_json(calibration));
    CHECK(json["kind"] == "calibration");
    CHECK(json["duration_s"] == 8.0);
    CHECK(json["partial"] == false);
    REQUIRE(json["rows"].size() == 3);
    const auto& kernel = json["rows"][0];
    CHECK(kernel["dialect"] == "chat-sse");
    CHECK(kernel["tls"] == false);
    CHECK(kernel["streams"] == 1000);
    CHECK(kernel["rate"] == 100.0);
    CHECK(kernel["stamp_source"] == "kernel");
    CHECK(kernel["ttft_error"] == ordered_json({{"count", 1000}, {"mean_us", 7.0}, {"p50_us", 6.0}, {"p99_us", 20.0}, {"max_us", 31.0}}));
    CHECK(kernel["read_delay_p99_us"] == 312.0);
    CHECK(json["rows"][1]["stamp_source"] == "user");
    CHECK(json["rows"][1]["gap_error"]["mean_us"] == 45.5);
    CHECK(json["rows"][2]["stamp_source"] == "user");
    CHECK(json["rows"][2]["tls"] == true);
    CHECK(json["rows"][2]["read_delay_p99_us"].is_null());
    CHECK(json["rows"][2]["saturated"] == true);
}
