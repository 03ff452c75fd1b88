#include <doctest/doctest.h>

#include <atomic>

#include "integration/net/raw_server.h"
#include "integration/net/recorder.h"

namespace relaybench::testing {
namespace {

using stream::EndKind;
using wire::ConnectionUse;

constexpr std::uint8_t kText = 0x81;
constexpr std::uint8_t kBinary = 0x82;
constexpr std::uint8_t kTextBegins = 0x01;
constexpr std::uint8_t kContinues = 0x00;
constexpr std::uint8_t kContinuesAndEnds = 0x80;
constexpr std::uint8_t kClose = 0x88;
constexpr std::uint8_t kPing = 0x89;
constexpr std::uint8_t kPong = 0x8A;
constexpr stream::StreamId kFirst{.slot = 0, .generation = 1};

std::string close_frame(std::uint16_t code, const std::string& reason = {}) {
    return server_frame(kClose, std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)} + reason);
}

/// Opens one WebSocket against a server that sends `frames` in the packet of its 101 and waits for the client to end.
Seen upgraded_with(const std::string& frames) {
    RawServer server([&](RawConnection& connection) {
        connection.accept_upgrade(connection.read_request(), frames);
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Reuse);
    CHECK(client.run_to_end(0));
    CHECK(client.seen(0).ends == 1);
    return client.seen(0);
}

/// The same for a server that answers the upgrade with these bytes.
Seen refused_with(const std::string& answer) {
    RawServer server([&](RawConnection& connection) {
        connection.read_request();
        connection.write(answer);
        connection.finish();
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    CHECK(client.run_to_end(0));
    return client.seen(0);
}

TEST_CASE("client: frames in the packet of the 101 are delivered after the head") {
    const Seen seen =
        upgraded_with(server_frame(kText, "one") + server_frame(kBinary, std::string("\x00\xFF", 2)) + close_frame(1000, "bye"));
    CHECK(seen.order == "connected written head message ended");
    CHECK(seen.head.status == 101);
    CHECK(seen.head.upgraded);
    REQUIRE(seen.messages.size() == 2);
    CHECK(seen.messages[0] == "one");
    CHECK(seen.kinds[1] == wire::MessageKind::Binary);
    CHECK(seen.end->kind == EndKind::CloseFrame);
    CHECK(seen.end->close_code == 1000);
    CHECK(seen.end->detail == "bye");
}

TEST_CASE("client: the upgrade request carries what RFC 6455 wants, and our headers") {
    std::string got;
    RawServer server([&](RawConnection& connection) {
        got = connection.read_request();
        connection.accept_upgrade(got, close_frame(1000));
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(got.starts_with("GET /ws HTTP/1.1\r\nHost: relay.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "));
    CHECK(got.ends_with("Sec-WebSocket-Version: 13\r\nAuthorization: Bearer test\r\n\r\n"));
    CHECK(got.find("Extensions") == std::string::npos);
}

TEST_CASE("client: opening messages go out in order, then what is sent later") {
    std::vector<std::string> got;
    RawServer server([&](RawConnection& connection) {
        connection.accept_upgrade(connection.read_request());
        got.push_back(connection.read_frame().second);
        got.push_back(connection.read_frame().second);
        connection.write(server_frame(kText, "hello"));
        got.push_back(connection.read_frame().second);
        connection.write(close_frame(1000));
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request({{wire::MessageKind::Text, "first"}, {wire::MessageKind::Binary, std::string(300'000, 'b')}});
    client.after_message = [&](stream::StreamId id) { client.transport->send(id, {wire::MessageKind::Text, "third"}); };
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(got == std::vector<std::string>{"first", std::string(300'000, 'b'), "third"});
    CHECK(client.seen(0).order == "connected written head written message written ended");
}

TEST_CASE("client: close codes are the wire's, not libwebsockets' rewriting of them") {
    for (const std::uint16_t code : std::initializer_list<std::uint16_t>{1000, 1011, 1012, 1013, 3000, 4001}) {
        CHECK(upgraded_with(close_frame(code)).end->close_code == code);
    }
    CHECK(upgraded_with(server_frame(kClose, "")).end->close_code == 1005);
}

TEST_CASE("client: the peer's close frame is answered with its code") {
    std::pair<std::uint8_t, std::string> answer;
    RawServer server([&](RawConnection& connection) {
        connection.accept_upgrade(connection.read_request(), close_frame(4001, "key"));
        answer = connection.read_frame();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(client.run_until([&] { return answer.first != 0; }));
    CHECK(answer.first == 0x8);
    CHECK(answer.second == std::string("\x0F\xA1", 2));
}

TEST_CASE("client: a ping is answered with its payload, and ours is heard back") {
    std::pair<std::uint8_t, std::string> pong;
    std::pair<std::uint8_t, std::string> ping;
    RawServer server([&](RawConnection& connection) {
        connection.accept_upgrade(connection.read_request(), server_frame(kPing, "are you there"));
        pong = connection.read_frame();
        connection.write(server_frame(kText, "go"));
        ping = connection.read_frame();
        connection.write(server_frame(kPong, ping.second) + close_frame(1000));
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request();
    client.after_message = [&](stream::StreamId id) { client.transport->send_ping(id, "12345678"); };
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(pong == std::pair<std::uint8_t, std::string>{0xA, "are you there"});
    CHECK(ping == std::pair<std::uint8_t, std::string>{0x9, "12345678"});
    CHECK(client.seen(0).pongs == std::vector<std::string>{"12345678"});
}

TEST_CASE("client: a fragmented message with a ping inside is one message") {
    const Seen seen = upgraded_with(server_frame(kTextBegins, "one ") + server_frame(kPing, "") + server_frame(kContinues, "two ") +
                                    server_frame(kContinuesAndEnds, "three") + close_frame(1000));
    CHECK(seen.messages == std::vector<std::string>{"one two three"});
}

TEST_CASE("client: a large message in many reads is one message") {
    const std::string large(2'000'000, 'x');
    CHECK(upgraded_with(server_frame(kText, large) + close_frame(1000)).messages == std::vector<std::string>{large});
}

TEST_CASE("client: frames that break the protocol end the stream as such") {
    CHECK(upgraded_with(std::string("\x81\x81\x00\x00\x00\x00x", 7)).end->detail == "masked frame from the server");
    CHECK(upgraded_with(server_frame(0xC1, "x")).end->detail == "reserved bit without an extension");
    CHECK(upgraded_with(server_frame(kText, "\xC3\x28")).end->detail == "text message that is not UTF-8");
    CHECK(upgraded_with(server_frame(0x83, "x")).end->kind == EndKind::BadFrame);
}

TEST_CASE("client: an end without a close frame is a cut") {
    RawServer server([](RawConnection& connection) {
        connection.accept_upgrade(connection.read_request(), server_frame(kText, "one"));
        connection.finish();
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(client.seen(0).messages.size() == 1);
    CHECK(client.seen(0).end->kind == EndKind::CutWithoutClose);
}

TEST_CASE("client: a refused upgrade has status, headers and body") {
    const Seen seen = refused_with("HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\nX-Why: key\r\n\r\n{\"e\":\"x\"}");
    CHECK(seen.order == "connected written head body ended");
    CHECK(seen.head.status == 401);
    CHECK_FALSE(seen.head.upgraded);
    CHECK(seen.head.header("x-why") == "key");
    CHECK(seen.body == "{\"e\":\"x\"}");
    CHECK(seen.end->kind == EndKind::BodyComplete);
}

TEST_CASE("client: a 101 with a wrong or missing answer to our key is invalid") {
    const std::string start = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    for (const std::string& accept : {std::string("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string()}) {
        const Seen seen = refused_with(start + accept + "\r\n");
        CHECK(seen.head.status == 101);
        CHECK_FALSE(seen.head.upgraded);
        CHECK(seen.end->kind == EndKind::UpgradeInvalid);
        CHECK_FALSE(seen.end->detail.empty());
    }
}

TEST_CASE("client: close() says goodbye with 1000 and reports nothing more") {
    std::pair<std::uint8_t, std::string> goodbye;
    std::atomic<bool> done{false};
    RawServer server([&](RawConnection& connection) {
        connection.accept_upgrade(connection.read_request(), server_frame(kText, "one") + server_frame(kText, "two"));
        goodbye = connection.read_frame();
        done = true;
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = socket_request();
    client.after_message = [&](stream::StreamId id) { client.transport->close(id); };
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    CHECK(client.run_until([&] { return done.load(); }));
    CHECK(goodbye == std::pair<std::uint8_t, std::string>{0x8, std::string("\x03\xE8", 2)});
    CHECK(client.seen(0).messages.size() == 1);
    CHECK(client.seen(0).ends == 0);
}

}  // namespace
}  // namespace relaybench::testing
