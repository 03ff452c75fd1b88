#include "net/tls_context.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <utility>

namespace relaybench::net {

namespace {

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

std::string last_openssl_reason() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? reason : "no reason given";
}

/// The words of the verification, if that is what failed; else what OpenSSL says.
std::string failure_reason(const SSL* ssl) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK) {
        return fmt::format("certificate: {} (code {})", X509_verify_cert_error_string(verdict), verdict);
    }
    return last_openssl_reason();
}

/// With --insecure any chain is accepted, and recorded as accepted: libwebsockets looks at the result again.
int accept_any(int /*verified*/, X509_STORE_CTX* chain) {
    X509_STORE_CTX_set_error(chain, X509_V_OK);
    return 1;
}

}  // namespace

core::Expected<std::unique_ptr<TlsContext>> TlsContext::create(Watch watch) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (context == nullptr) {
        return core::failure(fmt::format("TLS: no context: {}", last_openssl_reason()));
    }
    return std::unique_ptr<TlsContext>(new TlsContext(context, std::move(watch)));
}

TlsContext::TlsContext(SSL_CTX* context, Watch watch) : context_(context), watch_(std::move(watch)) {
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_app_data(context_, this);
    SSL_CTX_set_info_callback(context_, &TlsContext::on_info);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

core::Expected<void> TlsContext::load_authorities(const std::string& ca_file) {
    if (stores_.contains(ca_file)) {
        return {};
    }
    std::unique_ptr<X509_STORE, FreeStore> store(X509_STORE_new());
    const int loaded = ca_file.empty() ? X509_STORE_set_default_paths(store.get()) : X509_STORE_load_file(store.get(), ca_file.c_str());
    if (loaded != 1) {
        return core::bad_input(fmt::format("CA file \"{}\": {}; a file of PEM certificates is wanted", ca_file, last_openssl_reason()));
    }
    stores_.emplace(ca_file, std::move(store));
    return {};
}

void TlsContext::prepare(SSL* ssl, const stream::Target& target) {
    const auto store = stores_.find(target.ca_file);
    if (store != stores_.end()) {
        SSL_set1_verify_cert_store(ssl, store->second.get());
    }
    SSL_set_verify(ssl, SSL_VERIFY_PEER, target.verify_peer ? nullptr : &accept_any);
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
    if (is_address(target.host)) {
        SSL_set_tlsext_host_name(ssl, nullptr);  // RFC 6066 §3: no literal addresses in SNI
        X509_VERIFY_PARAM_set1_host(wanted, nullptr, 0);
        X509_VERIFY_PARAM_set1_ip_asc(wanted, target.host.c_str());
    } else {
        SSL_set_tlsext_host_name(ssl, target.host.c_str());
        X509_VERIFY_PARAM_set1_ip(wanted, nullptr, 0);
        X509_VERIFY_PARAM_set1_host(wanted, target.host.c_str(), target.host.size());
    }
}

void TlsContext::on_info(const SSL* ssl, int where, int result) {
    auto* self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    auto* connection = const_cast<SSL*>(ssl);  // OpenSSL's callback type says const; the same object is ours to set up
    if ((where & SSL_CB_HANDSHAKE_START) != 0) {
        self->watch_.on_start(connection);
    } else if ((where & SSL_CB_HANDSHAKE_DONE) != 0) {
        self->watch_.on_done(connection);
    } else if ((where & SSL_CB_CONNECT_EXIT) == SSL_CB_CONNECT_EXIT && result <= 0 && ERR_peek_error() != 0) {
        self->watch_.on_fail(connection, failure_reason(ssl));
    }
}

}  // namespace relaybench::net
