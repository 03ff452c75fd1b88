#include "doctor/reach.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
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

Reached no_session(const HandshakeResult& result) {
    using End = HandshakeResult::End;
    const bool timed_out = result.end == End::TimedOut;
    const std::string_view how = timed_out                   ? "nothing more came in time"
                                 : result.end == End::Reset  ? "the connection was reset"
                                 : result.end == End::Closed ? "the connection was closed"
                                 : result.reason.empty()     ? "it failed"
                                                             : std::string_view(result.reason);
    Reached none;
    none.failure = fmt::format("no TLS session: {} after {}", how, core::human_duration(result.took));
    none.was_on_its_way = timed_out && result.tcp.bytes_received > 0;
    return none;
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
    const bool is_yes = done.reply.status >= 200 && done.reply.status < 300;
    // In a tunnel nobody speaks before the client does: what comes with the yes is a gateway's own page.
    if (is_yes && done.reply.body.empty()) {
        done.channel.emplace(std::move(channel));
    }
    return done;
}

Reached reach_port(const Facts& facts, std::uint16_t port, Deadline deadline, Segments segments) {
    return reach_port_at(facts, facts.proxy ? facts.proxy_address : facts.address, port, deadline, segments);
}

Reached reach_port_at(const Facts& facts, const std::string& address, std::uint16_t port, Deadline deadline, Segments segments) {
    constexpr int kSmallSegment = 1000;  // below every MTU that tunnels leave
    deadline = std::min(deadline, facts.ends);
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
        return {.channel = std::nullopt, .failure = std::generic_category().message(dialled.system_error)};
    }
    const std::uint32_t lost = tcp_facts(dialled.socket).all_retransmits;
    if (!facts.proxy) {
        return {.channel = Channel(std::move(dialled.socket)), .failure = {}, .lost_greetings = lost};
    }
    Tunnelled tunnel = ask_for_tunnel(std::move(dialled.socket), *facts.proxy, wire::host_and_port(facts.url.host, port), deadline);
    if (!tunnel.channel) {
        return {.channel = std::nullopt, .failure = fmt::format("the proxy answered {}", tunnel.reply.text())};
    }
    return {.channel = std::move(tunnel.channel), .failure = {}, .lost_greetings = lost};
}

Reached reach_relay(const Subject& subject, const Facts& facts, Trust trust, Deadline deadline, Segments segments) {
    deadline = std::min(deadline, facts.ends);
    Reached way = reach_port(facts, facts.url.port, deadline, segments);
    if (!way.channel || !facts.url.secure()) {
        return way;
    }
    Socket socket = way.channel->take_socket();
    Hello hello;
    hello.server_name = server_name(facts.url.host);
    Handshake done = shake_hands(socket, hello, deadline);
    if (!done.session) {
        return no_session(done.result);
    }
    if (trust == Trust::Verified && !may_be_told_secrets(subject, facts, done.result.chain)) {
        return {.channel = std::nullopt, .failure = "the certificate is not trusted"};
    }
    return {.channel = Channel(std::move(socket), std::move(done.session)), .failure = {}};
}

HttpReply ask_relay(const Subject& subject, const Facts& facts, HttpQuestion question, Trust trust, Deadline deadline, Segments segments) {
    deadline = std::min(deadline, facts.ends);
    Reached way = reach_relay(subject, facts, trust, deadline, segments);
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
