#pragma once

#include <cstdint>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "doctor/certificates.h"
#include "doctor/examination.h"

namespace relaybench::doctor {

struct Facts;

/// Who vouches for the certificate of a peer.
enum class Vouched : std::uint8_t {
    Nobody,
    Publicly,        ///< the public roots, and this machine's own store
    PubliclyAlone,   ///< the public roots; this machine's own store does not
    ByNamed,         ///< the authority that the user named, who alone counts then
    HereAsExpected,  ///< this machine's store, where no public certificate is expected
    HereAlone,       ///< this machine's store, where one is: TLS is opened on the way by somebody whom this machine was told to trust
};

/// What is thought of a chain.
struct TrustVerdict {
    Vouched by = Vouched::Nobody;
    ChainVerdict problems;  ///< of Nobody: what is wrong for the store that came nearest
};

/// Of a chain about which the public roots and this machine's store were asked. Pure.
enum class Wanted : std::uint8_t { PublicRoots, AnyRoots };
[[nodiscard]] TrustVerdict weigh(const ChainVerdict& by_public, const ChainVerdict& by_system, Wanted wanted);

/// The one place where trust is judged: for a host at a moment. The error: the authority that the user named cannot be read.
[[nodiscard]] core::Expected<TrustVerdict> judge_trust(const Subject& subject, const Chain& chain, const std::string& host,
                                                       core::WallTime at);

/// Whether who is vouched for like this may be told what is secret. Somebody who opens TLS on the way may not, unless the user allows it.
[[nodiscard]] bool may_hear_secrets(const Subject& subject, Vouched by);

/// Whether the certificate is the relay's own, and not that of somebody who opens TLS on the way.
[[nodiscard]] bool is_relays_own(Vouched by);

/// Who opens TLS on the way: the authority that issued the relay's certificate where only this machine trusts it. Printable; empty: nobody.
[[nodiscard]] std::string interceptor_of(const Facts& facts);

}  // namespace relaybench::doctor
