#include <doctest/doctest.h>

#include <thread>

#include "integration/net/raw_server.h"
#include "integration/net/recorder.h"

namespace relaybench::testing {
namespace {

using stream::ConnectionOrigin;
using stream::EndKind;
using wire::ConnectionUse;

constexpr stream::StreamId kFirst{.slot = 0, .generation = 1};
constexpr stream::StreamId kSecond{.slot = 1, .generation = 1};

/// Answers each request of a connection with the next of `answers`, then ends.
RawServer::Script answering_in_turn(std::vector<std::string> answers) {
    return [answers = std::move(answers)](RawConnection& connection) {
        for (const auto& answer : answers) {
            if (connection.read_request().empty()) {
                return;
            }
            connection.write(answer);
        }
    };
}

TEST_CASE("client: a kept-alive connection carries the next stream, with the same text but for nothing") {
    std::vector<std::string> requests;
    RawServer server([&](RawConnection& connection) {
        for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request()) {
            requests.push_back(request);
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("data: x\n\n") + "0\r\n\r\n");
        }
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Reuse);
    REQUIRE(client.run_to_end(0));
    client.transport->open(kSecond, target, request, ConnectionUse::Reuse);
    REQUIRE(client.run_to_end(1));
    CHECK(client.seen(0).origin == ConnectionOrigin::New);
    CHECK(client.seen(1).origin == ConnectionOrigin::Reused);
    CHECK(client.seen(1).body == "data: x\n\n");
    CHECK(server.accepted() == 1);
    CHECK(client.transport->counters().reuses == 1);
    client.transport.reset();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0] == requests[1]);
    CHECK(requests[0].find("Connection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("client: the next stream can be opened on the same connection from inside on_ended") {
    RawServer server(answering_in_turn(std::vector<std::string>(10, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")));
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request();
    std::uint32_t generation = 1;
    client.after_end = [&](stream::StreamId) {
        if (++generation <= 10) {
            client.transport->open({.slot = 0, .generation = generation}, target, request, ConnectionUse::Reuse);
        }
    };
    client.transport->open({.slot = 0, .generation = 1}, target, request, ConnectionUse::Reuse);
    CHECK(client.run_until([&] { return client.seen(0).ends == 10; }));
    CHECK(server.accepted() == 1);
}

TEST_CASE("client: a fresh stream, another host, `connection: close` and surplus bytes are not shared") {
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for (const std::string& answer : {std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"), ok + "surplus"}) {
        RawServer server(answering_in_turn({answer, ok}));
        Client client;
        const auto target = target_at(server.port());
        const auto request = chat_request();
        client.transport->open(kFirst, target, request, ConnectionUse::Reuse);
        REQUIRE(client.run_to_end(0));
        CHECK(client.seen(0).end->kind == EndKind::BodyComplete);
        client.transport->open(kSecond, target, request, ConnectionUse::Reuse);
        REQUIRE(client.run_to_end(1));
        CHECK(server.accepted() == 2);
    }
    RawServer server(answering_in_turn({ok, ok}));
    Client client;
    const auto target = target_at(server.port());
    auto other = target;
    other.host = "other.test";
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Reuse);
    REQUIRE(client.run_to_end(0));
    client.transport->open(kSecond, other, request, ConnectionUse::Reuse);
    REQUIRE(client.run_to_end(1));
    client.transport->open({.slot = 2, .generation = 1}, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(2));
    CHECK(server.accepted() == 3);
}

TEST_CASE("client: an idle connection that the server closes is not given out") {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Reuse);
    REQUIRE(client.run_to_end(0));
    std::uint32_t slot = 1;
    // The close may take a moment to arrive; until then a reused connection may die before the head, which is reported as such.
    do {
        client.transport->open({.slot = slot, .generation = 1}, target, request, ConnectionUse::Reuse);
        REQUIRE(client.run_to_end(slot));
        const Seen& seen = client.seen(slot);
        CHECK((seen.origin == ConnectionOrigin::New) == (seen.end->kind == EndKind::BodyComplete));
        ++slot;
    } while (client.seen(slot - 1).origin == ConnectionOrigin::Reused && slot < 50);
    CHECK(client.seen(slot - 1).body == "ok");
}

TEST_CASE("client: close() inside a callback is the last that is heard, at each point of a stream's life") {
    RawServer server(answering_in_turn({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("a") + chunk("b") + "0\r\n\r\n"}));
    const auto target = target_at(server.port());
    const auto request = chat_request();
    for (const bool at_head : {true, false}) {
        Client client;
        (at_head ? client.after_head : client.after_body) = [&](stream::StreamId id) { client.transport->close(id); };
        client.transport->open(kFirst, target, request, ConnectionUse::Reuse);
        client.run_until([&] { return client.seen(0).order.ends_with(at_head ? "head" : "body"); });
        client.transport->open(kSecond, target, request, ConnectionUse::Reuse);
        client.run_until([&] { return client.seen(1).order.ends_with(at_head ? "head" : "body"); });
        CHECK(client.seen(0).ends == 0);
        CHECK(client.seen(0).body == (at_head ? "" : "a"));
        CHECK(client.seen(1).origin == ConnectionOrigin::New);
    }
}

TEST_CASE("client: a stream closed before it connected is never heard of") {
    RawServer server(answering_in_turn({}));
    Client client({.max_connecting = 1});
    const auto target = target_at(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    client.transport->open(kSecond, target, request, ConnectionUse::Fresh);
    client.transport->close(kSecond);
    client.transport->close(kFirst);
    CHECK(client.transport->counters().connecting == 0);
    client.transport->poll(client.clock.now(), client);
    CHECK(client.streams.empty());
}

TEST_CASE("client: wake() from another thread ends a waiting poll") {
    Client client;
    std::thread other([&] { client.transport->wake(); });
    client.transport->poll(core::TimePoint::max(), client);
    other.join();
    CHECK(client.transport->counters().wakeups == 1);
}

TEST_CASE("client: a transport may go away with streams in every state") {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("a"));
        connection.await_end();
    });
    const auto target = target_at(server.port());
    const auto request = chat_request();
    Client client({.max_connecting = 4});
    for (std::uint32_t slot = 0; slot < 20; ++slot) {
        client.transport->open({.slot = slot, .generation = 1}, target, request, ConnectionUse::Fresh);
    }
    client.run_until([&] { return !client.streams.empty(); });
    client.transport.reset();
    CHECK(client.seen(0).ends == 0);
}

}  // namespace
}  // namespace relaybench::testing
