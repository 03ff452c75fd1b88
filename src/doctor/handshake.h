#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "doctor/certificates.h"
#include "doctor/channel.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

/// What to say in a ClientHello.
struct Hello {
    std::string server_name;                         ///< SNI; empty: none is sent
    std::vector<std::string> protocols{"http/1.1"};  ///< ALPN; empty: none is offered
    enum class Newest : std::uint8_t { Any, Tls12 } newest = Newest::Any;
};

/// The name that a greeting to this host carries; empty for literal addresses (RFC 6066 §3).
[[nodiscard]] std::string server_name(const std::string& host);

/// How a TLS hand-shake ended. Certificates are collected, not judged: whoever wants to send something judges them first.
struct HandshakeResult {
    /// NotConnected: there was nothing to shake hands over, though a connection had stood before.
    enum class End : std::uint8_t { Stands, TimedOut, Reset, Closed, Alert, NotTls, Failed, NotConnected } end = End::Failed;
    std::string reason;  ///< OpenSSL's, of those from Alert to Failed; the system's or the proxy's, of NotConnected
    std::string version;
    std::string cipher;
    std::string protocol;            ///< that ALPN chose; empty: none
    bool wants_certificate = false;  ///< the peer asked for one of ours; whether it insists shows later
    Chain chain;
    TcpFacts tcp;
    core::Duration took{0};
};

/// Over a fresh connection. `session` is set when the hand-shake stands.
struct Handshake {
    HandshakeResult result;
    SslPointer session;
};
[[nodiscard]] Handshake shake_hands(const Socket& socket, const Hello& hello, Deadline deadline);

}  // namespace relaybench::doctor
