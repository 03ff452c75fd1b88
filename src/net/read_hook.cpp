#include "net/read_hook.h"

#include <dlfcn.h>
#include <sys/socket.h>

namespace relaybench::net {

namespace {

/// Per thread, since each worker has its own transport. The only mutable variable of this kind in the program: a C function that is
/// called with a descriptor and nothing else has no other way to find its object.
thread_local SocketHook* t_hook = nullptr;

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));  // POSIX grants that data and function pointers convert here
}

template <class Function>
bool leads_to(const char* name, Function* ours) {
    return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name)) == ours;
}

}  // namespace

HookScope::HookScope(SocketHook& hook) : outer_(t_hook) { t_hook = &hook; }

HookScope::~HookScope() { t_hook = outer_; }

bool hooks_are_in_place() {
    return leads_to("recv", &::recv) && leads_to("send", &::send) && leads_to("SSL_read", &::SSL_read) &&
           leads_to("SSL_write", &::SSL_write);
}

}  // namespace relaybench::net

using relaybench::net::t_hook;

extern "C" {

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
    static auto* const real = relaybench::net::next<decltype(::recv)>("recv");
    if (t_hook != nullptr && flags == 0) {
        if (const auto done = t_hook->on_recv(fd, buffer, size)) {
            return *done;
        }
    }
    return real(fd, buffer, size, flags);
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    static auto* const real = relaybench::net::next<decltype(::send)>("send");
    if (t_hook != nullptr) {
        if (const auto done = t_hook->on_send(fd, bytes, size)) {
            return *done;
        }
    }
    return real(fd, bytes, size, flags);
}

int SSL_read(SSL* ssl, void* buffer, int size) {
    static auto* const real = relaybench::net::next<decltype(::SSL_read)>("SSL_read");
    if (t_hook != nullptr) {
        if (const auto done = t_hook->on_ssl_read(ssl, buffer, size)) {
            return *done;
        }
    }
    return real(ssl, buffer, size);
}

int SSL_write(SSL* ssl, const void* bytes, int size) {
    static auto* const real = relaybench::net::next<decltype(::SSL_write)>("SSL_write");
    if (t_hook != nullptr) {
        if (const auto done = t_hook->on_ssl_write(ssl, bytes, size)) {
            return *done;
        }
    }
    return real(ssl, bytes, size);
}

}  // extern "C"
