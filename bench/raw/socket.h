#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "raw/stamps.h"

namespace relaybench::bench {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

/// Verifies nobody: the relay is ours.
[[nodiscard]] TlsContext make_tls_context();

/// A connection to 127.0.0.1, plain or TLS (hand-shake included), with Nagle off. Over TLS arrivals are stamped here, after SSL_read: that is
/// all that a plain OpenSSL program can do.
class Socket {
  public:
    /// nullopt, and a line on stderr, when it cannot be opened. `tls` is null for a plain one.
    [[nodiscard]] static std::optional<Socket> connect(std::uint16_t port, SSL_CTX* tls);

    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)) {}
    Socket& operator=(Socket&&) = delete;
    ~Socket() { close(); }

    /// −1 once closed.
    [[nodiscard]] int descriptor() const { return fd_; }
    void close();
    [[nodiscard]] StampedRead read(std::span<char> buffer, const ClockMap& clock) const;
    /// Bytes that OpenSSL holds already and epoll will not tell of.
    [[nodiscard]] bool has_pending() const { return ssl_ != nullptr && SSL_has_pending(ssl_.get()) == 1; }
    [[nodiscard]] bool write(std::string_view bytes) const;

  private:
    struct FreeSsl {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    explicit Socket(int fd) : fd_(fd) {}

    int fd_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace relaybench::bench
