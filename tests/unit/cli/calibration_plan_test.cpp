#include "cli/calibration_plan.h"

#include <doctest/doctest.h>

namespace relaybench::cli {
namespace {

using namespace std::chrono_literals;

/// "chat-sse 100 × 20/s", one a load.
std::vector<std::string> planned(const CalibrationFlags& flags) {
    const auto plan = plan_calibration(flags);
    REQUIRE_MESSAGE(plan, plan.error().message);
    std::vector<std::string> texts;
    for (const auto& load : plan->loads) {
        texts.push_back(result::transport_text(load) + " " + result::load_text(load));
    }
    return texts;
}

std::string plan_refusal(const CalibrationFlags& flags) {
    const auto plan = plan_calibration(flags);
    return plan ? "accepted" : plan.error().message;
}

TEST_CASE("calibration plan: the default shows SSE, WebSocket and TLS at three loads, in about a minute") {
    const auto plan = plan_calibration({});
    REQUIRE(plan);
    CHECK(plan->workers == 1);
    CHECK(planned({}) == std::vector<std::string>{"chat-sse 100 × 20/s", "chat-sse 1,000 × 20/s", "chat-sse 1,000 × 100/s",
                                                  "stream-ws 100 × 20/s", "stream-ws 1,000 × 20/s", "stream-ws 1,000 × 100/s",
                                                  "chat-sse TLS 100 × 20/s", "chat-sse TLS 1,000 × 20/s", "chat-sse TLS 1,000 × 100/s"});
    CHECK(plan->loads.size() * plan->duration <= 60s);
}

TEST_CASE("calibration plan: a named dialect is plain unless TLS is asked for, and both flags mean both") {
    CalibrationFlags flags{.dialects = {"ws-stream"}, .streams = {"10"}, .rates = {"0.5/s"}, .duration = "8s", .workers = {}};
    CHECK(planned(flags) == std::vector<std::string>{"ws-stream 10 × 0.5/s"});
    flags.tls = 1;
    CHECK(planned(flags) == std::vector<std::string>{"ws-stream TLS 10 × 0.5/s"});
    flags.no_tls = 1;
    CHECK(planned(flags) == std::vector<std::string>{"ws-stream 10 × 0.5/s", "ws-stream TLS 10 × 0.5/s"});
    flags.dialects.clear();
    flags.tls = 0;
    CHECK(planned(flags) == std::vector<std::string>{"chat-sse 10 × 0.5/s", "stream-ws 10 × 0.5/s"});
}

TEST_CASE("calibration plan: every number of streams at every rate") {
    const CalibrationFlags flags{
        .dialects = {"chat-sse"}, .streams = {"50", "2k"}, .rates = {"20", "100/s"}, .duration = {}, .workers = "2"};
    CHECK(planned(flags) ==
          std::vector<std::string>{"chat-sse 50 × 20/s", "chat-sse 50 × 100/s", "chat-sse 2,000 × 20/s", "chat-sse 2,000 × 100/s"});
    CHECK(planned({.dialects = {"chat-sse"}, .streams = {}, .rates = {"5"}, .duration = {}, .workers = {}}) ==
          std::vector<std::string>{"chat-sse 100 × 5/s", "chat-sse 1,000 × 5/s"});
}

TEST_CASE("calibration plan: all problems of the flags at once, a line each") {
    CHECK(plan_refusal({.dialects = {"chat-see", "chat-json"}, .streams = {"0"}, .rates = {"0"}, .duration = "100ms", .workers = "0"}) ==
          "--dialect: unknown \"chat-see\" (did you mean \"chat-sse\"?); want chat-sse, proxy-sse, chat-ws, stream-ws, stream-ws-audio or "
          "ws-stream\n"
          "--dialect: chat-json does not stream, so it has no gaps; want chat-sse, proxy-sse, chat-ws, stream-ws, stream-ws-audio or "
          "ws-stream\n"
          "--rate: \"0\": want more than 0 and at most 10000 chunks a second of each stream\n"
          "--streams: \"0\": want at least 1\n"
          "-d: \"100ms\": want 1s to 1h for each load\n"
          "--workers: \"0\": want at least 1");
}

TEST_CASE("calibration plan: a load must be long enough for gaps") {
    CHECK(plan_refusal({.dialects = {}, .streams = {}, .rates = {"20", "0.5/s"}, .duration = "6s", .workers = {}}) ==
          "--rate: at 0.5/s two gaps need 6.02 s; give a longer -d than 6s");
    CHECK(plan_refusal({.dialects = {}, .streams = {}, .rates = {"0.5/s"}, .duration = "7s", .workers = {}}) == "accepted");
}

TEST_CASE("calibration plan: the relay sends at the rate, out of step, without an end") {
    const result::CalibrationLoad load{.dialect = wire::Dialect::StreamWs, .tls = false, .streams = 3, .rate_per_s = 30};
    CHECK(steady_profile(load) == "fast?first_token=20ms&gap=33333us&start_phase=33333us&tokens=1000000000");
    const auto scenario = calibration_scenario({.loads = {}, .duration = 2s, .workers = 8}, load);
    REQUIRE(scenario.relays.size() == 1);
    CHECK(scenario.relays[0].dialect == wire::Dialect::StreamWs);
    CHECK(scenario.relays[0].verify_tls);
    CHECK(scenario.load.duration == 2s);
    CHECK(scenario.workers == 3);             // a worker without a stream measures nothing
    CHECK(scenario.connect_rate_per_s == 3);  // all in half of the time
}

TEST_CASE("calibration plan: the dry run names every load and how long all of it takes") {
    const auto plan =
        plan_calibration({.dialects = {"chat-sse"}, .streams = {"50"}, .rates = {}, .tls = 1, .duration = "2s", .workers = {}});
    REQUIRE(plan);
    CHECK(plan_text(*plan) ==
          "plan (nothing was sent)\n"
          "  chat-sse TLS         50 × 20/s        for 2s\n"
          "  1 load, 1 worker, about 2.50 s\n");
}

}  // namespace
}  // namespace relaybench::cli
