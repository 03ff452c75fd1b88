#include "doctor/handshake.h"

#include <openssl/err.h>

#include <cerrno>

#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using End = HandshakeResult::End;

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

std::string alpn_bytes(const std::vector<std::string>& protocols) {
    std::string bytes;
    for (const auto& protocol : protocols) {
        bytes += static_cast<char>(protocol.size());
        bytes += protocol;
    }
    return bytes;
}

/// Called when the peer asks for a certificate, of which there is none. Only the hand-shake itself listens for it.
int note_wish(SSL* session, X509** /*certificate*/, EVP_PKEY** /*key*/) {
    if (auto* wants_certificate = static_cast<bool*>(SSL_get_app_data(session))) {
        *wants_certificate = true;
    }
    return 0;
}

SslPointer new_session(const Socket& socket, const Hello& hello, bool& wants_certificate) {
    const std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), hello.newest == Hello::Newest::Tls12 ? TLS1_2_VERSION : 0);
    SSL_CTX_set_client_cert_cb(context.get(), &note_wish);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // judged afterwards, with every problem (judge_chain)
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SslPointer session(SSL_new(context.get()));
    SSL_set_app_data(session.get(), &wants_certificate);
    SSL_set_fd(session.get(), socket.fd());
    if (!hello.server_name.empty()) {
        SSL_set_tlsext_host_name(session.get(), hello.server_name.c_str());
    }
    if (const std::string offer = alpn_bytes(hello.protocols); !offer.empty()) {
        SSL_set_alpn_protos(session.get(), reinterpret_cast<const unsigned char*>(offer.data()), static_cast<unsigned>(offer.size()));
    }
    return session;
}

End end_of_failure(int why, int system_error) {
    if (why == SSL_ERROR_SYSCALL) {
        return system_error == 0 ? End::Closed : system_error == ECONNRESET ? End::Reset : End::Failed;
    }
    const auto error = ERR_peek_last_error();
    const int reason = ERR_GET_REASON(error);
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        return End::Closed;
    }
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
        reason == SSL_R_UNEXPECTED_MESSAGE) {
        return End::NotTls;
    }
    return reason >= SSL_AD_REASON_OFFSET ? End::Alert : End::Failed;
}

std::string last_reason() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? reason : "";
}

void note_session(HandshakeResult& result, const SSL* session) {
    result.version = SSL_get_version(session);
    result.cipher = SSL_get_cipher_name(session);
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session, &protocol, &size);
    result.protocol.assign(reinterpret_cast<const char*>(protocol), size);
    result.chain = peer_chain(session);
}

End connect_by(SSL* session, const Socket& socket, Deadline deadline, std::string& reason) {
    for (;;) {
        ERR_clear_error();
        errno = 0;
        const int done = SSL_connect(session);
        const int system_error = errno;
        if (done == 1) {
            return End::Stands;
        }
        const int why = SSL_get_error(session, done);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
            reason = last_reason();
            return end_of_failure(why, system_error);
        }
        if ((why == SSL_ERROR_WANT_READ ? await_readable(socket.fd(), deadline) : await_writable(socket.fd(), deadline)) ==
            Readiness::TimedOut) {
            return End::TimedOut;
        }
    }
}

}  // namespace

std::string server_name(const std::string& host) { return wire::is_address(host) ? "" : host; }

Handshake shake_hands(const Socket& socket, const Hello& hello, Deadline deadline) {
    Handshake done;
    const core::TimePoint began = now();
    bool wants_certificate = false;
    done.session = new_session(socket, hello, wants_certificate);
    done.result.end = connect_by(done.session.get(), socket, deadline, done.result.reason);
    SSL_set_app_data(done.session.get(), nullptr);
    done.result.wants_certificate = wants_certificate;
    done.result.took = now() - began;
    done.result.tcp = tcp_facts(socket);
    if (done.result.end == End::Stands) {
        note_session(done.result, done.session.get());
    } else {
        done.session.reset();
    }
    return done;
}

}  // namespace relaybench::doctor
