#include "core/tar_gz.h"

#include <string>

#include <doctest/doctest.h>

namespace core = relaybench::core;

TEST_CASE("tar_gz: a gzip file, equal for equal input, another one for another time") {
    const std::vector<core::ArchiveMember> members = {{"a/report.txt", "hello\n"}, {"a/empty.json", ""}};
    const auto at = core::WallTime{std::chrono::seconds(1'800'000'000)};
    const auto packed = core::tar_gz(members, at);
    REQUIRE(packed);
    CHECK(packed->substr(0, 2) == "\x1f\x8b");
    CHECK(*packed == core::tar_gz(members, at).value());
    CHECK(*packed != core::tar_gz(members, at + std::chrono::seconds(1)).value());
}

TEST_CASE("tar_gz: a name that no tar can hold is an error") {
    const auto packed = core::tar_gz({{std::string(400, 'x'), "text"}}, core::WallTime{});
    REQUIRE_FALSE(packed);
    CHECK(packed.error().message.starts_with("cannot pack the files: "));
}
