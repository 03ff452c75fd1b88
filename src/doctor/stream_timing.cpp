#include "doctor/stream_timing.h"

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/late_arms.h"
#include "doctor/stream_arms.h"
#include "doctor/trust.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

std::string_view words(Pacing::Verdict verdict) {
    switch (verdict) {
        case Pacing::Verdict::Even:
            return "in time";
        case Pacing::Verdict::Stalled:
            return "in time but for a pause";
        case Pacing::Verdict::Coalesced:
            return "in pairs or a little late";
        case Pacing::Verdict::HeldAtFirst:
            return "the first at once, the others in time";
        case Pacing::Verdict::BufferedChunks:
            return "in lumps";
        case Pacing::Verdict::BufferedFull:
            return "all at once";
        case Pacing::Verdict::TooFew:
            return "too few events";
    }
    return "";
}

void show(Outcome& outcome, std::string name, const std::optional<Pacing>& arm) {
    if (arm) {
        outcome.with(std::move(name), fmt::format("{}: {} bursts of {} events", words(arm->verdict), arm->bursts, arm->events));
    }
}

std::string seen(const Pacing& pacing) {
    const std::string sent = fmt::format("{} events that the relay sent over {}", pacing.events, core::human_duration(pacing.sent_spread));
    return pacing.bursts == 1 ? sent + " came all at once"
                              : fmt::format("{} came in {} bursts within {}", sent, pacing.bursts, core::human_duration(pacing.spread));
}

/// Whoever opens the stream to read it is who keeps it, unless it is late on the way past him too.
bool may_be_the_interceptor(const Facts& facts, const StreamArms& arms) {
    return !facts.intercepted_by.empty() && !(arms.direct && arms.direct->is_buffered());
}

Outcome held_back(const Facts& facts, const StreamArms& arms, std::string_view code, std::string cause) {
    Outcome outcome = Outcome::fail("the stream is held back and let go in bursts", found(code, Confidence::Proven, std::move(cause)));
    if (may_be_the_interceptor(facts, arms)) {
        // One cause, of which the buffering is the symptom.
        outcome.findings.insert(outcome.findings.begin(),
                                found("tls.intercepted-trusted", Confidence::Likely,
                                      fmt::format("TLS is opened on the way by {}, whose inspection most likely holds the streams back.",
                                                  facts.intercepted_by)));
    }
    return outcome;
}

std::string_view code_of_lumps(const Pacing& plain) {
    return plain.verdict == Pacing::Verdict::BufferedFull ? "sse.buffered-full" : "sse.buffered-chunks";
}

Outcome held_by_proxy(const Facts& facts, const StreamArms& arms) {
    const std::string cause =
        fmt::format("{} through the proxy {}; without it they come in time.", seen(arms.plain), facts.proxy ? facts.proxy->text() : "");
    const bool intercepted = may_be_the_interceptor(facts, arms);
    return held_back(facts, arms, intercepted ? code_of_lumps(arms.plain) : "sse.proxy-buffered", cause);
}

Outcome coalesced(const Pacing& plain) {
    const std::string hold = core::human_duration(plain.longest_hold);
    Outcome outcome = Outcome::info(fmt::format("events are held for up to {}", hold));
    outcome.findings.push_back(
        found("sse.coalesced", Confidence::Likely, fmt::format("Something on the way holds events for up to {}.", hold)));
    return outcome;
}

/// Somebody looks at the beginning of a stream before he passes it on.
Outcome held_at_first(const StreamArms& arms) {
    const bool by_bytes = arms.padded && arms.padded->is_even();
    return Outcome::warn("the first events are held back",
                         found("sse.held-at-first", Confidence::Proven,
                               fmt::format("The first {} events came together, the first of them {} late, and the others in time; so once "
                                           "more when tried again.{}",
                                           arms.plain.first_lump, core::human_duration(arms.plain.worst_lag),
                                           by_bytes ? " Events of 2 KiB come at once: so many bytes are waited for." : "")));
}

Outcome one_behind(const StreamArms& arms) {
    return Outcome::warn("each event waits for the next",
                         found("sse.one-behind", Confidence::Proven,
                               fmt::format("Events that are sent {} apart come {} late, those {} apart {} late, and the last one in time.",
                                           core::human_duration(StreamAsk{}.interval), core::human_duration(arms.plain.worst_lag),
                                           core::human_duration(kTightInterval), core::human_duration(arms.tight->worst_lag))));
}

Outcome in_time(const Pacing& plain) {
    if (plain.verdict == Pacing::Verdict::Stalled || plain.verdict == Pacing::Verdict::HeldAtFirst) {
        return Outcome::pass(fmt::format("events come as they are sent, but for a pause of {}", core::human_duration(plain.worst_lag)));
    }
    return Outcome::pass(fmt::format("events come as they are sent, at most {} late", core::human_duration(plain.worst_lag)));
}

Outcome undecided(const Pacing& plain) { return Outcome::inconclusive(fmt::format("only {} events came", plain.events), "a whole stream"); }

Outcome outcome_of(const Facts& facts, const StreamArms& arms, Holder holder) {
    const Pacing& plain = arms.plain;
    switch (holder) {
        case Holder::Nobody:
            return in_time(plain);
        case Holder::UnevenLine:
            return Outcome::info(fmt::format("events are up to {} late, as short answers are now and then: the line's delay varies by {}",
                                             core::human_duration(plain.worst_lag), core::human_duration(*arms.unevenness)));
        case Holder::Beginning:
            return held_at_first(arms);
        case Holder::NextEvent:
            return one_behind(arms);
        case Holder::ThinLine:
            return Outcome::info("events are late while the line is busy: it is thin");
        case Holder::Once:
            return Outcome::warn("late once of two tries",
                                 found("net.flaky", Confidence::Proven, seen(plain) + ", and in time when tried again."));
        case Holder::Coalescer:
            return coalesced(plain);
        case Holder::Proxy:
            return held_by_proxy(facts, arms);
        case Holder::FullBuffer:
            return held_back(facts, arms, "sse.buffer-threshold",
                             fmt::format("{}; events of 2 KiB come at once: a buffer is let go when it is full.", seen(plain)));
        case Holder::Everything:
        case Holder::Quanta:
            return held_back(facts, arms, code_of_lumps(plain), seen(plain) + ".");
        case Holder::Compressor:
            return Outcome::fail("held back when compressed",
                                 found("sse.compression-buffered", Confidence::Proven,
                                       fmt::format("Asked for with Accept-Encoding: gzip, {}; asked for without, they come in time.",
                                                   seen(*arms.compressed))));
        case Holder::GetOnly:
            return Outcome::warn(
                "held back when asked for by GET",
                found("sse.get-buffered", Confidence::Proven, fmt::format("By GET, {}; by POST they come in time.", seen(*arms.by_get))));
        case Holder::Undecided:
            return undecided(plain);
    }
    return undecided(plain);
}

/// Three streams at once, beside other checks, may be much for a thin line: what came late among them is asked for again, when others are
/// over. Only one that comes in time takes back what was seen; one that fails says nothing.
void repeat_if_late(const Subject& subject, const Facts& facts, std::optional<Pacing>& arm, const StreamAsk& ask,
                    std::optional<core::Duration> round_trip) {
    if (!arm || !arm->is_buffered()) {
        return;
    }
    if (const Pacing again = pacing_of(play_stream(subject, facts, ask), round_trip); again.is_even()) {
        arm = again;
    }
}

void repeat_late_variants(const Subject& subject, const Facts& facts, StreamArms& arms) {
    StreamAsk compressed;
    compressed.accept_encoding = "gzip";
    repeat_if_late(subject, facts, arms.compressed, compressed, facts.streams->round_trip);
    StreamAsk by_get;
    by_get.method = "GET";
    repeat_if_late(subject, facts, arms.by_get, by_get, std::nullopt);
}

}  // namespace

Outcome without_stream_pages() {
    return Outcome::inconclusive("the relay has no doctor pages",
                                 "a relay that serves /v1/doctor/stream, or a run against a model: relaybench run … -c 1 -n 1 --trace");
}

Outcome check_stream_arms(const Subject& subject, Facts& facts) {
    if (!facts.streams) {
        return without_stream_pages();
    }
    const FirstStreams& streams = *facts.streams;
    StreamArms arms{.plain = pacing_of(streams.plain, streams.round_trip)};
    if (streams.compressed.is_compressed()) {
        arms.compressed = pacing_of(streams.compressed, streams.round_trip);
    }
    arms.by_get = pacing_of(streams.by_get, std::nullopt);
    facts.intercepted_by = interceptor_of(facts);
    const bool is_late = !arms.plain.is_even() && arms.plain.verdict != Pacing::Verdict::TooFew;
    if (is_late) {
        play_late_arms(subject, facts, arms);
    } else {
        repeat_late_variants(subject, facts, arms);
    }
    Outcome outcome =
        is_late ? Outcome::info("played in other ways, as it was late") : Outcome::pass("compared with compressed and by GET");
    show(outcome, "post", arms.plain);
    show(outcome, "compressed", arms.compressed);
    show(outcome, "get", arms.by_get);
    show(outcome, "again", arms.again);
    show(outcome, "at 100 ms", arms.tight);
    show(outcome, "events of 2 KiB", arms.padded);
    show(outcome, "without proxy", arms.direct);
    if (arms.unevenness) {
        outcome.with("short answers differ by", core::human_duration(*arms.unevenness));
    }
    if (arms.dispersion) {
        outcome.with("12,000 bytes take", core::human_duration(*arms.dispersion));
    }
    facts.arms = arms;
    return outcome;
}

Outcome check_stream_timing(const Subject& /*subject*/, Facts& facts) {
    if (!facts.arms) {
        return without_stream_pages();
    }
    const StreamArms& arms = *facts.arms;
    Outcome outcome = outcome_of(facts, arms, holder_of(arms));
    outcome.with("bursts", fmt::format("{} of {} events", arms.plain.bursts, arms.plain.events))
        .with("latest", core::human_duration(arms.plain.worst_lag));
    if (arms.plain.events > 0) {
        outcome.with("steady hold", core::human_duration(arms.plain.steady_hold));
    }
    return outcome;
}

}  // namespace relaybench::doctor
