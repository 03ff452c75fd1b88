#include "report/table.h"

#include <doctest/doctest.h>

#include <string>

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

TEST_CASE("table: the last column is cut with an ellipsis when nothing else can give way") {
    Table table({{"", Align::Left}, {"", Align::Left}});
    table.add_row({{"key"}, {"a long sentence that does not fit"}});
    CHECK(table.render(20, Palette::plain()) == "  key  a long sente…\n");
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
