#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "core/error.h"

namespace relaybench::net {

struct FreeSslContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSslContext>;
using SslSession = std::unique_ptr<SSL, FreeSsl>;

/// A server's context (TLS 1.2 and later) with a PEM certificate chain and its key. BadInput names the file that cannot be used.
[[nodiscard]] core::Expected<SslContext> make_server_context(const std::string& certificate_file, const std::string& key_file);

}  // namespace relaybench::net
