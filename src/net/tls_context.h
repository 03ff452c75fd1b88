#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/error.h"
#include "stream/transport.h"

namespace relaybench::net {

/// The TLS side of a transport: one SSL_CTX for all its connections, and one certificate store for each CA file. What differs between
/// targets (store, verification, name) is set on each connection when its hand-shake starts, so no setting can leak to another target.
class TlsContext {
  public:
    /// Called from inside OpenSSL, on the thread that runs the hand-shake.
    struct Watch {
        std::function<void(SSL*)> on_start;              ///< just before the ClientHello: the moment for prepare()
        std::function<void(SSL*)> on_done;               ///< also for later hand-shake messages (session tickets)
        std::function<void(SSL*, std::string)> on_fail;  ///< with the reason in words
    };

    [[nodiscard]] static core::Expected<std::unique_ptr<TlsContext>> create(Watch watch);

    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    ~TlsContext();

    [[nodiscard]] SSL_CTX* raw() { return context_; }

    /// Loads a CA file (empty: the system's store) before the first connection that needs it, since it takes milliseconds.
    [[nodiscard]] core::Expected<void> load_authorities(const std::string& ca_file);

    /// Sets SNI, the name or address that the certificate must have, and the authorities. `target.ca_file` was loaded before.
    void prepare(SSL* ssl, const stream::Target& target);

  private:
    struct FreeStore {
        void operator()(X509_STORE* store) const { X509_STORE_free(store); }
    };

    explicit TlsContext(SSL_CTX* context, Watch watch);
    static void on_info(const SSL* ssl, int where, int result);

    SSL_CTX* context_;
    Watch watch_;
    std::map<std::string, std::unique_ptr<X509_STORE, FreeStore>> stores_;
};

}  // namespace relaybench::net
