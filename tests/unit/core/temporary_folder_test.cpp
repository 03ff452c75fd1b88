#include "core/temporary_folder.h"

#include <doctest/doctest.h>

#include <fstream>
#include <optional>

namespace fs = std::filesystem;
using relaybench::core::TemporaryFolder;

TEST_CASE("temporary folder: for this user's eyes only, and gone with its files") {
    fs::path path;
    {
        const auto folder = TemporaryFolder::make();
        REQUIRE(folder);
        path = folder->path();
        CHECK(fs::status(path).permissions() == fs::perms::owner_all);
        std::ofstream(path / "key.pem") << "secret";
        CHECK(fs::exists(path / "key.pem"));
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("temporary folder: it goes with the last owner") {
    auto first = TemporaryFolder::make();
    REQUIRE(first);
    const fs::path path = first->path();
    {
        const TemporaryFolder second = *std::move(first);
        CHECK(second.path() == path);
        first.value() = TemporaryFolder::make().value();
        CHECK(fs::exists(path));
    }
    CHECK_FALSE(fs::exists(path));
}
