#include "net/lws_context.h"

#include <array>
#include <cerrno>

#include "wire/url.h"

namespace relaybench::net {

namespace {

constexpr const char* kProtocolName = "relaybench";
/// The library keeps the pointer.
constexpr const char* kProxiedName = "through a proxy";
/// Our engine has the time-outs; the library's must never be the first to fire.
constexpr unsigned kLibraryTimeoutSeconds = 600;
constexpr unsigned kServiceBufferBytes = 16384;
/// Allocated for each WebSocket; nothing is ever read into it, since our reader has the bytes.
constexpr std::size_t kReceiveBufferBytes = 64;
/// The most that one write of the library hands to the socket.
constexpr std::size_t kSendBytes = std::size_t{256} << 10;
/// Holds the request's few strings and the condensed response head.
constexpr unsigned short kHeaderBytes = 2048;

/// No pings, no retries, no validity timers: these halve the connect rate.
constexpr lws_retry_bo_t kNoRetry{};

void swallow_log(int /*level*/, const char* /*line*/) {}

/// What the context and its virtual hosts have in common.
lws_context_creation_info client_settings(TlsContext& tls) {
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.gid = -1;
    info.uid = -1;
    info.pt_serv_buf_size = kServiceBufferBytes;
    info.max_http_header_data2 = kHeaderBytes;
    info.timeout_secs = kLibraryTimeoutSeconds;
    info.connect_timeout_secs = kLibraryTimeoutSeconds;
    info.provided_client_ssl_ctx = tls.raw();
    info.retry_and_idle_policy = &kNoRetry;
    return info;
}

}  // namespace

core::Expected<std::unique_ptr<LwsContext>> LwsContext::create(EventLoop& loop, TlsContext& tls, LwsEvents& events) {
    lws_set_log_level(0, &swallow_log);
    std::unique_ptr<LwsContext> self(new LwsContext(tls, events));
    void* loops[] = {loop.raw()};  // NOLINT(modernize-avoid-c-arrays): the library's interface
    lws_context_creation_info info = client_settings(tls);
    info.protocols = protocols();
    info.foreign_loops = loops;
    info.user = self.get();
    info.http_proxy_address = "";  // not null: else the environment variable http_proxy would be honoured silently
    self->context_ = lws_create_context(&info);
    if (self->context_ == nullptr) {
        return core::failure("libwebsockets: no context (is the libev plug-in libwebsockets-evlib-ev installed?)");
    }
    return self;
}

const lws_protocols* LwsContext::protocols() {
    static constexpr std::array<lws_protocols, 2> kProtocols = {
        lws_protocols{kProtocolName, &LwsContext::thunk, 0, kReceiveBufferBytes, 0, nullptr, kSendBytes},
        lws_protocols{nullptr, nullptr, 0, 0, 0, nullptr, 0}};
    return kProtocols.data();
}

lws_vhost* LwsContext::vhost_through(const std::string& address, std::uint16_t port) {
    const auto [found, is_new] = proxied_.try_emplace({address, port}, nullptr);
    if (is_new) {
        const std::string proxy = wire::host_and_port(address, port);
        lws_context_creation_info info = client_settings(tls_);
        info.protocols = protocols();
        info.vhost_name = kProxiedName;
        info.http_proxy_address = proxy.c_str();
        found->second = lws_create_vhost(context_, &info);
    }
    return found->second;
}

LwsContext::~LwsContext() {
    if (context_ != nullptr) {
        lws_context_destroy(context_);
    }
}

lws* LwsContext::connect(const LwsConnect& wanted) {
    lws_client_connect_info info{};
    info.context = context_;
    if (wanted.through_proxy) {
        info.vhost = vhost_through(wanted.address, wanted.port);
        if (info.vhost == nullptr) {
            errno = ENOMEM;
            return nullptr;
        }
    }
    info.address = wanted.address.c_str();
    info.port = wanted.port;
    info.path = "/";                     // the real request line is ours (read_hook.h)
    info.host = wanted.address.c_str();  // likewise Host; SNI is set by TlsContext
    info.method = wanted.websocket ? nullptr : "POST";
    info.protocol = wanted.subprotocol.empty() ? nullptr : wanted.subprotocol.c_str();
    info.local_protocol_name = kProtocolName;
    info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (wanted.tls ? LCCSCF_USE_SSL : 0);
    info.ietf_version_or_minus_one = -1;
    info.opaque_user_data = wanted.connection;
    info.retry_and_idle_policy = &kNoRetry;
    return lws_client_connect_via_info(&info);
}

void LwsContext::stop_reading(lws* wsi) {
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    lws_rx_flow_control(wsi, 0);
}

void LwsContext::drop_headers(lws* wsi) { lws_http_headers_detach(wsi); }

void LwsContext::close(lws* wsi) { lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC); }

void LwsContext::close_websocket(lws* wsi, std::uint16_t code) {
    lws_close_reason(wsi, static_cast<lws_close_status>(code), nullptr, 0);
    close(wsi);
}

int LwsContext::thunk(lws* wsi, lws_callback_reasons reason, void* /*user*/, void* in, size_t size) noexcept {
    auto* self = static_cast<LwsContext*>(lws_context_user(lws_get_context(wsi)));
    return self->on_event(wsi, reason, in, size);
}

int LwsContext::on_event(lws* wsi, lws_callback_reasons reason, const void* in, size_t size) {
    void* connection = lws_get_opaque_user_data(wsi);
    if (connection == nullptr) {
        return 0;
    }
    switch (reason) {
        case LWS_CALLBACK_WSI_CREATE:
            events_.on_tcp(connection, wsi);
            break;
        case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
            // Of an upgrade this only says that the head was read; whether it is valid comes with CLIENT_ESTABLISHED.
            break;
        case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
            events_.on_established(connection);
            break;
        case LWS_CALLBACK_CLIENT_WRITEABLE:
            events_.on_writable(connection, wsi);
            break;
        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            events_.on_failed(connection, in == nullptr ? "" : std::string(static_cast<const char*>(in), size));
            break;
        case LWS_CALLBACK_CLIENT_CLOSED:
        case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
            events_.on_closing(connection);
            break;
        case LWS_CALLBACK_WSI_DESTROY:
            events_.on_gone(connection);
            break;
        default:
            break;
    }
    return 0;
}

}  // namespace relaybench::net
