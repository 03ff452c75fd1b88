#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "doctor/idle_arm.h"
#include "doctor/reach.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

namespace {

using Role = ArmTimeline::Role;
using End = ArmTimeline::End;
using Kind = SocketEvent::Kind;

constexpr core::Duration kOpening = std::chrono::seconds(10);
constexpr core::Duration kMoment = std::chrono::milliseconds(1);
/// Comes back as it is: an echo.
constexpr std::string_view kMessage = R"({"type":"ping"})";

/// A WebSocket on which only what its role says flows. At the end it has to bring back an echo.
class SocketArm final : public Arm {
  public:
    explicit SocketArm(const ArmPlan& plan) : Arm(plan) {}

    void take(Upgrade upgraded) {
        notes().status = upgraded.reply.status;
        notes().answerer = answerer_of(upgraded.reply.headers);
        if (!upgraded.socket) {
            finish(End::NotOpened, upgraded.reply.status == 101 ? upgraded.wrong_with : upgraded.reply.text());
            return;
        }
        probe_ = std::move(upgraded.socket);
        note_opened();
        next_beat_ = we_beat() ? now() + plan().interval : core::TimePoint::max();
    }

    void read() override {
        for (int i = 0; i < kMostReads && !is_over(); ++i) {
            const std::uint64_t pings = probe_->pings();
            const SocketEvent event = probe_->next(now() + kMoment);
            if (probe_->pings() != pings) {
                note_pings(probe_->pings() - pings);
            }
            if (event.kind == Kind::TimedOut) {
                return;
            }
            note(event);
        }
    }

    void act(core::TimePoint at) override {
        if (at >= next_beat_) {
            next_beat_ += plan().interval;
            plan().role == Role::Busy ? send(kMessage) : ping();
        }
        if (at >= time_up() && !is_asked_) {
            is_asked_ = true;
            next_beat_ = core::TimePoint::max();
            send(kMessage);
        } else if (is_asked_ && at >= time_up() + kPatience) {
            finish(End::Silence);
        }
    }

    [[nodiscard]] core::TimePoint due() const override { return std::min(next_beat_, is_asked_ ? time_up() + kPatience : time_up()); }

    [[nodiscard]] const Socket& socket() const override { return probe_ ? probe_->socket() : none_; }

  private:
    [[nodiscard]] bool we_beat() const {
        return plan().role == Role::Heartbeat || plan().role == Role::SlowHeartbeat || plan().role == Role::Busy;
    }

    void note(const SocketEvent& event) {
        switch (event.kind) {
            case Kind::Close:
                notes().close_code = event.close_code;
                finish(End::Close, event.payload);
                return;
            case Kind::Broken:
                finish(End::Garbled, event.payload);
                return;
            case Kind::Fin:
                finish(End::Fin);
                return;
            case Kind::Reset:
                finish_broken(event.payload);
                return;
            default:
                note_life();
        }
    }

    void note_pings(std::uint64_t count) {
        notes().beats_seen += count;
        note_life();
        notes().last_sent = notes().last_received;  // the pong
    }

    void note_life() {
        note_received();
        if (is_asked_) {
            finish(End::Alive);
        }
    }

    void send(std::string_view text) { note_sending(probe_->send_text(text, now() + kMoment)); }
    void ping() { note_sending(probe_->send_ping("", now() + kMoment)); }
    void note_sending(bool taken) {
        if (taken) {
            note_sent();
        } else {
            finish_broken("what was sent was not taken");
        }
    }

    core::TimePoint next_beat_ = core::TimePoint::max();
    std::unique_ptr<WebSocketProbe> probe_;
    Socket none_;
    bool is_asked_ = false;
};

std::string target_of(const Facts& facts, const ArmPlan& plan) {
    const auto beat = std::chrono::duration_cast<std::chrono::milliseconds>(plan.interval).count();
    return plan.role == Role::RelayHeartbeat ? fmt::format("{}/doctor/ws?heartbeat_ms={}", facts.prefix, beat)
                                             : facts.prefix + "/doctor/ws";
}

}  // namespace

std::unique_ptr<Arm> open_socket_arm(const Subject& subject, const Facts& facts, const ArmPlan& plan) {
    auto arm = std::make_unique<SocketArm>(plan);
    const Deadline deadline = facts.within(kOpening);
    Reached way = reach_relay(subject, facts, Trust::Anyone, deadline);
    if (!way.channel) {
        return closed_arm(plan, way.failure);
    }
    arm->take(upgrade(std::move(*way.channel), target_of(facts, plan), facts.url.authority(), {}, deadline));
    return arm;
}

}  // namespace relaybench::doctor
