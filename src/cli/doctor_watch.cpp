#include "cli/doctor_watch.h"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/this_host.h"
#include "report/doctor_watch.h"
#include "result/diagnosis_json.h"

namespace relaybench::cli {
namespace {

constexpr std::string_view kUsualInterval = "30s";
/// More often would be a load on the relay rather than a look at it.
constexpr core::Duration kShortestInterval = std::chrono::seconds(1);

struct Pace {
    core::Duration interval{0};
    std::optional<core::Duration> length;
};

core::Expected<core::Duration> duration_of(std::string_view flag, const std::string& text) {
    auto duration = core::parse_duration(text);
    return duration ? duration : core::bad_input(fmt::format("{}: {}", flag, duration.error().message));
}

core::Expected<Pace> pace_of(const DoctorFlags& flags) {
    const auto interval = duration_of("--watch", flags.watch->empty() ? std::string(kUsualInterval) : *flags.watch);
    if (!interval) {
        return tl::unexpected(interval.error());
    }
    if (*interval < kShortestInterval) {
        return core::bad_input(fmt::format("--watch: {} is too often, expected at least {}", core::duration_text(*interval),
                                           core::duration_text(kShortestInterval)));
    }
    Pace pace{*interval, std::nullopt};
    if (flags.watch_for) {
        const auto length = duration_of("--for", *flags.watch_for);
        if (!length) {
            return tl::unexpected(length.error());
        }
        pace.length = *length;
    }
    return pace;
}

/// Whether rounds are still written for somebody: a reader may go away, and a disk fill up.
bool is_heard(const Round& round) { return round.context.out.good() && !is_reader_gone(); }

/// Nobody is waited for but the clock, the signals and the reader.
void wait_until(core::TimePoint until, const Round& round) {
    constexpr auto kLookEvery = std::chrono::milliseconds(50);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable nobody;
    while (!round.signals.caught() && is_heard(round) && round.context.clock.now() < until) {
        nobody.wait_for(lock, std::min<core::Duration>(kLookEvery, until - round.context.clock.now()));
    }
}

class Watch {
  public:
    Watch(const Round& round, Pace pace) : round_(round), pace_(pace), began_(round.context.clock.now()) {}

    ExitCode run() {
        while (true) {
            const core::TimePoint round_began = round_.context.clock.now();
            result::Diagnosis diagnosis = looked_at();
            if (round_.signals.caught()) {
                return last_code();
            }
            tell(std::move(diagnosis));
            const core::TimePoint next = round_began + pace_.interval;
            const bool is_over = pace_.length && next - began_ >= *pace_.length;
            wait_until(is_over ? began_ + *pace_.length : next, round_);
            if (is_over || round_.signals.caught() || !is_heard(round_)) {
                return last_code();
            }
        }
    }

  private:
    /// One round. The machine is looked at anew too: its clock may have been set meanwhile.
    [[nodiscard]] result::Diagnosis looked_at() const {
        doctor::Subject subject = round_.subject;
        doctor::look_at_this_host(subject, round_.context.clock);
        const Round round{.flags = round_.flags,
                          .subject = subject,
                          .secrets = round_.secrets,
                          .control = round_.control,
                          .signals = round_.signals,
                          .context = round_.context,
                          .at_second_interrupt = round_.at_second_interrupt};
        result::Diagnosis diagnosis = begun_diagnosis(subject, round.context);
        static_cast<void>(examine(round, diagnosis));
        return diagnosis;
    }

    void tell(result::Diagnosis now) {
        ++rounds_;
        const bool is_change = !last_ || !result::is_same_verdict(*last_, now);
        if (round_.flags.jsonl > 0) {
            round_.context.out << result::round_line(now, rounds_, is_change ? result::Change::Yes : result::Change::No);
        } else if (is_change) {
            round_.context.out << report::watch_lines(last_ ? &*last_ : nullptr, now, layout_of(round_.flags, round_.context));
        }
        round_.context.out.flush();
        last_ = std::move(now);
    }

    /// An interrupt is the usual end of a watch, unless it came before anything was known.
    [[nodiscard]] ExitCode last_code() const {
        if (last_) {
            return exit_code_of(*last_, round_.flags);
        }
        return round_.signals.caught() == SIGTERM ? ExitCode::Terminated : ExitCode::Interrupted;
    }

    const Round& round_;
    const Pace pace_;
    const core::TimePoint began_;
    std::optional<result::Diagnosis> last_;
    std::uint64_t rounds_ = 0;
};

}  // namespace

std::optional<core::Error> watch_problem(const DoctorFlags& flags) {
    if (!flags.watch) {
        return std::nullopt;
    }
    const auto pace = pace_of(flags);
    return pace ? std::nullopt : std::optional(pace.error());
}

ExitCode watch_relay(const Round& round) {
    const auto pace = pace_of(round.flags);
    return pace ? Watch(round, *pace).run() : report_error(round.context, pace.error());
}

}  // namespace relaybench::cli
