#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace relaybench::net {

/// What a stamping BIO noted of its latest receive that brought bytes.
struct BioReceive {
    std::uint64_t count = 0;              ///< such receives so far
    std::optional<core::WallTime> stamp;  ///< the kernel's, of the last segment of the latest
};

/// Lets OpenSSL read through a BIO that receives with the kernel's stamp and keeps it; writing is untouched. OpenSSL may call it several
/// times for one SSL_read, or not at all when a record is in its buffer already: the stamp that counts is the latest one. The BIO belongs to
/// `ssl`; what is returned lives as long. nullptr, and nothing changed, when there is no memory.
[[nodiscard]] BioReceive* attach_stamping_bio(SSL* ssl, int fd);

}  // namespace relaybench::net
