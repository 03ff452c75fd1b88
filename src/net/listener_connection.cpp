#include "net/listener_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace relaybench::net {
namespace {

IoResult of_system_call(ssize_t result) {
    if (result > 0) {
        return {Io::Done, static_cast<std::size_t>(result)};
    }
    const bool blocked = result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return {blocked ? Io::Blocked : Io::Ended, 0};
}

IoResult of_openssl(const SSL* ssl, int result, std::size_t bytes) {
    if (result == 1) {
        return {Io::Done, bytes};
    }
    const int error = SSL_get_error(ssl, result);
    ERR_clear_error();
    const bool blocked = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    return {blocked ? Io::Blocked : Io::Ended, 0};
}

}  // namespace

void ServerConnection::take(int fd, SSL_CTX* tls) {
    fd_ = fd;
    state = ConnectionState::Open;
    reading_paused = false;
    broken = false;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls != nullptr) {
        ssl_.reset(SSL_new(tls));
        SSL_set_fd(ssl_.get(), fd);
        SSL_set_accept_state(ssl_.get());
    }
}

IoResult ServerConnection::read_some(std::span<char> into) {
    if (!ssl_ || state == ConnectionState::Lingering) {
        return of_system_call(recv(fd_, into.data(), into.size(), 0));
    }
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    return of_openssl(ssl_.get(), result, bytes);
}

IoResult ServerConnection::write_some(std::string_view bytes) {
    if (!ssl_) {
        return of_system_call(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    std::size_t written = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    return of_openssl(ssl_.get(), result, written);
}

Io ServerConnection::write(std::string_view bytes) {
    if (pending_bytes() > 0) {
        pending_.append(bytes);
        return Io::Blocked;
    }
    while (!bytes.empty()) {
        const IoResult result = write_some(bytes);
        if (result.state == Io::Ended) {
            return Io::Ended;
        }
        if (result.state == Io::Blocked) {
            pending_.assign(bytes);
            pending_from_ = 0;
            return Io::Blocked;
        }
        bytes.remove_prefix(result.bytes);
    }
    return Io::Done;
}

Io ServerConnection::flush() {
    while (pending_bytes() > 0) {
        const IoResult result = write_some(std::string_view(pending_).substr(pending_from_));
        if (result.state != Io::Done) {
            return result.state;
        }
        pending_from_ += result.bytes;
    }
    pending_.clear();
    pending_from_ = 0;
    return Io::Done;
}

void ServerConnection::end_writing() {
    if (ssl_ && notify_close) {
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    shutdown(fd_, SHUT_WR);
}

void ServerConnection::abort_on_close() {
    const linger at_once{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void ServerConnection::close_now() {
    ssl_.reset();
    if (fd_ >= 0) {
        close(fd_);
        fd_ = -1;
    }
    state = ConnectionState::Free;
    ++generation;
    // A connection that was once slow must not leave its megabytes to the next one in its slot.
    std::string().swap(pending_);
    pending_from_ = 0;
}

}  // namespace relaybench::net
