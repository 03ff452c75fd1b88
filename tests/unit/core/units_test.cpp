#include "core/units.h"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "core/random.h"

namespace {

using namespace std::chrono_literals;
using relaybench::core::Duration;
using relaybench::core::duration_text;
using relaybench::core::human_bytes;
using relaybench::core::human_count;
using relaybench::core::human_duration;
using relaybench::core::human_ratio;
using relaybench::core::parse_count;
using relaybench::core::parse_duration;
using relaybench::core::parse_rate;
using relaybench::core::parse_ratio;
using relaybench::core::Random;

}  // namespace

TEST_CASE("duration: numbers with units and sums of them are read exactly") {
    CHECK(parse_duration("250us").value() == 250us);
    CHECK(parse_duration("250µs").value() == 250us);       // micro sign
    CHECK(parse_duration("250\u03bcs").value() == 250us);  // Greek mu
    CHECK(parse_duration("500ms").value() == 500ms);
    CHECK(parse_duration("1.5s").value() == 1500ms);
    CHECK(parse_duration(".5s").value() == 500ms);
    CHECK(parse_duration("2m").value() == 2min);
    CHECK(parse_duration("1h").value() == 1h);
    CHECK(parse_duration("1m30s").value() == 90s);
    CHECK(parse_duration("0.1s").value() == 100ms);
    CHECK(parse_duration("0.25m").value() == 15s);
    CHECK(parse_duration("1.500000000000s").value() == 1500ms);
    CHECK(parse_duration("7ns").value() == 7ns);
    CHECK(parse_duration("0s").value() == 0s);
}

TEST_CASE("duration: what has no unit, a sign, an unknown unit or too much precision is refused with what would be accepted") {
    for (const char* text :
         {"", "5", "s", "-5s", "+5s", "5 s", "5sec", "1e3s", "5s ", "0.1ns", "1.2.3s", "99999999999h", "1s5", "9223372036s999ms"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
    CHECK(parse_duration("5").error().message ==
          "\"5\" is not a duration: expected a number with a unit (ns, us, ms, s, m, h) such as 500ms or 1m30s");
    CHECK(parse_duration("\x1b[2J").error().message.find('\x1b') == std::string::npos);
}

TEST_CASE("duration: the text is the shortest form and reads back as the same duration") {
    CHECK(duration_text(500ms) == "500ms");
    CHECK(duration_text(1500ms) == "1.5s");
    CHECK(duration_text(2min) == "2m");
    CHECK(duration_text(90s) == "90s");
    CHECK(duration_text(1h) == "1h");
    CHECK(duration_text(0s) == "0s");
    CHECK(duration_text(1ns) == "1ns");
    CHECK(duration_text(-500ms) == "-500ms");
    CHECK(duration_text(1h + 1ns) == "3600.000000001s");
    Random random(3);
    for (int i = 0; i < 2'000; ++i) {
        const Duration duration(static_cast<std::int64_t>(random.below(std::uint64_t{1} << (1 + random.below(62)))));
        REQUIRE(parse_duration(duration_text(duration)).value() == duration);
    }
    CHECK(parse_duration(duration_text(Duration::max())).value() == Duration::max());
    CHECK(duration_text(Duration::min()).starts_with("-"));
}

TEST_CASE("rate: per second, minute and hour") {
    CHECK(parse_rate("20/s").value() == 20);
    CHECK(parse_rate("0.5/s").value() == 0.5);
    CHECK(parse_rate("60/min").value() == 1);
    CHECK(parse_rate("3600/h").value() == 1);
    CHECK(parse_rate("20").value() == 20);
    for (const char* text : {"", "/s", "-1/s", "x/s", "1/day", "1e3/s", "inf", "nan", "20/s/s"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_rate(text));
    }
    CHECK(parse_rate("1/day").error().message == "\"1/day\" is not a rate: expected a number with /s, /min or /h such as 20/s or 60/min");
}

TEST_CASE("ratio: a share or a percentage within 0 to 1") {
    CHECK(parse_ratio("5%").value() == doctest::Approx(0.05));
    CHECK(parse_ratio("5 %").value() == doctest::Approx(0.05));
    CHECK(parse_ratio("0.05").value() == 0.05);
    CHECK(parse_ratio("100%").value() == 1);
    CHECK(parse_ratio("0").value() == 0);
    for (const char* text : {"", "%", "5", "101%", "-1%", "x"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_ratio(text));
    }
}

TEST_CASE("count: whole numbers with k and M") {
    CHECK(parse_count("0").value() == 0);
    CHECK(parse_count("200").value() == 200);
    CHECK(parse_count("10k").value() == 10'000);
    CHECK(parse_count("2M").value() == 2'000'000);
    CHECK(parse_count("18446744073709551615").value() == UINT64_MAX);
    for (const char* text : {"", "k", "-1", "+1", "1.5k", "1 000", "10K", "18446744073709551616", "18446744073709551615k"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_count(text));
    }
}

TEST_CASE("human duration: three digits, and the unit changes where rounding says so") {
    CHECK(human_duration(812us) == "812 µs");
    CHECK(human_duration(12'345us) == "12.3 ms");
    CHECK(human_duration(1200ms) == "1.20 s");
    CHECK(human_duration(125s) == "2 m 05 s");
    CHECK(human_duration(3720s) == "1 h 02 m");
    CHECK(human_duration(42ns) == "42 ns");
    CHECK(human_duration(0ns) == "0 s");
    CHECK(human_duration(999'400ns) == "999 µs");
    CHECK(human_duration(999'600ns) == "1.00 ms");
    CHECK(human_duration(59'960ms) == "1 m 00 s");
    CHECK(human_duration(9'996us) == "10.0 ms");
    CHECK(human_duration(-1200ms) == "-1.20 s");
}

TEST_CASE("human count: three digits and a step of a thousand") {
    CHECK(human_count(0) == "0");
    CHECK(human_count(999) == "999");
    CHECK(human_count(999.7) == "1.00 k");
    CHECK(human_count(12'345) == "12.3 k");
    CHECK(human_count(4'560'000) == "4.56 M");
    CHECK(human_count(0.5) == "0.5");
    CHECK(human_count(-12'345) == "-12.3 k");
}

TEST_CASE("human bytes: steps of 1024") {
    CHECK(human_bytes(812) == "812 B");
    CHECK(human_bytes(1023.7) == "1.0 KiB");
    CHECK(human_bytes(1'258'291) == "1.2 MiB");
    CHECK(human_bytes(300.0 * 1024) == "300 KiB");
}

TEST_CASE("human ratio: 0 % and 100 % are said only of exactly none and exactly all") {
    CHECK(human_ratio(0) == "0 %");
    CHECK(human_ratio(1) == "100 %");
    CHECK(human_ratio(0.12) == "12 %");
    CHECK(human_ratio(0.0008) == "0.08 %");
    CHECK(human_ratio(0.1234) == "12.3 %");
    CHECK(human_ratio(0.99999) == "> 99.9 %");
    CHECK(human_ratio(1e-9) == "< 0.001 %");
    CHECK(human_ratio(1.5) == "150 %");
    CHECK(human_ratio(12.5) == "1250 %");
    CHECK(human_ratio(-0.08) == "-8 %");
}
