#include <sys/socket.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "core/text.h"
#include "net/client_transport.h"
#include "net/request_text.h"

namespace relaybench::net {

namespace {

constexpr std::string_view kReplyForLibrary = "HTTP/1.1 200 OK\r\n\r\n";

/// What the proxy said, in words that tell who must act. Untrusted text inside.
std::string refusal(const stream::ResponseHead& head) {
    std::string words = fmt::format("the proxy answered CONNECT with {} {}", head.status, head.reason);
    if (const auto wanted = head.header("proxy-authenticate"); !wanted.empty()) {
        words += fmt::format(" (it wants {})", core::split(wanted, ' ').front());
    }
    return words;
}

}  // namespace

/// libwebsockets has written a CONNECT of its own, or believes so. Ours goes out instead: with credentials, and with the name of the
/// relay, which the library does not know. The first bytes of a new connection always fit into the socket.
void ClientTransport::ask_for_tunnel(Connection& connection) {
    connection.tunnel = TunnelState::Asked;
    const std::string text = connect_request_text(*connection.target->tunnel);
    const ssize_t sent = ::send(connection.fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(text.size())) {
        const int error = sent < 0 ? errno : 0;
        note_end(connection, {.kind = stream::EndKind::ConnectFailed,
                              .system_error = error,
                              .close_code = 0,
                              .detail = error == 0 ? "the proxy did not take the whole CONNECT" : "",
                              .at = {}});
        return;
    }
    counters_.bytes_out += text.size();
}

/// What libwebsockets reads while it waits for the proxy: nothing, until the tunnel stands.
ssize_t ClientTransport::read_tunnel_reply(Connection& connection, void* buffer, std::size_t size) {
    if (connection.tunnel == TunnelState::Asked) {
        judge_tunnel_reply(connection, read_plain(connection.fd, head_buffer_));
    }
    if (connection.tunnel == TunnelState::Stands && size >= kReplyForLibrary.size()) {
        std::memcpy(buffer, kReplyForLibrary.data(), kReplyForLibrary.size());
        return static_cast<ssize_t>(kReplyForLibrary.size());
    }
    errno = EAGAIN;
    return -1;
}

void ClientTransport::judge_tunnel_reply(Connection& connection, const ReadResult& got) {
    const auto failed = [&](std::string words, int error = 0) {
        note_end(connection,
                 {.kind = stream::EndKind::ConnectFailed, .system_error = error, .close_code = 0, .detail = std::move(words), .at = {}});
    };
    if (got.status == ReadStatus::Nothing) {
        return;
    }
    if (got.status != ReadStatus::Data) {
        return failed("the proxy ended the connection instead of answering CONNECT", got.system_error);
    }
    const stream::Arrival arrival = stamp(got);
    const std::size_t used = connection.response->feed_head({head_buffer_.data(), got.size});
    if (connection.response->state() == ResponseReader::State::Head) {
        return;
    }
    if (connection.response->state() == ResponseReader::State::Broken) {
        return failed(fmt::format("what answered CONNECT is no HTTP proxy: {}", connection.response->why()));
    }
    const stream::ResponseHead& head = connection.response->head();
    if (head.status < 200 || head.status > 299) {
        return failed(refusal(head));
    }
    if (used + 1 < got.size) {  // the reader leaves the last line feed of a head to the body
        return failed("the proxy sent bytes into the tunnel before anything was asked");
    }
    connection.tunnel = TunnelState::Stands;
    connection.response = std::make_unique<ResponseReader>();
    connection.connected_at = arrival.at;
    note_news(connection);
}

}  // namespace relaybench::net
