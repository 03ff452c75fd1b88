#include "doctor/tls_failure.h"

#include <future>

#include "doctor/reach.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using End = HandshakeResult::End;

constexpr core::Duration kTrialBudget = std::chrono::seconds(3);
constexpr std::string_view kNeutralName = "www.example.com";

Handshake shake_hands_over(const Facts& facts, const std::string& name, Segments segments, core::Duration budget) {
    const Deadline deadline = within(facts, budget);
    Reached way = reach_port(facts, facts.url.port, deadline, segments);
    if (!way.channel) {
        Handshake none;
        none.result.reason = way.failure;
        return none;
    }
    const Socket socket = way.channel->take_socket();
    Handshake done = shake_hands(socket, {.server_name = name, .protocols = {"http/1.1"}}, deadline);
    done.session.reset();  // its socket goes now
    return done;
}

TrialEnd trial_end(const HandshakeResult& result) {
    switch (result.end) {
        case End::Stands:
        case End::Alert:
            return TrialEnd::TlsAnswer;
        case End::TimedOut:
            return TrialEnd::Silence;
        case End::Reset:
        case End::Closed:
            return TrialEnd::Cut;
        default:
            return TrialEnd::OtherAnswer;
    }
}

TrialEnd try_hello(const Facts& facts, const std::string& name, Segments segments) {
    return trial_end(shake_hands_over(facts, name, segments, kTrialBudget).result);
}

TrialEnd try_plain_request(const Facts& facts) {
    const Deadline deadline = within(facts, kTrialBudget);
    Reached way = reach_port(facts, facts.url.port, deadline);
    if (!way.channel) {
        return TrialEnd::NotTried;
    }
    HttpQuestion question;
    question.authority = facts.url.authority();
    const HttpReply reply = exchange(*way.channel, question, deadline);
    if (reply.has_head()) {
        constexpr int kBadRequest = 400;  // what TLS servers say to plain HTTP
        return reply.status == kBadRequest ? TrialEnd::OtherAnswer : TrialEnd::HttpAnswer;
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

}  // namespace

std::string server_name(const Facts& facts) { return wire::is_address(facts.url.host) ? "" : facts.url.host; }

Handshake shake_hands_as(const Facts& facts, const std::string& name, core::Duration budget) {
    return shake_hands_over(facts, name, Segments::Usual, budget);
}

TlsTrials try_otherwise(const Facts& facts) {
    const std::string name = server_name(facts);
    const auto begin = [&](const std::string& named, Segments segments) {
        return std::async(std::launch::async, [&facts, named, segments] { return try_hello(facts, named, segments); });
    };
    auto again = begin(name, Segments::Usual);
    auto small = begin(name, Segments::Small);
    auto plain = std::async(std::launch::async, [&facts] { return try_plain_request(facts); });
    TlsTrials trials;
    if (!name.empty()) {
        trials.other_name = try_hello(facts, std::string(kNeutralName), Segments::Usual);
    }
    trials.same_again = again.get();
    trials.small_packets = small.get();
    trials.plain_request = plain.get();
    return trials;
}

}  // namespace relaybench::doctor
