// Preloaded into `relaybench doctor` (LD_PRELOAD): writes down what the process sends over the internet protocols and to whom, before TLS
// where there is TLS, for the test to search (wiretap.py). Doctor knows nothing of it.
//   WIRETAP_FILE  where: for each write a line of JSON, then as many bytes as it says, and a newline
// The programs that start doctor (ip, faketime) and those that it starts inherit the environment; in them it does nothing.
// Not seen: the datagrams of the C library's own resolver, whose questions are written down as they are put to getaddrinfo() instead.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

/// Whoever sends more than this in a test is not doctor; the test fails on the mark that is left then.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

/// The function that would have been called without us.
template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// Of a library that whoever calls us has loaded: this one links none of them, as it is loaded into other programs too.
template <class Function>
Function* loaded(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

class KeepErrno {
  public:
    KeepErrno() = default;
    KeepErrno(const KeepErrno&) = delete;
    KeepErrno& operator=(const KeepErrno&) = delete;
    ~KeepErrno() { errno = before_; }

  private:
    int before_ = errno;
};

bool is_doctor() {
    std::array<char, 4096> words{};
    const int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const ssize_t size = read(file, words.data(), words.size());
    close(file);
    const std::string_view text(words.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const std::size_t program_ends = std::min(text.find('\0'), text.size());
    constexpr std::string_view kCommand("\0doctor\0", 8);
    return text.substr(program_ends).starts_with(kCommand);
}

int open_tape() {
    const char* path = std::getenv("WIRETAP_FILE");
    return path != nullptr && is_doctor() ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

int tape() {
    static const int file = open_tape();
    return file;
}

std::string text_of(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
        return text.data() + (":" + std::to_string(ntohs(v4->sin_port)));
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6->sin6_port));
}

using NameOf = decltype(::getsockname);
std::string end_of(int fd, NameOf* name_of) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    return name_of(fd, generic, &size) == 0 ? text_of(generic) : "";
}

bool is_internet(int fd) {
    int domain = 0;
    socklen_t size = sizeof domain;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && (domain == AF_INET || domain == AF_INET6);
}

/// To whom something was sent, and how: "plain" as the bytes stand, "tls" what TLS was given, "name" what was to be looked up.
struct Receiver {
    const char* kind;
    std::string from;
    std::string to;
    std::string certificate;  ///< SHA-256 of the peer's, in hex; of "tls"
};

void note(const Receiver& receiver, std::string_view bytes) {
    static auto* const real = next<decltype(::writev)>("writev");
    static std::atomic<std::size_t> noted{0};
    if (noted.fetch_add(bytes.size()) > kMostBytes) {
        bytes = "too much";
    }
    std::string head = std::string(R"({"kind":")") + receiver.kind + R"(","from":")" + receiver.from + R"(","to":")" + receiver.to +
                       R"(","certificate":")" + receiver.certificate + R"(","size":)" + std::to_string(bytes.size()) + "}\n";
    std::string line_end = "\n";
    // One call: the kernel lets no other append come in between.
    std::array<iovec, 3> parts{iovec{head.data(), head.size()}, iovec{const_cast<char*>(bytes.data()), bytes.size()},
                               iovec{line_end.data(), line_end.size()}};
    real(tape(), parts.data(), static_cast<int>(parts.size()));
}

/// `to`: of a datagram that names its receiver.
void note_plain(int fd, const sockaddr* to, const void* bytes, ssize_t size) {
    const KeepErrno keep;
    if (size > 0 && tape() >= 0 && is_internet(fd)) {
        note({"plain", end_of(fd, &::getsockname), to != nullptr ? text_of(to) : end_of(fd, &::getpeername), ""},
             {static_cast<const char*>(bytes), static_cast<std::size_t>(size)});
    }
}

/// The first `size` bytes of these parts.
void note_parts(int fd, const sockaddr* to, const iovec* parts, std::size_t count, ssize_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < count && size > 0; ++i) {
        const std::size_t taken = std::min(parts[i].iov_len, static_cast<std::size_t>(size) - bytes.size());
        bytes.append(static_cast<const char*>(parts[i].iov_base), taken);
    }
    note_plain(fd, to, bytes.data(), static_cast<ssize_t>(bytes.size()));
}

std::string fingerprint_of_peer(const SSL* session) {
    static auto* const certificate_of = loaded<decltype(::SSL_get0_peer_certificate)>("SSL_get0_peer_certificate");
    static auto* const digest_of = loaded<decltype(::X509_digest)>("X509_digest");
    static auto* const sha256 = loaded<decltype(::EVP_sha256)>("EVP_sha256");
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const X509* certificate = certificate_of(session);
    if (certificate == nullptr || digest_of(certificate, sha256(), digest.data(), &size) != 1) {
        return "";
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += kDigits[digest[i] >> 4U];
        text += kDigits[digest[i] & 0xFU];
    }
    return text;
}

/// What TLS is given, whatever becomes of it: a record that did not fit into the socket at once may have left in part.
void note_tls(const SSL* session, const void* bytes, std::size_t size) {
    const KeepErrno keep;
    static auto* const descriptor_of = loaded<decltype(::SSL_get_fd)>("SSL_get_fd");
    if (size > 0 && tape() >= 0) {
        const int fd = descriptor_of(session);
        note({"tls", end_of(fd, &::getsockname), end_of(fd, &::getpeername), fingerprint_of_peer(session)},
             {static_cast<const char*>(bytes), size});
    }
}

}  // namespace

extern "C" {

int SSL_write(SSL* session, const void* bytes, int size) {
    static auto* const real = next<decltype(::SSL_write)>("SSL_write");
    note_tls(session, bytes, static_cast<std::size_t>(std::max(size, 0)));
    return real(session, bytes, size);
}

int SSL_write_ex(SSL* session, const void* bytes, size_t size, size_t* written) {
    static auto* const real = next<decltype(::SSL_write_ex)>("SSL_write_ex");
    note_tls(session, bytes, size);
    return real(session, bytes, size, written);
}

int SSL_write_early_data(SSL* session, const void* bytes, size_t size, size_t* written) {
    static auto* const real = next<decltype(::SSL_write_early_data)>("SSL_write_early_data");
    note_tls(session, bytes, size);
    return real(session, bytes, size, written);
}

ssize_t write(int fd, const void* bytes, size_t size) {
    static auto* const real = next<decltype(::write)>("write");
    const ssize_t sent = real(fd, bytes, size);
    note_plain(fd, nullptr, bytes, sent);
    return sent;
}

ssize_t writev(int fd, const iovec* parts, int count) {
    static auto* const real = next<decltype(::writev)>("writev");
    const ssize_t sent = real(fd, parts, count);
    note_parts(fd, nullptr, parts, static_cast<std::size_t>(std::max(count, 0)), sent);
    return sent;
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    static auto* const real = next<decltype(::send)>("send");
    const ssize_t sent = real(fd, bytes, size, flags);
    note_plain(fd, nullptr, bytes, sent);
    return sent;
}

ssize_t sendto(int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t to_size) {
    static auto* const real = next<decltype(::sendto)>("sendto");
    const ssize_t sent = real(fd, bytes, size, flags, to, to_size);
    note_plain(fd, to, bytes, sent);
    return sent;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    static auto* const real = next<decltype(::sendmsg)>("sendmsg");
    const ssize_t sent = real(fd, message, flags);
    note_parts(fd, static_cast<const sockaddr*>(message->msg_name), message->msg_iov, message->msg_iovlen, sent);
    return sent;
}

int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
    static auto* const real = next<decltype(::sendmmsg)>("sendmmsg");
    const int sent = real(fd, messages, count, flags);
    for (int i = 0; i < sent; ++i) {
        const msghdr& message = messages[i].msg_hdr;
        note_parts(fd, static_cast<const sockaddr*>(message.msg_name), message.msg_iov, message.msg_iovlen,
                   static_cast<ssize_t>(messages[i].msg_len));
    }
    return sent;
}

int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** list) {
    static auto* const real = next<decltype(::getaddrinfo)>("getaddrinfo");
    const bool is_asked = name != nullptr && (hints == nullptr || (hints->ai_flags & AI_NUMERICHOST) == 0);
    if (is_asked && tape() >= 0) {
        note({"name", "", "the resolver", ""}, name);
    }
    return real(name, service, hints, list);
}

}  // extern "C"
