#include "cli/calibrate.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/core_split.h"
#include "cli/progress_display.h"
#include "cli/provenance.h"
#include "cli/signal_watch.h"
#include "cli/socket_run.h"
#include "core/file.h"
#include "core/temporary_folder.h"
#include "core/units.h"
#include "net/self_signed.h"
#include "relay/embedded_process.h"
#include "run/plan_builder.h"
#include "scenario/prompts.h"

namespace relaybench::cli {

namespace {

using result::CalibrationLoad;
using result::CalibrationRun;

/// A certificate that nobody knew before and that is nowhere any more after.
class ThrowAwayCertificate {
  public:
    static core::Expected<ThrowAwayCertificate> make(const core::Clock& clock) {
        auto folder = core::TemporaryFolder::make();
        const auto made = net::make_self_signed(clock.wall_now());
        if (!folder || !made) {
            return tl::unexpected(folder ? made.error() : folder.error());
        }
        ThrowAwayCertificate files(std::move(*folder));
        const auto certificate = core::write_file_atomically(files.certificate_file(), made->certificate);
        const auto key = core::write_file_atomically(files.key_file(), made->key.reveal());
        if (!certificate || !key) {
            return tl::unexpected(certificate ? key.error() : certificate.error());
        }
        return files;
    }

    [[nodiscard]] std::string certificate_file() const { return folder_.path() / "certificate.pem"; }
    [[nodiscard]] std::string key_file() const { return folder_.path() / "key.pem"; }

  private:
    explicit ThrowAwayCertificate(core::TemporaryFolder folder) : folder_(std::move(folder)) {}

    core::TemporaryFolder folder_;
};

/// Few chunks have lost their stamp: rows of kernel stamps speak of all of them.
bool stamped_by_kernel(const result::Counters& counters) {
    constexpr std::uint64_t kOneInHundred = 100;
    return counters.kernel_stamped > 0 && counters.user_stamped * kOneInHundred <= counters.kernel_stamped;
}

/// Why ttft or gap cannot be trusted. Lag of the schedule alone does not concern them where the kernel stamps; where it does not, whatever
/// keeps our loop busy is in our stamps too, and this lag may be all that shows it.
std::vector<std::string> doubts(const result::Audit& audit, bool kernel_stamps) {
    const bool distorted = std::any_of(audit.distorted.begin(), audit.distorted.end(), [](result::Metric metric) {
        return metric == result::Metric::Ttft || metric == result::Metric::Gap;
    });
    return distorted || !kernel_stamps ? audit.reasons : std::vector<std::string>{};
}

/// Chunks a second while all streams ran: the median of the whole seconds between the start of the last stream and the last second, or the
/// mean of all when there are none.
double steady_rate(const result::ArmResult& arm, core::Duration starting, core::Duration window) {
    const auto first_whole = static_cast<std::size_t>(std::chrono::ceil<std::chrono::seconds>(starting).count());
    std::vector<std::uint64_t> seconds;
    for (std::size_t i = std::max<std::size_t>(1, first_whole); i + 1 < arm.series.size(); ++i) {
        seconds.push_back(arm.series[i].chunks / std::max<std::uint64_t>(1, arm.series[i].seconds));
    }
    if (seconds.empty()) {
        const double length_s = std::chrono::duration<double>(window).count();
        return length_s > 0 ? static_cast<double>(arm.counters.chunks) / length_s : 0;
    }
    const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
    std::nth_element(seconds.begin(), middle, seconds.end());
    return static_cast<double>(*middle);
}

std::string first_failure(const result::ArmResult& arm) {
    if (arm.errors.empty()) {
        return "no chunk came";
    }
    const auto& worst = arm.errors.front();
    return fmt::format("{} streams {}{}", worst.count, stream::outcome_id(worst.outcome),
                       worst.samples.empty() ? "" : ": " + worst.samples.front());
}

core::Expected<CalibrationRun> findings(const CalibrationPlan& plan, const CalibrationLoad& load, const result::RunResult& result) {
    const auto& arm = result.arms.front();
    if (!arm.stamp_error) {
        return core::failure(fmt::format("{}, {}: {}", result::transport_text(load), result::load_text(load), first_failure(arm)));
    }
    CalibrationRun run;
    run.load = load;
    run.error = *arm.stamp_error;
    run.kernel_stamps = stamped_by_kernel(arm.counters);
    run.chunks_per_s = steady_rate(arm, time_of_starting(plan, load), result.provenance.duration);
    run.coalesced_share =
        static_cast<double>(arm.counters.coalesced) / static_cast<double>(std::max<std::uint64_t>(1, arm.counters.chunks));
    if (const auto delay = result.audit.client_delay.quantile(0.99)) {
        run.read_delay_p99 = delay->value;
    }
    for (const auto& worker : result.audit.workers) {
        run.worker_cpu_share = std::max(run.worker_cpu_share, worker.cpu_share);
    }
    run.saturated_by = doubts(result.audit, run.kernel_stamps);
    return run;
}

/// Plays loads, one after the other; a request to stop stops them all.
class Calibrator {
  public:
    Calibrator(const CalibrationPlan& plan, Chatter chatter, const Context& context)
        : plan_(plan), chatter_(chatter), context_(context), signals_(control_) {}

    core::Expected<Calibrated> play_all() {
        Calibrated done;
        if (const auto described = describe(done.calibration); !described) {
            return tl::unexpected(described.error());
        }
        if (cores_.is_shared()) {
            context_.err << "relaybench: one core only: the relay and its client share it, which adds to every error\n";
        }
        for (const auto& load : plan_.loads) {
            announce(load, done.calibration.runs.size() + 1);
            auto run = play(load);
            if (control_.level() != run::StopLevel::None) {
                break;
            }
            if (!run) {
                return tl::unexpected(run.error());
            }
            done.calibration.runs.push_back(std::move(*run));
        }
        done.signal = signals_.caught();
        done.calibration.partial = done.calibration.runs.size() < plan_.loads.size();
        return done;
    }

  private:
    core::Expected<void> describe(result::Calibration& calibration) const {
        const auto provenance = provenance_of(calibration_scenario(plan_, plan_.loads.front()), {}, context_);
        if (!provenance) {
            return tl::unexpected(provenance.error());
        }
        calibration.version = provenance->version;
        calibration.host = provenance->host;
        calibration.started_at = provenance->started_at;
        calibration.duration = plan_.duration;
        calibration.workers = plan_.workers;
        return {};
    }

    void announce(const CalibrationLoad& load, std::size_t number) const {
        if (chatter_ == Chatter::Progress) {
            context_.err << fmt::format("relaybench: {} of {}: {}, {} for {}\n", number, plan_.loads.size(), result::transport_text(load),
                                        result::load_text(load), core::duration_text(plan_.duration))
                         << std::flush;
        }
    }

    core::Expected<CalibrationRun> play(const CalibrationLoad& load) {
        auto process = start_relay(load);
        if (!process) {
            return tl::unexpected(process.error());
        }
        const auto plan = plan_for(load, *process);
        if (!plan) {
            return tl::unexpected(plan.error());
        }
        std::unique_ptr<ProgressDisplay> display;
        if (chatter_ == Chatter::Progress) {
            display = std::make_unique<ProgressDisplay>(context_.err, context_.err_traits);
        }
        const auto result = run_on_sockets(*plan, control_, {.observer = display.get()}, context_);
        if (!result) {
            return tl::unexpected(result.error());
        }
        return findings(plan_, load, *result);
    }

    core::Expected<relay::EmbeddedProcess> start_relay(const CalibrationLoad& load) {
        relay::EmbeddedOptions options;
        options.profile = steady_profile(load);
        options.cpu = cores_.relay_core();
        if (load.tls && !certificate_) {
            auto made = ThrowAwayCertificate::make(context_.clock);
            if (!made) {
                return tl::unexpected(made.error());
            }
            certificate_ = std::move(*made);
        }
        if (load.tls) {
            options.certificate_file = certificate_->certificate_file();
            options.key_file = certificate_->key_file();
        }
        return relay::EmbeddedProcess::start(options, context_.clock);
    }

    [[nodiscard]] core::Expected<run::RunPlan> plan_for(const CalibrationLoad& load, const relay::EmbeddedProcess& process) const {
        auto scenario = calibration_scenario(plan_, load);
        auto& relay = scenario.relays.front();
        relay.url = process.base_url(load.dialect);
        relay.ca_file = load.tls ? certificate_->certificate_file() : "";
        const auto url = wire::parse_url(relay.url);
        const auto prompts = scenario::load_prompts(scenario.prompts);
        if (!url || !prompts) {
            return tl::unexpected(url ? prompts.error() : url.error());
        }
        run::RelayAccess access;
        access.url = wire::endpoint(*url, load.dialect);
        access.address = url->host;
        access.port = url->port;
        access.shown = relay.url;
        auto plan = run::make_plan(scenario, {access}, *prompts);
        if (plan) {
            plan->stamp_detail = run::StampDetail::UsedAndUser;
        }
        return plan;
    }

    const CalibrationPlan& plan_;
    Chatter chatter_;
    const Context& context_;
    CoreSplit cores_;  // before the watch: its thread, too, keeps off the relay's core
    run::Control control_;
    SignalWatch signals_;
    std::optional<ThrowAwayCertificate> certificate_;
};

}  // namespace

core::Expected<Calibrated> calibrate(const CalibrationPlan& plan, Chatter chatter, const Context& context) {
    return Calibrator(plan, chatter, context).play_all();
}

}  // namespace relaybench::cli
