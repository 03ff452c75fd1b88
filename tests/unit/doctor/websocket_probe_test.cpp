#include "doctor/websocket_probe.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;

TEST_CASE("websocket probe: a ping right behind the 101 is answered, though the connection takes nothing for a moment") {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    Socket ours(ends[0]);
    const Socket peer(ends[1]);
    const std::string filler(4096, 'x');
    while (::send(ours.fd(), filler.data(), filler.size(), MSG_NOSIGNAL) > 0) {
    }
    bool has_pong = false;
    std::jthread drain([&] {
        std::this_thread::sleep_for(50ms);
        std::string bytes;
        std::array<char, 65536> buffer{};
        // All of the filler, and then the pong.
        while (bytes.find_first_not_of('x') == std::string::npos && await_readable(peer.fd(), now() + 5s) == Readiness::Ready) {
            const ssize_t got = ::recv(peer.fd(), buffer.data(), buffer.size(), 0);
            bytes.assign(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        }
        has_pong = bytes.find('\x8a') != std::string::npos;
    });
    const WebSocketProbe probe(Channel(std::move(ours)), std::string("\x89\x02hi", 4), now() + 5s);
    drain.join();
    CHECK(probe.pings() == 1);
    CHECK(has_pong);
}

}  // namespace
}  // namespace relaybench::doctor
