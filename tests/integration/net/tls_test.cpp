#include <doctest/doctest.h>

#include "integration/net/raw_server.h"
#include "integration/net/recorder.h"

namespace relaybench::testing {
namespace {

using stream::EndKind;
using wire::ConnectionUse;

constexpr stream::StreamId kFirst{.slot = 0, .generation = 1};
const std::string kWhole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

stream::Target tls_target(std::uint16_t port, const TestCertificate& certificate, const std::string& host) {
    auto target = target_at(port);
    target.tls = true;
    target.host = host;
    target.ca_file = certificate.pem_path;
    return target;
}

RawServer::Script answering(const std::string& answer) {
    return [answer](RawConnection& connection) {
        connection.read_request();
        connection.write(answer);
        connection.finish();
        connection.await_end();
    };
}

Seen opened(const stream::Target& target, const wire::Request& request) {
    Client client;
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    CHECK(client.run_to_end(0));
    return client.seen(0);
}

TEST_CASE("client: a verified TLS stream by name, by address, and split over records") {
    const TestCertificate certificate("DNS:relay.test,IP:127.0.0.1");
    RawServer server(
        [](RawConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-");
            connection.write("Encoding: chunked\r\n\r\n" + chunk(std::string(100'000, 'x')));
            connection.write("0\r\n\r\n");
            connection.await_end();
        },
        &certificate);
    for (const char* host : {"relay.test", "127.0.0.1"}) {
        const Seen seen = opened(tls_target(server.port(), certificate, host), chat_request());
        CHECK(seen.order == "connected secured written head body ended");
        CHECK(seen.body.size() == 100'000);
        CHECK(seen.end->kind == EndKind::BodyComplete);
    }
}

TEST_CASE("client: an untrusted certificate fails with the verify code, unless verification is off") {
    const TestCertificate certificate("DNS:relay.test");
    RawServer server(answering(kWhole), &certificate);
    auto target = tls_target(server.port(), certificate, "relay.test");
    target.ca_file.clear();
    const Seen seen = opened(target, chat_request());
    CHECK(seen.order == "connected ended");
    CHECK(seen.end->kind == EndKind::TlsFailed);
    CHECK(seen.end->detail == "certificate: self-signed certificate (code 18)");
    target.verify_peer = false;
    CHECK(opened(target, chat_request()).body == "ok");
}

TEST_CASE("client: a certificate for another name or address fails") {
    const TestCertificate certificate("DNS:relay.test");
    RawServer server(answering(kWhole), &certificate);
    const Seen name = opened(tls_target(server.port(), certificate, "other.test"), chat_request());
    CHECK(name.end->kind == EndKind::TlsFailed);
    CHECK(name.end->detail.find("hostname mismatch") != std::string::npos);
    const Seen address = opened(tls_target(server.port(), certificate, "127.0.0.1"), chat_request());
    CHECK(address.end->detail.find("IP address mismatch") != std::string::npos);
}

TEST_CASE("client: a missing CA file is said") {
    const TestCertificate certificate("DNS:relay.test");
    auto target = tls_target(1, certificate, "relay.test");
    target.ca_file = "/nonexistent/ca.pem";
    const Seen seen = opened(target, chat_request());
    CHECK(seen.end->kind == EndKind::TlsFailed);
    CHECK(seen.end->detail.find("/nonexistent/ca.pem") != std::string::npos);
}

TEST_CASE("client: TLS to a server that does not speak it fails as TLS") {
    RawServer server([](RawConnection& connection) {
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.finish();
        connection.await_end();
    });
    auto target = target_at(server.port());
    target.tls = true;
    CHECK(opened(target, chat_request()).end->kind == EndKind::TlsFailed);
}

TEST_CASE("client: TLS ended by close_notify is orderly, without it is a cut") {
    const TestCertificate certificate("DNS:relay.test");
    const std::string open_end = "HTTP/1.0 200 OK\r\n\r\ndata: x\n\n";
    RawServer orderly(answering(open_end), &certificate);
    CHECK(opened(tls_target(orderly.port(), certificate, "relay.test"), chat_request()).end->kind == EndKind::BodyClosed);
    RawServer cutting(
        [&](RawConnection& connection) {
            connection.read_request();
            connection.write(open_end);
            connection.cut();
            connection.await_end();
        },
        &certificate);
    const Seen seen = opened(tls_target(cutting.port(), certificate, "relay.test"), chat_request());
    CHECK(seen.body == "data: x\n\n");
    CHECK(seen.end->kind == EndKind::TlsCut);
}

TEST_CASE("client: WebSocket over TLS, messages both ways, close frame") {
    const TestCertificate certificate("DNS:relay.test");
    std::string got;
    RawServer server(
        [&](RawConnection& connection) {
            connection.accept_upgrade(connection.read_request(), server_frame(0x81, "early"));
            got = connection.read_frame().second;
            connection.write(server_frame(0x81, std::string(100'000, 'y')) + server_frame(0x88, "\x03\xF5"));
            connection.await_end();
        },
        &certificate);
    const Seen seen = opened(tls_target(server.port(), certificate, "relay.test"), socket_request({{wire::MessageKind::Text, "question"}}));
    CHECK(got == "question");
    REQUIRE(seen.messages.size() == 2);
    CHECK(seen.messages[1].size() == 100'000);
    CHECK(seen.end->close_code == 1013);
}

TEST_CASE("client: a refused upgrade over TLS has its body, also when the server closes at once") {
    const TestCertificate certificate("DNS:relay.test");
    RawServer server(answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope"), &certificate);
    const Seen seen = opened(tls_target(server.port(), certificate, "relay.test"), socket_request());
    CHECK(seen.head.status == 403);
    CHECK(seen.body == "nope");
    CHECK(seen.end->kind == EndKind::BodyComplete);
}

TEST_CASE("client: large requests and a reused connection work over TLS") {
    const TestCertificate certificate("DNS:relay.test");
    std::size_t bytes = 0;
    RawServer server(
        [&](RawConnection& connection) {
            for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request()) {
                bytes += request.size();
                connection.write(kWhole);
            }
        },
        &certificate);
    Client client;
    const auto target = tls_target(server.port(), certificate, "relay.test");
    const auto request = chat_request(std::string(1'000'000, 'x'));
    for (std::uint32_t slot = 0; slot < 3; ++slot) {
        client.transport->open({.slot = slot, .generation = 1}, target, request, ConnectionUse::Reuse);
        REQUIRE(client.run_to_end(slot));
        CHECK(client.seen(slot).body == "ok");
    }
    CHECK(bytes > 3'000'000);
    CHECK(server.accepted() == 1);
    CHECK(client.seen(2).order == "connected written head body ended");
}

}  // namespace
}  // namespace relaybench::testing
