#include "net/request_text.h"

#include <doctest/doctest.h>

namespace relaybench::net {
namespace {

stream::Target relay() {
    stream::Target target;
    target.authority = "relay.test:8443";
    return target;
}

TEST_CASE("request text: a POST has its length also when it is empty, a GET has none") {
    wire::Request request;
    request.method = "POST";
    request.target = "/p";
    CHECK(http_request_text(request, relay(), wire::ConnectionUse::Fresh) ==
          "POST /p HTTP/1.1\r\nHost: relay.test:8443\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    request.method = "GET";
    request.target.clear();
    CHECK(http_request_text(request, relay(), wire::ConnectionUse::Reuse) ==
          "GET / HTTP/1.1\r\nHost: relay.test:8443\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("request text: an upgrade offers the subprotocol only when there is one") {
    wire::Request request;
    request.method = "GET";
    request.target = "/ws";
    CHECK(upgrade_request_text(request, relay(), "k").find("Protocol") == std::string::npos);
    request.subprotocol = "realtime";
    CHECK(upgrade_request_text(request, relay(), "k").find("Sec-WebSocket-Key: k\r\n") != std::string::npos);
    CHECK(upgrade_request_text(request, relay(), "k").find("Sec-WebSocket-Protocol: realtime\r\n") != std::string::npos);
}

TEST_CASE("request text: a header is found in any letter case, trimmed, and only by its whole name") {
    const std::string head = "GET / HTTP/1.1\r\nX-Key-Two: b\r\nx-KEY:  a \r\n\r\n";
    CHECK(header_in_text(head, "X-Key") == "a");
    CHECK(header_in_text(head, "X-Key-Two") == "b");
    CHECK(header_in_text(head, "X-Ke").empty());
}

TEST_CASE("request text: libwebsockets is given only what it judges a 101 by") {
    stream::ResponseHead head;
    head.headers = {{"server", "x"}, {"upgrade", "websocket"}, {"sec-websocket-accept", "abc"}};
    CHECK(condensed_upgrade_head(head) == "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nsec-websocket-accept: abc\r\n\r\n");
}

}  // namespace
}  // namespace relaybench::net
