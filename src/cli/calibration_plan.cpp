#include "cli/calibration_plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"

namespace relaybench::cli {

namespace {

using result::CalibrationLoad;

constexpr core::Duration kFirstToken = std::chrono::milliseconds(20);
constexpr std::uint32_t kEndless = 1'000'000'000;  ///< tokens: more than any load brings in kLongest
constexpr core::Duration kShortest = std::chrono::seconds(1);
constexpr core::Duration kLongest = std::chrono::hours(1);
constexpr double kHighestRate = 10'000;
/// What a load takes beside its duration: a relay starts and stops, connections are made.
constexpr core::Duration kAroundEach = std::chrono::milliseconds(500);

/// In which streams are started, so that a first token is measured beside streams that run, and not in a storm of hand-shakes: over TLS one
/// costs each side as much as some hundred chunks. The fewer first tokens come at once, the fewer are touched when the machine stands still.
constexpr core::Duration kStartWithin = std::chrono::seconds(4);
constexpr int kLeastPartsAfterStart = 2;  ///< of the duration, the start being one at most

/// How chunks travel.
struct Transport {
    wire::Dialect dialect;
    bool tls;
};

struct StreamsAtRate {
    std::uint32_t streams;
    double rate_per_s;
};

core::Duration gap_at(double rate_per_s) {
    const std::chrono::duration<double, std::micro> gap(1e6 / rate_per_s);
    return std::chrono::round<std::chrono::microseconds>(gap);
}

std::uint32_t connects_per_s(const CalibrationLoad& load, core::Duration duration) {
    const std::chrono::duration<double> within = std::min(kStartWithin, duration / kLeastPartsAfterStart);
    const double rate = std::ceil(load.streams / within.count());
    return std::min(scenario::Scenario{}.connect_rate_per_s, static_cast<std::uint32_t>(rate));
}

/// Reads flags and notes what is wrong with them, a line each.
class FlagReader {
  public:
    void problem(std::string_view flag, std::string_view message) {
        problems_ += fmt::format("{}{}: {}", problems_.empty() ? "" : "\n", flag, message);
    }
    [[nodiscard]] const std::string& problems() const { return problems_; }

    std::uint32_t count(std::string_view flag, const std::string& text) {
        const auto value = core::parse_count(text);
        const bool fits = value && *value > 0 && *value <= std::numeric_limits<std::uint32_t>::max();
        if (!fits) {
            problem(flag, value ? fmt::format("\"{}\": want at least 1", text) : value.error().message);
        }
        return fits ? static_cast<std::uint32_t>(*value) : 1;
    }

    double rate(const std::string& text) {
        const auto value = core::parse_rate(text);
        if (!value) {
            problem("--rate", value.error().message);
            return 1;
        }
        if (*value <= 0 || *value > kHighestRate) {
            problem("--rate", fmt::format("\"{}\": want more than 0 and at most {:g} chunks a second of each stream", text, kHighestRate));
            return 1;
        }
        return *value;
    }

    std::optional<wire::Dialect> dialect(const std::string& text) {
        const auto found = wire::dialect_by_id(text);
        if (!found) {
            problem("--dialect", fmt::format("unknown \"{}\"{}; want {}", text, core::did_you_mean(text, streaming_ids()),
                                             core::listed(streaming_ids())));
        } else if (!wire::info(*found).streaming) {
            problem("--dialect", fmt::format("{} does not stream, so it has no gaps; want {}", text, core::listed(streaming_ids())));
        }
        return found;
    }

    core::Duration duration(const std::string& text) {
        const auto value = core::parse_duration(text);
        if (!value) {
            problem("-d", value.error().message);
        } else if (*value < kShortest || *value > kLongest) {
            problem("-d", fmt::format("\"{}\": want {} to {} for each load", text, core::duration_text(kShortest),
                                      core::duration_text(kLongest)));
        }
        return value.value_or(kShortest);
    }

  private:
    [[nodiscard]] static std::vector<std::string_view> streaming_ids() {
        std::vector<std::string_view> ids;
        for (const auto& each : wire::dialects()) {
            if (each.streaming) {
                ids.push_back(each.id);
            }
        }
        return ids;
    }

    std::string problems_;
};

/// --tls and --no-tls choose, both together mean both; without them a named dialect is plain, and the default shows both.
std::vector<Transport> transports_of(const CalibrationFlags& flags, FlagReader& reader) {
    std::vector<wire::Dialect> dialects;
    for (const auto& text : flags.dialects) {
        if (const auto dialect = reader.dialect(text)) {
            dialects.push_back(*dialect);
        }
    }
    const bool chosen = flags.tls > 0 || flags.no_tls > 0;
    if (flags.dialects.empty() && !chosen) {
        return {{wire::Dialect::ChatSse, false}, {wire::Dialect::StreamWs, false}, {wire::Dialect::ChatSse, true}};
    }
    if (flags.dialects.empty()) {
        dialects = {wire::Dialect::ChatSse, wire::Dialect::StreamWs};
    }
    std::vector<Transport> transports;
    for (const bool tls : {false, true}) {
        if (tls ? flags.tls > 0 : (flags.no_tls > 0 || !chosen)) {
            std::transform(dialects.begin(), dialects.end(), std::back_inserter(transports), [tls](wire::Dialect dialect) {
                return Transport{dialect, tls};
            });
        }
    }
    return transports;
}

std::vector<StreamsAtRate> streams_of(const CalibrationFlags& flags, FlagReader& reader) {
    if (flags.streams.empty() && flags.rates.empty()) {
        return {{100, 20}, {1000, 20}, {1000, 100}};
    }
    const std::vector<std::string> all_streams = flags.streams.empty() ? std::vector<std::string>{"100", "1000"} : flags.streams;
    const std::vector<std::string> all_rates = flags.rates.empty() ? std::vector<std::string>{"20"} : flags.rates;
    std::vector<double> rates;
    std::transform(all_rates.begin(), all_rates.end(), std::back_inserter(rates), [&](const auto& text) { return reader.rate(text); });
    std::vector<StreamsAtRate> combined;
    for (const auto& text : all_streams) {
        const auto streams = reader.count("--streams", text);
        for (const double rate : rates) {
            combined.push_back({streams, rate});
        }
    }
    return combined;
}

/// Without two gaps there is no error of a gap.
void check_gaps_fit(const std::vector<StreamsAtRate>& loads, core::Duration duration, FlagReader& reader) {
    const auto slowest = std::min_element(loads.begin(), loads.end(), [](auto a, auto b) { return a.rate_per_s < b.rate_per_s; });
    const auto needed = kFirstToken + 3 * gap_at(slowest->rate_per_s);  // a first token comes up to a gap late: start_phase
    if (duration < needed) {
        reader.problem("--rate", fmt::format("at {:g}/s two gaps need {}; give a longer -d than {}", slowest->rate_per_s,
                                             core::human_duration(needed), core::duration_text(duration)));
    }
}

}  // namespace

core::Expected<CalibrationPlan> plan_calibration(const CalibrationFlags& flags) {
    FlagReader reader;
    CalibrationPlan plan;
    const auto transports = transports_of(flags, reader);
    const auto loads = streams_of(flags, reader);
    plan.duration = flags.duration ? reader.duration(*flags.duration) : plan.duration;
    plan.workers = flags.workers ? reader.count("--workers", *flags.workers) : plan.workers;
    if (reader.problems().empty()) {
        check_gaps_fit(loads, plan.duration, reader);
    }
    if (!reader.problems().empty()) {
        return core::bad_input(reader.problems());
    }
    for (const auto& transport : transports) {
        for (const auto& load : loads) {
            plan.loads.push_back({transport.dialect, transport.tls, load.streams, load.rate_per_s});
        }
    }
    return plan;
}

std::string plan_text(const CalibrationPlan& plan) {
    const auto whole = static_cast<std::int64_t>(plan.loads.size()) * (plan.duration + kAroundEach);
    std::string text = "plan (nothing was sent)\n";
    for (const auto& load : plan.loads) {
        text += fmt::format("  {:<20} {:<16} for {}\n", result::transport_text(load), result::load_text(load),
                            core::duration_text(plan.duration));
    }
    return text + fmt::format("  {} load{}, {} worker{}, about {}\n", plan.loads.size(), plan.loads.size() == 1 ? "" : "s", plan.workers,
                              plan.workers == 1 ? "" : "s", core::human_duration(whole));
}

scenario::Scenario calibration_scenario(const CalibrationPlan& plan, const CalibrationLoad& load) {
    scenario::Scenario scenario;
    scenario.name = "calibrate";
    auto& relay = scenario.relays.emplace_back();
    relay.name = "embedded";
    relay.dialect = load.dialect;
    relay.headers = {{"X-Relaybench-Stamp", "1"}};
    scenario.prompts.max_tokens = kEndless;
    scenario.load.pattern = scenario::ClosedLoop{load.streams};
    scenario.load.duration = plan.duration;
    scenario.load.drain = std::chrono::milliseconds(1);  // endless streams have nothing to finish
    scenario.connect_rate_per_s = connects_per_s(load, plan.duration);
    scenario.workers = std::min(plan.workers, load.streams);
    return scenario;
}

core::Duration time_of_starting(const CalibrationPlan& plan, const CalibrationLoad& load) {
    return load.streams * core::Duration(std::chrono::seconds(1)) / connects_per_s(load, plan.duration);
}

std::string steady_profile(const CalibrationLoad& load) {
    const auto gap = core::duration_text(gap_at(load.rate_per_s));
    return fmt::format("fast?first_token={}&gap={}&start_phase={}&tokens={}", core::duration_text(kFirstToken), gap, gap, kEndless);
}

}  // namespace relaybench::cli
