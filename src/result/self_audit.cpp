#include "result/self_audit.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/units.h"
#include "stats/excess.h"

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

bool is_distorted(const Audit& audit, Metric metric) {
    return std::find(audit.distorted.begin(), audit.distorted.end(), metric) != audit.distorted.end();
}

void add_distorted(Audit& audit, Metric metric) {
    if (!is_distorted(audit, metric)) {
        audit.distorted.push_back(metric);
    }
}

/// A metric, and the delay of ours that may distort it.
struct Suspicion {
    Metric metric{};
    OwnDelay ours{};
};

constexpr std::array kSuspicions{Suspicion{Metric::Ttft, kReadDelayInTtft}, Suspicion{Metric::Gap, kReadDelayInGaps},
                                 Suspicion{Metric::TtftIntended, kScheduleLag}};

/// How many delays of ours are above the share of a median that they may be.
struct Lateness {
    core::Duration p99;
    core::Duration figure;  ///< the median
    bool breaks_limit;      ///< the p99 is above it
    core::Duration worst;
    std::uint64_t late = 0;  ///< delays above the limit
    std::uint64_t of = 0;
};

/// Gaps are lost where chunks were read together, for whatever reason. Without that no late read has changed one.
bool loses_gaps(const ArmResult& arm) {
    constexpr std::uint64_t kOneIn = 1000;
    return arm.counters.coalesced * kOneIn > arm.counters.chunks;
}

std::optional<Lateness> lateness_of(const ArmResult& arm, const Suspicion& suspicion) {
    if (suspicion.metric == Metric::Gap && !loses_gaps(arm)) {
        return std::nullopt;
    }
    const auto& delays = arm.metric(suspicion.ours.metric);
    const auto p99 = quantile(delays, 0.99);
    const auto figure = quantile(arm.metric(suspicion.metric), 0.50);
    if (!p99 || !figure) {
        return std::nullopt;
    }
    const auto allowed = std::chrono::duration_cast<core::Duration>(suspicion.ours.allowed_share * std::chrono::duration<double>(*figure));
    const auto limit = std::max(kDelayThatNeverMatters, allowed);
    const auto in_time = delays.histogram().count_at_or_below(std::chrono::duration_cast<std::chrono::microseconds>(limit).count());
    return Lateness{*p99, *figure, *p99 > limit, delays.max().value_or(*p99), delays.count() - in_time, delays.count()};
}

/// Only where the p99 is above what it may be.
std::optional<Lateness> lateness(const ArmResult& arm, const Suspicion& suspicion) {
    const auto found = lateness_of(arm, suspicion);
    return found && found->breaks_limit ? found : std::nullopt;
}

/// A p99 over a few values is the worst of them. One hiccup of the machine in a small run is no generator that cannot keep up: that must be
/// more than 1 % of all delays beyond chance, and not just one or two of them.
bool is_the_rule(std::uint64_t late, std::uint64_t of) {
    constexpr std::uint64_t kFewest = 3;
    constexpr double kAboveP99 = 0.01;
    return late >= kFewest && stats::shows_excess(late, of, kAboveP99);
}

void check_delay(Audit& audit, const ArmResult& arm, const Suspicion& suspicion) {
    const auto found = lateness(arm, suspicion);
    if (!found || !is_the_rule(found->late, found->of)) {
        return;
    }
    add_distorted(audit, suspicion.metric);
    audit.reasons.push_back(fmt::format("{}: p99 of our own {} is {}, above {} of the median {} of {}", arm.name, suspicion.ours.name,
                                        core::human_duration(found->p99), core::human_ratio(suspicion.ours.allowed_share),
                                        metric_id(suspicion.metric), core::human_duration(found->figure)));
}

/// The generator is one: what each of many arms has too few of to show may be the rule in all of them, each by its own limit.
void check_together(Audit& audit, const std::vector<ArmResult>& arms, const Suspicion& suspicion) {
    std::uint64_t late = 0;
    std::uint64_t of = 0;
    for (const auto& arm : arms) {
        if (const auto found = lateness_of(arm, suspicion)) {
            late += found->late;
            of += found->of;
        }
    }
    if (arms.size() < 2 || is_distorted(audit, suspicion.metric) || !is_the_rule(late, of)) {
        return;
    }
    add_distorted(audit, suspicion.metric);
    audit.reasons.push_back(fmt::format("all arms together: our own {} was above {} of the median {} in {} of {} cases",
                                        suspicion.ours.name, core::human_ratio(suspicion.ours.allowed_share), metric_id(suspicion.metric),
                                        late, of));
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

/// What is too little to call the generator saturated is told all the same: these values are in the figures.
void warn_of_hiccups(const Audit& audit, const ArmResult& arm, std::vector<Warning>& warnings) {
    for (const auto& suspicion : kSuspicions) {
        const auto found = lateness(arm, suspicion);
        if (!found || is_distorted(audit, suspicion.metric)) {
            continue;
        }
        add(warnings, "hiccup",
            fmt::format("{}: in {} of {} cases relaybench's own {} was above {} of the median {}, at most {}", arm.name, found->late,
                        found->of, suspicion.ours.name, core::human_ratio(suspicion.ours.allowed_share), metric_id(suspicion.metric),
                        core::human_duration(found->worst)),
            fmt::format("too few to say that it cannot keep up; they count in the tail of {}, so run more streams",
                        metric_id(suspicion.metric)));
    }
}

void warn_of_arm(const Audit& audit, const ArmResult& arm, std::vector<Warning>& warnings) {
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
    warn_of_hiccups(audit, arm, warnings);
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
        for (const auto& suspicion : kSuspicions) {
            check_delay(audit, arm, suspicion);
        }
    }
    for (const auto& suspicion : kSuspicions) {
        check_together(audit, arms, suspicion);
    }
    check_cores(audit);
    audit.saturated = !audit.reasons.empty();
}

std::vector<Warning> warnings_of(const RunResult& run) {
    std::vector<Warning> warnings;
    warn_of_generator(run, warnings);
    for (const auto& arm : run.arms) {
        warn_of_arm(run.audit, arm, warnings);
    }
    return warnings;
}

bool is_found_again(std::string_view code) {
    // sampled_streams too: a sum of files has no streams, and one made in memory knows its own sample.
    constexpr std::array<std::string_view, 10> kCodes{"all_failed",   "saturated",       "clock_stepped", "user_stamps", "no_streams",
                                                      "small_sample", "sampled_streams", "hiccup",        "cancelled",   "coalesced"};
    return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

}  // namespace relaybench::result
