#include "doctor/knock.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;

KnockPatience patience() { return {.each = 3s, .ends = now() + 10s}; }

/// Listens at 127.0.0.1 alone: at 127.0.0.2 its port is closed.
class Listener {
  public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(socket_.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        listen(socket_.fd(), 8);
        socklen_t size = sizeof address;
        getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    Socket socket_;
    std::uint16_t port_ = 0;
};

TEST_CASE("knock: the first address that answers is taken, and those before it are told") {
    const Listener listener;
    const Knocked knocked = knock_at({"127.0.0.2", "127.0.0.3", "127.0.0.1"}, listener.port(), patience());
    CHECK(knocked.stands());
    CHECK(knocked.address == "127.0.0.1");
    REQUIRE(knocked.dead.size() == 2);
    CHECK(knocked.dead.front().address == "127.0.0.2");
    CHECK(knocked.dead.front().system_error == ECONNREFUSED);
}

TEST_CASE("knock: where the first answers nobody else is asked") {
    const Listener listener;
    const Knocked knocked = knock_at({"127.0.0.1", "127.0.0.2"}, listener.port(), patience());
    CHECK(knocked.address == "127.0.0.1");
    CHECK(knocked.dead.empty());
}

TEST_CASE("knock: where none answers the first one's refusal is the answer") {
    const Listener listener;
    const Knocked knocked = knock_at({"127.0.0.2", "127.0.0.3"}, listener.port(), patience());
    CHECK_FALSE(knocked.stands());
    CHECK(knocked.address == "127.0.0.2");
    CHECK(knocked.dialled.system_error == ECONNREFUSED);
    CHECK(knocked.dead.size() == 2);
    CHECK_FALSE(knock_at({"127.0.0.2"}, listener.port(), patience()).stands());
}

}  // namespace
}  // namespace relaybench::doctor
