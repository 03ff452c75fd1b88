#include "doctor/idle_watch.h"

#include <poll.h>

#include <algorithm>
#include <future>
#include <utility>

namespace relaybench::doctor {

namespace {

/// Between two looks at what no socket tells: arms that have opened, an interrupt.
constexpr core::Duration kWhileOpening = std::chrono::milliseconds(10);
constexpr core::Duration kWhileWatching = std::chrono::milliseconds(200);

/// One arm from its plan to its end.
struct Climber {
    const ArmPlan* plan = nullptr;
    std::future<std::unique_ptr<Arm>> opening;
    std::unique_ptr<Arm> arm;

    [[nodiscard]] bool is_late() const { return plan->delay.count() > 0; }
    [[nodiscard]] bool is_planned() const { return !arm && !opening.valid(); }
    [[nodiscard]] bool is_watched() const { return arm && !arm->is_over(); }
    [[nodiscard]] bool is_over() const { return arm && arm->is_over(); }
};

class Watch {
  public:
    Watch(const std::vector<ArmPlan>& plans, const OpenArm& open) : open_(open) {
        for (const ArmPlan& plan : plans) {
            climbers_.push_back({.plan = &plan, .opening = {}, .arm = nullptr});
        }
    }

    [[nodiscard]] bool is_over() const {
        return std::all_of(climbers_.begin(), climbers_.end(), [](const Climber& each) { return each.is_over(); });
    }

    void step() {
        for (Climber& climber : climbers_) {
            advance(climber);
        }
        if (!ready_ && std::all_of(climbers_.begin(), climbers_.end(), [](const Climber& each) { return each.arm || each.is_late(); })) {
            ready_ = now();
        }
        await();
    }

    [[nodiscard]] std::vector<ArmTimeline> timelines() const {
        std::vector<ArmTimeline> timelines;
        for (const Climber& climber : climbers_) {
            timelines.push_back(climber.arm->timeline());
        }
        return timelines;
    }

  private:
    void advance(Climber& climber) {
        const core::TimePoint at = now();
        if (climber.is_planned() && at >= opens_at(climber)) {
            climber.opening = std::async(std::launch::async, [this, plan = climber.plan] { return open_(*plan); });
        }
        if (climber.opening.valid() && climber.opening.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
            climber.arm = climber.opening.get();
            climber.arm->read();  // what came with the last bytes of the hand-shake makes no socket readable
        }
        if (climber.is_watched() && at >= climber.arm->due()) {
            climber.arm->act(at);
        }
    }

    /// Late arms wait for the others, however long those take: what counts is that the ages differ.
    [[nodiscard]] core::TimePoint opens_at(const Climber& climber) const {
        if (!climber.is_late()) {
            return climber.plan->begin;
        }
        return ready_ ? *ready_ + climber.plan->delay : core::TimePoint::max();
    }

    [[nodiscard]] core::TimePoint wake_up() const {
        core::TimePoint next = now() + kWhileWatching;
        for (const Climber& climber : climbers_) {
            if (climber.opening.valid()) {
                next = std::min(next, now() + kWhileOpening);
            } else if (climber.is_planned()) {
                next = std::min(next, opens_at(climber));
            } else if (climber.is_watched()) {
                next = std::min(next, climber.arm->due());
            }
        }
        return next;
    }

    void await() {
        std::vector<pollfd> waiting;
        std::vector<Arm*> arms;
        for (Climber& climber : climbers_) {
            if (climber.is_watched()) {
                waiting.push_back({.fd = climber.arm->socket().fd(), .events = POLLIN, .revents = 0});
                arms.push_back(climber.arm.get());
            }
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(wake_up() - now());
        if (poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) {
            return;
        }
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (waiting[i].revents != 0) {
                arms[i]->read();
            }
        }
    }

    const OpenArm& open_;
    std::optional<core::TimePoint> ready_;  ///< when all arms but the late ones were open
    std::vector<Climber> climbers_;
};

}  // namespace

std::optional<std::vector<ArmTimeline>> watch_arms(const std::vector<ArmPlan>& plans, const OpenArm& open,
                                                   const std::function<bool()>& interrupted) {
    Watch watch(plans, open);
    while (!watch.is_over()) {
        if (interrupted && interrupted()) {
            return std::nullopt;
        }
        watch.step();
    }
    return watch.timelines();
}

}  // namespace relaybench::doctor
