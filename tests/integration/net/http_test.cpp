#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cerrno>

#include "integration/net/raw_server.h"
#include "integration/net/recorder.h"

namespace relaybench::testing {
namespace {

using stream::EndKind;
using wire::ConnectionUse;

const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr stream::StreamId kFirst{.slot = 0, .generation = 1};

/// Opens one stream against a server that answers every request with `answer` and then ends the connection by `how`.
enum class Finish { Fin, Rst, KeepOpen };

Seen answered_with(const std::string& answer, Finish how = Finish::Fin) {
    RawServer server([&](RawConnection& connection) {
        connection.read_request();
        connection.write(answer);
        if (how == Finish::Fin) {
            connection.finish();
        } else if (how == Finish::Rst) {
            connection.read_bytes(1);  // the client is told by its test when to go on
            connection.reset();
            return;
        }
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    CHECK(client.run_to_end(0));
    CHECK(client.seen(0).ends == 1);
    return client.seen(0);
}

TEST_CASE("client: a chunked stream arrives without its framing, in the port's order, and is complete") {
    const Seen seen = answered_with(kChunkedHead + chunk("data: 1\n\n") + chunk("data: 2\n\n") + "0\r\n\r\n");
    CHECK(seen.order == "connected written head body ended");
    CHECK(seen.head.status == 200);
    CHECK(seen.head.header("content-type") == "text/event-stream");
    CHECK(seen.body == "data: 1\n\ndata: 2\n\n");
    CHECK(seen.end->kind == EndKind::BodyComplete);
    CHECK(seen.origin == stream::ConnectionOrigin::New);
}

TEST_CASE("client: reads of a plain connection carry the kernel's stamp, between the request and the moment they were seen") {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.write(kChunkedHead + chunk("data: 1\n\n") + "0\r\n\r\n");
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request();
    // The kernel switches stamping on with a delay when no other program had asked for it.
    std::uint32_t slot = 0;
    for (bool stamped = false; !stamped && slot < 1000; ++slot) {
        client.transport->open({.slot = slot, .generation = 1}, target, request, ConnectionUse::Fresh);
        REQUIRE(client.run_to_end(slot));
        stamped = client.seen(slot).arrivals.back().source == stream::StampSource::Kernel;
    }
    const Seen& seen = client.seen(slot - 1);
    CHECK(seen.arrivals.back().source == stream::StampSource::Kernel);
    for (const auto& arrival : seen.arrivals) {
        CHECK(arrival.at <= arrival.seen);
        CHECK(arrival.at >= seen.connected);
    }
    CHECK(client.transport->counters().kernel_stamped > 0);
}

TEST_CASE("client: the request is ours alone: one Host, the port's headers, the body whole") {
    std::string got;
    RawServer server([&](RawConnection& connection) {
        got = connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(got ==
          "POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: relay.test\r\nConnection: close\r\nContent-Length: 15\r\n"
          "Content-Type: application/json\r\nAuthorization: Bearer test\r\n\r\n{\"stream\":true}");
    CHECK(client.seen(0).end->kind == EndKind::BodyComplete);
}

TEST_CASE("client: a request body of megabytes goes out whole") {
    std::size_t got = 0;
    RawServer server([&](RawConnection& connection) {
        got = connection.read_request().size();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request(std::string(3'000'000, 'x'));
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(got > 3'000'000);
    CHECK(client.seen(0).body == "ok");
    CHECK(client.seen(0).order == "connected written head body ended");
}

TEST_CASE("client: a stream split at every byte is the same stream") {
    const std::string answer = kChunkedHead + chunk("data: one\n\n") + chunk("data: two\n\n") + "0\r\n\r\n";
    RawServer server([&](RawConnection& connection) {
        connection.read_request();
        for (const char byte : answer) {
            connection.write({&byte, 1});
            std::this_thread::yield();
        }
        connection.await_end();
    });
    Client client;
    const auto target = target_at(server.port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(client.seen(0).body == "data: one\n\ndata: two\n\n");
    CHECK(client.seen(0).end->kind == EndKind::BodyComplete);
}

TEST_CASE("client: chunk extensions, odd letter case and trailers are framing, not body") {
    const Seen seen = answered_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;ext=\"a;b\"\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");
    CHECK(seen.body == "hello");
    CHECK(seen.end->kind == EndKind::BodyComplete);
}

TEST_CASE("client: interim responses are skipped") {
    const Seen seen = answered_with("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(seen.head.status == 200);
    CHECK(seen.head.header("link").empty());
    CHECK(seen.body == "ok");
    CHECK(seen.end->kind == EndKind::BodyComplete);
}

TEST_CASE("client: a chunked body that ends without its last chunk is cut, not complete") {
    CHECK(answered_with(kChunkedHead + chunk("data: [DONE]\n\n")).end->kind == EndKind::BodyCut);
    CHECK(answered_with(kChunkedHead + "20\r\nshort").end->kind == EndKind::BodyCut);
}

TEST_CASE("client: a body shorter than its Content-Length is cut") {
    CHECK(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").end->kind == EndKind::BodyCut);
}

TEST_CASE("client: a body without framing ends with the connection, and that is said") {
    const Seen seen = answered_with("HTTP/1.0 200 OK\r\n\r\ndata: x\n\n");
    CHECK(seen.body == "data: x\n\n");
    CHECK(seen.end->kind == EndKind::BodyClosed);
}

TEST_CASE("client: responses without a body are complete at once") {
    CHECK(answered_with("HTTP/1.1 204 No Content\r\n\r\n", Finish::KeepOpen).end->kind == EndKind::BodyComplete);
    CHECK(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Finish::KeepOpen).end->kind == EndKind::BodyComplete);
}

TEST_CASE("client: what is not HTTP is called so") {
    CHECK(answered_with("SSH-2.0-OpenSSH_9\r\n", Finish::KeepOpen).end->kind == EndKind::BadHttp);
    CHECK(answered_with(kChunkedHead + "zz\r\nhello\r\n", Finish::KeepOpen).end->kind == EndKind::BadHttp);
    CHECK(answered_with("HTTP/1.1 101 Switching Protocols\r\n\r\n", Finish::KeepOpen).end->kind == EndKind::BadHttp);
}

TEST_CASE("client: a head without end is refused before it fills the memory") {
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 20'000; ++i) {
        head += "X-Pad: 0123456789\r\n";
    }
    const Seen seen = answered_with(head, Finish::KeepOpen);
    CHECK(seen.end->kind == EndKind::BadHttp);
    CHECK(seen.end->detail == "response head above 64 KiB or 256 headers");
}

TEST_CASE("client: heads that libwebsockets itself would choke on are fine") {
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100; ++i) {
        head += "X-Header-" + std::to_string(i) + ": " + std::string(200, 'v') + "\r\n";
    }
    const Seen seen = answered_with(head + "Content-Length: 2\r\n\r\nok", Finish::KeepOpen);
    CHECK(seen.head.headers.size() == 101);
    CHECK(seen.body == "ok");
}

TEST_CASE("client: an error status and a redirect are answers with a body like any other") {
    const Seen refused = answered_with("HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\nRetry-After: 3\r\n\r\n{\"e\":\"x\"}");
    CHECK(refused.head.status == 401);
    CHECK(refused.head.reason == "Unauthorized");
    CHECK(refused.head.header("retry-after") == "3");
    CHECK(refused.body == "{\"e\":\"x\"}");
    CHECK(refused.end->kind == EndKind::BodyComplete);
    CHECK(answered_with("HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n").head.status == 302);
}

TEST_CASE("client: a connection that ends before a whole head") {
    CHECK(answered_with("").end->kind == EndKind::ClosedBeforeHead);
    CHECK(answered_with("HTTP/1.1 200 OK\r\nContent-").end->kind == EndKind::ClosedBeforeHead);
}

TEST_CASE("client: a reset is told from an orderly end, before and after the head") {
    for (const std::string& answer : {std::string(), kChunkedHead + chunk("data: 1\n\n")}) {
        RawServer server([&](RawConnection& connection) {
            connection.read_request();
            connection.write(answer);
            std::this_thread::sleep_for(std::chrono::milliseconds(answer.empty() ? 0 : 50));  // else the reset overtakes the bytes
            connection.reset();
        });
        Client client;
        const auto target = target_at(server.port());
        const auto request = chat_request();
        client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
        REQUIRE(client.run_to_end(0));
        CHECK(client.seen(0).end->kind == EndKind::Reset);
        CHECK(client.seen(0).end->system_error == ECONNRESET);
    }
}

TEST_CASE("client: a refused port is a failed connect with its errno") {
    Client client;
    const auto target = target_at(refused_port());
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    CHECK(client.streams.empty());
    REQUIRE(client.run_to_end(0));
    CHECK(client.seen(0).order == "ended");
    CHECK(client.seen(0).end->kind == EndKind::ConnectFailed);
    CHECK(client.seen(0).end->system_error == ECONNREFUSED);
}

TEST_CASE("client: no descriptor left is our own limit, not the relay's fault") {
    Client client;
    const auto target = target_at(refused_port());
    const auto request = chat_request();
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE(client.run_to_end(0));
    CHECK(client.seen(0).end->kind == EndKind::LocalLimit);
    CHECK(client.seen(0).end->system_error == EMFILE);
}

TEST_CASE("client: an IPv6 address works") {
    RawServer server(
        [](RawConnection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            connection.await_end();
        },
        nullptr, "::1");
    Client client;
    auto target = target_at(server.port());
    target.address = "::1";
    target.host = "::1";
    const auto request = chat_request();
    client.transport->open(kFirst, target, request, ConnectionUse::Fresh);
    REQUIRE(client.run_to_end(0));
    CHECK(client.seen(0).body == "ok");
}

TEST_CASE("client: http_proxy in the environment is not honoured") {
    setenv("http_proxy", "127.0.0.1:1", 1);
    CHECK(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").body == "ok");
    unsetenv("http_proxy");
}

TEST_CASE("client: 500 streams at once all complete, more than may connect at a time") {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.write(kChunkedHead + chunk("data: 1\n\n"));
        connection.write(chunk("data: 2\n\n") + "0\r\n\r\n");
        connection.await_end();
    });
    Client client({.max_connecting = 64});
    const auto target = target_at(server.port());
    const auto request = chat_request();
    for (std::uint32_t slot = 0; slot < 500; ++slot) {
        client.transport->open({.slot = slot, .generation = 1}, target, request, ConnectionUse::Fresh);
    }
    CHECK(client.transport->counters().connecting == 500);
    std::size_t complete = 0;
    client.after_end = [&](stream::StreamId id) { complete += client.seen(id.slot).end->kind == EndKind::BodyComplete ? 1 : 0; };
    CHECK(client.run_until([&] { return complete == 500; }));
    CHECK(client.transport->counters().connecting == 0);
    CHECK(client.transport->counters().connects == 500);
}

}  // namespace
}  // namespace relaybench::testing
