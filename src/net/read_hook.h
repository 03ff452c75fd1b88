#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <optional>

namespace relaybench::net {

/// What libwebsockets would do with a socket, offered to us first. libwebsockets calls recv, send, SSL_read and SSL_write through the
/// dynamic linker; this program defines functions of these names (read_hook.cpp), so the calls arrive here. That is how our reader gets
/// a connection's bytes (and the kernel's time stamps) before the library consumes them, and how one request text serves first and
/// reused connections. Each function returns nothing for a socket that is not its own: the real function is called then.
class SocketHook {
  public:
    SocketHook() = default;
    SocketHook(const SocketHook&) = delete;
    SocketHook& operator=(const SocketHook&) = delete;
    virtual ~SocketHook() = default;

    virtual std::optional<ssize_t> on_recv(int fd, void* buffer, std::size_t size) = 0;
    virtual std::optional<ssize_t> on_send(int fd, const void* bytes, std::size_t size) = 0;
    virtual std::optional<int> on_ssl_read(SSL* ssl, void* buffer, int size) = 0;
    virtual std::optional<int> on_ssl_write(SSL* ssl, const void* bytes, int size) = 0;
};

/// While it lives, the calls of this thread go to `hook`; other threads are untouched. Scopes nest; the inner one wins.
class HookScope {
  public:
    explicit HookScope(SocketHook& hook);
    HookScope(const HookScope&) = delete;
    HookScope& operator=(const HookScope&) = delete;
    ~HookScope();

  private:
    SocketHook* outer_;
};

/// Whether the program's dynamic symbols really lead here. They do not when it was linked statically, or without exporting them.
[[nodiscard]] bool hooks_are_in_place();

}  // namespace relaybench::net
