#include "doctor/reach.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "doctor/handshake.h"
#include "doctor/trust.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kFirstKnock = std::chrono::milliseconds(2500);

/// Of this very connection: another one may have led to somebody else.
bool may_be_told_secrets(const Subject& subject, const Facts& facts, const Chain& chain) {
    const auto verdict = judge_trust(subject, chain, facts.url.host, core::SystemClock().wall_now());
    return verdict && may_hear_secrets(subject, verdict->by);
}

}  // namespace

Tunnelled ask_for_tunnel(Socket socket, const wire::Proxy& proxy, const std::string& destination, Deadline deadline) {
    Tunnelled done;
    Channel channel(std::move(socket));
    HttpQuestion question;
    question.method = "CONNECT";
    question.target = destination;
    question.authority = destination;
    question.most_body_bytes = 4096;
    if (!proxy.credentials.empty()) {
        question.headers.push_back({"Proxy-Authorization", wire::basic_authorization(proxy.credentials)});
    }
    done.reply = exchange_head(channel, question, deadline);
    if (done.reply.status >= 200 && done.reply.status < 300) {
        done.channel.emplace(std::move(channel));
    }
    return done;
}

Reached reach_port(const Facts& facts, std::uint16_t port, Deadline deadline, Segments segments) {
    constexpr int kSmallSegment = 1000;  // below every MTU that tunnels leave
    deadline = std::min(deadline, facts.ends);
    const std::string& address = facts.proxy ? facts.proxy_address : facts.address;
    const std::uint16_t first_port = facts.proxy ? facts.proxy->port : port;
    const auto knock = [&](Deadline until) {
        return segments == Segments::Small ? dial_with_segments(address, first_port, kSmallSegment, until)
                                           : dial(address, first_port, until);
    };
    // A lost greeting is sent again ever more rarely: where time is left, a new one gets through sooner.
    Dialled dialled = knock(std::min(deadline, now() + kFirstKnock + facts.patience));
    if (dialled.system_error != 0 && now() < deadline) {
        dialled = knock(deadline);  // and a refusal, since a connection stood before, may come from one of several servers
    }
    if (dialled.system_error != 0) {
        return {std::nullopt, std::generic_category().message(dialled.system_error)};
    }
    if (!facts.proxy) {
        return {Channel(std::move(dialled.socket)), {}};
    }
    Tunnelled tunnel = ask_for_tunnel(std::move(dialled.socket), *facts.proxy, wire::host_and_port(facts.url.host, port), deadline);
    if (!tunnel.channel) {
        return {std::nullopt, fmt::format("the proxy answered {}", tunnel.reply.text())};
    }
    return {std::move(tunnel.channel), {}};
}

Reached reach_relay(const Subject& subject, const Facts& facts, Trust trust, Deadline deadline, Segments segments) {
    deadline = std::min(deadline, facts.ends);
    Reached way = reach_port(facts, facts.url.port, deadline, segments);
    if (!way.channel || !facts.url.secure()) {
        return way;
    }
    Socket socket = way.channel->take_socket();
    Hello hello;
    hello.server_name = wire::is_address(facts.url.host) ? "" : facts.url.host;
    Handshake done = shake_hands(socket, hello, deadline);
    if (!done.session) {
        return {std::nullopt, fmt::format("no TLS session: {}", done.result.reason)};
    }
    if (trust == Trust::Verified && !may_be_told_secrets(subject, facts, done.result.chain)) {
        return {std::nullopt, "the certificate is not trusted"};
    }
    return {Channel(std::move(socket), std::move(done.session)), {}};
}

HttpReply ask_relay(const Subject& subject, const Facts& facts, HttpQuestion question, Trust trust, Deadline deadline) {
    deadline = std::min(deadline, facts.ends);
    Reached way = reach_relay(subject, facts, trust, deadline);
    if (!way.channel) {
        HttpReply reply;
        reply.end = HttpReply::End::NotSent;
        reply.detail = way.failure;
        return reply;
    }
    question.authority = facts.url.authority();
    return exchange(*way.channel, question, deadline);
}

}  // namespace relaybench::doctor
