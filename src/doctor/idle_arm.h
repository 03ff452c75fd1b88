#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doctor/examination.h"
#include "doctor/facts.h"
#include "doctor/idle_ladder.h"

namespace relaybench::doctor {

/// What an arm is to do.
struct ArmPlan {
    ArmTimeline::Role role = ArmTimeline::Role::Quiet;
    core::Duration interval{0};  ///< from beat to beat; 0: none
    core::Duration delay{0};     ///< of its opening, after the arms without one were open
    core::TimePoint begin;       ///< the ladder's
    core::Duration length{0};    ///< how long it is watched once it is open
    std::string stream_id;       ///< SSE: under which the relay counts what it writes
};

/// One open connection of a ladder. Whoever watches it calls read() when its socket is readable and act() when something is due; neither
/// blocks for longer than a moment.
class Arm {
  public:
    /// How long an answer at the end may take.
    static constexpr core::Duration kPatience = std::chrono::seconds(5);
    /// Of one read(): a peer that floods one arm must not keep the others from being looked at.
    static constexpr int kMostReads = 64;

    explicit Arm(const ArmPlan& plan);
    Arm(const Arm&) = delete;
    Arm& operator=(const Arm&) = delete;
    virtual ~Arm() = default;

    /// Takes all that came.
    virtual void read() = 0;
    /// Sends what is due, and ends the arm when its time is up.
    virtual void act(core::TimePoint at) = 0;
    [[nodiscard]] virtual core::TimePoint due() const = 0;
    [[nodiscard]] virtual const Socket& socket() const = 0;

    [[nodiscard]] bool is_over() const { return over_; }
    /// Final when the arm is over.
    [[nodiscard]] const ArmTimeline& timeline() const { return timeline_; }

  protected:
    /// Its upgrade or stream was accepted: from here on its age counts, however long the opening took.
    void note_opened();
    void note_sent();
    void note_received();
    void finish(ArmTimeline::End end, std::string detail = {});
    /// The end of a connection whose read or write failed: RST, or something that broke above TCP.
    void finish_broken(std::string detail);
    [[nodiscard]] const ArmPlan& plan() const { return plan_; }
    /// When it has to show that it lives.
    [[nodiscard]] core::TimePoint time_up() const { return plan_.begin + timeline_.born + plan_.length; }
    [[nodiscard]] ArmTimeline& notes() { return timeline_; }
    [[nodiscard]] core::Duration since_begin() const;

  private:
    ArmPlan plan_;
    ArmTimeline timeline_;
    bool over_ = false;
};

/// Opens an arm: connects, shakes hands, asks. Blocks for as long as that takes. Never null; an arm that could not be opened is over.
using OpenArm = std::function<std::unique_ptr<Arm>(const ArmPlan&)>;
[[nodiscard]] std::unique_ptr<Arm> open_socket_arm(const Subject& subject, const Facts& facts, const ArmPlan& plan);
[[nodiscard]] std::unique_ptr<Arm> open_stream_arm(const Subject& subject, const Facts& facts, const ArmPlan& plan);
[[nodiscard]] std::unique_ptr<Arm> open_bare_arm(const Facts& facts, const ArmPlan& plan);

/// An arm that could not be opened.
[[nodiscard]] std::unique_ptr<Arm> closed_arm(const ArmPlan& plan, std::string detail);

/// "server: nginx, via: 1.1 proxy": the headers that tell who answered.
[[nodiscard]] std::string answerer_of(const std::vector<wire::Header>& headers);

}  // namespace relaybench::doctor
