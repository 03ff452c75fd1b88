#include "result/self_audit.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/units.h"

namespace relaybench::result {

namespace {

constexpr double kMaxCoreShare = 0.90;
constexpr double kMaxDelayShare = 0.05;
/// A late read does not move the kernel's stamp. But chunks that wait meanwhile are read together and lose their gaps, so that long gaps seem
/// more frequent; and the first token may be read together with the second.
constexpr double kMaxReadDelayShareOfGap = 0.25;
constexpr double kMaxReadDelayShareOfTtft = 0.50;
constexpr core::Duration kDelayThatNeverMatters = std::chrono::microseconds(100);

std::optional<core::Duration> quantile(const Distribution& distribution, double q) {
    const auto quantile = distribution.quantile(q);
    return quantile ? quantile->value : std::nullopt;
}

/// A delay of ours, with the share of a figure that it may be.
struct OwnDelay {
    Metric metric;
    std::string_view name;
    double allowed_share;
};

constexpr OwnDelay kScheduleLag{Metric::ScheduleLag, "schedule lag", kMaxDelayShare};
constexpr OwnDelay kReadDelayInGaps{Metric::ClientDelay, "read delay", kMaxReadDelayShareOfGap};
constexpr OwnDelay kReadDelayInTtft{Metric::ClientDelay, "read delay", kMaxReadDelayShareOfTtft};

void add_distorted(Audit& audit, Metric metric) {
    if (std::find(audit.distorted.begin(), audit.distorted.end(), metric) == audit.distorted.end()) {
        audit.distorted.push_back(metric);
    }
}

/// Compares the p99 of our own delay with the median of a metric, arm by arm.
void check_delay(Audit& audit, const ArmResult& arm, Metric metric, const OwnDelay& ours) {
    const auto delay = quantile(arm.metric(ours.metric), 0.99);
    const auto figure = quantile(arm.metric(metric), 0.50);
    if (!delay || !figure || *delay <= kDelayThatNeverMatters ||
        std::chrono::duration<double>(*delay) <= ours.allowed_share * std::chrono::duration<double>(*figure)) {
        return;
    }
    add_distorted(audit, metric);
    audit.reasons.push_back(fmt::format("{}: p99 of our own {} is {}, above {} of the median {} of {}", arm.name, ours.name,
                                        core::human_duration(*delay), core::human_ratio(ours.allowed_share), metric_id(metric),
                                        core::human_duration(*figure)));
}

void check_cores(Audit& audit) {
    for (std::size_t worker = 0; worker < audit.workers.size(); ++worker) {
        if (audit.workers[worker].cpu_share <= kMaxCoreShare) {
            continue;
        }
        audit.reasons.push_back(
            fmt::format("worker {} used {} of its core", worker + 1, core::human_ratio(std::min(1.0, audit.workers[worker].cpu_share))));
        for (const auto metric :
             {Metric::Ttft, Metric::TtftOk, Metric::Ttfo, Metric::TtftIntended, Metric::Gap, Metric::Tpot, Metric::E2e}) {
            add_distorted(audit, metric);
        }
    }
}

void add(std::vector<Warning>& warnings, std::string code, std::string text, std::string remedy) {
    warnings.push_back({std::move(code), std::move(text), std::move(remedy)});
}

void warn_of_generator(const RunResult& run, std::vector<Warning>& warnings) {
    if (run.audit.saturated) {
        add(warnings, "saturated", fmt::format("relaybench itself was the bottleneck: {}", fmt::join(run.audit.reasons, "; ")),
            "use fewer streams, more --workers, or another machine; gates over these figures are inconclusive");
    }
    if (run.audit.clock_steps > 0) {
        add(warnings, "clock_stepped",
            fmt::format("the machine's calendar clock was set {} during the run",
                        run.audit.clock_steps == 1 ? "once" : fmt::format("{} times", run.audit.clock_steps)),
            "no latency is moved by it: for a second after each step arrivals were stamped by relaybench instead of the kernel");
    }
    const auto reads = run.audit.kernel_stamped_reads + run.audit.user_stamped_reads;
    if (reads > 0 && run.audit.user_stamped_reads * 100 > reads) {
        add(warnings, "user_stamps",
            fmt::format("{} of {} reads were stamped by relaybench and not by the kernel", run.audit.user_stamped_reads, reads),
            "such times include relaybench's own queueing, so keep the machine idle");
    }
}

/// The base URL of an arm's relay, which is written as "ENDPOINT" or "ENDPOINT through PROXY". A WebSocket's endpoint is its base URL too.
std::string base_url(const ArmResult& arm) {
    constexpr std::string_view kEndpoint = "/chat/completions";
    std::string url = arm.relay.substr(0, arm.relay.find_first_of(" ?"));
    if (url.starts_with("http") && url.ends_with(kEndpoint)) {
        url.resize(url.size() - kEndpoint.size());
    }
    return url;
}

/// Where nothing works there is nothing to measure; why not is for doctor to say.
void warn_of_failure(const ArmResult& arm, std::vector<Warning>& warnings) {
    const std::string url = base_url(arm);
    if (url.find("://") != std::string::npos) {
        add(warnings, "all_failed", fmt::format("{}: every stream failed", arm.name),
            fmt::format("relaybench doctor {} names what is wrong", url));
    }
}

void warn_of_arm(const ArmResult& arm, std::vector<Warning>& warnings) {
    const auto& ttft = arm.metric(Metric::Ttft);
    if (arm.ended() == 0) {
        add(warnings, "no_streams", fmt::format("{}: no stream ended in the measured window", arm.name),
            "make the run longer or the warm-up shorter");
        return;
    }
    if (arm.errored() == arm.ended()) {
        warn_of_failure(arm, warnings);
    }
    if (arm.outcome(stream::Outcome::Complete) > 0 && ttft.count() > 0 && ttft.count() < 100) {
        add(warnings, "small_sample", fmt::format("{}: p99 over {} streams is the slowest one or two", arm.name, ttft.count()),
            "run at least 100 streams (-n 100) for a p99, 1,000 for a p99.9");
    }
    if (arm.stream_set.values.size() < arm.stream_set.values_offered) {
        add(warnings, "sampled_streams",
            fmt::format("{}: differences were judged on a uniform sample of {} of {} streams", arm.name, arm.stream_set.values.size(),
                        arm.stream_set.values_offered),
            "the figures themselves are over all streams; nothing needs to be done");
    }
    const auto cancelled = arm.outcome(stream::Outcome::Cancelled);
    if (cancelled * 20 > arm.ended()) {
        add(warnings, "cancelled",
            fmt::format("{}: {} of {} streams were still running at the end and were cancelled", arm.name, cancelled, arm.ended()),
            "their times are missing and they were the slow ones: give a longer --drain, or a count (-n) instead of a duration");
    }
    if (arm.counters.chunks > 0 && arm.counters.coalesced * 10 > arm.counters.chunks) {
        add(warnings, "coalesced",
            fmt::format("{}: {} of {} chunks came together with the one before in one read and have no gap of their own", arm.name,
                        arm.counters.coalesced, arm.counters.chunks),
            "something on the path buffers the stream; the gap quantiles are over reads");
    }
}

}  // namespace

void judge_generator(Audit& audit, const std::vector<ArmResult>& arms) {
    audit.client_delay = {};
    audit.schedule_lag = {};
    audit.reasons.clear();
    audit.distorted.clear();
    for (const auto& arm : arms) {
        audit.client_delay.merge(arm.metric(Metric::ClientDelay));
        audit.schedule_lag.merge(arm.metric(Metric::ScheduleLag));
        check_delay(audit, arm, Metric::Ttft, kReadDelayInTtft);
        check_delay(audit, arm, Metric::Gap, kReadDelayInGaps);
        check_delay(audit, arm, Metric::TtftIntended, kScheduleLag);
    }
    check_cores(audit);
    audit.saturated = !audit.reasons.empty();
}

std::vector<Warning> warnings_of(const RunResult& run) {
    std::vector<Warning> warnings;
    warn_of_generator(run, warnings);
    for (const auto& arm : run.arms) {
        warn_of_arm(arm, warnings);
    }
    return warnings;
}

bool is_found_again(std::string_view code) {
    // sampled_streams too: a sum of files has no streams, and one made in memory knows its own sample.
    constexpr std::array<std::string_view, 9> kCodes{"all_failed",   "saturated",       "clock_stepped", "user_stamps", "no_streams",
                                                     "small_sample", "sampled_streams", "cancelled",     "coalesced"};
    return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

}  // namespace relaybench::result
