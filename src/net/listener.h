#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "net/event_loop.h"

namespace relaybench::net {

/// Names one accepted connection. A slot is small and dense and is used again; the generation tells its users apart.
struct ConnectionId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
};

/// Receives what happens to connections; called only from inside EventLoop::run_once(). It may call back into the listener, reset()
/// included. Order for one connection: accepted (bytes | drained)* closed; nothing is reported after finish(), cut() or reset().
class ListenerSink {
  public:
    ListenerSink() = default;
    ListenerSink(const ListenerSink&) = delete;
    ListenerSink& operator=(const ListenerSink&) = delete;
    virtual ~ListenerSink() = default;

    /// TCP stands; a TLS hand-shake has not begun yet, and does not while reading is paused.
    virtual void on_accepted(ConnectionId id) = 0;
    /// Decrypted bytes; the view lives until the call returns.
    virtual void on_bytes(ConnectionId id, std::string_view bytes) = 0;
    /// Everything that send() had to keep back has gone to the socket.
    virtual void on_drained(ConnectionId id) = 0;
    /// The peer ended the connection, or it broke.
    virtual void on_closed(ConnectionId id) = 0;
};

struct ListenerOptions {
    std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6
    std::uint16_t port = 0;             ///< 0: the system picks one
    std::string certificate_file;       ///< PEM; empty: plain TCP
    std::string key_file;
    int backlog = 4096;
    std::size_t max_pending_bytes = 4U << 20U;  ///< kept back for one slow reader; above it the connection is reset
};

enum class SendResult : std::uint8_t {
    Sent,     ///< everything is in the socket's buffer
    Pending,  ///< the socket is full: the rest goes when it can, then on_drained()
    Gone,     ///< no such connection, or it just broke (on_closed() follows in the next round)
};

/// A byte-exact server socket: what is given to send() goes out as it is, connections end the way that is asked for (FIN, RST, with or
/// without TLS close_notify), and reading can be held back. Nagle's algorithm is off. One thread: the event loop's.
class Listener {
  public:
    /// `loop` and `sink` must outlive the listener. BadInput: address, certificate or key; Failure: the system.
    [[nodiscard]] static core::Expected<std::unique_ptr<Listener>> open(EventLoop& loop, const ListenerOptions& options,
                                                                        ListenerSink& sink);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    /// Closes all connections; the sink is not told.
    ~Listener();

    [[nodiscard]] std::uint16_t port() const;
    /// Where a connection comes from: a numeric IPv4 or IPv6 address without its port; empty when it is gone.
    [[nodiscard]] std::string peer_address(ConnectionId id) const;
    /// Connections that the sink knows of.
    [[nodiscard]] std::size_t open_connections() const;

    SendResult send(ConnectionId id, std::string_view bytes);
    /// Bytes that send() keeps back now.
    [[nodiscard]] std::size_t pending_bytes(ConnectionId id) const;

    /// An orderly end once everything has been sent: close_notify over TLS, then FIN; what the peer still sends is read and thrown away
    /// (an unread byte would turn the FIN into an RST) until it closes too, at most two seconds.
    void finish(ConnectionId id);
    /// The same without close_notify: over TLS the cut that an attacker or a crashed proxy leaves behind.
    void cut(ConnectionId id);
    /// RST at once; what was kept back is lost.
    void reset(ConnectionId id);

    void pause_reading(ConnectionId id);
    void resume_reading(ConnectionId id);

  private:
    struct Parts;
    explicit Listener(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace relaybench::net
