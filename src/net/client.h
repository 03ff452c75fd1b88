#pragma once

#include <cstddef>
#include <memory>

#include "core/clock.h"
#include "core/error.h"
#include "stream/transport.h"

namespace relaybench::net {

struct ClientOptions {
    /// Connects and hand-shakes in flight at a time; further open() calls wait inside the transport. Above some hundreds libwebsockets'
    /// sorted timer lists make connecting slower, not faster.
    std::size_t max_connecting = 256;
};

/// A transport on real sockets, for one thread. `clock` must outlive it. Make those of all workers before the first of them connects:
/// creating a libwebsockets context disturbs TLS hand-shakes that run in other threads.
[[nodiscard]] core::Expected<std::unique_ptr<stream::Transport>> make_client(const core::Clock& clock, const ClientOptions& options);

}  // namespace relaybench::net
