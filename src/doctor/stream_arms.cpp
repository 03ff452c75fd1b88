#include "doctor/stream_arms.h"

#include "doctor/line_evenness.h"

namespace relaybench::doctor {

namespace {

using Verdict = Pacing::Verdict;

/// 12,000 bytes in 20 ms are 4.8 Mbit/s: doctor's own 50 kB (echoes and bodies, which go on beside) take 80 ms there.
constexpr core::Duration kThinDispersion = std::chrono::milliseconds(20);

bool is_even(const std::optional<Pacing>& arm) { return arm && arm->is_even(); }

/// Events at a third of the distance come in groups when a timer holds them, and one by one when only the beginning was late.
bool comes_in_groups(const Pacing& tight) { return tight.bursts * 3 <= tight.events * 2; }

Holder holder_of_pairs(const StreamArms& arms) {
    // At another distance too: else it is a timer that happens to be as long as the distance.
    if (arms.plain.is_one_behind && arms.tight && arms.tight->is_one_behind) {
        return Holder::NextEvent;
    }
    if (arms.tight && arms.tight->verdict != Verdict::TooFew && !comes_in_groups(*arms.tight)) {
        return Holder::Nobody;
    }
    return Holder::Coalescer;
}

Holder holder_of_lumps(const StreamArms& arms) {
    if (is_even(arms.direct)) {
        return Holder::Proxy;
    }
    if (is_even(arms.padded)) {
        return Holder::FullBuffer;
    }
    return arms.plain.verdict == Verdict::BufferedFull ? Holder::Everything : Holder::Quanta;
}

}  // namespace

bool is_thin(core::Duration dispersion) { return dispersion >= kThinDispersion; }

Holder holder_of(const StreamArms& arms) {
    if (arms.plain.verdict == Verdict::TooFew) {
        return Holder::Undecided;
    }
    if (arms.plain.is_even()) {
        if (arms.compressed && arms.compressed->is_buffered()) {
            return Holder::Compressor;
        }
        return arms.by_get && arms.by_get->is_buffered() ? Holder::GetOnly : Holder::Nobody;
    }
    if (arms.plain.verdict == Verdict::HeldAtFirst) {
        // A pause strikes the beginning once.
        return arms.again && arms.again->verdict == Verdict::HeldAtFirst ? Holder::Beginning : Holder::Nobody;
    }
    if (is_even(arms.again)) {
        return arms.dispersion && is_thin(*arms.dispersion) ? Holder::ThinLine : Holder::Once;
    }
    if (arms.unevenness && explains(*arms.unevenness, arms.plain.worst_lag)) {
        return Holder::UnevenLine;
    }
    return arms.plain.verdict == Verdict::Coalesced ? holder_of_pairs(arms) : holder_of_lumps(arms);
}

}  // namespace relaybench::doctor
