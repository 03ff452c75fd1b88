#include "doctor/runner.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "doctor/facts.h"
#include "doctor/one_check.h"

namespace relaybench::doctor {

namespace {

using result::CheckResult;
using result::CheckStatus;

/// Where a check stands. A check that does not apply here blocks nobody.
enum class State : std::uint8_t { Waiting, Running, Met, Blocking };

/// For everything, whatever the single checks may wait for: somebody stands beside it. What is promised, 20 s and 45 s, leaves some time to
/// a busy machine and for the report.
core::Duration whole_budget(const Subject& subject) {
    constexpr core::Duration kQuick = std::chrono::seconds(18);
    constexpr core::Duration kDefault = std::chrono::seconds(42);
    constexpr core::Duration kSlow = std::chrono::seconds(40);  // for each step of the way its patience
    constexpr core::Duration kReal = std::chrono::seconds(20);  // a model may think
    const core::Duration usual = subject.idle ? kDefault + subject.idle_for : subject.quick ? kQuick : kDefault;
    return usual + (subject.slow ? kSlow : core::Duration{0}) + (subject.real ? kReal : core::Duration{0});
}

class Examination {
  public:
    Examination(const Subject& subject, const std::vector<Check>& checks, const core::Clock& clock, const Watcher& watcher)
        : subject_(subject),
          checks_(checks),
          clock_(clock),
          watcher_(watcher),
          began_(clock.now()),
          ends_(began_ + whole_budget(subject)),
          facts_(first_facts(subject)),
          states_(checks.size(), State::Waiting),
          results_(checks.size()) {
        facts_.ends = ends_;
    }

    std::vector<CheckResult> run() {
        describe();
        run_static();
        std::unique_lock lock(mutex_);
        while (!is_over()) {
            start_ready();
            skip_blocked();
            if (!is_over()) {
                tell_results(lock);
                changed_.wait_for(lock, std::chrono::milliseconds(250));
                tell(lock);
            }
        }
        tell_results(lock);
        lock.unlock();
        for (auto& thread : threads_) {
            thread.join();
        }
        if (watcher_.on_facts) {
            watcher_.on_facts(std::move(facts_));
        }
        return std::move(results_);
    }

  private:
    void describe() {
        for (std::size_t i = 0; i < checks_.size(); ++i) {
            results_[i].id = checks_[i].id;
            results_[i].category = checks_[i].category;
            results_[i].needs.assign(checks_[i].needs.begin(), checks_[i].needs.end());
            results_[i].required = checks_[i].weight == Check::Weight::Required;
        }
    }

    void run_static() {
        for (std::size_t i = 0; i < checks_.size(); ++i) {
            if (checks_[i].kind == Check::Kind::Static && !blocker_of(i)) {
                const auto at = clock_.now();
                settle(i, run_guarded(checks_[i], subject_, facts_), at);
            }
        }
    }

    /// The first need that has not been met and will not be; nothing when all are met or may yet be.
    [[nodiscard]] std::optional<std::size_t> blocker_of(std::size_t i) const {
        for (const auto need : checks_[i].needs) {
            const std::size_t at = index_of(need);
            if (at < checks_.size() && states_[at] == State::Blocking) {
                return at;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool is_ready(std::size_t i) const {
        const auto is_met_or_absent = [&](std::string_view need) {
            const std::size_t at = index_of(need);
            return at == checks_.size() || states_[at] == State::Met;
        };
        const auto is_over_or_absent = [&](std::string_view other) {
            const std::size_t at = index_of(other);
            return at == checks_.size() || states_[at] == State::Met || states_[at] == State::Blocking;
        };
        return std::all_of(checks_[i].needs.begin(), checks_[i].needs.end(), is_met_or_absent) &&
               std::all_of(checks_[i].after.begin(), checks_[i].after.end(), is_over_or_absent);
    }

    [[nodiscard]] std::size_t index_of(std::string_view id) const {
        const auto found = std::find_if(checks_.begin(), checks_.end(), [&](const Check& check) { return check.id == id; });
        return static_cast<std::size_t>(found - checks_.begin());
    }

    [[nodiscard]] bool is_over() const {
        return std::all_of(states_.begin(), states_.end(), [](State state) { return state == State::Met || state == State::Blocking; });
    }

    void start_ready() {
        for (std::size_t i = 0; i < checks_.size(); ++i) {
            if (states_[i] != State::Waiting || !is_ready(i)) {
                continue;
            }
            if (watcher_.stop && watcher_.stop()) {
                skip(i, "interrupted");
            } else if (clock_.now() >= ends_) {
                settle(i, Outcome::inconclusive("time was up before it began", "a run in which less has to be waited for"), clock_.now());
            } else {
                start(i);
            }
        }
    }

    void start(std::size_t i) {
        states_[i] = State::Running;
        try {
            threads_.emplace_back([this, i] { run_one(i); });
        } catch (const std::system_error& error) {
            Outcome broken;
            broken.status = CheckStatus::Error;
            broken.summary = fmt::format("this machine gives no thread for it: {}", error.what());
            settle(i, std::move(broken), clock_.now());
        }
    }

    void run_one(std::size_t i) {
        const auto at = clock_.now();
        Outcome outcome = run_twice_if_failing(checks_[i], subject_, facts_, clock_);
        const std::lock_guard lock(mutex_);
        settle(i, std::move(outcome), at);
        changed_.notify_all();
    }

    void skip_blocked() {
        for (bool again = true; again;) {
            again = false;
            for (std::size_t i = 0; i < checks_.size(); ++i) {
                if (const auto blocker = states_[i] == State::Waiting ? blocker_of(i) : std::nullopt) {
                    skip(i, std::string(checks_[*blocker].id));
                    again = true;
                }
            }
        }
    }

    void skip(std::size_t i, std::string blocked_by) {
        results_[i].status = CheckStatus::Skip;
        results_[i].blocked_by = std::move(blocked_by);
        results_[i].started = clock_.now() - began_;
        states_[i] = State::Blocking;
        untold_.push_back(results_[i]);
    }

    void settle(std::size_t i, Outcome outcome, core::TimePoint started) {
        states_[i] = is_met(outcome) ? State::Met : State::Blocking;
        CheckResult& result = results_[i];
        result.status = outcome.status;
        result.summary = std::move(outcome.summary);
        result.findings = std::move(outcome.findings);
        result.evidence = std::move(outcome.evidence);
        result.blocked_by = std::move(outcome.blocked_by);
        result.works = std::move(outcome.works);
        result.explains = std::move(outcome.explains);
        result.unchecked = std::move(outcome.unchecked);
        result.started = started - began_;
        result.took = clock_.now() - started;
        // What does not apply here is no gap in the examination.
        const bool applies = outcome.status != CheckStatus::Skip || outcome.gap == Outcome::Gap::Withheld;
        result.required = result.required && applies;
        untold_.push_back(result);
    }

    void tell_results(std::unique_lock<std::mutex>& lock) {
        const std::vector<CheckResult> ended = std::exchange(untold_, {});
        lock.unlock();
        for (const CheckResult& result : ended) {
            if (watcher_.on_result) {
                watcher_.on_result(result);
            }
        }
        lock.lock();
    }

    void tell(std::unique_lock<std::mutex>& lock) {
        std::vector<std::string_view> running;
        for (std::size_t i = 0; i < checks_.size(); ++i) {
            if (states_[i] == State::Running) {
                running.push_back(checks_[i].id);
            }
        }
        if (watcher_.on_wait && !running.empty()) {
            lock.unlock();
            watcher_.on_wait(running, clock_.now() - began_);
            lock.lock();
        }
    }

    const Subject& subject_;
    const std::vector<Check>& checks_;
    const core::Clock& clock_;
    const Watcher& watcher_;
    const core::TimePoint began_;
    const core::TimePoint ends_;
    Facts facts_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<State> states_;
    std::vector<CheckResult> results_;
    std::vector<CheckResult> untold_;  ///< ended, and nobody was told yet
    std::vector<std::thread> threads_;
};

}  // namespace

std::vector<result::CheckResult> examine(const Subject& subject, const std::vector<Check>& checks, const core::Clock& clock,
                                         const Watcher& watcher) {
    return Examination(subject, checks, clock, watcher).run();
}

}  // namespace relaybench::doctor
