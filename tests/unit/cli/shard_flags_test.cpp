#include "cli/shard_flags.h"

#include <doctest/doctest.h>

#include <string>

#include "core/calendar.h"

namespace relaybench {

using namespace std::chrono_literals;

TEST_CASE("--shard: i/n, counted from 1") {
    const auto shard = cli::parse_shard("2/4");
    REQUIRE(shard);
    CHECK(shard->index == 2);
    CHECK(shard->count == 4);
    CHECK(cli::parse_shard("1/1").has_value());
    for (const std::string bad : {"", "/", "2", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "1 / 4", "1/1001", "1/99999999999"}) {
        REQUIRE_MESSAGE(!cli::parse_shard(bad), bad);
        CHECK(cli::parse_shard(bad).error().message.find("--shard: ") == 0);
    }
}

TEST_CASE("--start-at: UTC, seconds since 1970, or from now on; not the past, not next year") {
    const auto now = core::parse_utc("2026-11-21T04:15:00Z").value();
    CHECK(cli::parse_start_at("2026-11-21T04:15:30Z", now).value() == now + 30s);
    CHECK(cli::parse_start_at("1795234510", now).value() == now + 10s);
    CHECK(cli::parse_start_at("+1m30s", now).value() == now + 90s);
    CHECK(cli::parse_start_at("2026-11-21T04:14:58Z", now).error().message == "--start-at: \"2026-11-21T04:14:58Z\" was 2.00 s ago");
    for (const std::string bad : {"", "now", "+10", "10s", "2026-11-21", "2027-11-21T04:15:00Z", "-5", "99999999999999"}) {
        REQUIRE_MESSAGE(!cli::parse_start_at(bad, now), bad);
        CHECK(cli::parse_start_at(bad, now).error().message.find("--start-at: ") == 0);
    }
}

TEST_CASE("staging: all problems of its flags are told at once") {
    cli::ShowFlags flags;
    flags.shard = "5/4";
    flags.start_at = "noon";
    flags.journal = "/no/such/folder/x";
    const auto staging = cli::parse_staging(flags, core::WallTime{});
    REQUIRE_FALSE(staging);
    const auto& text = staging.error().message;
    for (const auto* flag : {"--shard: ", "--start-at: ", "--journal: "}) {
        CHECK(text.find(flag) != std::string::npos);
    }
}

TEST_CASE("staging: a shard needs room for its part of the streams only") {
    cli::Staging staging;
    CHECK(cli::streams_of_one(10, staging) == 10);
    staging.shard = result::Shard{1, 4};
    CHECK(cli::streams_of_one(10, staging) == 3);
}

}  // namespace relaybench
