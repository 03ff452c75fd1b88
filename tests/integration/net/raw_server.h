#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace relaybench::testing {

/// Whose turn it is: held by a script of a RawServer but while it waits for its socket, and by whoever looks at what scripts have noted. A
/// socket orders the two sides as well, but no thread checker can see that.
[[nodiscard]] std::mutex& turn();

/// One accepted connection of a RawServer, with blocking reads and writes that give up after some seconds. Plain or TLS.
class RawConnection {
  public:
    RawConnection(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    ~RawConnection();

    /// Reads up to and including the empty line of a request head, and the body that its Content-Length announces. Empty at the end.
    std::string read_request();
    /// Reads until `count` bytes are there or the peer ends.
    std::string read_bytes(std::size_t count);
    /// One masked frame of a client: its opcode and unmasked payload. Opcode 0xFF at the end.
    std::pair<std::uint8_t, std::string> read_frame();
    void write(std::string_view bytes);
    /// Answers an upgrade request with a valid 101 and, in the same packet, `more`.
    void accept_upgrade(const std::string& request, std::string_view more = {});
    /// Orderly: TLS close_notify, then FIN.
    void finish();
    /// FIN without close_notify.
    void cut();
    void reset();
    /// Waits until the peer has closed.
    void await_end();

  private:
    std::size_t read_some(char* buffer, std::size_t size);
    int fd_;
    SSL* ssl_;
    std::string pending_;
};

/// A certificate for `names` (DNS names or addresses), signed by itself, made anew for each test.
struct TestCertificate {
    explicit TestCertificate(const std::string& subject_alt_name);
    TestCertificate(const TestCertificate&) = delete;
    TestCertificate& operator=(const TestCertificate&) = delete;
    ~TestCertificate();

    std::string pem_path;  ///< the certificate, for use as a CA file; removed with the object
    X509* certificate = nullptr;
    EVP_PKEY* key = nullptr;
};

/// Plays a script of bytes to everyone who connects to an ephemeral loopback port, each connection in its own thread. Ends (and joins)
/// with the object.
class RawServer {
  public:
    using Script = std::function<void(RawConnection&)>;

    explicit RawServer(Script script, const TestCertificate* tls = nullptr, const std::string& address = "127.0.0.1");
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;
    ~RawServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int accepted() const { return accepted_; }

  private:
    void accept_all();
    void serve(int fd);

    Script script_;
    SSL_CTX* context_ = nullptr;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> accepted_{0};
    std::atomic<bool> stopping_{false};
    std::thread acceptor_;
    std::vector<std::thread> threads_;
};

/// A server frame (unmasked), FIN set unless `first_byte` says otherwise.
std::string server_frame(std::uint8_t first_byte, std::string_view payload);
/// An HTTP chunk.
std::string chunk(std::string_view payload);
/// Sec-WebSocket-Accept for a key.
std::string accept_for(const std::string& key);

/// A loopback port on which nobody listens.
std::uint16_t refused_port();

}  // namespace relaybench::testing
