#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/client_transport.h"

namespace relaybench::net {

ClientTransport::Flushed ClientTransport::flush(Connection& connection) {
    std::string& unsent = connection.unsent;
    while (!unsent.empty()) {
        std::size_t sent = 0;
        if (connection.ssl != nullptr) {
            ERR_clear_error();
            SSL_write_ex(connection.ssl, unsent.data(), unsent.size(), &sent);
        } else {
            const ssize_t n = ::send(connection.fd, unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            sent = n > 0 ? static_cast<std::size_t>(n) : 0;
        }
        if (sent == 0) {
            // Blocked, or broken: then the descriptor is readable too, and the reader learns how it died.
            ev_io_start(loop_.raw(), &connection.writable);
            return Flushed::Partly;
        }
        counters_.bytes_out += sent;
        unsent.erase(0, sent);
    }
    ev_io_stop(loop_.raw(), &connection.writable);
    std::string().swap(unsent);
    connection.written_at = clock_.now();
    note_news(connection);
    return Flushed::Whole;
}

void ClientTransport::write_message(Connection& connection, const wire::Message& message) {
    const auto kind = message.kind == wire::MessageKind::Text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY;
    if (!write_frame(connection, message.payload, kind)) {
        return;
    }
    connection.message_in_flight = lws_partial_buffered(connection.wsi) != 0;
    if (!connection.message_in_flight) {
        connection.written_at = clock_.now();
        note_news(connection);
    }
}

bool ClientTransport::write_frame(Connection& connection, std::string_view payload, lws_write_protocol kind) {
    if (connection.wsi == nullptr) {
        return false;
    }
    frame_.resize(LWS_PRE);
    frame_.append(payload);
    auto* const bytes = reinterpret_cast<unsigned char*>(frame_.data()) + LWS_PRE;
    errno = 0;
    if (lws_write(connection.wsi, bytes, payload.size(), kind) < 0) {
        note_end(connection, {.kind = stream::EndKind::Reset, .system_error = errno, .close_code = 0, .detail = {}, .at = {}});
        return false;
    }
    counters_.bytes_out += payload.size();
    return true;
}

}  // namespace relaybench::net
