#include "net/socket_read.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace relaybench::net {

namespace {

/// Room for the one control message that SO_TIMESTAMPNS adds.
constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(timespec));

std::optional<core::WallTime> stamp_of(msghdr& message) {
    for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
            timespec time{};
            std::memcpy(&time, CMSG_DATA(control), sizeof time);
            return core::WallTime{std::chrono::seconds(time.tv_sec) + core::Duration(time.tv_nsec)};
        }
    }
    return std::nullopt;
}

ReadResult failed_read(int error) {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) {
        return {};
    }
    return {.status = ReadStatus::Reset, .size = 0, .system_error = error, .stamp = {}, .detail = {}};
}

std::string tls_reason() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? reason : "TLS protocol error";
}

ReadResult failed_tls_read(SSL* ssl, int system_error) {
    switch (SSL_get_error(ssl, 0)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return {};
        case SSL_ERROR_ZERO_RETURN:
            return {.status = ReadStatus::Fin, .size = 0, .system_error = 0, .stamp = {}, .detail = {}};
        case SSL_ERROR_SYSCALL:
            if (system_error != 0) {
                return failed_read(system_error);
            }
            [[fallthrough]];
        default:
            return {.status = ReadStatus::TlsCut, .size = 0, .system_error = 0, .stamp = {}, .detail = tls_reason()};
    }
}

}  // namespace

void ask_for_stamps(int fd) {
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

StampingSwitch::StampingSwitch() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) { ask_for_stamps(fd_); }

StampingSwitch::~StampingSwitch() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

ReadResult read_plain(int fd, std::span<char> buffer) {
    iovec piece{.iov_base = buffer.data(), .iov_len = buffer.size()};
    alignas(cmsghdr) std::array<char, kControlBytes> control;  // NOLINT(cppcoreguidelines-pro-type-member-init): the kernel fills it
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
    if (got < 0) {
        return failed_read(errno);
    }
    if (got == 0) {
        return {.status = ReadStatus::Fin, .size = 0, .system_error = 0, .stamp = {}, .detail = {}};
    }
    return {.status = ReadStatus::Data, .size = static_cast<std::size_t>(got), .system_error = 0, .stamp = stamp_of(message), .detail = {}};
}

ReadResult read_tls(SSL* ssl, const BioReceive* receive, std::span<char> buffer) {
    ERR_clear_error();
    errno = 0;
    std::size_t got = 0;
    const auto receives = receive != nullptr ? receive->count : 0;
    if (SSL_read_ex(ssl, buffer.data(), buffer.size(), &got) == 1) {
        ReadResult result{.status = ReadStatus::Data, .size = got, .system_error = 0, .stamp = {}, .detail = {}};
        if (receive != nullptr) {
            result.stamp = receive->stamp;
            result.same_receive = receive->count == receives;
        }
        return result;
    }
    return failed_tls_read(ssl, errno);
}

}  // namespace relaybench::net
