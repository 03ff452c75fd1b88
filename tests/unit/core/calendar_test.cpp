#include "core/calendar.h"

#include <string>

#include <doctest/doctest.h>

#include "core/crc32.h"

namespace relaybench::core {

using namespace std::chrono_literals;

TEST_CASE("calendar: a time in UTC is written and read back") {
    const WallTime time{std::chrono::seconds(1'795'234'500)};
    CHECK(utc_text(time) == "2026-11-21T04:15:00Z");
    CHECK(parse_utc("2026-11-21T04:15:00Z").value() == time);
    CHECK(parse_utc("2026-11-21T04:15:00.25Z").value() == time + 250ms);
    CHECK(utc_text(WallTime{}) == "1970-01-01T00:00:00Z");
    CHECK(utc_text(parse_utc("2028-02-29T23:59:59Z").value()) == "2028-02-29T23:59:59Z");
}

TEST_CASE("calendar: what is no time in UTC is refused with an example") {
    for (const std::string bad :
         {"", "Z", "T", "2026-11-21", "2026-11-21T04:15:00", "2026-11-21T04:15:00+01:00", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-11-21T24:00:00Z", "2026-11-21T04:60:00Z", "26-11-21T04:15:00Z", "2026-11-21T04:15:00.Z", "2026-11-21T04:15:00.0000000001Z",
          "2026-11-21T4:15:00Z", "+026-11-21T04:15:00Z"}) {
        const auto read = parse_utc(bad);
        REQUIRE_MESSAGE(!read.has_value(), bad);
        CHECK(read.error().message.find("2026-11-21T04:15:00Z") != std::string::npos);
    }
}

TEST_CASE("crc32: is that of zlib") {
    CHECK(crc32("") == 0);
    CHECK(crc32("123456789") == 0xcbf43926);  // the check value of ISO 3309
    CHECK(crc32("The quick brown fox jumps over the lazy dog") == 0x414fa339);
}

}  // namespace relaybench::core
