#include "core/text.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "core/random.h"
#include "core/utf8.h"

namespace {

using relaybench::core::did_you_mean;
using relaybench::core::display_width;
using relaybench::core::first_character;
using relaybench::core::iequals;
using relaybench::core::listed;
using relaybench::core::lowercase;
using relaybench::core::nearest;
using relaybench::core::printable;
using relaybench::core::Random;
using relaybench::core::split;
using relaybench::core::trimmed;

constexpr std::array<std::string_view, 4> kCommands = {"run", "compare", "doctor", "monitor"};
const std::string kBad = "\uFFFD";

}  // namespace

TEST_CASE("nearest: a slip of a third of the word is forgiven, more is not") {
    CHECK(nearest("compaer", kCommands) == "compare");
    CHECK(nearest("COMPARE", kCommands) == "compare");
    CHECK(nearest("rnu", kCommands) == "run");
    CHECK(nearest("dcotr", kCommands) == std::nullopt);  // a swap and a loss: two slips, one is allowed
    CHECK(nearest("doctr", kCommands) == "doctor");
    CHECK(nearest("xyz", kCommands) == std::nullopt);
    CHECK(nearest("", kCommands) == std::nullopt);
    CHECK(nearest("run", {}) == std::nullopt);
}

TEST_CASE("did you mean: ready to be appended, or nothing") {
    CHECK(did_you_mean("docter", kCommands) == " (did you mean \"doctor\"?)");
    CHECK(did_you_mean("benchmark", kCommands).empty());
}

TEST_CASE("listed: commas and an or") {
    CHECK(listed(kCommands) == "run, compare, doctor or monitor");
    CHECK(listed(std::array<std::string_view, 2>{"a", "b"}) == "a or b");
    CHECK(listed(std::array<std::string_view, 1>{"a"}) == "a");
    CHECK(listed({}).empty());
}

TEST_CASE("printable: plain text, umlauts and emoji stay as they are") {
    CHECK(printable("Grüße, 世界 👋", 100) == "Grüße, 世界 👋");
    CHECK(printable("", 10).empty());
}

TEST_CASE("printable: nothing that drives a terminal comes through") {
    CHECK(printable("a\nb\r\tc", 100) == "a b  c");
    CHECK(printable("x\x1b[31mred\x1b[0m", 100) == "x" + kBad + "red" + kBad);
    CHECK(printable("x\x1b]0;title\x07y", 100) == "x" + kBad + "y");
    CHECK(printable("x\x1b]8;;http://h\x1b\\y", 100) == "x" + kBad + "y");
    CHECK(printable("\x1b]never ends", 100) == kBad + "never ends");
    CHECK(printable("\x1b", 100) == kBad);
    CHECK(printable("\x1b[", 100) == kBad);
    CHECK(printable(std::string_view("a\0b\x7f", 4), 100) == "a" + kBad + "b" + kBad);
    CHECK(printable("\u009b31m", 100) == kBad + "31m");                         // C1 control sequence introducer
    CHECK(printable("a\u202eb\u2066c", 100) == "a" + kBad + "b" + kBad + "c");  // bidi override, isolate
    CHECK(printable("\xff\xc3", 100) == kBad + kBad);
}

TEST_CASE("printable: never longer than asked, and cut between characters") {
    CHECK(printable("abcdef", 6) == "abcdef");
    CHECK(printable("abcdefg", 6) == "abc…");
    CHECK(printable("äöüß", 8) == "äöüß");
    CHECK(printable("äöüßx", 8) == "äö…");
    CHECK(printable("abc", 2).empty());
    CHECK(printable("abcd", 3) == "…");
    Random random(12);
    for (int i = 0; i < 3'000; ++i) {
        std::string bytes(random.below(40), '\0');
        for (char& byte : bytes) {
            byte = static_cast<char>(static_cast<unsigned char>(random.below(256)));
        }
        const std::size_t most = random.below(30);
        const std::string shown = printable(bytes, most);
        REQUIRE(shown.size() <= most);
        REQUIRE(printable(shown, most) == shown);
    }
}

TEST_CASE("UTF-8: invalid forms are found and take their maximal valid beginning") {
    CHECK(first_character("A").code == U'A');
    CHECK(first_character("€!").code == U'€');
    CHECK(first_character("€!").bytes == 3);
    CHECK(first_character("\U0001f44b").code == 0x1f44b);
    for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80", "\xff"}) {
        CHECK_FALSE(first_character(text).valid);
        CHECK(first_character(text).bytes == 1);
    }
    CHECK_FALSE(first_character("\xe2\x82").valid);
    CHECK(first_character("\xe2\x82").bytes == 2);
    CHECK(first_character("\xf0\x9f\x91x").bytes == 3);
}

TEST_CASE("display width: combining marks take no column, East Asian wide characters two") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("µs…") == 3);
    CHECK(display_width("世界") == 4);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("👋") == 2);
    CHECK(display_width("\xff") == 1);
    CHECK(display_width("") == 0);
}

TEST_CASE("trimmed, split, iequals, lowercase") {
    CHECK(trimmed(" \t a b \r\n") == "a b");
    CHECK(trimmed("  ").empty());
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
    CHECK(split(",", ',') == std::vector<std::string_view>{"", ""});
    CHECK(iequals("Content-Type", "content-TYPE"));
    CHECK_FALSE(iequals("a", "ab"));
    CHECK_FALSE(iequals("[", "{"));
    CHECK(lowercase("AbC-É") == "abc-É");
}
