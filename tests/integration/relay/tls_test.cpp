#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "integration/relay/raw_client.h"
#include "integration/relay/relay_under_test.h"

namespace fs = std::filesystem;
using relaybench::test::post;
using relaybench::test::RelayUnderTest;
using relaybench::test::unchunked;

namespace {

/// A self-signed certificate and its key, as files that vanish with this object.
class Certificate {
  public:
    Certificate() {
        std::string pattern = (fs::temp_directory_path() / "relaybench-tls-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
        X509* const certificate = X509_new();
        constexpr long kDay = 86'400;
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
        X509_gmtime_adj(X509_getm_notAfter(certificate), kDay);
        X509_set_pubkey(certificate, key);
        X509_sign(certificate, key, EVP_sha256());
        FILE* file = fopen(certificate_file().c_str(), "w");
        PEM_write_X509(file, certificate);
        fclose(file);
        file = fopen(key_file().c_str(), "w");
        PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
        fclose(file);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    ~Certificate() { fs::remove_all(folder_); }
    [[nodiscard]] std::string certificate_file() const { return (folder_ / "cert.pem").string(); }
    [[nodiscard]] std::string key_file() const { return (folder_ / "key.pem").string(); }
    [[nodiscard]] relaybench::relay::RelayOptions options() const {
        relaybench::relay::RelayOptions options;
        options.certificate_file = certificate_file();
        options.key_file = key_file();
        return options;
    }

  private:
    fs::path folder_;
};

struct TlsAnswer {
    std::string bytes;
    bool close_notify = false;
};

TlsAnswer ask_over_tls(std::uint16_t port, const std::string& request) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    TlsAnswer answer;
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && SSL_connect(ssl) == 1) {
        SSL_write(ssl, request.data(), static_cast<int>(request.size()));
        std::array<char, 4096> buffer{};
        int bytes = 0;
        while ((bytes = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
            answer.bytes.append(buffer.data(), static_cast<std::size_t>(bytes));
        }
        answer.close_notify = SSL_get_error(ssl, bytes) == SSL_ERROR_ZERO_RETURN;
    }
    ERR_clear_error();
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
    return answer;
}

constexpr const char* kRequest = R"({"model":"gpt-4.1","stream":true})";

}  // namespace

TEST_CASE("relay over TLS: streams whole and says goodbye with close_notify") {
    const Certificate certificate;
    const RelayUnderTest relay("fast?ttft=2ms&gap=1ms&tokens=5", certificate.options());
    REQUIRE(relay.port() != 0);
    const TlsAnswer answer = ask_over_tls(relay.port(), post("/v1/chat/completions", kRequest, "Connection: close\r\n"));
    CHECK(unchunked(answer.bytes).complete);
    CHECK(answer.close_notify);
}

TEST_CASE("fault tls-cut: the stream ends without close_notify; fin-mid-stream ends with it") {
    const Certificate certificate;
    const RelayUnderTest cut("fault:tls-cut", certificate.options());
    const TlsAnswer without = ask_over_tls(cut.port(), post("/v1/chat/completions", kRequest));
    CHECK_FALSE(without.bytes.empty());
    CHECK_FALSE(without.close_notify);
    const RelayUnderTest fin("fault:fin-mid-stream", certificate.options());
    const TlsAnswer with = ask_over_tls(fin.port(), post("/v1/chat/completions", kRequest));
    CHECK_FALSE(unchunked(with.bytes).complete);
    CHECK(with.close_notify);
}

TEST_CASE("relay over TLS: a file that is no certificate is named in the error") {
    relaybench::relay::RelayOptions options;
    options.certificate_file = "/dev/null";
    options.key_file = "/dev/null";
    RelayUnderTest relay("fast", options);
    CHECK(relay.port() == 0);
    CHECK(relay.error().find("\"/dev/null\"") != std::string::npos);
}
