#include "core/file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace {

namespace fs = std::filesystem;
using relaybench::core::ErrorKind;
using relaybench::core::read_file;
using relaybench::core::write_file_atomically;

/// An empty folder, gone at the end of the test.
class Folder {
  public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "relaybench-file-test-XXXXXX").native();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }

    [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }
    [[nodiscard]] std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
    }

  private:
    fs::path path_;
};

}  // namespace

TEST_CASE("file: what was written is read back, and nothing else is left in the folder") {
    const Folder folder;
    const std::string bytes("a\0b\n", 4);
    REQUIRE(write_file_atomically(folder / "x.json", bytes));
    CHECK(read_file(folder / "x.json", 100).value() == bytes);
    REQUIRE(write_file_atomically(folder / "x.json", ""));
    CHECK(read_file(folder / "x.json", 100).value().empty());
    CHECK(folder.entries() == 1);
}

TEST_CASE("file: a replaced file keeps its mode") {
    const Folder folder;
    REQUIRE(write_file_atomically(folder / "x", "old"));
    fs::permissions(folder / "x", fs::perms::owner_read | fs::perms::owner_write);
    REQUIRE(write_file_atomically(folder / "x", "new"));
    CHECK(fs::status(folder / "x").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("file: a link keeps pointing to the file that is replaced") {
    const Folder folder;
    REQUIRE(write_file_atomically(folder / "real", "old"));
    fs::create_symlink("real", folder / "link");
    REQUIRE(write_file_atomically(folder / "link", "new"));
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(read_file(folder / "real", 10).value() == "new");
}

TEST_CASE("file: a reader that has the old file open keeps the whole old file") {
    const Folder folder;
    REQUIRE(write_file_atomically(folder / "x", "old contents"));
    std::ifstream reader(folder / "x");
    REQUIRE(write_file_atomically(folder / "x", "new"));
    std::string seen;
    std::getline(reader, seen);
    CHECK(seen == "old contents");
}

TEST_CASE("file: a full disk is an error that names the file, and no part of it is left") {
    const auto written = write_file_atomically("/dev/full", "x");
    REQUIRE_FALSE(written);
    CHECK(written.error().kind == ErrorKind::Failure);
    CHECK(written.error().message == "cannot write /dev/full: No space left on device");
}

TEST_CASE("file: a folder that is not there, or a folder in place of a file, is an error") {
    const Folder folder;
    CHECK(write_file_atomically(folder / "none/x", "x").error().message.find("none/x: No such file or directory") != std::string::npos);
    fs::create_directory(folder / "sub");
    CHECK(write_file_atomically(folder / "sub", "x").error().message.find("sub: Is a directory") != std::string::npos);
    CHECK(folder.entries() == 1);
}

TEST_CASE("file: a pipe is written to directly") {
    const Folder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::fstream both(folder / "pipe", std::ios::in | std::ios::out);  // keeps the pipe open at both ends, so that nothing waits
    REQUIRE(both.is_open());
    REQUIRE(write_file_atomically(folder / "pipe", "through\n"));
    std::string line;
    std::getline(both, line);
    CHECK(line == "through");
    CHECK(fs::is_fifo(folder / "pipe"));
}

TEST_CASE("file: reading refuses what is not there, a folder, and more than the limit") {
    const Folder folder;
    REQUIRE(write_file_atomically(folder / "x", "12345"));
    CHECK(read_file(folder / "x", 5).value() == "12345");
    CHECK(read_file(folder / "x", 4).error().message.ends_with("x: it is larger than 4 bytes, the limit for this kind of file"));
    CHECK(read_file(folder / "none", 4).error().kind == ErrorKind::BadInput);
    CHECK(read_file(folder / "none", 4).error().message.ends_with("none: No such file or directory"));
    CHECK(read_file(fs::temp_directory_path(), 4).error().message.ends_with("Is a directory"));
}
