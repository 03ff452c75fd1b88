#include "report/table.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "report/plain_ascii.h"
#include "report/wrap.h"

namespace report = relaybench::report;
using report::Align;
using report::Palette;
using report::Style;
using report::Table;

TEST_CASE("table: columns are aligned by what a terminal shows, not by bytes") {
    Table table({{"", Align::Left}, {"p50"}});
    table.add_row({{"µs"}, {"1"}});
    table.add_row({{"日本"}, {"1000"}});
    CHECK(table.render(80, Palette::plain()) == "         p50\n  µs       1\n  日本  1000\n");
}

TEST_CASE("table: when it is too wide, columns go in their order and the rest stays whole") {
    Table table({{"a", Align::Left}, {"bbbb", Align::Right, 1}, {"cccc", Align::Right, 2}});
    table.add_row({{"x"}, {"1"}, {"2"}});
    CHECK(table.render(80, Palette::plain()) == "  a  bbbb  cccc\n  x     1     2\n");
    CHECK(table.render(12, Palette::plain()) == "  a  bbbb\n  x     1\n");
    CHECK(table.render(5, Palette::plain()) == "  a\n  x\n");
}

TEST_CASE("table: a last column of words goes on in the next lines when nothing else can give way, and loses nothing") {
    Table table({{"", Align::Left}, {"", Align::Left}});
    table.add_row({{"key"}, {"a long sentence that does not fit"}});
    table.add_row({{"x"}, {"incomprehensibilities"}});
    CHECK(table.render(20, Palette::plain()) ==
          "  key  a long\n       sentence that\n       does not fit\n  x    incomprehensi\n       bilities\n");
    CHECK(table.render({.width = 20, .long_lines = report::LongLines::Keep}) ==
          "  key  a long sentence that does not fit\n  x    incomprehensibilities\n");
}

TEST_CASE("table: a last column of figures is cut with an ellipsis") {
    Table table({{"", Align::Left}, {""}});
    table.add_row({{"key"}, {"1234567890"}});
    CHECK(table.render(14, Palette::plain()) == "  key  1234567…\n");
}

TEST_CASE("table: in ASCII the columns stand as they do in Unicode") {
    Table table({{"", Align::Left}, {"p50"}, {"", Align::Left}});
    table.add_row({{"gap"}, {"∞"}, {"±4 % (1…2)"}});
    table.add_row({{"ttft"}, {"12.3 µs"}, {"≈"}});
    CHECK(table.render({.symbols = report::Symbols::Ascii}) == "            p50\n  gap       inf  +/-4 % (1...2)\n  ttft  12.3 us  ~\n");
}

TEST_CASE("table: a column without a single value takes no room") {
    Table table({{"a", Align::Left}, {"empty"}, {"c"}});
    table.add_row({{"x"}, {""}, {"1"}});
    CHECK(table.render(80, Palette::plain()) == "  a  c\n  x  1\n");
}

TEST_CASE("table: colour changes no width, and the plain palette adds no byte") {
    Table table({{"", Align::Right}, {"", Align::Left}});
    table.add_row({{"1", Style::Bad}, {"x"}});
    table.add_row({{"100"}, {"y"}});
    CHECK(table.render(80, Palette::plain()) == "    1  x\n  100  y\n");
    CHECK(table.render(80, Palette::ansi()) == "    \x1b[1;31m1\x1b[0m  x\n  100  y\n");
}

TEST_CASE("wrap: words go to the next line under the first, and a word too long stays whole") {
    CHECK(report::wrapped("* ", "one two three", 9) == "* one two\n  three\n");
    CHECK(report::wrapped("* ", "incomprehensible x", 8) == "* incomprehensible\n  x\n");
    CHECK(report::wrapped("", "", 8) == "\n");
}

TEST_CASE("wrap: folding breaks between words, and within one that is too long") {
    using Pieces = std::vector<std::string>;
    CHECK(report::folded("one two three", 8) == Pieces{"one two", "three"});
    CHECK(report::folded("incomprehensible x", 8) == Pieces{"incompre", "hensible", "x"});
    CHECK(report::folded("日本語です", 4) == Pieces{"日本", "語で", "す"});
    CHECK(report::folded("", 8) == Pieces{""});
}

TEST_CASE("ascii: signs are spelled, and what is from elsewhere is a question mark") {
    CHECK(report::as_ascii("2.0× (1.5…2.5), ±3 µs → p99 ≈ ∞ · –") == "2.0x (1.5...2.5), +/-3 us -> p99 ~ inf - -");
    CHECK(report::as_ascii("模型") == "??");
    CHECK(report::as_ascii("plain\n\x1b[1m") == "plain\n\x1b[1m");
}

TEST_CASE("wrap: cutting keeps whole characters") {
    CHECK(report::cut_to_width("µµµµ", 3) == "µµ…");
    CHECK(report::cut_to_width("日本語", 4) == "日…");
    CHECK(report::cut_to_width("abc", 3) == "abc");
    CHECK(report::cut_to_width("abc", 0).empty());
}

TEST_CASE("wrap: digits are grouped by three") {
    CHECK(report::grouped(0) == "0");
    CHECK(report::grouped(999) == "999");
    CHECK(report::grouped(1000) == "1,000");
    CHECK(report::grouped(1'234'567) == "1,234,567");
}
