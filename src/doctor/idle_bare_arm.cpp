#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "doctor/handshake.h"
#include "doctor/idle_arm.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

namespace {

using End = ArmTimeline::End;

constexpr core::Duration kOpening = std::chrono::seconds(10);
constexpr core::Duration kMoment = std::chrono::milliseconds(1);
/// For a hand-shake at the end, which blocks; by then the other arms are asked already.
constexpr core::Duration kHandshake = std::chrono::seconds(3);

/// TCP on which nobody says anything; at the end the server must answer something, whatever it is.
class BareArm final : public Arm {
  public:
    BareArm(const ArmPlan& plan, Channel channel, const Facts& facts)
        : Arm(plan), channel_(std::move(channel)), ends_(facts.ends), is_secure_(facts.url.secure()), host_(facts.url.host) {
        question_ = question_text(
            {.method = "GET", .target = facts.prefix + "/doctor/hello", .authority = facts.url.authority(), .headers = {}, .body = {}});
    }

    void read() override {
        std::array<char, 1024> buffer{};
        for (int i = 0; i < kMostReads && !is_over(); ++i) {
            const Received got = channel_.read(buffer, now() + kMoment);
            if (got.end == ReadEnd::TimedOut) {
                return;
            }
            if (got.end == ReadEnd::Reset) {
                finish_broken(got.reason);
                return;
            }
            if (is_asked_ || got.end == ReadEnd::Fin) {
                finish(is_asked_ ? End::Alive : End::Fin);
            } else {
                note_received();
            }
        }
    }

    void act(core::TimePoint at) override {
        if (at >= time_up() && !is_asked_) {
            is_asked_ = true;
            note_sent();
            is_secure_ ? shake() : ask();
        } else if (is_asked_ && at >= due()) {
            finish(End::Silence);
        }
    }

    [[nodiscard]] core::TimePoint due() const override { return is_asked_ ? time_up() + kPatience : time_up(); }
    [[nodiscard]] const Socket& socket() const override { return channel_.socket(); }

  private:
    void ask() {
        if (!channel_.write(question_, now() + kMoment)) {
            finish_broken("what was sent was not taken");
        }
    }

    void shake() {
        Hello hello;
        hello.server_name = server_name(host_);
        const HandshakeResult result = shake_hands(channel_.socket(), hello, std::min(now() + kHandshake, ends_)).result;
        if (result.end == HandshakeResult::End::TimedOut) {
            finish(End::Silence);
        } else if (result.end == HandshakeResult::End::Reset) {
            finish(End::Reset);
        } else {
            note_received();
            finish(End::Alive);
        }
    }

    Channel channel_;
    Deadline ends_;  ///< of the examination
    bool is_secure_;
    std::string host_;
    std::string question_;
    bool is_asked_ = false;
};

}  // namespace

std::unique_ptr<Arm> open_bare_arm(const Facts& facts, const ArmPlan& plan) {
    Reached way = reach_port(facts, facts.url.port, facts.within(kOpening));
    if (!way.channel) {
        return closed_arm(plan, way.failure);
    }
    return std::make_unique<BareArm>(plan, std::move(*way.channel), facts);
}

}  // namespace relaybench::doctor
