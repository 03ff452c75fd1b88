#include "doctor/channel.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace relaybench::doctor {

namespace {

std::string tls_reason() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? reason : "TLS protocol error";
}

}  // namespace

Received Channel::read(std::span<char> buffer, Deadline deadline) {
    if (now() >= deadline) {
        return {ReadEnd::TimedOut, 0, {}};  // a peer that never stops sending gets no more time than a silent one
    }
    return session_ ? read_tls(buffer, deadline) : read_plain(buffer, deadline);
}

Received Channel::read_plain(std::span<char> buffer, Deadline deadline) {
    for (;;) {
        const ssize_t got = ::recv(socket_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got > 0) {
            return {ReadEnd::Data, static_cast<std::size_t>(got), {}};
        }
        if (got == 0) {
            return {ReadEnd::Fin, 0, {}};
        }
        if (errno != EAGAIN && errno != EINTR) {
            return {ReadEnd::Reset, 0, std::generic_category().message(errno)};
        }
        if (await_readable(socket_.fd(), deadline) == Readiness::TimedOut) {
            return {ReadEnd::TimedOut, 0, {}};
        }
    }
}

Received Channel::read_tls(std::span<char> buffer, Deadline deadline) {
    for (;;) {
        ERR_clear_error();
        errno = 0;
        std::size_t got = 0;
        if (SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &got) == 1) {
            return {ReadEnd::Data, got, {}};
        }
        const int system_error = errno;
        const int why = SSL_get_error(session_.get(), 0);
        if (why == SSL_ERROR_ZERO_RETURN ||
            (why == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)) {
            return {ReadEnd::Fin, 0, {}};
        }
        if (why == SSL_ERROR_SYSCALL) {
            return system_error == 0 ? Received{ReadEnd::Fin, 0, {}}
                                     : Received{ReadEnd::Reset, 0, std::generic_category().message(system_error)};
        }
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
            return {ReadEnd::TlsError, 0, tls_reason()};
        }
        const auto ready = why == SSL_ERROR_WANT_READ ? await_readable(socket_.fd(), deadline) : await_writable(socket_.fd(), deadline);
        if (ready == Readiness::TimedOut) {
            return {ReadEnd::TimedOut, 0, {}};
        }
    }
}

void Channel::abandon() const {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool Channel::write(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        std::size_t sent = 0;
        if (session_) {
            ERR_clear_error();
            SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &sent);
        } else {
            const ssize_t n = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n < 0 && errno != EAGAIN && errno != EINTR) {
                return false;
            }
            sent = n > 0 ? static_cast<std::size_t>(n) : 0;
        }
        bytes.remove_prefix(sent);
        if (sent == 0) {
            const int why = session_ ? SSL_get_error(session_.get(), 0) : SSL_ERROR_WANT_WRITE;
            if (why != SSL_ERROR_WANT_WRITE && why != SSL_ERROR_WANT_READ) {
                return false;
            }
            if ((why == SSL_ERROR_WANT_READ ? await_readable(socket_.fd(), deadline) : await_writable(socket_.fd(), deadline)) ==
                Readiness::TimedOut) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace relaybench::doctor
