#include "core/temporary_folder.h"

#include <doctest/doctest.h>

#include <fstream>
#include <utility>

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

TEST_CASE("temporary folder: it goes with its last owner, and an assigned-to owner loses the folder that it had") {
    fs::path first_path;
    fs::path second_path;
    {
        auto first = TemporaryFolder::make().value();
        first_path = first.path();
        {
            auto second = TemporaryFolder::make().value();
            second_path = second.path();
            first = std::move(second);
        }
        CHECK(first.path() == second_path);
        CHECK(fs::exists(second_path));
        CHECK_FALSE(fs::exists(first_path));
    }
    CHECK_FALSE(fs::exists(second_path));
}
