#include "result/journal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "result/aggregate.h"
#include "result/journal_seal.h"
#include "result/merge.h"
#include "result/result_json.h"
#include "support/sample_result.h"

namespace core = relaybench::core;
namespace result = relaybench::result;
namespace stream = relaybench::stream;
namespace test = relaybench::test;
using namespace std::chrono_literals;
using relaybench::result::Metric;

namespace {

const core::TimePoint kWindow{1h};

result::JournalHeader sample_header() {
    const auto run = test::sample_run({.streams = 0, .failures = 0});
    result::JournalHeader header;
    header.provenance = run.provenance;
    header.arms = run.arms;
    header.gates = {"ttft.p99 < 800ms"};
    return header;
}

/// Streams `first` to `last` of the sample, as one stretch of a journal has them.
result::ArmResult stretch(std::uint64_t first, std::uint64_t last) {
    result::ArmRecorder recorder({.window_start = kWindow, .max_streams = 5});
    for (std::uint64_t i = first; i < last; ++i) {
        core::Random random(i);
        auto record = test::sample_stream(i, 1.0, random);
        if (i % 10 == 3) {
            test::fail(record, i);
        }
        recorder.record(record);
        recorder.count_chunk(record.ended);
        recorder.record_gap(std::chrono::milliseconds(i % 40));
    }
    auto arm = recorder.finish({"fast", "", "", ""});
    arm.streams.clear();
    arm.streams_sampled_of = 0;
    return arm;
}

result::JournalSecond second_of(std::uint64_t number) {
    result::JournalSecond second;
    second.at = std::chrono::seconds(number);
    second.arms.push_back(stretch(40 * (number - 1), 40 * number));
    second.audit.workers.push_back({.cpu_share = 0.1, .reads = number, .wakeups = 1, .chunks = 1});
    return second;
}

/// Header, five seconds, and the end.
std::vector<std::string> sample_lines() {
    std::vector<std::string> lines{result::journal_line(0, sample_header())};
    for (std::uint64_t number = 1; number <= 5; ++number) {
        lines.push_back(result::journal_line(number, second_of(number)));
    }
    const auto run = test::sample_run();
    lines.push_back(result::journal_line(6, result::JournalEnd{run.provenance, run.audit, {{"late_start", "Late.", "Be earlier."}}}));
    return lines;
}

std::string joined(const std::vector<std::string>& lines, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += lines[i];
    }
    return text;
}

core::Expected<result::RunResult> read(const std::string& text) {
    std::istringstream journal(text);
    return result::read_journal(journal, "run.journal");
}

result::RunResult must_read(const std::string& text) {
    auto run = read(text);
    REQUIRE_MESSAGE(run.has_value(), run.error().message);
    return *std::move(run);
}

const result::Warning* warning(const result::RunResult& run, const std::string& code) {
    const auto found = std::find_if(run.warnings.begin(), run.warnings.end(), [&](const auto& each) { return each.code == code; });
    return found == run.warnings.end() ? nullptr : &*found;
}

void check_arm(const result::ArmResult& arm, const result::ArmResult& whole) {
    CHECK(arm.outcomes == whole.outcomes);
    CHECK(arm.metrics == whole.metrics);
    CHECK(arm.counters.tokens == whole.counters.tokens);
    REQUIRE(arm.errors.size() == whole.errors.size());
    CHECK(arm.errors[0].count == whole.errors[0].count);
    REQUIRE(arm.series.size() == whole.series.size());
    for (std::size_t i = 0; i < whole.series.size(); ++i) {
        CHECK(arm.series[i].starts == whole.series[i].starts);
        CHECK(arm.series[i].completed == whole.series[i].completed);
        CHECK(arm.series[i].open_streams == whole.series[i].open_streams);
        CHECK(arm.series[i].ttft_sketch == whole.series[i].ttft_sketch);
        CHECK(arm.series[i].gap_sketch == whole.series[i].gap_sketch);
    }
}

}  // namespace

TEST_CASE("journal: its seconds add up to the run at full resolution") {
    const auto lines = sample_lines();
    const auto run = must_read(joined(lines, lines.size()));
    CHECK_FALSE(run.provenance.partial);
    CHECK(run.provenance.stop_reason == "duration over");
    CHECK(run.arms[0].name == "fast");
    CHECK(run.arms[0].relay == "embedded:fast");
    CHECK(run.gates.at(0).expression == "ttft.p99 < 800ms");
    CHECK(run.gates[0].verdict == result::GateVerdict::Inconclusive);
    check_arm(run.arms[0], stretch(0, 200));
    CHECK(warning(run, "late_start") != nullptr);
    CHECK(warning(run, "journal_torn") == nullptr);
    CHECK(result::from_json(result::to_json(run), "again").has_value());
}

TEST_CASE("journal: without its end the run is partial, and says that it was killed") {
    const auto run = must_read(joined(sample_lines(), 6));
    CHECK(run.provenance.partial);
    CHECK(run.provenance.stop_reason.find("killed") == 0);
    CHECK(run.provenance.duration == 5s);
    CHECK(run.audit.workers.at(0).reads == 5);
    check_arm(run.arms[0], stretch(0, 200));
}

TEST_CASE("journal: torn at any byte of its last line, the lines before it are the result") {
    const auto lines = sample_lines();
    const std::string before = joined(lines, 2);
    const std::string& last = lines[2];
    const auto whole = stretch(0, 40);
    for (std::size_t bytes = 0; bytes < last.size(); ++bytes) {
        const auto run = read(before + last.substr(0, bytes));
        REQUIRE_MESSAGE(run.has_value(), bytes);
        REQUIRE(run->arms[0].outcomes == whole.outcomes);
        REQUIRE(run->arms[0].metric(Metric::Ttft) == whole.metric(Metric::Ttft));
        REQUIRE((warning(*run, "journal_torn") != nullptr) == (bytes > 0));
        REQUIRE(warning(*run, "journal_damaged") == nullptr);
        REQUIRE(run->provenance.partial);
    }
}

TEST_CASE("journal: torn at any byte of its first line it is refused, in one line, and never taken for another file") {
    const auto lines = sample_lines();
    for (std::size_t bytes = 7; bytes < lines[0].size(); ++bytes) {
        const std::string text = lines[0].substr(0, bytes);
        const auto run = read(text);
        REQUIRE_FALSE(run.has_value());
        REQUIRE(run.error().message == "run.journal: its first line is torn; nothing was measured yet");
        REQUIRE(result::looks_like_journal(text));
    }
    CHECK_FALSE(result::looks_like_journal(result::to_json(test::sample_run())));
    CHECK_FALSE(result::looks_like_journal(""));
    CHECK_FALSE(result::looks_like_journal("{"));
}

TEST_CASE("journal: a damaged line in the middle is named and left out, the others count") {
    auto lines = sample_lines();
    lines[3][lines[3].size() / 2] ^= 1;
    const auto run = must_read(joined(lines, lines.size()));
    CHECK(run.provenance.partial);
    REQUIRE(warning(run, "journal_damaged") != nullptr);
    CHECK(warning(run, "journal_damaged")->text.find("line 4 of run.journal is damaged") == 0);
    CHECK(run.arms[0].ended() == 160);
}

TEST_CASE("journal: any changed byte of a line is noticed") {
    const std::string line = sample_lines()[1];
    for (std::size_t at = 0; at + 1 < line.size(); ++at) {
        std::string changed = line.substr(0, line.size() - 1);
        changed[at] ^= 4;
        REQUIRE_FALSE(result::is_sealed(changed));
    }
    CHECK(result::is_sealed(line.substr(0, line.size() - 1)));
}

TEST_CASE("journal: lines that are missing are told of, lines of another file are refused") {
    auto lines = sample_lines();
    auto without = lines;
    without.erase(without.begin() + 2);
    const auto run = must_read(joined(without, without.size()));
    REQUIRE(warning(run, "journal_damaged") != nullptr);
    CHECK(warning(run, "journal_damaged")->text.find("1 line of run.journal is missing") == 0);
    const auto doubled = read(joined(lines, 4) + lines[2]);
    REQUIRE_FALSE(doubled.has_value());
    CHECK(doubled.error().message == "run.journal: line 5 has number 2 after 3: the file is put together from several");
}

TEST_CASE("journal: a first line that is damaged leaves nothing to read") {
    auto lines = sample_lines();
    lines[0][40] ^= 1;
    CHECK(read(joined(lines, lines.size())).error().message == "run.journal: its first line is damaged; without it nothing can be read");
}

TEST_CASE("journal: a whole line with other contents than it should have is bad input that names its line") {
    const auto lines = sample_lines();
    const std::string odd = result::sealed(R"({"kind":"second","schema_version":1,"number":1,"at_s":1,"arms":[],"audit":{}})");
    CHECK(read(lines[0] + odd).error().message == "run.journal: line 2: arms: has 0 arms, the first line 1");
    CHECK(read(lines[0] + result::sealed("[]x")).error().message == "run.journal: line 2 is not JSON");
    CHECK(read(lines[0] + result::sealed(R"({"kind":"other","number":1})")).error().message ==
          "run.journal: line 2 is of the unknown kind \"other\"");
}

TEST_CASE("journal: shards can be merged from what their journals hold") {
    auto header = sample_header();
    std::vector<result::NamedResult> parts;
    for (std::uint32_t index = 1; index <= 2; ++index) {
        header.provenance.shard = result::Shard{index, 2};
        parts.push_back({"x", must_read(result::journal_line(0, header) + result::journal_line(1, second_of(index)))});
    }
    const auto merged = result::merge_shards(parts);
    REQUIRE_MESSAGE(merged.has_value(), merged.error().message);
    CHECK(merged->arms[0].metrics == stretch(0, 80).metrics);
    CHECK(merged->provenance.partial);
}
