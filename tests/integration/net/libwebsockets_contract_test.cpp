// The facts about libwebsockets that src/net relies on, each seen to hold. When a newer version breaks one, it is found here.

#include <doctest/doctest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "integration/net/raw_server.h"
#include "net/lws_context.h"
#include "net/read_hook.h"
#include "net/request_text.h"

namespace relaybench::testing {
namespace {

/// A bare client: libwebsockets, the hook, and notes of what happened. It gives the library `head` instead of what the server sends.
class Probe final : public net::SocketHook, public net::LwsEvents {
  public:
    explicit Probe(std::string head) : head_(std::move(head)), loop_(clock_) {
        tls_ = std::move(*net::TlsContext::create({[](SSL*) {}, [](SSL*) {}, [](SSL*, const std::string&) {}}));
        context_ = std::move(*net::LwsContext::create(loop_, *tls_, *this));
    }
    ~Probe() override {
        const net::HookScope scope(*this);
        context_.reset();
    }

    std::optional<ssize_t> on_recv(int fd, void* buffer, std::size_t size) override {
        if (wsi == nullptr || fd != lws_get_socket_fd(wsi)) {
            return std::nullopt;
        }
        ++receives;
        std::array<char, 65536> sink{};
        if (established || ::recv(fd, sink.data(), sink.size(), MSG_DONTWAIT) <= 0) {
            errno = EAGAIN;
            return -1;
        }
        REQUIRE(head_.size() <= size);
        std::memcpy(buffer, head_.data(), head_.size());
        return static_cast<ssize_t>(head_.size());
    }
    std::optional<ssize_t> on_send(int fd, const void* bytes, std::size_t size) override {
        if (wsi != nullptr && fd == lws_get_socket_fd(wsi)) {
            sent.emplace_back(static_cast<const char*>(bytes), size);
        }
        return std::nullopt;
    }
    std::optional<int> on_ssl_read(SSL* /*ssl*/, void* /*buffer*/, int /*size*/) override { return std::nullopt; }
    std::optional<int> on_ssl_write(SSL* /*ssl*/, const void* /*bytes*/, int /*size*/) override { return std::nullopt; }

    void on_tcp(void* /*connection*/, lws* at) override { wsi = at; }
    void on_established(void* /*connection*/) override { established = true; }
    void on_writable(void* /*connection*/, lws* /*at*/) override {}
    void on_failed(void* /*connection*/, std::string reason) override { failure = std::move(reason); }
    void on_closing(void* /*connection*/) override { closing = true; }
    void on_gone(void* /*connection*/) override {
        gone = true;
        wsi = nullptr;
    }

    void connect(std::uint16_t port, bool websocket) {
        const net::HookScope scope(*this);
        context_->connect(
            {.address = "127.0.0.1", .port = port, .tls = false, .websocket = websocket, .subprotocol = {}, .connection = this});
    }
    bool run_until(const std::function<bool()>& done) {
        const net::HookScope scope(*this);
        const core::TimePoint deadline = clock_.now() + std::chrono::seconds(20);
        while (!done() && clock_.now() < deadline) {
            loop_.run_once(clock_.now() + std::chrono::milliseconds(5));
        }
        return done();
    }

    lws* wsi = nullptr;
    std::vector<std::string> sent;
    int receives = 0;
    bool established = false;
    bool closing = false;
    bool gone = false;
    std::string failure;

  private:
    std::string head_;
    core::SystemClock clock_;
    net::EventLoop loop_;
    std::unique_ptr<net::TlsContext> tls_;
    std::unique_ptr<net::LwsContext> context_;
};

int unread_bytes(int fd) {
    int count = 0;
    ioctl(fd, FIONREAD, &count);
    return count;
}

TEST_CASE("libwebsockets contract: its recv, send, SSL_read and SSL_write lead to this program") { CHECK(net::hooks_are_in_place()); }

TEST_CASE("libwebsockets contract: sockets of others and other threads are untouched by the hook") {
    Probe probe("");
    const net::HookScope scope(probe);
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    char byte = 0;
    CHECK(send(ends[0], "x", 1, 0) == 1);
    CHECK(recv(ends[1], &byte, 1, 0) == 1);
    std::thread other([&] {
        CHECK(send(ends[0], "y", 1, 0) == 1);
        CHECK(recv(ends[1], &byte, 1, 0) == 1);
    });
    other.join();
    CHECK(byte == 'y');
    CHECK(probe.receives == 0);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("libwebsockets contract: one send carries the whole request; a constant head is accepted; then it can be kept from reading") {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        connection.read_bytes(1);
        connection.write(std::string(1000, 'x'));
        connection.await_end();
    });
    Probe probe("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
    probe.connect(server.port(), false);
    REQUIRE(probe.run_until([&] { return probe.established; }));
    REQUIRE(probe.sent.size() == 1);
    CHECK(probe.sent[0].starts_with("POST / HTTP/1.1\r\n"));
    CHECK(probe.sent[0].ends_with("\r\n\r\n"));

    net::LwsContext::stop_reading(probe.wsi);
    net::LwsContext::drop_headers(probe.wsi);
    const int receives = probe.receives;
    const int fd = lws_get_socket_fd(probe.wsi);
    CHECK(::write(fd, "g", 1) == 1);
    CHECK(probe.run_until([&] { return unread_bytes(fd) == 1000; }));
    for (int round = 0; round < 5; ++round) {
        probe.run_until([] { return true; });
    }
    CHECK(probe.receives == receives);

    net::LwsContext::close(probe.wsi);
    CHECK(probe.closing);
    CHECK(probe.gone);
}

TEST_CASE("libwebsockets contract: an upgrade's text holds the key, and a head that answers another key is refused") {
    RawServer server([](RawConnection& connection) {
        connection.accept_upgrade(connection.read_request());
        connection.await_end();
    });
    Probe probe("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: wrong\r\n\r\n");
    probe.connect(server.port(), true);
    REQUIRE(probe.run_until([&] { return probe.gone; }));
    CHECK_FALSE(probe.established);
    CHECK(probe.failure == "HS: Accept hash wrong");
    REQUIRE_FALSE(probe.sent.empty());
    CHECK(net::header_in_text(probe.sent[0], "Sec-WebSocket-Key").size() == 24);
}

}  // namespace
}  // namespace relaybench::testing
