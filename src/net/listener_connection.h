#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/event_loop.h"
#include "net/listener_tls.h"

namespace relaybench::net {

enum class Io : std::uint8_t { Done, Blocked, Ended };

struct IoResult {
    Io state = Io::Ended;
    std::size_t bytes = 0;
};

/// How far one server connection has come.
///
///   Open ──finish()/cut()──► Flushing ──all sent──► Lingering ──peer closes, or time──► Free
///     └───────────── reset(), peer closes, error ───────────────────────────────────────┘
enum class ConnectionState : std::uint8_t { Free, Open, Flushing, Lingering };

/// One accepted socket: descriptor, TLS session, bytes kept back. Private to the listener, which owns the order of calls.
class ServerConnection {
  public:
    ServerConnection() = default;
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;
    ~ServerConnection() { close_now(); }

    /// Takes over the descriptor; `tls` null: plain.
    void take(int fd, SSL_CTX* tls);
    [[nodiscard]] IoResult read_some(std::span<char> into);
    /// Writes what it can; the rest is appended to the bytes kept back.
    [[nodiscard]] Io write(std::string_view bytes);
    /// Tries again with what was kept back.
    [[nodiscard]] Io flush();
    [[nodiscard]] std::size_t pending_bytes() const { return pending_.size() - pending_from_; }
    /// Decrypted bytes wait inside OpenSSL where no poll can see them.
    [[nodiscard]] bool holds_decrypted() const { return ssl_ && SSL_pending(ssl_.get()) > 0; }
    [[nodiscard]] bool secured() const { return ssl_ != nullptr; }
    [[nodiscard]] int fd() const { return fd_; }

    /// close_notify (when asked for), then FIN.
    void end_writing();
    /// The next close sends RST instead of FIN.
    void abort_on_close();
    void close_now();

    // Bookkeeping of the listener.
    ConnectionState state = ConnectionState::Free;
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  ///< grows with every close
    void* owner = nullptr;         ///< for the C callback of the watcher
    bool reading_paused = false;
    bool broken = false;
    bool notify_close = true;
    double deadline_s = 0;  ///< loop time at which a flushing or lingering connection is given up
    ev_io watcher{};

  private:
    [[nodiscard]] IoResult write_some(std::string_view bytes);

    int fd_ = -1;
    SslSession ssl_;
    std::string pending_;
    std::size_t pending_from_ = 0;
};

}  // namespace relaybench::net
