#pragma once

#include <libwebsockets.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/error.h"
#include "net/event_loop.h"
#include "net/tls_context.h"

namespace relaybench::net {

/// What libwebsockets tells about one connection. `connection` is the opaque pointer that was given to connect(). All calls come from
/// inside the library: they may note things down, and must not close, open or write through it.
class LwsEvents {
  public:
    LwsEvents() = default;
    LwsEvents(const LwsEvents&) = delete;
    LwsEvents& operator=(const LwsEvents&) = delete;
    virtual ~LwsEvents() = default;

    /// TCP stands; TLS or the request comes next.
    virtual void on_tcp(void* connection, lws* wsi) = 0;
    /// The library has accepted the response head that the reader gave it.
    virtual void on_established(void* connection) = 0;
    /// A WebSocket may be written to again; what was buffered before is out.
    virtual void on_writable(void* connection, lws* wsi) = 0;
    virtual void on_failed(void* connection, std::string reason) = 0;
    /// The descriptor is about to be closed.
    virtual void on_closing(void* connection) = 0;
    /// The wsi is gone.
    virtual void on_gone(void* connection) = 0;
};

/// What libwebsockets is asked to connect. Strings are copied by it.
struct LwsConnect {
    std::string address;  ///< numeric; of the proxy, where there is one
    std::uint16_t port = 0;
    bool tls = false;
    bool websocket = false;
    bool through_proxy = false;  ///< a CONNECT goes out first (read_hook.h replaces its text)
    std::string subprotocol;
    void* connection = nullptr;
};

/// A libwebsockets context for client connections on our event loop, with the settings that were measured (docs/net.md).
class LwsContext {
  public:
    /// `loop`, `tls` and `events` must outlive the context: destroying it still delivers events.
    [[nodiscard]] static core::Expected<std::unique_ptr<LwsContext>> create(EventLoop& loop, TlsContext& tls, LwsEvents& events);

    LwsContext(const LwsContext&) = delete;
    LwsContext& operator=(const LwsContext&) = delete;
    ~LwsContext();

    /// Null when it failed at once (errno may tell why); then on_gone may or may not have been called.
    lws* connect(const LwsConnect& wanted);

    /// Takes a connection whose response head was accepted out of the library's hands: it neither reads nor times it from here on.
    static void stop_reading(lws* wsi);
    /// Frees the library's copy of the response head of an HTTP connection.
    static void drop_headers(lws* wsi);
    /// Closes now; on_closing and on_gone come before it returns, unless written bytes are still buffered (then within 5 s).
    static void close(lws* wsi);
    /// Sends a close frame, gives the peer up to 5 s to end the connection, and closes.
    static void close_websocket(lws* wsi, std::uint16_t code);

  private:
    LwsContext(TlsContext& tls, LwsEvents& events) : tls_(tls), events_(events) {}
    static const lws_protocols* protocols();
    lws_vhost* vhost_through(const std::string& address, std::uint16_t port);
    static int thunk(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t size) noexcept;
    int on_event(lws* wsi, lws_callback_reasons reason, const void* in, size_t size);

    TlsContext& tls_;
    LwsEvents& events_;
    lws_context* context_ = nullptr;
    /// The library knows proxies as a setting of its virtual hosts: one for each proxy. The context owns them.
    std::map<std::pair<std::string, std::uint16_t>, lws_vhost*> proxied_;
};

}  // namespace relaybench::net
