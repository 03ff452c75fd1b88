#include "net/listener_tls.h"

#include <openssl/err.h>

#include <array>

#include <fmt/format.h>

namespace relaybench::net {
namespace {

std::string openssl_reason() {
    constexpr std::size_t kLongestReason = 256;
    std::array<char, kLongestReason> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

}  // namespace

core::Expected<SslContext> make_server_context(const std::string& certificate_file, const std::string& key_file) {
    SslContext context(SSL_CTX_new(TLS_server_method()));
    if (!context) {
        return core::failure("OpenSSL gives no context: " + openssl_reason());
    }
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    // Partial writes and moving buffers: what does not fit is kept back in a string that may grow meanwhile.
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
        return core::bad_input(
            fmt::format("cannot use the certificate file \"{}\" (PEM is needed): {}", certificate_file, openssl_reason()));
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return core::bad_input(
            fmt::format("cannot use the key file \"{}\" (the PEM key of the certificate is needed): {}", key_file, openssl_reason()));
    }
    return context;
}

}  // namespace relaybench::net
