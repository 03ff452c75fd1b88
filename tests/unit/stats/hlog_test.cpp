#include "stats/hlog.h"

#include <string>

#include <doctest/doctest.h>

#include "core/base64.h"

namespace {

using namespace std::chrono_literals;
using relaybench::core::base64_encode;
using relaybench::core::Duration;
using relaybench::core::WallTime;
using relaybench::stats::encode_v2_compressed;
using relaybench::stats::HdrHistogram;
using relaybench::stats::Hlog;
using relaybench::stats::HlogInterval;
using relaybench::stats::read_hlog;
using relaybench::stats::write_hlog;

constexpr WallTime kStart{Duration(1'441'812'279'474ms)};

HdrHistogram of(std::int64_t value) {
    HdrHistogram histogram;
    histogram.record(value);
    return histogram;
}

std::string encoded(std::int64_t value) { return base64_encode(encode_v2_compressed(of(value))); }

std::string refusal(std::string_view text) {
    const auto log = read_hlog(text);
    return log ? "read" : log.error().message;
}

}  // namespace

TEST_CASE("histogram log: it has the lines of the reference's writer") {
    const Hlog log{.start_time = kStart,
                   .comments = {"[Logged by a test]"},
                   .intervals = {HlogInterval{.tag = "", .start = 127ms, .length = 1007ms, .histogram = of(2'769)},
                                 HlogInterval{.tag = "relay-b", .start = 1134ms, .length = 999'600us, .histogram = of(2'000)}}};
    const std::string expected =
        "#[Logged by a test]\n"
        "#[Histogram log format version 1.3]\n"
        "#[StartTime: 1441812279.474 (seconds since epoch), 2015-09-09T15:24:39Z]\n"
        "#[BaseTime: 1441812279.474 (seconds since epoch)]\n"
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"
        "0.127,1.007,2.769," +
        encoded(2'769) +
        "\n"
        "Tag=relay-b,1.134,1.000,2.000," +
        encoded(2'000) + "\n";
    CHECK(write_hlog(log).value() == expected);
}

TEST_CASE("histogram log: what was written is read back, to the millisecond") {
    const Hlog log{.start_time = kStart,
                   .comments = {"one", "two\nlines"},
                   .intervals = {HlogInterval{.tag = "a", .start = 0ms, .length = 1s, .histogram = of(1'234'567)},
                                 HlogInterval{.tag = "", .start = 1h + 1ms, .length = 0ms, .histogram = HdrHistogram()}}};
    const Hlog read = read_hlog(write_hlog(log).value()).value();
    CHECK(read.start_time == kStart);
    CHECK(read.comments == std::vector<std::string>{"one", "two lines"});
    REQUIRE(read.intervals.size() == 2);
    CHECK(read.intervals[0].tag == "a");
    CHECK(read.intervals[0].histogram.buckets().front().count == 1);
    CHECK(read.intervals[0].histogram.count_at_or_below(1'234'567) == 1);
    CHECK(read.intervals[1].start == 1h + 1ms);
    CHECK(read.intervals[1].length == 0ms);
    CHECK(read.intervals[1].histogram.count() == 0);
}

TEST_CASE("histogram log: absolute times of other writers are made relative to the start") {
    const std::string line = ",1.000,0.005," + encoded(5) + "\r\n";
    const std::string absolute =
        "#[StartTime: 1441812279.474 (seconds since epoch), Wed Sep 09 08:24:39 PDT 2015]\r\n\r\n1441812281.000" + line;
    CHECK(read_hlog(absolute).value().intervals.at(0).start == 1526ms);
    const std::string relative = "#[StartTime: 1441812279.474 (seconds since epoch), Wed]\n   0.500" + line;
    CHECK(read_hlog(relative).value().intervals.at(0).start == 500ms);
    const std::string based =
        "#[StartTime: 1441812279.000 (seconds since epoch)]\n#[BaseTime: 1441812280.000 (seconds since epoch)]\n0.5" + line;
    CHECK(read_hlog(based).value().intervals.at(0).start == 1500ms);
    CHECK(read_hlog("7.25" + line).value().intervals.at(0).start == 7250ms);
}

TEST_CASE("histogram log: an empty text is an empty log") { CHECK(read_hlog("").value().intervals.empty()); }

TEST_CASE("histogram log: a tag that the format cannot quote is refused") {
    for (const char* tag : {"a,b", "a b", "a\nb"}) {
        const Hlog log{.start_time = kStart, .comments = {}, .intervals = {HlogInterval{.tag = tag, .histogram = {}}}};
        CHECK_FALSE(write_hlog(log));
    }
    const Hlog log{.start_time = kStart, .comments = {}, .intervals = {HlogInterval{.tag = "a,b", .histogram = {}}}};
    CHECK(write_hlog(log).error().message == "histogram log: the tag \"a,b\" holds a comma, a blank or a line break");
}

TEST_CASE("histogram log: bad lines are named by their number") {
    CHECK(refusal("# fine\nTag=x,1,2\n") == "histogram log, line 2: expected [Tag=NAME,]START,LENGTH,MAX,BASE64");
    CHECK(refusal("one,2,3,AAAA") == "histogram log, line 1: start and length must be numbers of seconds");
    CHECK(refusal("nan,2,3,AAAA") == "histogram log, line 1: start and length must be numbers of seconds");
    CHECK(refusal("1,1e300,3,AAAA") == "histogram log, line 1: start and length must be numbers of seconds");
    CHECK(refusal("1,2,3,AAAA") == "histogram log, line 1: not an HdrHistogram in V2 encoding: it ends within the header");
    CHECK(refusal("1,2,3,A*AA") == "histogram log, line 1: base64: character 2 is not of the alphabet A-Z a-z 0-9 + /");
    CHECK(refusal("#[StartTime: soon]\n") == "histogram log, line 1: the time in the comment is not a number of seconds");
}
