#include "integration/net/raw_server.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "core/base64.h"
#include "net/request_text.h"

namespace relaybench::testing {

namespace {

constexpr int kPatienceMs = 20'000;

sockaddr_storage loopback(const std::string& address, std::uint16_t port, socklen_t& size) {
    sockaddr_storage storage{};
    if (address.find(':') == std::string::npos) {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        inet_pton(AF_INET, address.c_str(), &v4->sin_addr);
        size = sizeof *v4;
    } else {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr);
        size = sizeof *v6;
    }
    return storage;
}

int bound_socket(const std::string& address, std::uint16_t& port) {
    socklen_t size = 0;
    const sockaddr_storage storage = loopback(address, 0, size);
    const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) != 0) {
        throw std::runtime_error("no loopback socket for " + address);
    }
    sockaddr_storage bound{};
    socklen_t bound_size = sizeof bound;
    getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &bound_size);
    port = ntohs(bound.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(&bound)->sin_port
                                            : reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port);
    return fd;
}

/// While a script waits for its socket, others may look at what it has noted.
class Waiting {
  public:
    Waiting() { turn().unlock(); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { turn().lock(); }
};

}  // namespace

std::mutex& turn() {
    static std::mutex mutex;
    return mutex;
}

RawConnection::~RawConnection() {
    if (ssl_ != nullptr) {
        SSL_free(ssl_);
    }
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

std::size_t RawConnection::read_some(char* buffer, std::size_t size) {
    const Waiting waiting;
    if (ssl_ != nullptr) {
        std::size_t got = 0;
        return SSL_read_ex(ssl_, buffer, size, &got) == 1 ? got : 0;
    }
    const ssize_t got = ::read(fd_, buffer, size);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::string RawConnection::read_bytes(std::size_t count) {
    std::array<char, 65536> buffer{};
    while (pending_.size() < count) {
        const std::size_t got = read_some(buffer.data(), buffer.size());
        if (got == 0) {
            break;
        }
        pending_.append(buffer.data(), got);
    }
    std::string bytes = pending_.substr(0, count);
    pending_.erase(0, bytes.size());
    return bytes;
}

std::string RawConnection::read_request() {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
        const std::string byte = read_bytes(1);
        if (byte.empty()) {
            return {};
        }
        head += byte;
    }
    const auto length = net::header_in_text(head, "Content-Length");
    return length.empty() ? head : head + read_bytes(std::stoul(std::string(length)));
}

std::pair<std::uint8_t, std::string> RawConnection::read_frame() {
    const std::string start = read_bytes(2);
    if (start.size() < 2) {
        return {0xFF, {}};
    }
    std::size_t length = static_cast<unsigned char>(start[1]) & 0x7FU;
    if (length >= 126) {
        const std::string extra = read_bytes(length == 126 ? 2 : 8);
        length = 0;
        for (const char byte : extra) {
            length = length << 8U | static_cast<unsigned char>(byte);
        }
    }
    const std::string mask = read_bytes(4);
    std::string payload = read_bytes(length);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    }
    return {static_cast<std::uint8_t>(static_cast<unsigned char>(start[0]) & 0x0FU), payload};
}

void RawConnection::write(std::string_view bytes) {
    const Waiting waiting;
    while (!bytes.empty()) {
        std::size_t sent = 0;
        if (ssl_ != nullptr) {
            SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent);
        } else {
            const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            sent = n > 0 ? static_cast<std::size_t>(n) : 0;
        }
        if (sent == 0) {
            return;
        }
        bytes.remove_prefix(sent);
    }
}

void RawConnection::accept_upgrade(const std::string& request, std::string_view more) {
    const std::string key(net::header_in_text(request, "Sec-WebSocket-Key"));
    write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept_for(key) +
          "\r\n\r\n" + std::string(more));
}

void RawConnection::finish() {
    if (ssl_ != nullptr) {
        SSL_shutdown(ssl_);
    }
    cut();
}

void RawConnection::cut() { shutdown(fd_, SHUT_WR); }

void RawConnection::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(fd_);
    fd_ = -1;
}

void RawConnection::await_end() {
    std::array<char, 65536> buffer{};
    while (read_some(buffer.data(), buffer.size()) > 0) {
    }
}

TestCertificate::TestCertificate(const std::string& subject_alt_name) {
    key = EVP_EC_gen("P-256");
    certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test relay"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    for (const auto& [nid, value] : {std::pair<int, std::string>{NID_subject_alt_name, subject_alt_name},
                                     std::pair<int, std::string>{NID_basic_constraints, "critical,CA:TRUE"}}) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate, key, EVP_sha256());
    std::string path = "/tmp/relaybench-test-XXXXXX";
    const int fd = mkstemp(path.data());
    FILE* file = fdopen(fd, "w");
    PEM_write_X509(file, certificate);
    fclose(file);
    pem_path = path;
}

TestCertificate::~TestCertificate() {
    X509_free(certificate);
    EVP_PKEY_free(key);
    unlink(pem_path.c_str());
}

RawServer::RawServer(Script script, const TestCertificate* tls, const std::string& address) : script_(std::move(script)) {
    if (tls != nullptr) {
        context_ = SSL_CTX_new(TLS_server_method());
        SSL_CTX_use_certificate(context_, tls->certificate);
        SSL_CTX_use_PrivateKey(context_, tls->key);
    }
    listener_ = bound_socket(address, port_);
    listen(listener_, 1024);
    acceptor_ = std::thread([this] { accept_all(); });
}

RawServer::~RawServer() {
    stopping_ = true;
    acceptor_.join();
    ::close(listener_);
    for (auto& thread : threads_) {
        thread.join();
    }
    if (context_ != nullptr) {
        SSL_CTX_free(context_);
    }
}

void RawServer::accept_all() {
    constexpr int kLookAtStopMs = 20;
    while (!stopping_) {
        pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, kLookAtStopMs) <= 0) {
            continue;
        }
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) {
            ++accepted_;
            threads_.emplace_back([this, fd] { serve(fd); });
        }
    }
}

void RawServer::serve(int fd) {
    const timeval patience{.tv_sec = kPatienceMs / 1000, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    SSL* ssl = nullptr;
    if (context_ != nullptr) {
        ssl = SSL_new(context_);
        SSL_set_fd(ssl, fd);
        if (SSL_accept(ssl) != 1) {
            SSL_free(ssl);
            ::close(fd);
            return;
        }
    }
    RawConnection connection(fd, ssl);
    const std::lock_guard mine(turn());
    script_(connection);
}

std::string server_frame(std::uint8_t first_byte, std::string_view payload) {
    std::string frame(1, static_cast<char>(first_byte));
    if (payload.size() < 126) {
        frame += static_cast<char>(payload.size());
    } else if (payload.size() <= UINT16_MAX) {
        frame += static_cast<char>(126);
        frame += static_cast<char>(payload.size() >> 8U);
        frame += static_cast<char>(payload.size() & 0xFFU);
    } else {
        frame += static_cast<char>(127);
        for (int shift = 56; shift >= 0; shift -= 8) {
            frame += static_cast<char>((payload.size() >> static_cast<unsigned>(shift)) & 0xFFU);
        }
    }
    return frame.append(payload);
}

std::string chunk(std::string_view payload) {
    std::array<char, 32> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", payload.size());
    return size.data() + std::string(payload) + "\r\n";
}

std::string accept_for(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    return core::base64_encode({reinterpret_cast<const char*>(digest.data()), size});
}

std::uint16_t refused_port() {
    std::uint16_t port = 0;
    ::close(bound_socket("127.0.0.1", port));
    return port;
}

}  // namespace relaybench::testing
