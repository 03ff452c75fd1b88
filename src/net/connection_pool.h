#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "stream/transport.h"

namespace relaybench::net {

struct Connection;

/// What two streams must agree on to share a connection.
struct PoolKey {
    std::string address;
    std::uint16_t port = 0;
    bool tls = false;
    std::string host;
    bool verify_peer = true;
    std::string ca_file;
    std::string tunnel;  ///< destination and credentials; empty without a proxy

    friend auto operator<=>(const PoolKey&, const PoolKey&) = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 trips over <=>
};

[[nodiscard]] PoolKey pool_key(const stream::Target& target);

/// Idle keep-alive connections by target; the one that became idle last is taken first, as SDKs do, so that surplus ones age and are
/// closed by the server. Owns nothing.
class ConnectionPool {
  public:
    /// The one copy of a key, valid as long as the pool.
    [[nodiscard]] const PoolKey* intern(const stream::Target& target);

    void put(const PoolKey* key, Connection* connection);
    /// Null when none is idle.
    [[nodiscard]] Connection* take(const PoolKey* key);
    /// Forgets a connection that died while idle; no effect when it is not in the pool.
    void remove(const PoolKey* key, const Connection* connection);
    [[nodiscard]] std::size_t idle() const;

  private:
    std::map<PoolKey, std::vector<Connection*>> idle_;
};

}  // namespace relaybench::net
