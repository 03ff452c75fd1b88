#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

/// How a read ended.
enum class ReadEnd : std::uint8_t {
    Data,
    Fin,       ///< orderly (over TLS: close_notify, or a bare FIN)
    Reset,     ///< RST or another socket error
    TlsError,  ///< an alert, or garbage where TLS was expected
    TimedOut,
};

struct Received {
    ReadEnd end = ReadEnd::TimedOut;
    std::size_t size = 0;
    std::string reason;  ///< of TlsError and Reset
};

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPointer = std::unique_ptr<SSL, FreeSsl>;

/// A connection that bytes go over, plain or through TLS, with a deadline for everything.
class Channel {
  public:
    explicit Channel(Socket socket) : socket_(std::move(socket)) {}
    Channel(Socket socket, SslPointer session) : socket_(std::move(socket)), session_(std::move(session)) {}

    [[nodiscard]] Received read(std::span<char> buffer, Deadline deadline);
    /// False when not everything was taken in time.
    [[nodiscard]] bool write(std::string_view bytes, Deadline deadline);

    /// What still waits to be sent is thrown away when the channel goes, and the peer gets a reset.
    void abandon() const;

    [[nodiscard]] const Socket& socket() const { return socket_; }
    [[nodiscard]] SSL* session() const { return session_.get(); }
    /// The bare socket, for TLS inside of it. The channel is empty afterwards.
    [[nodiscard]] Socket take_socket() { return std::move(socket_); }

  private:
    [[nodiscard]] Received read_plain(std::span<char> buffer, Deadline deadline);
    [[nodiscard]] Received read_tls(std::span<char> buffer, Deadline deadline);

    Socket socket_;
    SslPointer session_;
};

}  // namespace relaybench::doctor
