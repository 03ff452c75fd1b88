#include <doctest/doctest.h>

#include "integration/net/raw_server.h"
#include "integration/net/recorder.h"

namespace relaybench::testing {
namespace {

using stream::EndKind;
using wire::ConnectionUse;

constexpr stream::StreamId kFirst{.slot = 0, .generation = 1};
constexpr stream::StreamId kSecond{.slot = 1, .generation = 1};

/// A target that only a proxy at `port` could reach.
stream::Target through_proxy(std::uint16_t port) {
    auto target = target_at(port);
    target.host = "relay.invalid";
    target.authority = "relay.invalid";
    target.tunnel = stream::Tunnel{.destination = "relay.invalid:80", .authorization = "Basic dTpw"};
    return target;
}

/// How a stream ends when the proxy answers its CONNECT with `answer` and closes.
Seen refused_with(const std::string& answer, const wire::Request& request = chat_request()) {
    RawServer server([&](RawConnection& connection) {
        connection.read_request();
        connection.write(answer);
        connection.finish();
        connection.await_end();
    });
    Client client;
    const auto target = through_proxy(server.port());
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    CHECK(client.run_to_end(0));
    CHECK(client.seen(0).order == "ended");
    CHECK(client.seen(0).end->kind == EndKind::ConnectFailed);
    return client.seen(0);
}

TEST_CASE("proxy: CONNECT names the relay and carries credentials, and the request follows through the tunnel") {
    std::vector<std::string> requests;
    RawServer server([&](RawConnection& connection) {
        requests.push_back(connection.read_request());
        connection.write("HTTP/1.1 200 Connection");
        connection.write(" established\r\nProxy-Agent: test\r\n\r\n");
        for (int streams = 0; streams < 2; ++streams) {
            requests.push_back(connection.read_request());
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("data: x\n\n") + "0\r\n\r\n");
        }
        connection.await_end();
    });
    Client client;
    const auto target = through_proxy(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Reuse);
    REQUIRE(client.run_to_end(0));
    client.transport->open(kSecond, target, request, ConnectionUse::Reuse);
    REQUIRE(client.run_to_end(1));
    CHECK(client.seen(0).order == "connected written head body ended");
    CHECK(client.seen(0).body == "data: x\n\n");
    CHECK(client.seen(0).arrivals.back().source == stream::StampSource::Kernel);
    CHECK(client.seen(1).origin == stream::ConnectionOrigin::Reused);
    CHECK(server.accepted() == 1);
    client.transport.reset();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0] == "CONNECT relay.invalid:80 HTTP/1.1\r\nHost: relay.invalid:80\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
    CHECK(requests[1].starts_with("POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: relay.invalid\r\n"));
    CHECK(requests[1].find("Proxy-Authorization") == std::string::npos);
    CHECK(requests[2] == requests[1]);
}

TEST_CASE("proxy: a WebSocket goes through the tunnel") {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.0 200 OK\r\n\r\n");
        connection.accept_upgrade(connection.read_request(), server_frame(0x81, "hello"));
        connection.write(server_frame(0x88, ""));
        connection.await_end();
    });
    Client client;
    const auto target = through_proxy(server.port());
    const auto request = socket_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(client.seen(0).messages == std::vector<std::string>{"hello"});
    CHECK(client.seen(0).end->kind == EndKind::CloseFrame);
}

TEST_CASE("proxy: two proxies at a time, and a direct stream beside them") {
    const auto tunnel_then = [](const std::string& body) {
        return [body](RawConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\n\r\n");
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body);
            connection.await_end();
        };
    };
    RawServer first(tunnel_then("a"));
    RawServer second(tunnel_then("b"));
    RawServer relay([](RawConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nc");
        connection.await_end();
    });
    Client client;
    const std::vector<stream::Target> targets{through_proxy(first.port()), through_proxy(second.port()), target_at(relay.port())};
    const auto request = chat_request();
    for (std::uint32_t slot = 0; slot < 3; ++slot) {
        client.transport->open({.slot = slot, .generation = 1}, targets[slot], request, ConnectionUse::Fresh);
    }
    for (std::uint32_t slot = 0; slot < 3; ++slot) {
        REQUIRE(client.run_to_end(slot));
        CHECK(client.seen(slot).body == std::string(1, static_cast<char>('a' + slot)));
    }
}

TEST_CASE("proxy: a refusal is told in the proxy's words") {
    CHECK(refused_with("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
              .end->detail == "the proxy answered CONNECT with 407 Proxy Authentication Required (it wants Basic)");
    CHECK(refused_with("HTTP/1.1 403 Filtered\r\n\r\n<html>").end->detail == "the proxy answered CONNECT with 403 Filtered");
    CHECK(refused_with("HTTP/1.1 503 Service Unavailable\r\n\r\n", socket_request()).end->detail ==
          "the proxy answered CONNECT with 503 Service Unavailable");
    CHECK(refused_with("HTTP/1.1 101 Switching Protocols\r\n\r\n").end->detail.find("101") != std::string::npos);
}

TEST_CASE("proxy: what is no proxy, or falls silent, or talks out of turn, is a failed connection") {
    CHECK(refused_with("").end->detail == "the proxy ended the connection instead of answering CONNECT");
    CHECK(refused_with("HTTP/1.1 200 O").end->detail == "the proxy ended the connection instead of answering CONNECT");
    CHECK(refused_with("SSH-2.0-OpenSSH_9.2\r\n").end->detail.starts_with("what answered CONNECT is no HTTP proxy"));
    CHECK(refused_with(std::string(300'000, 'x')).end->detail.starts_with("what answered CONNECT is no HTTP proxy"));
    CHECK(refused_with("HTTP/1.1 200 OK\r\n\r\nsurplus").end->detail == "the proxy sent bytes into the tunnel before anything was asked");
}

TEST_CASE("proxy: a proxy that nobody runs is a refused connection") {
    Client client;
    const auto target = through_proxy(refused_port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(client.seen(0).end->kind == EndKind::ConnectFailed);
    CHECK(client.seen(0).end->system_error == ECONNREFUSED);
}

TEST_CASE("proxy: a stream that is let go of while the proxy is silent leaves nothing behind") {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.await_end();
    });
    Client client;
    const auto target = through_proxy(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_until([&] { return client.transport->counters().bytes_out > 0; }));
    client.transport->close(kFirst);
    CHECK(client.transport->counters().connecting == 0);
    client.transport->poll(client.clock.now(), client);
    CHECK(client.seen(0).order.empty());
}

}  // namespace
}  // namespace relaybench::testing
