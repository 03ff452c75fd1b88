#include "unit/layout/rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>
#include <set>

namespace relaybench::layout {
namespace {

using Folders = std::set<std::string_view>;

/// What each folder of src/ may include beside itself: the table of docs/architecture.md.
const std::map<std::string_view, Folders>& allowed_includes() {
    static const std::map<std::string_view, Folders> table = {
        {"core", {}},
        {"stats", {"core"}},
        {"wire", {"core"}},
        {"scenario", {"core", "wire"}},
        {"load", {"core", "scenario"}},
        {"stream", {"core", "wire", "load"}},
        {"net", {"core", "wire", "stream"}},
        {"result", {"core", "stats", "wire", "scenario", "stream"}},
        {"run", {"core", "stats", "wire", "scenario", "load", "stream", "result"}},
        {"judge", {"core", "stats", "stream", "result"}},
        {"report", {"core", "stats", "stream", "result", "judge"}},
        {"relay", {"core", "wire", "scenario", "net"}},
        {"doctor", {"core", "wire", "scenario", "net", "result"}},
        {"canary", {"core", "stats", "wire", "scenario", "net", "result", "run", "judge", "report"}},
        {"monitor", {"core", "stats", "wire", "scenario", "net", "result", "run", "judge", "report"}},
        {"cli",
         {"core", "stats", "wire", "scenario", "load", "stream", "net", "result", "run", "judge", "report", "relay", "doctor", "canary",
          "monitor"}},
    };
    return table;
}

/// A library and the one place where its headers may be included: both are regular expressions.
struct Home {
    std::string_view header;
    std::string_view place;
    std::string_view name;
};

constexpr std::array kHomes = std::to_array<Home>({
    {"libwebsockets\\.h|lws_.*", "src/net/.*", "libwebsockets"},
    {"ev\\.h|ev/.*", "src/net/.*", "libev"},
    {"http_parser\\.h", "src/net/.*", "http-parser"},
    {"wslay/.*", "src/net/.*", "wslay"},
    {"nghttp2/.*", "src/net/.*", "nghttp2"},
    {"openssl/(ssl|bio|err|x509.*|pem)\\.h", "src/(net|doctor)/.*", "OpenSSL's TLS"},
    {"ares\\.h", "src/doctor/.*", "c-ares"},
    {"openssl/.*", "src/(net|doctor|scenario)/.*", "OpenSSL"},
    {"CLI/.*", "src/cli/.*", "CLI11"},
    {"simdjson\\.h", "src/wire/.*", "simdjson"},
    {"yaml-cpp/.*", "src/[a-z]+/([a-z0-9_]+_)?yaml\\.(cpp|h)", "yaml-cpp"},
    {"nlohmann/.*", "src/[a-z]+/([a-z0-9_]+_)?json\\.(cpp|h)", "nlohmann/json"},
    {"archive(_entry)?\\.h", "src/core/tar_gz\\.cpp", "libarchive"},
    {"zlib\\.h", "src/(stats|wire)/.*", "zlib"},
    {"zstd\\.h", "src/(wire|relay)/.*", "zstd"},
});

/// A header that shows a library's types may stand only where nothing but the library's home sees it.
constexpr std::string_view kDocumentHeaders = "(nlohmann|yaml-cpp)/.*";

struct Include {
    std::size_t line = 0;
    bool quoted = false;
    std::string path;
};

std::vector<Include> includes_of(const SourceFile& file) {
    static const std::regex pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
    std::vector<Include> includes;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(file.text)) {
        ++number;
        std::cmatch match;
        if (std::regex_search(line.data(), line.data() + line.size(), match, pattern)) {
            includes.push_back({number, match[1].str() == "\"", match[2].str()});
        }
    }
    return includes;
}

bool matches(std::string_view text, std::string_view pattern) {
    return std::regex_match(text.begin(), text.end(), std::regex(pattern.begin(), pattern.end()));
}

/// Every line of the code (comments and literals blanked) in which the pattern is found.
std::vector<Violation> lines_with(const SourceFile& file, const std::regex& pattern, std::string_view rule, std::string_view what) {
    const std::string code = code_of(file.text);
    std::vector<Violation> found;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(code)) {
        ++number;
        std::cmatch match;
        if (std::regex_search(line.data(), line.data() + line.size(), match, pattern)) {
            found.push_back({file.path, number, std::string(rule), match.str() + ": " + std::string(what)});
        }
    }
    return found;
}

std::vector<Violation> check_folder_order(const SourceFile& file) {
    const std::string_view folder = folder_of(file.path);
    if (folder.empty() || !is_cpp(file.path)) {
        return {};
    }
    const auto allowed = allowed_includes().find(folder);
    if (allowed == allowed_includes().end()) {
        return {{file.path, 0, "folder-order", "src/" + std::string(folder) + " is not in the table of folders"}};
    }
    std::vector<Violation> found;
    for (const Include& include : includes_of(file)) {
        const std::string other = include.path.substr(0, std::min(include.path.find('/'), include.path.size()));
        if (include.quoted && other != folder && !allowed->second.contains(other)) {
            found.push_back({file.path, include.line, "folder-order", std::string(folder) + " may not include \"" + include.path + "\""});
        }
    }
    return found;
}

std::optional<std::string> homeless(const SourceFile& file, const Include& include) {
    for (const Home& home : kHomes) {
        if (!matches(include.path, home.header)) {
            continue;
        }
        if (!matches(file.path, home.place)) {
            return "<" + include.path + ">: " + std::string(home.name) + " is at home in " + std::string(home.place);
        }
        return std::nullopt;
    }
    return std::nullopt;
}

std::vector<Violation> check_one_home(const SourceFile& file) {
    if (folder_of(file.path).empty() || !is_cpp(file.path)) {
        return {};
    }
    std::vector<Violation> found;
    for (const Include& include : includes_of(file)) {
        if (const auto what = homeless(file, include)) {
            found.push_back({file.path, include.line, "one-home", *what});
        }
        if (is_header(file.path) && !matches(file.path, ".*_(json|yaml)\\.h") && matches(include.path, kDocumentHeaders)) {
            found.push_back(
                {file.path, include.line, "one-home", "<" + include.path + "> in a header shows the library's types to others"});
        }
    }
    return found;
}

std::vector<Violation> check_clock(const SourceFile& file) {
    static const std::regex pattern(
        R"(::now\s*\(\s*\)|\bclock_gettime\s*\(|\bgettimeofday\s*\(|\bstd::time\s*\(|\b(sleep_for|sleep_until|usleep|nanosleep|clock_nanosleep|sleep)\s*\()");
    if (folder_of(file.path).empty()) {
        return {};
    }
    return lines_with(file, pattern, "clock", "time is read and waited for through core::Clock and the event loop");
}

std::vector<Violation> check_printing(const SourceFile& file) {
    static const std::regex pattern(R"(\bstd::(cout|cerr|clog)\b|\b(printf|puts|putchar)\s*\(|\bfprintf\s*\()");
    if (folder_of(file.path).empty() || folder_of(file.path) == "cli") {
        return {};
    }
    return lines_with(file, pattern, "printing", "only cli/ writes to the terminal");
}

std::vector<Violation> check_using_namespace(const SourceFile& file) {
    static const std::regex pattern(R"(\busing\s+namespace\b(?!\s+std::(\w+_)?literals\b))");
    return is_cpp(file.path) ? lines_with(file, pattern, "using-namespace", "name what is used") : std::vector<Violation>{};
}

std::vector<Violation> check_pragma_once(const SourceFile& file) {
    if (!is_header(file.path) || file.text.find("#pragma once\n") != std::string::npos) {
        return {};
    }
    return {{file.path, 0, "pragma-once", "a header without #pragma once"}};
}

std::vector<Violation> check_length(const SourceFile& file) {
    constexpr std::size_t kMost = 300;
    constexpr std::size_t kMostOfTests = 400;
    const std::size_t lines = lines_of(file.text).size();
    if (!is_cpp(file.path) || lines <= (file.path.starts_with("tests/") ? kMostOfTests : kMost)) {
        return {};
    }
    return {{file.path, 0, "length", std::to_string(lines) + " lines: is it still one idea?"}};
}

/// Places that exist on one machine only, and hosts from which packages come. Written in halves: this file is checked too.
std::vector<Violation> check_machine(const SourceFile& file) {
    static const std::regex pattern(
        "/wo"
        "rk/(main|shared|steering)|/fa"
        "rm/in|/ho"
        "me/[a-z]+/|deb\\.deb"
        "ian\\.org|registry\\.np"
        "mjs|py"
        "pi\\.org|crates"
        "\\.io/|"
        "proxy\\.go"
        "lang");
    std::vector<Violation> found;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(file.text)) {
        ++number;
        std::cmatch match;
        constexpr std::size_t kLongestLine = 20000;  // embedded data; the regular expression engine recurses
        if (line.size() < kLongestLine && std::regex_search(line.data(), line.data() + line.size(), match, pattern)) {
            found.push_back({file.path, number, "machine", match.str() + " is true on one machine only"});
        }
    }
    return found;
}

constexpr std::array kRules = std::to_array<Rule>({
    {"folder-order", check_folder_order},
    {"one-home", check_one_home},
    {"clock", check_clock},
    {"printing", check_printing},
    {"using-namespace", check_using_namespace},
    {"pragma-once", check_pragma_once},
    {"length", check_length},
    {"machine", check_machine},
});

}  // namespace

std::span<const Rule> rules() { return kRules; }

Findings check(std::span<const SourceFile> files, std::span<const Exception> exceptions) {
    Findings findings;
    std::vector<bool> used(exceptions.size(), false);
    const auto is_excused = [&](const Violation& violation) {
        for (std::size_t i = 0; i < exceptions.size(); ++i) {
            if (exceptions[i].path == violation.path && exceptions[i].rule == violation.rule) {
                used[i] = true;
                return true;
            }
        }
        return false;
    };
    for (const SourceFile& file : files) {
        for (const Rule& rule : kRules) {
            std::ranges::copy_if(rule.check(file), std::back_inserter(findings.violations),
                                 [&](const Violation& v) { return !is_excused(v); });
        }
    }
    for (std::size_t i = 0; i < exceptions.size(); ++i) {
        if (!used[i]) {
            findings.stale.push_back(exceptions[i]);
        }
    }
    return findings;
}

std::string text_of(const Violation& violation) {
    return violation.path + ":" + std::to_string(violation.line) + ": " + violation.what + " [" + violation.rule + "]";
}

}  // namespace relaybench::layout
