#include "doctor/late_arms.h"

#include <future>

#include "doctor/dns_query.h"
#include "doctor/facts.h"
#include "doctor/line_evenness.h"
#include "doctor/sse_probe.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

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
    ask.interval = kTightInterval;
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
            Facts direct = facts.another_way();
            direct.address = address;
            return direct;
        }
    }
    return std::nullopt;
}

void play_tight(const Subject& subject, const Facts& facts, StreamArms& arms) {
    auto unevenness = std::async(std::launch::async, [&] { return measure_unevenness(subject, facts); });
    arms.tight = pacing_of(play_stream(subject, facts, tight_ask()), facts.streams->round_trip);
    arms.unevenness = unevenness.get();
}

/// Side by side: none of them is large.
void play_others(const Subject& subject, const Facts& facts, StreamArms& arms) {
    const auto round_trip = facts.streams->round_trip;
    const std::optional<Facts> past_the_proxy = direct_way(facts);
    auto direct = std::async(std::launch::async, [&] {
        return past_the_proxy ? std::optional(pacing_of(play_stream(subject, *past_the_proxy, {}), std::nullopt)) : std::nullopt;
    });
    auto unevenness = std::async(std::launch::async, [&] { return measure_unevenness(subject, facts); });
    const auto samples = play_streams(subject, facts, {StreamAsk{}, padded_ask()});
    arms.again = pacing_of(samples[0], round_trip);
    arms.padded = pacing_of(samples[1], std::nullopt);
    arms.direct = direct.get();
    arms.unevenness = unevenness.get();
}

}  // namespace

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

}  // namespace relaybench::doctor
