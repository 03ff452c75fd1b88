#include "doctor/certificates.h"

#include <openssl/pem.h>

#include <string>

#include <doctest/doctest.h>

#include "doctor/evidence_files.h"

namespace doctor = relaybench::doctor;

namespace {

/// A public authority's own certificate: good but for the host.
doctor::Chain public_chain() {
    const std::string_view pem = doctor::embedded_roots().front().text;
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    doctor::Chain chain;
    chain.emplace_back(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    return chain;
}

}  // namespace

TEST_CASE("certificates: a host that OpenSSL cannot compare with is no match") {
    const doctor::Chain chain = public_chain();
    REQUIRE(chain.front() != nullptr);
    const auto at = doctor::facts_of(*chain.front()).not_before;
    const doctor::Store roots = doctor::public_roots();
    for (const std::string& host : {std::string(), std::string("a\0b.test", 8), std::string("relay.test"), std::string("192.0.2.1")}) {
        const auto verdict = doctor::judge_chain(chain, *roots, host, at);
        CAPTURE(verdict.text());
        CHECK((verdict.has(X509_V_ERR_HOSTNAME_MISMATCH) || verdict.has(X509_V_ERR_IP_ADDRESS_MISMATCH)));
        CHECK_FALSE(verdict.good_at_another_time());
    }
}

TEST_CASE("certificates: a masked bundle leaves out a chain that no public authority vouches for") {
    doctor::Facts facts;
    facts.url.host = "relay.test";
    const doctor::Cleaner as_it_is = [](std::string_view text) { return std::string(text); };
    CHECK(doctor::certificates_file(facts, doctor::Names::Masked, as_it_is).status == doctor::EvidenceFile::Status::Nothing);
    facts.chain = public_chain();
    const auto masked = doctor::certificates_file(facts, doctor::Names::Masked, as_it_is);
    CHECK(masked.status == doctor::EvidenceFile::Status::LeftOut);
    CHECK(masked.text.empty());
    CHECK(masked.note.find("no public authority") != std::string::npos);
    const auto shown = doctor::certificates_file(facts, doctor::Names::Shown, as_it_is);
    CHECK(shown.status == doctor::EvidenceFile::Status::Collected);
    CHECK(shown.text.find("BEGIN CERTIFICATE") != std::string::npos);
}
