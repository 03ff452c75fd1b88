#include "doctor/stream_timing.h"

#include <future>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/dns_query.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/reach.h"
#include "doctor/stream_arms.h"
#include "doctor/trust.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kDirectBudget = std::chrono::seconds(2);
constexpr std::size_t kPadding = 2048;
/// Fits with its framing into the ten segments that TCP sends before it waits for an answer: what spreads them is the line.
constexpr std::size_t kOneFlight = 12000;

StreamAsk padded_ask() {
    StreamAsk ask;
    ask.pad_bytes = kPadding;
    return ask;
}

StreamAsk tight_ask() {
    StreamAsk ask;
    ask.events = 15;
    ask.interval = std::chrono::milliseconds(100);
    return ask;
}

std::optional<core::Duration> dispersion_of(const Subject& subject, const Facts& facts) {
    StreamAsk ask;
    ask.events = 1;
    ask.interval = std::chrono::milliseconds(0);
    ask.pad_bytes = kOneFlight;
    const StreamSample sample = play_stream(subject, facts, ask);
    const auto& pieces = sample.reply.pieces;
    return sample.done ? std::optional(pieces.back().at - pieces.front().at) : std::nullopt;
}

/// The way past the proxy, if there is one.
std::optional<Facts> direct_way(const Facts& facts) {
    if (!facts.proxy) {
        return std::nullopt;
    }
    const std::string& host = facts.url.host;
    const auto addresses = wire::is_address(host) ? std::vector<std::string>{host} : look_up(host, facts.left_of(kDirectBudget)).addresses;
    for (const auto& address : addresses) {
        if (dial(address, facts.url.port, facts.within(kDirectBudget)).system_error == 0) {
            Facts direct;
            direct.ends = facts.ends;
            direct.url = facts.url;
            direct.prefix = facts.prefix;
            direct.address = address;
            return direct;
        }
    }
    return std::nullopt;
}

void play_tight(const Subject& subject, const Facts& facts, StreamArms& arms) {
    arms.tight = pacing_of(play_stream(subject, facts, tight_ask()), facts.streams->round_trip);
}

/// Side by side: none of them is large.
void play_others(const Subject& subject, const Facts& facts, StreamArms& arms) {
    const auto round_trip = facts.streams->round_trip;
    const std::optional<Facts> past_the_proxy = direct_way(facts);
    auto direct = std::async(std::launch::async, [&] {
        return past_the_proxy ? std::optional(pacing_of(play_stream(subject, *past_the_proxy, {}), std::nullopt)) : std::nullopt;
    });
    const auto samples = play_streams(subject, facts, {StreamAsk{}, padded_ask()});
    arms.again = pacing_of(samples[0], round_trip);
    arms.padded = pacing_of(samples[1], std::nullopt);
    arms.direct = direct.get();
}

void play_late_arms(const Subject& subject, const Facts& facts, StreamArms& arms) {
    arms.dispersion = dispersion_of(subject, facts);
    if (arms.dispersion && is_thin(*arms.dispersion)) {
        arms.again = pacing_of(play_stream(subject, facts, {}), facts.streams->round_trip);
        if (arms.again->is_even()) {
            return;
        }
    }
    arms.plain.verdict == Pacing::Verdict::Coalesced ? play_tight(subject, facts, arms) : play_others(subject, facts, arms);
}

std::string_view words(Pacing::Verdict verdict) {
    switch (verdict) {
        case Pacing::Verdict::Even:
            return "in time";
        case Pacing::Verdict::Stalled:
            return "in time but for a pause";
        case Pacing::Verdict::Coalesced:
            return "in pairs or a little late";
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

Outcome in_time(const Pacing& plain) {
    if (plain.verdict == Pacing::Verdict::Stalled) {
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
