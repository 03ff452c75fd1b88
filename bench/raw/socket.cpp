#include "raw/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace relaybench::bench {

TlsContext make_tls_context() {
    TlsContext context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context.get(), 1);
    return context;
}

void Socket::close() {
    ssl_.reset();
    if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = -1;
}

std::optional<Socket> Socket::connect(std::uint16_t port, SSL_CTX* tls) {
    Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    const int fd = socket.descriptor();
    if (fd < 0 || ::connect(fd, &generic, sizeof generic) != 0) {
        std::perror("raw_reader: connect");
        return std::nullopt;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls == nullptr) {
        ask_for_stamps(fd);
        return socket;
    }
    socket.ssl_.reset(SSL_new(tls));
    SSL_set_fd(socket.ssl_.get(), fd);
    if (SSL_connect(socket.ssl_.get()) != 1) {
        std::fputs("raw_reader: no TLS session\n", stderr);
        return std::nullopt;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return socket;
}

StampedRead Socket::read(std::span<char> buffer, const ClockMap& clock) const {
    if (!ssl_) {
        return read_stamped(descriptor(), buffer, clock);
    }
    const int got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (got > 0) {
        return {.bytes = got, .at_ns = monotonic_ns(), .by_kernel = false};
    }
    const bool later = SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ;
    errno = later ? EAGAIN : 0;
    return {.bytes = later ? -1 : 0, .at_ns = 0, .by_kernel = false};
}

bool Socket::write(std::string_view bytes) const {
    const auto size = static_cast<int>(bytes.size());
    return ssl_ ? SSL_write(ssl_.get(), bytes.data(), size) == size
                : ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace relaybench::bench
