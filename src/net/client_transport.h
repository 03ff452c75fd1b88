#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/client.h"
#include "net/connect_pacer.h"
#include "net/connection.h"
#include "net/connection_pool.h"
#include "net/event_loop.h"
#include "net/kernel_clock.h"
#include "net/lws_context.h"
#include "net/read_hook.h"
#include "net/read_poller.h"
#include "net/socket_read.h"
#include "net/tls_context.h"
#include "stream/transport.h"

namespace relaybench::net {

/// The client side of the Transport port (docs/net.md has the picture). libwebsockets connects, does TLS, judges the response head, writes
/// WebSocket frames and closes; from the head on the bytes are read here. Whatever the library tells is only noted down while it is on
/// the stack and reported afterwards (deliver_news), so that a sink may call back into the transport at any time.
class ClientTransport final : public stream::Transport, private SocketHook, private LwsEvents, private ReadHandler {
  public:
    [[nodiscard]] static core::Expected<std::unique_ptr<stream::Transport>> create(const core::Clock& clock, const ClientOptions& options);
    ~ClientTransport() override;

    void open(stream::StreamId id, const stream::Target& target, const wire::Request& request, wire::ConnectionUse use) override;
    void send(stream::StreamId id, const wire::Message& message) override;
    void send_ping(stream::StreamId id, std::string_view payload) override;
    void close(stream::StreamId id) override;
    void first_token_read(stream::StreamId id) override;
    void poll(core::TimePoint until, stream::TransportSink& sink) override;
    void wake() override { loop_.wake(); }
    [[nodiscard]] stream::TransportCounters counters() const override { return counters_; }

  private:
    class BodyRelay;
    class FrameRelay;
    struct Slot {
        std::uint32_t generation = 0;
        Connection* connection = nullptr;
    };
    enum class Flushed : std::uint8_t { Whole, Partly, Failed };

    ClientTransport(const core::Clock& clock, const ClientOptions& options)
        : clock_(clock), loop_(clock), kernel_clock_(clock), pacer_(options.max_connecting) {}
    [[nodiscard]] core::Expected<void> start();

    // client_transport.cpp: the port, and whose connection is whose
    [[nodiscard]] Connection* find(stream::StreamId id) const;
    void attach(Connection& connection, stream::StreamId id);
    void detach(Connection& connection);

    // client_connections.cpp: the queue of connections, and how each begins and ends
    Connection& new_connection();
    void open_fresh(Connection& connection);
    void open_reused(Connection& connection);
    void start_waiting();
    void connect(Connection& connection);
    void set_phase(Connection& connection, Phase phase);
    void give_back_slot(Connection& connection);
    void put_to_rest(Connection& connection);
    void say_goodbye(Connection& connection, std::uint16_t close_code);
    void kill(Connection& connection);
    void unwatch(Connection& connection);
    void forget_descriptor(Connection& connection);
    void reap();

    // client_hook.cpp: what libwebsockets sends and receives until the head is there
    std::optional<ssize_t> on_recv(int fd, void* buffer, std::size_t size) override;
    std::optional<ssize_t> on_send(int fd, const void* bytes, std::size_t size) override;
    std::optional<int> on_ssl_read(SSL* ssl, void* buffer, int size) override;
    std::optional<int> on_ssl_write(SSL* ssl, const void* bytes, int size) override;
    void begin_request(Connection& connection, std::string_view library_text);
    void absorb_head(Connection& connection, std::string_view bytes, const stream::Arrival& arrival);
    [[nodiscard]] std::optional<std::string> head_for_library(const Connection& connection) const;
    [[nodiscard]] ssize_t discard(int fd);

    // client_handshake.cpp: what it tells meanwhile
    void on_tcp(void* connection, lws* wsi) override;
    void on_established(void* connection) override;
    void on_writable(void* connection, lws* wsi) override;
    void on_failed(void* connection, std::string reason) override;
    void on_closing(void* connection) override;
    void on_gone(void* connection) override;
    void on_tls_start(SSL* ssl);
    void on_tls_done(SSL* ssl);
    void on_tls_fail(SSL* ssl, std::string reason);
    [[nodiscard]] Connection* by_fd(int fd) const;
    void adopt_descriptor(Connection& connection, int fd);
    void check_connect(Connection& connection);
    void note_end(Connection& connection, stream::End end);
    void note_read_end(Connection& connection, const ReadResult& got);
    void note_news(Connection& connection);

    // client_tunnel.cpp: through a proxy
    void ask_for_tunnel(Connection& connection);
    [[nodiscard]] ssize_t read_tunnel_reply(Connection& connection, void* buffer, std::size_t size);
    void judge_tunnel_reply(Connection& connection, const ReadResult& got);

    // client_news.cpp: reporting what was noted down, and the way to our own reader
    static void on_writable_event(struct ev_loop* loop, ev_io* watcher, int events);
    void deliver_news();
    void deliver(Connection& connection);
    void deliver_handshake(Connection& connection);
    void deliver_head(Connection& connection);
    void take_over(Connection& connection);
    void watch(Connection& connection, ReadPoller& poller);
    void become_websocket(Connection& connection);

    // client_streaming.cpp: the bytes after the head
    void prepare(const Connection& connection) override;
    void on_readable(Connection& connection) override;
    void on_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival);
    void on_response_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival);
    void on_body_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival);
    void on_frame_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival);
    void on_read_end(Connection& connection, const ReadResult& got);
    void end(Connection& connection, stream::End end, std::uint16_t goodbye = 0);
    [[nodiscard]] stream::Arrival stamp(const ReadResult& got);

    // client_writing.cpp: request texts by us, WebSocket frames through libwebsockets
    Flushed flush(Connection& connection);
    void write_message(Connection& connection, const wire::Message& message);
    bool write_frame(Connection& connection, std::string_view payload, lws_write_protocol kind);

    static constexpr std::size_t kReadBytes = std::size_t{64} << 10;
    static constexpr std::size_t kHeadReadBytes = std::size_t{16} << 10;

    const core::Clock& clock_;
    EventLoop loop_;
    ReadPoller awaiting_{loop_, *this,
                         ReadPriority::First};  ///< streams whose first token has not come: what else is read would wait beside it
    ReadPoller streaming_{loop_, *this, ReadPriority::Normal};
    StampingSwitch stamping_;
    KernelClock kernel_clock_;
    ConnectionPool pool_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<Slot> slots_;
    std::vector<Connection*> by_fd_;
    std::deque<Connection*> waiting_;
    std::vector<Connection*> news_;
    std::vector<Connection*> delivering_;
    std::vector<Connection*> closed_;
    ConnectPacer pacer_;
    stream::TransportSink* sink_ = nullptr;  ///< set while poll() runs
    stream::TransportCounters counters_;
    std::uint64_t reads_ = 0;
    std::array<char, kReadBytes> buffer_{};
    std::array<char, kHeadReadBytes> head_buffer_{};  ///< its own, since a sink that looks into buffer_ may open a stream
    std::string frame_;                               ///< a WebSocket frame on its way out, with room for libwebsockets' header
    std::unique_ptr<TlsContext> tls_;
    std::unique_ptr<LwsContext> lws_;
};

}  // namespace relaybench::net
