#include "doctor/connection_use.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/handshake.h"
#include "doctor/http2_frames.h"
#include "doctor/reach.h"
#include "doctor/websocket_probe.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(5);
constexpr std::size_t kMostGreetingBytes = 4096;

/// A session with a client that speaks HTTP/2 as well.
struct Negotiated {
    std::optional<Channel> channel;
    std::string protocol;
    std::string failure;
};

Negotiated negotiate(const Facts& facts, Deadline deadline) {
    Reached way = reach_port(facts, facts.url.port, deadline);
    if (!way.channel) {
        return {std::nullopt, {}, way.failure};
    }
    Socket socket = way.channel->take_socket();
    const Hello hello{.server_name = server_name(facts.url.host), .protocols = {"h2", "http/1.1"}};
    Handshake done = shake_hands(socket, hello, deadline);
    if (!done.session) {
        return {std::nullopt, {}, done.result.reason};
    }
    return {Channel(std::move(socket), std::move(done.session)), done.result.protocol, {}};
}

std::optional<Http2Settings> settings_of(Channel& channel, Deadline deadline) {
    if (!channel.write(http2_greeting(), deadline)) {
        return std::nullopt;
    }
    std::string bytes;
    std::array<char, 1024> buffer{};
    while (bytes.size() < kMostGreetingBytes) {
        const Received got = channel.read(buffer, deadline);
        if (got.end != ReadEnd::Data) {
            return std::nullopt;
        }
        bytes.append(buffer.data(), got.size);
        if (const auto settings = read_http2_settings(bytes)) {
            return settings;
        }
    }
    return std::nullopt;
}

/// What becomes of a client that lets HTTP/2 be chosen and then asks for a WebSocket the HTTP/1.1 way.
HttpReply upgrade_over_http2(const Facts& facts, Deadline deadline) {
    Negotiated careless = negotiate(facts, deadline);
    if (!careless.channel) {
        return {};
    }
    return upgrade(std::move(*careless.channel), facts.prefix + "/doctor/ws", facts.url.authority(), {}, deadline).reply;
}

bool is_cut(HttpReply::End end) { return end == HttpReply::End::CutShort || end == HttpReply::End::Reset; }

bool is_mismatch(const HttpReply& reply) { return !reply.has_head() && (looks_like_http2(reply.first_bytes) || is_cut(reply.end)); }

}  // namespace

Outcome check_http_version(const Subject& /*subject*/, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("HTTP/2 is negotiated in TLS only");
    }
    const Deadline deadline = facts.within(kBudget);
    Negotiated offered = negotiate(facts, deadline);
    if (!offered.channel) {
        return Outcome::inconclusive(core::printable(offered.failure, 80), "a hand-shake that offers h2 and http/1.1");
    }
    if (offered.protocol != "h2") {
        Outcome outcome = Outcome::info("HTTP/1.1 is negotiated");
        outcome.findings.push_back(found("http.no-h2", Confidence::Proven, "HTTP/2 was offered and HTTP/1.1 chosen."));
        return outcome;
    }
    const auto settings = settings_of(*offered.channel, deadline);
    Outcome outcome = Outcome::info(settings ? "HTTP/2 is negotiated" : "HTTP/2 is negotiated and then not spoken");
    if (settings && settings->extended_connect) {
        outcome.findings.push_back(
            found("ws.rfc8441-available", Confidence::Proven, "The server's settings allow WebSockets over HTTP/2."));
    }
    if (is_mismatch(upgrade_over_http2(facts, deadline))) {
        outcome.findings.push_back(found("ws.h2-mismatch", Confidence::Possible,
                                         "A WebSocket client that lets HTTP/2 be negotiated gets no answer here; one that offers http/1.1 "
                                         "alone does."));
    }
    return outcome;
}

Outcome check_keep_alive(const Subject& subject, Facts& facts) {
    const Deadline deadline = facts.within(kBudget);
    Reached way = reach_relay(subject, facts, Trust::Anyone, deadline);
    if (!way.channel) {
        return Outcome::inconclusive(core::printable(way.failure, 80), "a connection");
    }
    HttpQuestion question;
    question.target = facts.has_doctor_pages ? facts.prefix + "/doctor/hello" : facts.prefix + "/models";
    question.authority = facts.url.authority();
    const HttpReply first = exchange(*way.channel, question, deadline);
    if (!first.has_head() || first.end != HttpReply::End::Complete) {
        return Outcome::inconclusive(first.text(), "a whole answer");
    }
    const bool announced = first.lists("connection", "close");
    const HttpReply second = announced ? HttpReply{} : exchange(*way.channel, question, deadline);
    if (second.has_head()) {
        return Outcome::pass("a second request on the same connection is answered");
    }
    if (!announced && second.end == HttpReply::End::TimedOut) {
        return Outcome::inconclusive("the connection stands, and a second answer on it did not come in time", "a whole answer");
    }
    return Outcome::warn("closed after each answer",
                         found("http.no-keepalive", Confidence::Proven,
                               announced ? "The answer says that the connection will be closed (Connection: close)."
                                         : fmt::format("A second request on the same connection fails: {}.", second.text())));
}

}  // namespace relaybench::doctor
