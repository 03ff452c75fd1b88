#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/clock.h"
#include "net/stamping_bio.h"

namespace relaybench::net {

enum class ReadStatus : std::uint8_t {
    Data,
    Nothing,  ///< nothing there now
    Fin,      ///< orderly end: FIN, or TLS close_notify
    Reset,    ///< RST or another socket error (system_error)
    TlsCut,   ///< FIN without close_notify, or a TLS alert or protocol error (detail)
};

struct ReadResult {
    ReadStatus status = ReadStatus::Nothing;
    std::size_t size = 0;
    int system_error = 0;
    std::optional<core::WallTime> stamp;  ///< the kernel's, of the last segment read
    bool same_receive = false;            ///< of TLS: these bytes came from the socket together with those before
    std::string detail;                   ///< only for TlsCut: OpenSSL's words
};

/// Asks the kernel to stamp what this socket receives. Best effort: without it there are no stamps.
void ask_for_stamps(int fd);

/// The kernel stamps segments only while some socket of the machine asks for it, and switches the stamping on with a delay (a deferred
/// static key). One of these, held from before the first connect, keeps it switched on, so that first reads are stamped too.
class StampingSwitch {
  public:
    StampingSwitch();
    StampingSwitch(const StampingSwitch&) = delete;
    StampingSwitch& operator=(const StampingSwitch&) = delete;
    ~StampingSwitch();

  private:
    int fd_;
};

/// One receive call without waiting.
[[nodiscard]] ReadResult read_plain(int fd, std::span<char> buffer);

/// One record's worth of plain text at most; never waits. `receive` belongs to the connection's stamping BIO; without one (null) there is no
/// stamp.
[[nodiscard]] ReadResult read_tls(SSL* ssl, const BioReceive* receive, std::span<char> buffer);

}  // namespace relaybench::net
