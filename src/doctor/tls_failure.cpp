#include "doctor/tls_failure.h"

#include <array>
#include <future>
#include <optional>
#include <utility>

#include "doctor/reach.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using End = HandshakeResult::End;

/// A forwarder with nobody behind it tries a few times, a second each, before it gives up.
constexpr core::Duration kTrialBudget = std::chrono::milliseconds(3500);
constexpr std::string_view kNeutralName = "www.example.com";

/// What is sent where.
struct Greeting {
    Hello hello;
    Segments segments = Segments::Usual;
    std::string address = {};  ///< empty: the one that is used
};

Hello hello_as(std::string name) {
    Hello hello;
    hello.server_name = std::move(name);
    return hello;
}

struct Shaken {
    HandshakeResult result;
    std::uint32_t lost_greetings = 0;
};

Shaken shake_hands_over(const Facts& facts, const Greeting& greeting, core::Duration budget) {
    const Deadline deadline = facts.within(budget);
    Reached way = greeting.address.empty() ? reach_port(facts, facts.url.port, deadline, greeting.segments)
                                           : reach_port_at(facts, greeting.address, facts.url.port, deadline, greeting.segments);
    Shaken shaken{.result = {}, .lost_greetings = way.lost_greetings};
    if (!way.channel) {
        shaken.result.end = End::NotConnected;
        shaken.result.reason = way.failure;
        return shaken;
    }
    const Socket socket = way.channel->take_socket();
    shaken.result = shake_hands(socket, greeting.hello, deadline).result;  // the session goes before its socket
    return shaken;
}

TrialEnd trial_end(const HandshakeResult& result) {
    switch (result.end) {
        case End::Stands:
            return TrialEnd::Session;
        case End::Alert:
            return TrialEnd::Alert;
        case End::TimedOut:
            return TrialEnd::Silence;
        case End::Reset:
        case End::Closed:
            return TrialEnd::Cut;
        case End::NotConnected:
            return TrialEnd::NotTried;
        default:
            return TrialEnd::OtherAnswer;
    }
}

struct Trial {
    TrialEnd end = TrialEnd::NotTried;
    std::uint32_t lost_greetings = 0;
    std::string words = {};
};

Trial try_hello(const Facts& facts, const Greeting& greeting) {
    const Shaken shaken = shake_hands_over(facts, greeting, kTrialBudget);
    return {.end = trial_end(shaken.result), .lost_greetings = shaken.lost_greetings};
}

TrialEnd end_of_plain(const HttpReply& reply) {
    if (reply.has_head()) {
        constexpr int kBadRequest = 400;  // what TLS servers say to plain HTTP
        return reply.status == kBadRequest ? TrialEnd::BadRequest : TrialEnd::HttpAnswer;
    }
    switch (reply.end) {
        case HttpReply::End::TimedOut:
            return TrialEnd::Silence;
        case HttpReply::End::NotHttp:
            return TrialEnd::OtherAnswer;
        default:
            return TrialEnd::Cut;
    }
}

Trial try_plain_request(const Facts& facts) {
    const Deadline deadline = facts.within(kTrialBudget);
    Reached way = reach_port(facts, facts.url.port, deadline);
    if (!way.channel) {
        return {};
    }
    HttpQuestion question;
    question.authority = facts.url.authority();
    return {.end = end_of_plain(exchange(*way.channel, question, deadline)), .lost_greetings = way.lost_greetings};
}

/// Whether the other side speaks, or leaves, before anything was said to it.
Trial only_listen(const Facts& facts) {
    const Deadline deadline = facts.within(kTrialBudget);
    Reached way = reach_port(facts, facts.url.port, deadline);
    if (!way.channel) {
        return {};
    }
    std::array<char, 64> buffer{};
    const Received got = way.channel->read(buffer, deadline);
    if (got.end == ReadEnd::Data) {
        return {.end = TrialEnd::OtherAnswer, .lost_greetings = way.lost_greetings, .words = std::string(buffer.data(), got.size)};
    }
    return {.end = got.end == ReadEnd::TimedOut ? TrialEnd::Silence : TrialEnd::Cut, .lost_greetings = way.lost_greetings};
}

/// What TLS answers only now and then says nothing of the greeting: of two attempts the one that got less counts.
TrialEnd both(TrialEnd one, TrialEnd other) { return is_tls(one) ? other : one; }
/// The better of two.
TrialEnd either(TrialEnd one, TrialEnd other) { return is_tls(one) ? one : other; }

using Pending = std::future<Trial>;

/// Two hand-shakes, side by side with others.
std::array<Pending, 2> begin_twice(const Facts& facts, const Greeting& greeting) {
    const auto begin = [&] { return std::async(std::launch::async, [&facts, greeting] { return try_hello(facts, greeting); }); };
    return {begin(), begin()};
}

TrialEnd end_of(std::array<Pending, 2>& pending, TrialEnd (*choose)(TrialEnd, TrialEnd), std::size_t& lost_greetings) {
    const Trial one = pending[0].get();
    const Trial other = pending[1].get();
    lost_greetings += (one.lost_greetings > 0 ? 1U : 0U) + (other.lost_greetings > 0 ? 1U : 0U);
    return choose(one.end, other.end);
}

TlsTrials one_round(const Facts& facts) {
    const Hello usual = hello_as(server_name(facts.url.host));
    Hello older = usual;
    older.newest = Hello::Newest::Tls12;
    auto again = begin_twice(facts, {.hello = usual});
    auto small = begin_twice(facts, {.hello = usual, .segments = Segments::Small});
    auto old_version = begin_twice(facts, {.hello = older});
    // A greeting to an address carries no name that could be another one.
    std::optional<std::array<Pending, 2>> other;
    if (!usual.server_name.empty()) {
        other = begin_twice(facts, {.hello = hello_as(std::string(kNeutralName))});
    }
    auto plain = std::async(std::launch::async, [&facts] { return try_plain_request(facts); });
    Trial silent = only_listen(facts);
    TlsTrials trials;
    trials.same_again = end_of(again, either, trials.lost_greetings);
    trials.small_packets = end_of(small, both, trials.lost_greetings);
    trials.older_version = end_of(old_version, both, trials.lost_greetings);
    trials.other_name = other ? end_of(*other, both, trials.lost_greetings) : TrialEnd::NotTried;
    trials.plain_request = plain.get().end;
    trials.nothing_said = silent.end;
    trials.first_words = std::move(silent.words);
    return trials;
}

/// Of long names: more than a packet of most networks holds. Some programs of today greet with as much.
constexpr std::size_t kLongNameBytes = 250;
/// Of short ones: as large as any usual greeting.
constexpr std::size_t kShortNameBytes = 8;

/// Offers protocols that no server has, which all pass over, beside the usual one. Whatever their length there are as many of them, so that
/// greetings differ in their size alone, and who minds odd names minds both.
Hello hello_with_names(const Facts& facts, std::size_t name_bytes) {
    constexpr std::size_t kNames = 5;
    Hello hello = hello_as(server_name(facts.url.host));
    for (std::size_t i = 0; i < kNames; ++i) {
        hello.protocols.emplace_back(name_bytes, static_cast<char>('a' + i));
    }
    return hello;
}

}  // namespace

HandshakeResult shake_hands_with_relay(const Facts& facts, core::Duration budget) {
    return shake_hands_over(facts, {.hello = hello_as(server_name(facts.url.host))}, budget).result;
}

HandshakeResult shake_hands_at(const Facts& facts, const std::string& address, core::Duration budget) {
    return shake_hands_over(facts, {.hello = hello_as(server_name(facts.url.host)), .address = address}, budget).result;
}

TlsTrials try_otherwise(const Facts& facts) {
    TlsTrials trials = one_round(facts);
    if (trials.lost_greetings > 0 && !is_tls(trials.same_again)) {
        trials = merged(trials, one_round(facts));
    }
    return trials;
}

LargeGreeting try_large_greeting(const Facts& facts) {
    const Hello hello = hello_with_names(facts, kLongNameBytes);
    LargeGreeting tried{.large = try_hello(facts, {.hello = hello}).end};
    if (is_tls(tried.large)) {
        return tried;
    }
    const auto begin = [&](const Hello& named, Segments segments) {
        return std::async(std::launch::async,
                          [&facts, &named, segments] { return try_hello(facts, {.hello = named, .segments = segments}).end; });
    };
    const Hello usual = hello_with_names(facts, kShortNameBytes);
    auto again = begin(hello, Segments::Usual);
    auto small = begin(hello, Segments::Small);
    auto beside = begin(usual, Segments::Usual);
    auto beside_too = begin(usual, Segments::Usual);
    tried.large_again = again.get();
    tried.large_in_small_packets = small.get();
    tried.usual = both(beside.get(), beside_too.get());
    return tried;
}

}  // namespace relaybench::doctor
