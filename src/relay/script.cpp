#include "relay/script.h"

#include <algorithm>

namespace relaybench::relay {
namespace {

// Each kind of decision has its own stream of numbers, so that a new fault in a profile does not shift the timing of the rest.
constexpr std::uint64_t kConnectionStream = 0x636f6e6e;
constexpr std::uint64_t kFaultStream = 0x6661756c;
constexpr std::uint64_t kTimingStream = 0x74696d65;

core::Random random_of(std::uint64_t seed, std::uint64_t kind, std::uint64_t index) { return core::Random(seed).fork(kind).fork(index); }

core::Random random_of(std::uint64_t seed, std::uint64_t kind, const Occasion& occasion) {
    return random_of(seed, kind, occasion.connection).fork(occasion.request);
}

/// Takes exactly one number whatever the outcome, so that faults do not disturb one another.
bool strikes(const Fault& fault, std::uint64_t ordinal, core::Random& random) {
    const bool by_chance = random.uniform() < fault.probability;
    const bool by_count = fault.every > 0 && (ordinal + 1) % fault.every == 0;
    return by_chance || by_count;
}

void apply(const Fault& fault, ConnectionPlan& plan) {
    switch (fault.id) {
        case FaultId::SlowAccept:
            plan.accept_delay = fault.delay;
            break;
        case FaultId::Refuse:
        case FaultId::CloseOnAccept:
            plan.end_at_once = fault.id;
            break;
        case FaultId::SwallowedPong:
            plan.swallow_pongs = true;
            break;
        case FaultId::IdleCut:
            plan.idle_cut = fault.delay;
            plan.pings_count = fault.pings_count;
            break;
        default:
            break;
    }
}

}  // namespace

ConnectionPlan plan_connection(const Profile& profile, std::uint64_t seed, std::uint64_t connection) {
    core::Random random = random_of(seed, kConnectionStream, connection);
    ConnectionPlan plan;
    for (const Fault& fault : profile.faults) {
        if (info(fault.id).scope == FaultScope::Connection && strikes(fault, connection, random)) {
            apply(fault, plan);
        }
    }
    return plan;
}

std::optional<Fault> plan_fault(const Profile& profile, std::uint64_t seed, const Occasion& occasion) {
    core::Random random = random_of(seed, kFaultStream, occasion);
    std::optional<Fault> first;
    for (const Fault& fault : profile.faults) {
        if (info(fault.id).scope != FaultScope::Connection && strikes(fault, occasion.stream, random) && !first) {
            first = fault;
        }
    }
    return first;
}

core::Random stream_random(std::uint64_t seed, const Occasion& occasion) { return random_of(seed, kTimingStream, occasion); }

Script::Script(const Timing& timing, const std::optional<Fault>& fault, const Wanted& wanted, core::Random random)
    : timing_(timing), fault_(fault), random_(random), usage_(wanted.usage) {
    const std::uint32_t planned = timing_.tokens.sample(random_);
    capped_ = wanted.max_tokens > 0 && wanted.max_tokens < planned;
    tokens_ = capped_ ? wanted.max_tokens : planned;
    if (fault_) {
        // A fault of the middle needs a first token before it, and a token that it keeps from coming after it where there is more than one.
        strike_at_ = std::clamp<std::uint32_t>(fault_->after_tokens.sample(random_), 1, std::max<std::uint32_t>(1, tokens_ - 1));
    }
}

Action Script::next() {
    switch (phase_) {
        case Phase::Role:
            phase_ = has(FaultId::SilenceBeforeFirst) ? Phase::Over : Phase::Body;
            return {core::Duration{0}, phase_ == Phase::Body ? Step::Role : Step::Silence};
        case Phase::Body:
            return next_in_body();
        case Phase::CutEnd:
            return end_with(Step::EndFin, core::Duration{0});
        case Phase::Over:
            return {core::Duration{0}, Step::Silence};
        default:
            return next_after_body();
    }
}

Action Script::next_in_body() {
    if (strikes_in_body() && sent_ >= strike_at_) {
        return strike(drawn_gap());
    }
    if (sent_ < tokens_) {
        return next_chunk();
    }
    phase_ = Phase::Finish;
    return next_after_body();
}

Action Script::next_chunk() {
    core::Duration gap{0};
    if (sent_ == 0) {
        const auto phase_ns = static_cast<double>(timing_.start_phase.count()) * random_.uniform();
        gap = timing_.first_token.sample(random_) + core::Duration(static_cast<core::Duration::rep>(phase_ns));
    } else if (in_buffer_ == 0) {
        gap = drawn_gap();
    }
    const std::uint32_t end = strikes_in_body() ? strike_at_ : tokens_;
    const std::uint32_t tokens = std::min(timing_.tokens_per_chunk.sample(random_), end - sent_);
    sent_ += tokens;
    return {through_buffer(gap), Step::Tokens, tokens};
}

/// The stream leaves its path; some faults still have a last word after this one.
Action Script::strike(core::Duration after) {
    switch (fault_->id) {
        case FaultId::SilenceMidStream:
            return end_with(Step::Silence, after);
        case FaultId::RstMidStream:
            return end_with(Step::EndReset, after);
        case FaultId::TlsCut:
            return end_with(Step::EndTlsCut, after);
        case FaultId::CloseCode:
            return end_with(Step::EndCloseCode, after);
        case FaultId::CutMidChunk:
            phase_ = Phase::CutEnd;
            return {after, Step::HalfChunk};
        case FaultId::GarbageFraming:
            phase_ = Phase::CutEnd;
            return {after, Step::GarbageFraming};
        case FaultId::GarbageJson:
            phase_ = Phase::End;
            return {after, Step::GarbageJson};
        case FaultId::ErrorEvent:
            phase_ = fault_->shape == ErrorShape::Vllm ? Phase::Done : Phase::End;
            return {after, Step::Error};
        default:
            return end_with(Step::EndFin, after);
    }
}

Action Script::next_after_body() {
    const bool ends_silently = has(FaultId::NoFinish);
    if (phase_ == Phase::Finish) {
        phase_ = Phase::Usage;
        if (!ends_silently && !has(FaultId::DoneWithoutFinish)) {
            return {through_buffer(drawn_gap()), Step::Finish, 0, capped_};
        }
    }
    const bool cut_after_finish = has(FaultId::FinishThenCut) || has(FaultId::FinishThenReset);
    if (phase_ == Phase::Usage) {
        phase_ = Phase::Done;
        if (usage_ && !ends_silently && !cut_after_finish) {
            return {core::Duration{0}, Step::Usage};
        }
    }
    if (phase_ == Phase::Done) {
        phase_ = Phase::End;
        if (!ends_silently && !cut_after_finish) {
            return {core::Duration{0}, Step::Done};
        }
    }
    return clean_or_faulty_end();
}

Action Script::clean_or_faulty_end() {
    if (has(FaultId::FinishThenCut)) {
        return end_with(Step::EndFin, drawn_gap());
    }
    if (has(FaultId::FinishThenReset)) {
        return end_with(Step::EndReset, drawn_gap());
    }
    return end_with(Step::EndClean, core::Duration{0});
}

Action Script::end_with(Step step, core::Duration after) {
    phase_ = Phase::Over;
    return {after, step};
}

bool Script::strikes_in_body() const {
    if (!fault_) {
        return false;
    }
    switch (fault_->id) {
        case FaultId::SilenceMidStream:
        case FaultId::FinMidStream:
        case FaultId::RstMidStream:
        case FaultId::TlsCut:
        case FaultId::CutMidChunk:
        case FaultId::CloseCode:
        case FaultId::ErrorEvent:
        case FaultId::GarbageFraming:
        case FaultId::GarbageJson:
            return true;
        default:
            return false;
    }
}

core::Duration Script::drawn_gap() {
    const core::Duration gap = timing_.gap.sample(random_);
    const bool stalls = timing_.stall_probability > 0 && random_.uniform() < timing_.stall_probability;
    return stalls ? gap + timing_.stall.sample(random_) : gap;
}

core::Duration Script::through_buffer(core::Duration gap) {
    produced_at_ += gap;
    if (timing_.burst_chunks > 1) {
        if (in_buffer_ > 0) {
            --in_buffer_;
        } else {
            in_buffer_ = std::min(timing_.burst_chunks - 1, tokens_ - sent_);
            for (std::uint32_t i = 0; i < in_buffer_; ++i) {
                produced_at_ += drawn_gap();
            }
        }
    }
    core::Duration release = produced_at_;
    if (timing_.burst_hold > core::Duration{0}) {
        if (produced_at_ > buffer_until_) {
            buffer_until_ = produced_at_ + timing_.burst_hold;
        }
        release = buffer_until_;
    }
    const core::Duration after = release - released_at_;
    released_at_ = release;
    return after;
}

}  // namespace relaybench::relay
