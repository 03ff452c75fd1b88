#include "net/self_signed.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace relaybench::net {

namespace {

constexpr const char* kNames = "DNS:localhost,IP:127.0.0.1,IP:::1";
constexpr long kHour = 3600;
constexpr long kDay = 24 * kHour;
constexpr long kVersion3 = 2;

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeExtension {
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using KeyPair = std::unique_ptr<EVP_PKEY, FreeKey>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;

tl::unexpected<core::Error> not_made() {
    const char* reason = ERR_reason_error_string(ERR_get_error());
    ERR_clear_error();
    return core::failure(fmt::format("OpenSSL makes no certificate: {}", reason != nullptr ? reason : "no reason given"));
}

/// Random, so that two of them are never taken for one another.
bool set_serial(X509* certificate) {
    std::array<unsigned char, sizeof(std::uint64_t)> bytes{};
    std::uint64_t serial = 0;
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) {
        return false;
    }
    std::memcpy(&serial, bytes.data(), bytes.size());
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1;
}

bool set_name(X509* certificate) {
    const std::string name = "relaybench, for one run";
    X509_NAME* subject = X509_get_subject_name(certificate);
    const auto* bytes = reinterpret_cast<const unsigned char*>(name.data());  // OpenSSL's type for text
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, bytes, static_cast<int>(name.size()), -1, 0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1;
}

bool set_validity(X509* certificate, core::WallTime now) {
    std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -kHour, &seconds) != nullptr &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), 0, kDay, &seconds) != nullptr;
}

bool add_extension(X509* certificate, int id, const char* value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, FreeExtension> extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate certificate_for(EVP_PKEY* key, core::WallTime now) {
    Certificate certificate(X509_new());
    X509* const raw = certificate.get();
    const bool made = raw != nullptr && X509_set_version(raw, kVersion3) == 1 && set_serial(raw) && set_name(raw) &&
                      set_validity(raw, now) && X509_set_pubkey(raw, key) == 1 &&
                      add_extension(raw, NID_basic_constraints, "critical,CA:TRUE") && add_extension(raw, NID_subject_alt_name, kNames) &&
                      X509_sign(raw, key, EVP_sha256()) > 0;
    return made ? std::move(certificate) : Certificate{};
}

/// What `write` writes; empty when it failed.
template <class Write>
std::string pem_text(Write write) {
    const std::unique_ptr<BIO, FreeBio> memory(BIO_new(BIO_s_mem()));
    if (!memory || write(memory.get()) != 1) {
        return {};
    }
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

core::Expected<SelfSigned> make_self_signed(core::WallTime now) {
    const KeyPair key(EVP_EC_gen("P-256"));
    const Certificate certificate = key ? certificate_for(key.get(), now) : Certificate{};
    if (!certificate) {
        return not_made();
    }
    std::string public_part = pem_text([&](BIO* memory) { return PEM_write_bio_X509(memory, certificate.get()); });
    std::string private_part =
        pem_text([&](BIO* memory) { return PEM_write_bio_PKCS8PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    if (public_part.empty() || private_part.empty()) {
        return not_made();
    }
    return SelfSigned{std::move(public_part), core::Secret(std::move(private_part))};
}

}  // namespace relaybench::net
