#include "run/journal_keeper.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/shard_play.h"

namespace relaybench {

using namespace std::chrono_literals;
using result::Metric;

namespace {

/// A path that is free, and free again afterwards.
struct FreshPath {
    FreshPath() : path(std::filesystem::temp_directory_path() / ("relaybench-journal-test-" + std::to_string(getpid()))) {
        std::filesystem::remove(path);
    }
    FreshPath(const FreshPath&) = delete;
    FreshPath& operator=(const FreshPath&) = delete;
    ~FreshPath() { std::filesystem::remove(path); }

    std::filesystem::path path;
};

run::RunPlan busy_plan() {
    auto plan = test::numbered_plan(2);
    plan.load.pattern = scenario::OpenLoop{100, scenario::Arrivals::Poisson};
    plan.load.duration = 8s;
    return plan;
}

/// A run with a journal, whose watcher looks only at every `look_every`-th start of a stream.
struct JournalledPlay {
    JournalledPlay(const run::RunPlan& plan, const std::filesystem::path& path, int look_every)
        : order{core::AppendFile::create(path).value(), {}, {"errors.rate < 50%"}}, keeper(plan, order, clock.now()) {
        int starts = 0;
        test::ScriptedTransport transport(clock, [&](auto, const wire::Request& request) {
            if (++starts % look_every == 0) {
                keeper.look(workers, 1, clock.now());
            }
            return test::script_of(request);
        });
        workers.emplace_back(plan, run::WorkerShare{}, run::Worker::Ports{clock, transport, control, live, nullptr, &bell}, clock.now());
        workers.front().run();
        std::vector<run::WorkerResult> results;
        results.push_back(workers.front().take_result());
        sums = keeper.finish(workers, results, clock.now());
        keeper.close(finished);
    }

    core::ManualClock clock;
    run::Control control;
    run::LiveCounters live;
    run::Bell bell{0};
    run::JournalOrder order;
    run::JournalKeeper keeper;
    std::deque<run::Worker> workers;
    std::vector<result::ArmRecorder> sums;
    result::RunResult finished;
};

result::RunResult read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    auto run = result::read_journal(file, "j");
    REQUIRE_MESSAGE(run.has_value(), run.error().message);
    return *std::move(run);
}

std::size_t lines_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line);) {
        ++lines;
    }
    return lines;
}

}  // namespace

TEST_CASE("journal keeper: the run and its journal count what a run without one counts, however late the watcher is") {
    const auto plan = busy_plan();
    core::ManualClock clock;
    const auto alone = test::play_alone(plan, clock);
    for (const int look_every : {1, 37, 900, 100'000}) {
        const FreshPath fresh;
        const JournalledPlay play(plan, fresh.path, look_every);
        const auto journal = read(fresh.path);
        for (std::size_t arm = 0; arm < plan.arms.size(); ++arm) {
            const auto sum = play.sums[arm].finish({.name = "", .relay = "", .dialect = "", .model = ""});
            CHECK(sum.outcomes == alone.arms[arm].outcomes);
            CHECK(sum.metrics == alone.arms[arm].metrics);
            CHECK(sum.streams.size() == alone.arms[arm].streams.size());
            CHECK(journal.arms[arm].outcomes == alone.arms[arm].outcomes);
            CHECK(journal.arms[arm].metrics == alone.arms[arm].metrics);
            CHECK(journal.arms[arm].counters.body_bytes == alone.arms[arm].counters.body_bytes);
            CHECK(journal.arms[arm].series.size() == alone.arms[arm].series.size());
        }
        CHECK(play.finished.warnings.empty());
    }
}

TEST_CASE("journal keeper: writes a line a second, a header and an end") {
    const FreshPath fresh;
    const JournalledPlay play(busy_plan(), fresh.path, 1);
    // This watcher looks when streams start, for 8 s: header, 7 seconds, the rest, the end.
    CHECK(lines_of(fresh.path) == 10);
    CHECK(read(fresh.path).gates.at(0).expression == "errors.rate < 50%");
    CHECK(play.keeper.worst(Metric::Ttft, 0.5) == std::nullopt);  // the sums were given away
}

TEST_CASE("journal keeper: a full disk is a warning, and the run goes on") {
    if (!std::filesystem::exists("/dev/full")) {
        return;
    }
    const JournalledPlay play(busy_plan(), "/dev/full", 1);
    CHECK(play.sums[0].outcome(stream::Outcome::Complete) > 500);
    REQUIRE(play.finished.warnings.size() == 1);
    CHECK(play.finished.warnings[0].code == "journal");
    CHECK(play.finished.warnings[0].text.find("/dev/full") != std::string::npos);
}

TEST_CASE("append file: is never put over what is there") {
    const FreshPath fresh;
    {
        auto file = core::AppendFile::create(fresh.path);
        REQUIRE(file.has_value());
        REQUIRE(file->append("one\n").has_value());
        REQUIRE(file->append("two\n").has_value());
    }
    CHECK(lines_of(fresh.path) == 2);
    const auto again = core::AppendFile::create(fresh.path);
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().message.find("exists already") != std::string::npos);
    CHECK_FALSE(core::AppendFile::create("/no/such/folder/x").has_value());
}

}  // namespace relaybench
