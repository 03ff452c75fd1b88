#include "doctor/idle_arm.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace relaybench::doctor {

namespace {

/// Whether the kernel holds the connection for gone. TLS libraries and a write that came first hide the reset itself.
bool is_gone(const Socket& socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    return getsockopt(socket.fd(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_CLOSE;
}

class ClosedArm final : public Arm {
  public:
    ClosedArm(const ArmPlan& plan, std::string detail) : Arm(plan) { finish(ArmTimeline::End::NotOpened, std::move(detail)); }
    void read() override {}
    void act(core::TimePoint /*at*/) override {}
    [[nodiscard]] core::TimePoint due() const override { return core::TimePoint::max(); }
    [[nodiscard]] const Socket& socket() const override { return none_; }

  private:
    Socket none_;
};

}  // namespace

Arm::Arm(const ArmPlan& plan) : plan_(plan) {
    timeline_.role = plan.role;
    timeline_.interval = plan.interval;
    timeline_.born = since_begin();
    timeline_.last_received = timeline_.born;
}

core::Duration Arm::since_begin() const { return now() - plan_.begin; }

void Arm::note_opened() {
    timeline_.born = since_begin();
    timeline_.last_received = timeline_.born;
    timeline_.asked.reset();
}

void Arm::note_sent() {
    timeline_.last_sent = since_begin();
    timeline_.asked = timeline_.asked.value_or(timeline_.last_sent);
}

void Arm::note_received() {
    timeline_.last_received = since_begin();
    timeline_.asked.reset();
}

void Arm::finish(ArmTimeline::End end, std::string detail) {
    if (over_) {
        return;
    }
    over_ = true;
    timeline_.end = end;
    timeline_.ended = since_begin();
    timeline_.detail = std::move(detail);
    if (end != ArmTimeline::End::NotOpened) {
        timeline_.tcp = tcp_facts(socket());
    }
}

void Arm::finish_broken(std::string detail) {
    finish(is_gone(socket()) ? ArmTimeline::End::Reset : ArmTimeline::End::Garbled, std::move(detail));
}

std::unique_ptr<Arm> closed_arm(const ArmPlan& plan, std::string detail) { return std::make_unique<ClosedArm>(plan, std::move(detail)); }

std::string answerer_of(const std::vector<wire::Header>& headers) {
    constexpr auto kTelling = std::to_array<std::string_view>({"server", "via", "x-cache", "cf-ray"});
    std::string text;
    for (const auto& header : headers) {
        if (std::find(kTelling.begin(), kTelling.end(), header.name) != kTelling.end()) {
            text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", header.name, header.value);
        }
    }
    return text;
}

}  // namespace relaybench::doctor
