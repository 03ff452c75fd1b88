#include "result/result_json.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "support/sample_result.h"

namespace result = relaybench::result;
namespace stream = relaybench::stream;
namespace test = relaybench::test;
using nlohmann::ordered_json;
using relaybench::result::Metric;

namespace {

result::StampError stamp_error() {
    using namespace std::chrono_literals;
    return {.ttft = {.count = 400, .mean = 7us, .p50 = 6us, .p99 = 20us, .max = 31us},
            .gap = {.count = 9000, .mean = 1us, .p50 = 1us, .p99 = 4us, .max = 90us},
            .user_ttft = {.count = 400, .mean = 60us, .p50 = 50us, .p99 = 300us, .max = 900us},
            .user_gap = {.count = 9000, .mean = 45us, .p50 = 40us, .p99 = 200us, .max = 1ms}};
}

result::RunResult full_run() {
    result::RunResult run = test::sample_run();
    run.gates.push_back({"ttft.p99 < 800ms", "fast", result::GateVerdict::Passed, "612 ms", ""});
    run.gates.push_back({"heartbeat.p99 < 1s", "fast", result::GateVerdict::Inconclusive, "nothing observed", "no heartbeats"});
    run.warnings.push_back({"small_sample", "Too few.", "Run more."});
    run.audit.saturated = true;
    run.audit.reasons = {"worker 1 used 97 % of a core"};
    run.audit.distorted = {Metric::Ttft, Metric::Gap};
    run.arms[0].stamp_error = stamp_error();
    return run;
}

std::string refusal(const std::string& text) {
    const auto read = result::from_json(text, "r.json");
    return read ? "accepted" : read.error().message;
}

/// The sample document with one place changed.
template <class Value>
std::string with(const std::string& pointer, const Value& value) {
    ordered_json json = ordered_json::parse(result::to_json(full_run()));
    json[ordered_json::json_pointer(pointer)] = value;
    return json.dump();
}

}  // namespace

TEST_CASE("result json: writing, reading and writing again gives the same bytes") {
    const std::string once = result::to_json(full_run());
    const auto read = result::from_json(once, "r.json");
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    CHECK(result::to_json(*read) == once);
}

TEST_CASE("result json: what was measured comes back, not only its text") {
    const result::RunResult run = full_run();
    const auto read = result::from_json(result::to_json(run), "r.json");
    REQUIRE(read.has_value());
    CHECK(read->arms[0].metrics == run.arms[0].metrics);
    CHECK(read->arms[0].outcomes == run.arms[0].outcomes);
    CHECK(read->arms[0].counters.tokens == run.arms[0].counters.tokens);
    CHECK(read->arms[0].streams.size() == run.arms[0].streams.size());
    CHECK(read->arms[0].streams[0].first_token == run.arms[0].streams[0].first_token);
    CHECK(read->arms[0].errors.size() == 2);
    CHECK(read->provenance.duration == run.provenance.duration);
    CHECK(read->audit.distorted == run.audit.distorted);
    CHECK(read->gates[1].verdict == result::GateVerdict::Inconclusive);
}

TEST_CASE("result json: stamp errors of kernel and user come back apart, and older files have none of the user's") {
    const auto read = result::from_json(result::to_json(full_run()), "r.json");
    REQUIRE(read.has_value());
    const auto& error = read->arms[0].stamp_error;
    REQUIRE(error);
    CHECK(error->gap.max == stamp_error().gap.max);
    CHECK(error->user_ttft.p99 == stamp_error().user_ttft.p99);
    CHECK(error->user_gap.count == 9000);

    ordered_json older = ordered_json::parse(result::to_json(full_run()));
    older["arms"][0]["stamp_error"].erase("user");
    const auto read_older = result::from_json(older.dump(), "r.json");
    REQUIRE(read_older.has_value());
    CHECK(read_older->arms[0].stamp_error->ttft.count == 400);
    CHECK(result::to_json(*read_older).find("\"user\"") == std::string::npos);
}

TEST_CASE("result json: an infinite quantile is null and says that it never came") {
    const ordered_json json = ordered_json::parse(result::to_json(test::sample_run({.streams = 50, .failures = 10})));
    const ordered_json& ttft = json["arms"][0]["metrics"]["ttft"];
    CHECK(ttft["p50_us"].is_number());
    CHECK_FALSE(ttft.contains("p50_never"));
    CHECK(ttft["p99_us"].is_null());
    CHECK(ttft["p99_never"] == true);
    CHECK(ttft["never"] == 5);
    CHECK(ttft["count"] == 50);
    CHECK(ttft["max_us"].is_number());
}

TEST_CASE("result json: a metric without a value is absent, a run without streams can be read back") {
    const result::RunResult run = test::sample_run({.streams = 0, .failures = 0});
    const std::string text = result::to_json(run);
    CHECK(ordered_json::parse(text)["arms"][0]["metrics"].empty());
    const auto read = result::from_json(text, "r.json");
    REQUIRE(read.has_value());
    CHECK(read->arms[0].ended() == 0);
}

TEST_CASE("result json: bytes that are not UTF-8 do not stop a result from being written") {
    result::RunResult run = test::sample_run({.streams = 1, .failures = 0});
    run.arms[0].relay = "http://x/\xff\xfe";
    const auto read = result::from_json(result::to_json(run), "r.json");
    CHECK(read.has_value());
}

TEST_CASE("result json: unknown fields are ignored") {
    CHECK(refusal(with("/arms/0/colour", "blue")) == "accepted");
    CHECK(refusal(with("/later", ordered_json::object())) == "accepted");
}

TEST_CASE("result json: a newer schema is refused in one clear line") {
    CHECK(refusal(with("/schema_version", 2)) == "r.json: has schema_version 2, written by a newer relaybench; this one reads up to 1");
}

TEST_CASE("result json: what is not a result at all is refused in one line") {
    CHECK(refusal("") == "r.json: is empty");
    CHECK(refusal("{}") == "r.json: is JSON, but not a relaybench result: schema_version is missing");
    CHECK(refusal("[1]") == "r.json: is JSON, but not a relaybench result: schema_version is missing");
    CHECK(refusal("relay: embedded\n") == "r.json: is no result: expected a file of --out json=PATH, or a journal (--journal PATH)");
    CHECK(refusal("{\"schema_version\": 1,").find("r.json: is no result: it is not JSON (cut short?): parse error at line 1") == 0);
    CHECK(refusal(R"({"schema_version": "1"})").find("schema_version") != std::string::npos);
    CHECK(refusal(R"({"schema_version": 1})").find("r.json: arms: missing or empty") != std::string::npos);
}

TEST_CASE("result json: all problems are reported at once, each on a line with its place") {
    ordered_json json = ordered_json::parse(result::to_json(full_run()));
    json["kind"] = "rum";
    json["arms"][0]["outcomes"]["complete"] = -1;
    json["arms"][0]["metrics"]["ttft"]["hdr"] = "bogus!";
    json["gates"][0]["verdict"] = "pased";
    const std::string text = refusal(json.dump());
    CHECK(text.find(R"(r.json: kind: "rum" is unknown (did you mean "run"?); known are run or compare)") == 0);
    CHECK(text.find("\nr.json: arms[0].outcomes.complete: must be a whole number") != std::string::npos);
    CHECK(text.find("\nr.json: arms[0].metrics.ttft.hdr: ") != std::string::npos);
    CHECK(text.find("\nr.json: gates[0].verdict: \"pased\" is unknown (did you mean \"passed\"?)") != std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
}

TEST_CASE("result json: numbers that disagree with the histogram are not believed") {
    CHECK(refusal(with("/arms/0/metrics/ttft/count", 7)).find("arms[0].metrics.ttft: count does not agree") != std::string::npos);
    CHECK(refusal(with("/arms/0/metrics/ttft/max_us", 1)).find("do not agree with hdr") != std::string::npos);
    CHECK(refusal(with("/arms/0/metrics/ttft/min_us", -5)).find("arms[0].metrics.ttft.min_us: must be microseconds") != std::string::npos);
}

TEST_CASE("result json: two arms of one name are a problem") {
    ordered_json json = ordered_json::parse(result::to_json(full_run()));
    json["arms"].push_back(json["arms"][0]);
    CHECK(refusal(json.dump()).find("arms[1]: a second arm is named \"fast\"") != std::string::npos);
}

TEST_CASE("result json: a file cut anywhere is refused and never a crash") {
    const std::string whole = result::to_json(full_run());
    for (std::size_t length = 0; length + 2 < whole.size(); length += 97)
        CHECK(refusal(whole.substr(0, length)) != "accepted");
}

TEST_CASE("result json: every value replaced by one of another type is refused or ignored, never a crash") {
    const ordered_json whole = ordered_json::parse(result::to_json(test::sample_run({.streams = 3, .failures = 1})));
    const ordered_json flat = whole.flatten();
    for (const ordered_json& wrong :
         {ordered_json(-1), ordered_json(1e300), ordered_json("x"), ordered_json::array(), ordered_json(nullptr)}) {
        for (const auto& [pointer, value] : flat.items()) {
            ordered_json changed = whole;
            changed[ordered_json::json_pointer(pointer)] = wrong;
            const auto read = result::from_json(changed.dump(), "r.json");
            if (!read)
                CHECK_FALSE(read.error().message.empty());
        }
    }
}

TEST_CASE("result json: the example of docs/result-format.md is what is written") {
    std::ifstream file(std::string(RELAYBENCH_SOURCE_DIR) + "/docs/result-format.md");
    std::stringstream text;
    text << file.rdbuf();
    const std::string page = text.str();
    const std::string opening = "```json\n";
    const std::size_t from = page.find(opening);
    REQUIRE(from != std::string::npos);
    const std::string example = page.substr(from + opening.size(), page.find("```\n", from + 8) - from - opening.size());

    result::RunResult run = test::sample_run({.streams = 3, .failures = 1});
    run.arms[0].streams.resize(1);
    run.arms[0].series.resize(1);
    run.gates.push_back({"ttft.p99 < 800ms", "fast", result::GateVerdict::Passed, "213 ms", ""});
    run.warnings.push_back({"small_sample", "Gate \"ttft.p99 < 800ms\" was judged on 3 values of arm fast.", "Run at least 100 streams."});
    CHECK_MESSAGE(result::to_json(run) == example, result::to_json(run));
}
