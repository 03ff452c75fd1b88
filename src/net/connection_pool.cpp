#include "net/connection_pool.h"

#include <algorithm>

namespace relaybench::net {

PoolKey pool_key(const stream::Target& target) {
    return {.address = target.address,
            .port = target.port,
            .tls = target.tls,
            .host = target.host,
            .verify_peer = target.verify_peer,
            .ca_file = target.ca_file,
            .tunnel = target.tunnel ? target.tunnel->destination + " " + target.tunnel->authorization : ""};
}

const PoolKey* ConnectionPool::intern(const stream::Target& target) { return &idle_.try_emplace(pool_key(target)).first->first; }

void ConnectionPool::put(const PoolKey* key, Connection* connection) { idle_[*key].push_back(connection); }

Connection* ConnectionPool::take(const PoolKey* key) {
    const auto found = idle_.find(*key);
    if (found == idle_.end() || found->second.empty()) {
        return nullptr;
    }
    Connection* connection = found->second.back();
    found->second.pop_back();
    return connection;
}

void ConnectionPool::remove(const PoolKey* key, const Connection* connection) {
    const auto found = idle_.find(*key);
    if (found != idle_.end()) {
        std::erase(found->second, connection);
    }
}

std::size_t ConnectionPool::idle() const {
    std::size_t count = 0;
    for (const auto& [key, connections] : idle_) {
        count += connections.size();
    }
    return count;
}

}  // namespace relaybench::net
