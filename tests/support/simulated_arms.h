#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"
#include "result/aggregate.h"
#include "result/run_result.h"

namespace relaybench::test {

/// A compare without sockets or clocks: log-normal latencies, a drift that both arms share, gaps that depend on their stream.
struct SimulatedCompare {
    std::uint64_t streams_per_arm = 1000;
    double sigma = 0.25;         ///< of the logarithm of each latency
    double drift_sigma = 0.1;    ///< standard deviation of the drift of the logarithm
    double drift_memory = 0.99;  ///< autocorrelation of the drift from one start to the next
    double stream_sigma = 0.1;   ///< how much streams differ in their gaps
    double other_scale = 1.0;    ///< all latencies of the second arm
    std::uint32_t gaps = 10;     ///< of each stream
    result::Pairing pairing = result::Pairing::Dealt;
    std::uint64_t seed = 1;
};

class CompareSimulation {
  public:
    explicit CompareSimulation(const SimulatedCompare& wanted) : wanted_(wanted), random_(wanted.seed) {
        for (int arm = 0; arm < 2; ++arm)
            recorders_.emplace_back(result::ArmRecorder::Options{.window_start = kWindow, .max_streams = 0, .arms = 2});
    }

    [[nodiscard]] result::RunResult run() {
        drift_ = wanted_.drift_sigma * random_.normal();
        for (std::uint64_t block = 0; block < wanted_.streams_per_arm; ++block) {
            const std::uint64_t first = random_.below(2);
            for (std::uint64_t place = 0; place < 2; ++place)
                play(2 * block + place, (first + place) % 2);
        }
        result::RunResult run;
        run.kind = result::ResultKind::Compare;
        run.pairing = wanted_.pairing;
        run.arms.push_back(recorders_[0].finish({"a", "", "chat-sse", ""}));
        run.arms.push_back(recorders_[1].finish({"b", "", "chat-sse", ""}));
        return run;
    }

  private:
    static constexpr core::TimePoint kWindow{std::chrono::hours(1)};

    [[nodiscard]] core::Duration lognormal(double median_ms, double sigma, double scale) {
        const double ms = median_ms * scale * std::exp(sigma * random_.normal() + drift_);
        return core::Duration{static_cast<std::int64_t>(ms * 1e6)};
    }

    void move_drift() {
        const double fresh = std::sqrt(1 - wanted_.drift_memory * wanted_.drift_memory) * wanted_.drift_sigma;
        drift_ = wanted_.drift_memory * drift_ + fresh * random_.normal();
    }

    void play(std::uint64_t arrival, std::uint64_t arm) {
        move_drift();
        const double scale = arm == 1 ? wanted_.other_scale : 1.0;
        stream::StreamRecord record;
        record.arrival = arrival;
        record.intended_start = kWindow + std::chrono::milliseconds(arrival);
        record.started = record.intended_start;
        record.written = record.started;
        record.first_token = record.started + lognormal(200, wanted_.sigma, scale);
        record.first_answer = record.first_token;
        record.last_token = *record.first_token + lognormal(1000, wanted_.sigma, scale);
        record.ended = *record.last_token;
        record.chunks = wanted_.gaps + 1;
        record.outcome = stream::Outcome::Complete;
        const double own_scale = scale * std::exp(wanted_.stream_sigma * random_.normal());
        for (std::uint32_t i = 0; i < wanted_.gaps; ++i) {
            const core::Duration gap = lognormal(20, wanted_.sigma, own_scale);
            record.gaps.add(gap);
            recorders_[arm].record_gap(gap);
        }
        recorders_[arm].record(record);
    }

    SimulatedCompare wanted_;
    core::Random random_;
    double drift_ = 0;
    std::vector<result::ArmRecorder> recorders_;
};

}  // namespace relaybench::test
