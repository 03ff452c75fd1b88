#include <doctest/doctest.h>

#include <malloc.h>

#include <algorithm>
#include <map>

#include "result/timeline.h"
#include "support/shard_play.h"

namespace relaybench {

using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHeapIsMeasured = false;
#elif defined(__has_feature)
constexpr bool kHeapIsMeasured = !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer));
#else
constexpr bool kHeapIsMeasured = true;
#endif

// Instrumented allocators keep books of their own and take many times as long: there the same code is played for fewer streams.

/// Bytes that are allocated now.
std::size_t heap_in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

/// Heap in use at every hour of a run that lasts so long.
std::map<long, std::size_t> heap_by_hour(core::Duration duration, double rate_per_s) {
    auto plan = test::numbered_plan(1, 10);
    plan.load.pattern = scenario::OpenLoop{rate_per_s, scenario::Arrivals::Poisson};
    plan.load.duration = duration;
    core::ManualClock clock;
    const auto begin = clock.now();
    std::map<long, std::size_t> heap;
    test::ScriptedTransport transport(clock, [&](auto, const wire::Request& request) {
        const auto hour = std::chrono::duration_cast<std::chrono::hours>(clock.now() - begin).count();
        if (!heap.contains(hour)) {
            heap[hour] = heap_in_use();
        }
        return test::script_of(request);
    });
    run::Control control;
    run::LiveCounters live;
    run::Worker worker(plan, {}, {clock, transport, control, live}, begin);
    worker.run();
    const auto result = worker.take_result();
    const auto arm = result.arms[0].finish({.name = "", .relay = "", .dialect = "", .model = ""});
    MESSAGE(arm.ended() << " streams in " << std::chrono::duration_cast<std::chrono::hours>(duration).count() << " h, " << arm.series.size()
                        << " points of " << arm.series.back().seconds << " s, heap after 1 h " << heap[1] / 1024 << " KiB, after 36 h "
                        << heap[36] / 1024 << " KiB, after 71 h " << heap[71] / 1024 << " KiB");
    CHECK(arm.series.size() <= result::Timeline::kMaxPoints);
    CHECK(arm.streams.size() == result::kMaxSampledStreams);
    return heap;
}

}  // namespace

TEST_CASE("long run: the memory of 72 hours is that of the first ones") {
    const auto heap = heap_by_hour(72h, kHeapIsMeasured ? 1.0 : 0.05);
    REQUIRE(heap.size() == 72);
    if (!kHeapIsMeasured) {
        return;
    }
    constexpr std::size_t kMiB = 1024 * 1024;
    const auto most = std::max_element(heap.begin(), heap.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    CHECK(most->second < heap.at(1) + 4 * kMiB);
    // Points fold at 36 h and at 71 h, so those two are alike.
    CHECK(heap.at(71) < heap.at(36) + kMiB / 2);
}

TEST_CASE("long run: ten million streams take no more room than a hundred thousand") {
    result::ArmRecorder recorder({.window_start = core::TimePoint{1h}});
    stream::StreamRecord record;
    record.outcome = stream::Outcome::Complete;
    const auto play = [&](std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t i = first; i < last; ++i) {
            record.arrival = i;
            record.intended_start = core::TimePoint{1h} + i * 100us;
            record.started = record.intended_start;
            record.written = record.started + 1ms;
            record.first_token = record.started + 20ms + (i % 1000) * 1us;
            record.last_token = record.started + 100ms;
            record.ended = record.started + 101ms;
            record.chunks = 10;
            recorder.record(record);
        }
        return heap_in_use();
    };
    constexpr std::uint64_t kStreams = kHeapIsMeasured ? 10'000'000 : 200'000;
    const auto early = play(0, 100'000);
    const auto late = play(100'000, kStreams);
    MESSAGE("heap after 100,000 streams " << early / 1024 << " KiB, after " << kStreams << " " << late / 1024 << " KiB");
    CHECK(recorder.counters().started == kStreams);
    if (kHeapIsMeasured) {
        CHECK(late < early + 2 * 1024 * 1024);
    }
}

}  // namespace relaybench
