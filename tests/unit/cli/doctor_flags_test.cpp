#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "cli/command.h"
#include "doctor/finding_codes.h"

namespace cli = relaybench::cli;

namespace {

/// "--word" wherever it stands in a text.
std::vector<std::string> flags_in(std::string_view text) {
    std::vector<std::string> flags;
    for (std::size_t at = text.find("--"); at != std::string_view::npos; at = text.find("--", at + 2)) {
        const auto* const begin = text.begin() + at + 2;
        const auto* const end = std::find_if_not(begin, text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
        if (begin != end) {
            flags.emplace_back(begin, end);
        }
    }
    return flags;
}

std::set<std::string> flags_of_doctor() {
    CLI::App app;
    cli::Invocation invocation;
    cli::add_doctor_command(app, invocation);
    std::set<std::string> names;
    for (const CLI::Option* option : app.get_subcommand("doctor")->get_options()) {
        names.insert(option->get_lnames().begin(), option->get_lnames().end());
    }
    return names;
}

}  // namespace

TEST_CASE("doctor: what a finding says to do names flags that doctor has") {
    const std::set<std::string> known = flags_of_doctor();
    CHECK(known.contains("cacert"));
    CHECK_FALSE(known.contains("ca"));
    CHECK_FALSE(known.contains("connect-to"));
    std::size_t named = 0;
    for (const auto& code : relaybench::doctor::finding_codes()) {
        for (const std::string& flag : flags_in(code.fix)) {
            CAPTURE(code.code);
            CAPTURE(flag);
            CHECK(known.contains(flag));
            ++named;
        }
    }
    CHECK(named > 0);
}
