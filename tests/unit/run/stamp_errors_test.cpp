#include "run/stamp_errors.h"

#include <doctest/doctest.h>

namespace relaybench::run {
namespace {

using namespace std::chrono_literals;

TEST_CASE("stamp errors: nothing recorded is nothing told, not an error of zero") {
    CHECK_FALSE(StampErrors(StampDetail::UsedAndUser).summary());
    StampErrors merged(StampDetail::UsedAndUser);
    merged.merge(StampErrors(StampDetail::UsedAndUser));
    CHECK_FALSE(merged.summary());
}

TEST_CASE("stamp errors: both stamps of both metrics are kept apart, as absolute values") {
    StampErrors errors(StampDetail::UsedAndUser);
    errors.record_first_token({.at = 5us, .seen = 40us});
    errors.record_gap({.at = -2us, .seen = -90us});
    errors.record_gap({.at = 4us, .seen = 30us});
    const auto summary = errors.summary();
    REQUIRE(summary);
    CHECK(summary->ttft.count == 1);
    CHECK(summary->ttft.max == 5us);
    CHECK(summary->user_ttft.max == 40us);
    CHECK(summary->gap.count == 2);
    CHECK(summary->gap.mean / 1us == 3);
    CHECK(summary->gap.max == 4us);
    CHECK(summary->user_gap.mean / 1us == 60);
    CHECK(summary->user_gap.max == 90us);
}

TEST_CASE("stamp errors: merging adds what the other worker saw") {
    StampErrors one(StampDetail::UsedAndUser);
    one.record_gap({.at = 1us, .seen = 10us});
    StampErrors other(StampDetail::UsedAndUser);
    other.record_gap({.at = 3us, .seen = 50us});
    one.merge(other);
    const auto summary = one.summary();
    REQUIRE(summary);
    CHECK(summary->ttft.count == 0);
    CHECK(summary->gap.count == 2);
    CHECK(summary->gap.max == 3us);
    CHECK(summary->user_gap.max == 50us);
}

}  // namespace
}  // namespace relaybench::run
