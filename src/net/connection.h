#pragma once

#include <ev.h>
#include <libwebsockets.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/connection_pool.h"
#include "net/frame_reader.h"
#include "net/response_reader.h"
#include "net/socket_read.h"
#include "stream/transport.h"

namespace relaybench::net {

class ClientTransport;
class ReadPoller;

///            open()                                   hand-shake done
///   Waiting ───────► HandShake (libwebsockets reads) ───────────────► Ours ──┐ body complete, keep-alive   ┌── open(Reuse)
///                        │                                             │ ▲   └────────────► Idle ──────────┘
///                        └──────────────► Closed ◄──────────────────── │ └──────────────────────────────────
///                                            ▲                         ▼ close() or close frame (WebSocket)
///                                            └──────────────────── Closing (libwebsockets says goodbye; nobody listens)
enum class Phase : std::uint8_t { Waiting, HandShake, Ours, Idle, Closing, Closed };

/// How far the way through a proxy is.
enum class TunnelState : std::uint8_t { NotNeeded, Wanted, Asked, Stands };

/// One socket and what is known of it. Plain data: ClientTransport has the behaviour. Lives until both sides let go of it: Closed, and
/// libwebsockets' object gone.
struct Connection {
    // What every read touches comes first: within kHotBytes.
    static constexpr std::size_t kHotBytes = 128;
    Phase phase = Phase::Waiting;
    int fd = -1;
    std::optional<stream::StreamId> stream;  ///< who listens; nobody after close() and on_ended
    ReadPoller* watched_by = nullptr;
    SSL* ssl = nullptr;
    BioReceive* receive = nullptr;  ///< of the session, once it stands
    std::unique_ptr<ResponseReader> response;
    std::unique_ptr<FrameReader> frames;
    wire::ConnectionUse use = wire::ConnectionUse::Fresh;

    ClientTransport* owner = nullptr;
    std::size_t index = 0;    ///< in the owner's list
    bool tcp_stands = false;  ///< to the proxy, where there is one
    TunnelState tunnel = TunnelState::NotNeeded;
    bool tls_stands = false;
    const stream::Target* target = nullptr;  ///< like `request`: valid while `stream` is set
    const wire::Request* request = nullptr;
    const PoolKey* key = nullptr;

    lws* wsi = nullptr;
    ev_io writable{};

    std::string unsent;                 ///< of the request text
    std::vector<wire::Message> outbox;  ///< WebSocket messages that wait for the upgrade
    // Which of the owner's lists point here; it must not be freed before they let go.
    bool in_queue = false;
    bool has_news = false;
    bool connect_slot = false;  ///< counts among the connects in flight
    bool request_begun = false;
    bool accepted = false;           ///< libwebsockets agreed to the response head
    bool upgraded = false;           ///< a WebSocket, and ours
    bool message_in_flight = false;  ///< a data message is partly in the library's buffer

    // What happened inside libwebsockets or outside of poll(), to be reported in this order.
    stream::ConnectionOrigin origin = stream::ConnectionOrigin::New;
    std::optional<core::TimePoint> connected_at;
    std::optional<core::TimePoint> secured_at;
    std::optional<core::TimePoint> written_at;
    bool head_ready = false;
    stream::Arrival head_arrival;
    std::string early;                    ///< bytes that came with the head
    std::optional<ReadResult> early_end;  ///< the connection ended already when the head came
    std::string library_words;            ///< why libwebsockets gave up
    std::optional<stream::End> ending;    ///< the first reason to end wins

    /// The relay can be spoken to.
    [[nodiscard]] bool reaches_relay() const { return tcp_stands && (tunnel == TunnelState::NotNeeded || tunnel == TunnelState::Stands); }
    [[nodiscard]] bool is_websocket() const { return request != nullptr && request->carrier == wire::Carrier::WebSocket; }
};

}  // namespace relaybench::net
