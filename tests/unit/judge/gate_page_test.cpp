#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/text.h"
#include "judge/gate.h"

namespace relaybench {

namespace {

std::string page() {
    std::ifstream file(std::string(RELAYBENCH_SOURCE_DIR) + "/docs/gates.md");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The lines of the page's block of that kind.
std::vector<std::string> block(const std::string& kind) {
    const std::string text = page();
    const std::string opening = "```" + kind + "\n";
    const auto begin = text.find(opening);
    REQUIRE(begin != std::string::npos);
    const auto from = begin + opening.size();
    std::vector<std::string> lines;
    for (const auto line : core::split(std::string_view(text).substr(from, text.find("```", from) - from), '\n')) {
        if (!line.empty()) {
            lines.emplace_back(line);
        }
    }
    return lines;
}

std::string problem_with(const std::string& expression) {
    const auto gate = judge::parse_gate(expression);
    return gate ? "accepted" : gate.error().message;
}

}  // namespace

TEST_CASE("gate page: what it calls accepted is accepted") {
    const auto lines = block("gates");
    CHECK(lines.size() > 10);
    for (const auto& line : lines) {
        CHECK_MESSAGE(problem_with(line) == "accepted", line);
    }
}

TEST_CASE("gate page: what it calls refused is refused in the words that it gives") {
    const auto lines = block("refused");
    CHECK(lines.size() > 5);
    for (const auto& line : lines) {
        const auto arrow = line.find("=>");
        REQUIRE(arrow != std::string::npos);
        const std::string words(core::trimmed(std::string_view(line).substr(arrow + 2)));
        const std::string said = problem_with(std::string(core::trimmed(std::string_view(line).substr(0, arrow))));
        CHECK_MESSAGE(said.find(words) != std::string::npos, line, " says: ", said);
    }
}

TEST_CASE("gate page: the grammar knows every metric, outcome and throughput, with every statistic") {
    std::string grammar;
    for (const auto& line : block("text")) {
        grammar += line + "\n";
    }
    const auto words_after = [&grammar](const std::string& name) {
        const auto begin = grammar.find("\n" + name);
        REQUIRE(begin != std::string::npos);
        auto end = begin;
        do {
            end = grammar.find('\n', end + 1);
        } while (end != std::string::npos && grammar.substr(end + 1).starts_with(" "));
        std::vector<std::string> words;
        std::stringstream text(grammar.substr(begin, end - begin));
        for (std::string word; text >> word;) {
            if (word != name && word != "|" && word != "=") {
                words.push_back(word);
            }
        }
        return words;
    };
    const auto metrics = words_after("METRIC");
    CHECK(metrics.size() == result::metrics().size());
    for (const auto& metric : metrics) {
        for (const char* statistic : {"p50", "p(99.9)", "max", "mean"}) {
            CHECK_MESSAGE(problem_with(metric + "." + statistic + " < 1s") == "accepted", metric);
        }
        CHECK(problem_with(metric + ".count > 10k") == "accepted");
    }
    const auto outcomes = words_after("OUTCOME");
    CHECK(outcomes.size() == stream::all_outcomes().size());
    for (const auto& outcome : outcomes) {
        CHECK_MESSAGE(problem_with(outcome + ".rate < 1%") == "accepted", outcome);
    }
    for (const auto& throughput : words_after("THROUGHPUT")) {
        CHECK_MESSAGE(problem_with(throughput + ".rate > 1/s") == "accepted", throughput);
    }
}

}  // namespace relaybench
