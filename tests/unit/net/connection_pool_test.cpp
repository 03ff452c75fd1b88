#include "net/connection_pool.h"

#include <doctest/doctest.h>

#include "net/connection.h"

namespace relaybench::net {
namespace {

stream::Target target(std::uint16_t port) {
    stream::Target target;
    target.address = "127.0.0.1";
    target.host = "relay.test";
    target.port = port;
    return target;
}

TEST_CASE("connection pool: the connection that became idle last is given out first, each once") {
    ConnectionPool pool;
    Connection first;
    Connection second;
    const PoolKey* key = pool.intern(target(80));
    pool.put(key, &first);
    pool.put(key, &second);
    CHECK(pool.idle() == 2);
    CHECK(pool.take(key) == &second);
    CHECK(pool.take(key) == &first);
    CHECK(pool.take(key) == nullptr);
}

TEST_CASE("connection pool: a connection is shared only where everything about the target agrees") {
    ConnectionPool pool;
    const PoolKey* key = pool.intern(target(80));
    CHECK(pool.intern(target(80)) == key);
    stream::Target other = target(81);
    CHECK(pool.intern(other) != key);
    other = target(80);
    other.tunnel = stream::Tunnel{.destination = "relay.test:80", .authorization = {}};
    const PoolKey* tunnelled = pool.intern(other);
    CHECK(tunnelled != key);
    other.tunnel->authorization = "Basic dTpw";
    CHECK(pool.intern(other) != tunnelled);
    other = target(80);
    other.tls = true;
    CHECK(pool.intern(other) != key);
    other = target(80);
    other.host = "other.test";
    CHECK(pool.intern(other) != key);
    other = target(80);
    other.verify_peer = false;
    CHECK(pool.intern(other) != key);
    other = target(80);
    other.ca_file = "ca.pem";
    CHECK(pool.intern(other) != key);
}

TEST_CASE("connection pool: what died while idle is forgotten") {
    ConnectionPool pool;
    Connection first;
    Connection second;
    const PoolKey* key = pool.intern(target(80));
    pool.put(key, &first);
    pool.put(key, &second);
    pool.remove(key, &second);
    pool.remove(key, &second);
    CHECK(pool.take(key) == &first);
}

}  // namespace
}  // namespace relaybench::net
