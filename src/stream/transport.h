#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "wire/request.h"

namespace relaybench::stream {

/// Names one stream at the transport. `slot` is small and dense (an index), `generation` tells a reused slot from its predecessor.
struct StreamId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    friend bool operator==(const StreamId&, const StreamId&) = default;
};

enum class StampSource : std::uint8_t { Kernel, User };

/// When bytes came in. `at` is the kernel's stamp of the segment mapped to the monotonic line, or `seen` where there is none.
struct Arrival {
    core::TimePoint at = {};
    core::TimePoint seen;  ///< the first moment our code ran after the read
    StampSource source = StampSource::User;
    std::uint64_t read_number = 0;  ///< grows with every read of this transport: events of one read share it
};

/// How a forward proxy is asked for the rest of the way: by CONNECT (RFC 9110 §9.3.6).
struct Tunnel {
    std::string destination;    ///< host:port
    std::string authorization;  ///< value of Proxy-Authorization; empty: none
};

/// Where to connect. Addresses are resolved before the run; names are for Host and SNI.
struct Target {
    std::string host;       ///< for SNI and certificate checks
    std::string authority;  ///< for the Host header
    std::string address;    ///< numeric IPv4 or IPv6; of the proxy, where there is one
    std::uint16_t port = 0;
    bool tls = false;
    bool verify_peer = true;
    std::string ca_file;  ///< PEM; empty: the system's store
    std::optional<Tunnel> tunnel;
};

/// How an open() obtained its connection.
enum class ConnectionOrigin : std::uint8_t { New, Reused };

struct ResponseHead {
    int status = 0;
    std::string reason;
    std::vector<wire::Header> headers;  ///< names in lower case; values untrusted
    bool upgraded = false;              ///< a valid 101 to a WebSocket

    /// First value of a header (lower-case name), or empty.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// How a stream's transport ended. Exactly one is reported for each open(), and nothing after it.
enum class EndKind : std::uint8_t {
    BodyComplete,      ///< HTTP: the last chunk or Content-Length was reached; the connection may live on
    BodyClosed,        ///< HTTP: a close-delimited body ended by an orderly FIN (completeness cannot be known)
    BodyCut,           ///< HTTP: orderly FIN (or TLS close_notify) before the body's end
    CloseFrame,        ///< WebSocket: the peer's close frame came (code 1005: a frame without a code)
    CutWithoutClose,   ///< WebSocket: orderly FIN without a close frame
    Reset,             ///< RST, or another socket error after the connection stood (system_error tells)
    TlsCut,            ///< TLS ended without close_notify, or with an alert, after the hand-shake
    BadHttp,           ///< bytes that are not HTTP, or a broken chunked body
    BadFrame,          ///< WebSocket frames that break RFC 6455, or a message above the limit
    ConnectFailed,     ///< no TCP connection (system_error: errno), or none beyond the proxy (detail: what the proxy said)
    TlsFailed,         ///< no TLS session (detail: OpenSSL's reason or the verify code)
    ClosedBeforeHead,  ///< the connection ended orderly before a whole response head
    UpgradeInvalid,    ///< a 101 that is not a valid answer to our upgrade
    LocalLimit,        ///< our own machine: no descriptor, port or memory left (system_error: errno)
};

[[nodiscard]] std::string_view end_kind_id(EndKind kind);

struct End {
    EndKind kind = EndKind::Reset;
    int system_error = 0;
    std::uint16_t close_code = 0;  ///< WebSocket; 0 when there was no frame
    std::string detail = {};       ///< close reason, library's words; untrusted, at most 200 bytes
    core::TimePoint at = {};
};

/// Receives what happens to streams; called only from inside Transport::poll(). It may call back into the transport (send, close, open).
/// Order for one stream: [connected [secured]] written head (body|message|ping|pong|written)* ended.
class TransportSink {
  public:
    TransportSink() = default;
    TransportSink(const TransportSink&) = delete;
    TransportSink& operator=(const TransportSink&) = delete;
    virtual ~TransportSink() = default;

    /// Something of this stream is about to be reported: a moment to fetch its memory, nothing else.
    virtual void on_soon(StreamId /*id*/) {}
    /// TCP stands, and the tunnel of a proxy (New), or an idle connection was taken from the pool (Reused; then connected and secured times are meaningless).
    virtual void on_connected(StreamId id, ConnectionOrigin origin, core::TimePoint at) = 0;
    virtual void on_secured(StreamId id, core::TimePoint at) = 0;
    /// The last byte of the HTTP request, or of the latest WebSocket data message handed to open()/send(), went to the socket.
    virtual void on_written(StreamId id, core::TimePoint at) = 0;
    /// Status line and headers are complete (also of a refused upgrade, whose body then follows as on_body).
    virtual void on_head(StreamId id, const ResponseHead& head, const Arrival& arrival) = 0;
    /// Bytes of an HTTP body, framing removed. Views live until the call returns.
    virtual void on_body(StreamId id, std::string_view bytes, const Arrival& arrival) = 0;
    /// A whole WebSocket data message.
    virtual void on_message(StreamId id, wire::MessageKind kind, std::string_view payload, const Arrival& arrival) = 0;
    /// Protocol-level answer to send_ping(). (Pings of the peer are answered by the transport.)
    virtual void on_pong(StreamId id, std::string_view payload, const Arrival& arrival) = 0;
    virtual void on_ended(StreamId id, const End& end) = 0;
};

struct TransportCounters {
    std::uint64_t reads = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t wakeups = 0;
    std::uint64_t kernel_stamped = 0;  ///< reads with a kernel stamp
    std::uint64_t user_stamped = 0;
    std::uint64_t clock_steps = 0;  ///< steps of the calendar that the kernel's stamps had to survive
    std::uint64_t connects = 0;
    std::uint64_t reuses = 0;
    std::uint64_t connecting = 0;  ///< now: opened and not yet established
};

/// The port between the engine and the sockets. One instance a worker thread; not thread-safe but for wake().
class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// Starts a stream. Nothing is reported before the next poll(); failures come as on_ended. `request` and `target` must outlive the
    /// stream. Slots must not be reused before on_ended or close().
    virtual void open(StreamId id, const Target& target, const wire::Request& request, wire::ConnectionUse use) = 0;
    /// Queues one WebSocket data message; ignored for streams that have ended.
    virtual void send(StreamId id, const wire::Message& message) = 0;
    virtual void send_ping(StreamId id, std::string_view payload) = 0;
    /// Lets go of a stream: nothing more is reported for it. A WebSocket gets a close frame (1000) and a short linger in the background; an
    /// HTTP connection whose body is complete goes back to the pool, any other is closed.
    virtual void close(StreamId id) = 0;
    /// The stream's first token has been read: from now on its bytes may be read after those of streams that still wait for theirs.
    virtual void first_token_read(StreamId id) = 0;
    /// Delivers what is ready; waits at most until `until` for something to be. Returns early on wake().
    virtual void poll(core::TimePoint until, TransportSink& sink) = 0;
    /// From any thread or signal context: makes a waiting poll() return.
    virtual void wake() = 0;
    [[nodiscard]] virtual TransportCounters counters() const = 0;
};

}  // namespace relaybench::stream
