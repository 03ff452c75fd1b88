#include "net/self_signed.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace relaybench::net {
namespace {

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};

std::unique_ptr<BIO, Free> memory_of(std::string_view text) {
    return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

TEST_CASE("self-signed: a certificate for this machine, signed by its own key, for a day") {
    const core::SystemClock clock;
    const auto made = make_self_signed(clock.wall_now());
    REQUIRE(made);
    const std::unique_ptr<X509, Free> certificate(PEM_read_bio_X509(memory_of(made->certificate).get(), nullptr, nullptr, nullptr));
    const std::unique_ptr<EVP_PKEY, Free> key(PEM_read_bio_PrivateKey(memory_of(made->key.reveal()).get(), nullptr, nullptr, nullptr));
    REQUIRE(certificate);
    REQUIRE(key);
    CHECK(X509_verify(certificate.get(), key.get()) == 1);
    CHECK(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr) == 1);
    CHECK(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0) == 1);
    CHECK(X509_check_ip_asc(certificate.get(), "::1", 0) == 1);
    CHECK(X509_check_host(certificate.get(), "relay.example", 0, 0, nullptr) == 0);
    int days = 0;
    int seconds = 0;
    REQUIRE(ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) == 1);
    CHECK(days * 86400 + seconds <= 86400);
    CHECK(X509_cmp_current_time(X509_get0_notBefore(certificate.get())) < 0);
}

TEST_CASE("self-signed: no two are alike") {
    const core::SystemClock clock;
    const auto one = make_self_signed(clock.wall_now());
    const auto other = make_self_signed(clock.wall_now());
    REQUIRE(one);
    REQUIRE(other);
    CHECK(one->certificate != other->certificate);
}

}  // namespace
}  // namespace relaybench::net
