#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/layout/rules.h"

namespace layout = relaybench::layout;

namespace {

/// The ids of the rules that a file of this path and text breaks.
std::vector<std::string> broken(std::string path, std::string text) {
    const std::array files = {layout::SourceFile{std::move(path), std::move(text)}};
    std::vector<std::string> ids;
    for (const auto& violation : layout::check(files, {}).violations) {
        ids.push_back(violation.rule);
    }
    return ids;
}

const std::vector<std::string> kNothing;

std::vector<std::string> only(std::string rule) { return {std::move(rule)}; }

}  // namespace

TEST_CASE("folder-order: a folder includes what stands above it and nothing else") {
    CHECK(broken("src/stats/a.cpp", "#include \"core/error.h\"\n#include \"stats/b.h\"\n") == kNothing);
    CHECK(broken("src/core/a.cpp", "#include \"stats/b.h\"\n") == only("folder-order"));
    CHECK(broken("src/run/a.cpp", "#include \"net/loop.h\"\n") == only("folder-order"));
    CHECK(broken("src/run/a.cpp", "  #  include \"judge/gate.h\"\n") == only("folder-order"));
    CHECK(broken("tests/unit/core/a_test.cpp", "#include \"cli/main.h\"\n") == kNothing);
}

TEST_CASE("folder-order: a folder that the table does not know is reported") {
    CHECK(broken("src/gadgets/a.cpp", "int x;\n") == only("folder-order"));
}

TEST_CASE("one-home: a library's headers stay in its home") {
    CHECK(broken("src/net/a.cpp", "#include <libwebsockets.h>\n#include <ev.h>\n#include <openssl/ssl.h>\n") == kNothing);
    CHECK(broken("src/relay/a.cpp", "#include <libwebsockets.h>\n") == only("one-home"));
    CHECK(broken("src/relay/a.cpp", "#include <openssl/ssl.h>\n") == only("one-home"));
    CHECK(broken("src/scenario/a.cpp", "#include <openssl/evp.h>\n") == kNothing);
    CHECK(broken("src/run/a.cpp", "#include <CLI/CLI.hpp>\n") == only("one-home"));
    CHECK(broken("src/wire/a.cpp", "#include <simdjson.h>\n") == kNothing);
    CHECK(broken("src/result/a.cpp", "#include <simdjson.h>\n") == only("one-home"));
}

TEST_CASE("one-home: documents are read and written in files that say so in their name, and never shown in other headers") {
    CHECK(broken("src/result/run_json.cpp", "#include <nlohmann/json.hpp>\n") == kNothing);
    CHECK(broken("src/result/run.cpp", "#include <nlohmann/json.hpp>\n") == only("one-home"));
    CHECK(broken("src/scenario/node_yaml.cpp", "#include <yaml-cpp/yaml.h>\n") == kNothing);
    CHECK(broken("src/scenario/node.cpp", "#include <yaml-cpp/yaml.h>\n") == only("one-home"));
    CHECK(broken("src/result/run.h", "#pragma once\n#include <nlohmann/json.hpp>\n") == std::vector<std::string>{"one-home", "one-home"});
}

TEST_CASE("clock: time is read in one file, and nobody sleeps") {
    CHECK(broken("src/run/a.cpp", "auto t = std::chrono::steady_clock::now();\n") == only("clock"));
    CHECK(broken("src/run/a.cpp", "clock_gettime(CLOCK_MONOTONIC, &t);\n") == only("clock"));
    CHECK(broken("src/run/a.cpp", "std::this_thread::sleep_for(1s);\n") == only("clock"));
    CHECK(broken("src/run/a.cpp", "auto t = clock.now();  // not steady_clock::now()\n") == kNothing);
    CHECK(broken("src/run/a.cpp", "auto t = Stamp::now(clock);\n") == kNothing);
}

TEST_CASE("printing: only the command line writes to the terminal") {
    CHECK(broken("src/judge/a.cpp", "std::cerr << 1;\n") == only("printing"));
    CHECK(broken("src/judge/a.cpp", "std::printf(\"\");\n") == only("printing"));
    CHECK(broken("src/judge/a.cpp", "std::snprintf(buffer, size, format);\n") == kNothing);
    CHECK(broken("src/cli/a.cpp", "std::cerr << 1;\n") == kNothing);
}

TEST_CASE("using-namespace: names are written out, in tests too") {
    CHECK(broken("tests/unit/core/a_test.cpp", "using namespace std;\n") == only("using-namespace"));
    CHECK(broken("src/core/a.cpp", "using std::string;\n") == kNothing);
    CHECK(broken("src/core/a.cpp", "using namespace std::chrono_literals;\n") == kNothing);
}

TEST_CASE("pragma-once: every header has it") {
    CHECK(broken("src/core/a.h", "int f();\n") == only("pragma-once"));
    CHECK(broken("src/core/a.h", "#pragma once\n") == kNothing);
}

TEST_CASE("length: a file of more than 300 lines is listed, a test of more than 400") {
    const auto lines = [](std::size_t count) { return std::string(count, '\n'); };
    CHECK(broken("src/core/a.cpp", lines(300)) == kNothing);
    CHECK(broken("src/core/a.cpp", lines(301)) == only("length"));
    CHECK(broken("tests/unit/core/a_test.cpp", lines(400)) == kNothing);
    CHECK(broken("tests/unit/core/a_test.cpp", lines(401)) == only("length"));
}

TEST_CASE("machine: places of one machine and package hosts are found in any file, comments included") {
    CHECK(broken("docs/a.md", std::string("see /wo") + "rk/main/x\n") == only("machine"));
    CHECK(broken("package-lock.json", std::string("https://registry.np") + "mjs.org/ws\n") == only("machine"));
    CHECK(broken("docs/a.md", "the work is done\n") == kNothing);
}

TEST_CASE("check: an exception excuses its rule in its file only, and is reported when it excuses nothing") {
    const std::array files = {layout::SourceFile{"src/core/a.cpp", "x::now();\n"}, layout::SourceFile{"src/core/b.cpp", "x::now();\n"}};
    const std::array<layout::Exception, 2> exceptions = {layout::Exception{"src/core/a.cpp", "clock", "why"},
                                                         layout::Exception{"src/core/c.cpp", "clock", "gone"}};
    const auto findings = layout::check(files, exceptions);
    REQUIRE(findings.violations.size() == 1);
    CHECK(layout::text_of(findings.violations[0]).starts_with("src/core/b.cpp:1: ::now("));
    REQUIRE(findings.stale.size() == 1);
    CHECK(findings.stale[0].path == "src/core/c.cpp");
}

TEST_CASE("code_of: comments and literals are blanked, line numbers and code stay") {
    CHECK(layout::code_of("a // b\nc") == "a     \nc");
    CHECK(layout::code_of("a /* b\n */c") == "a     \n   c");
    CHECK(layout::code_of(R"(f("x\"y", 'z'))") == "f(      ,    )");
    CHECK(layout::code_of("1'000'000 + b") == "1'000'000 + b");
    CHECK(layout::code_of("R\"re(a\"b)re\" c") == "             c");
    CHECK(layout::code_of("\"unfinished\nnext") == "           \nnext");
}
