#include "doctor/trust.h"

#include <openssl/x509.h>

#include <doctest/doctest.h>

#include "doctor/facts.h"
#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace test = relaybench::test;
using doctor::Vouched;

namespace {

doctor::ChainVerdict good() { return {}; }
doctor::ChainVerdict bad(int code) { return {.problems = {{code, 0, "bad"}}}; }

}  // namespace

TEST_CASE("trust: who vouches, by what the public roots and this machine's store say") {
    using enum doctor::Wanted;
    const auto unknown = bad(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    CHECK(doctor::weigh(good(), good(), PublicRoots).by == Vouched::Publicly);
    CHECK(doctor::weigh(good(), unknown, PublicRoots).by == Vouched::PubliclyAlone);
    CHECK(doctor::weigh(unknown, good(), PublicRoots).by == Vouched::HereAlone);
    CHECK(doctor::weigh(unknown, good(), AnyRoots).by == Vouched::HereAsExpected);
    CHECK(doctor::weigh(unknown, unknown, AnyRoots).by == Vouched::Nobody);
}

TEST_CASE("trust: of two stores the one that minds the dates alone says what is wrong") {
    using enum doctor::Wanted;
    const auto expired = bad(X509_V_ERR_CERT_HAS_EXPIRED);
    const auto unknown = bad(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    CHECK(doctor::weigh(unknown, expired, AnyRoots).problems.has(X509_V_ERR_CERT_HAS_EXPIRED));
    CHECK(doctor::weigh(expired, unknown, PublicRoots).problems.has(X509_V_ERR_CERT_HAS_EXPIRED));
    CHECK(
        doctor::weigh(unknown, bad(X509_V_ERR_HOSTNAME_MISMATCH), PublicRoots).problems.has(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY));
}

TEST_CASE("trust: secrets are for those who are vouched for; for an interceptor only where the user allows it, and never for a stranger") {
    doctor::Subject subject = test::subject_of({});
    for (const Vouched by : {Vouched::Publicly, Vouched::PubliclyAlone, Vouched::ByNamed, Vouched::HereAsExpected}) {
        CHECK(doctor::may_hear_secrets(subject, by));
    }
    CHECK_FALSE(doctor::may_hear_secrets(subject, Vouched::HereAlone));
    CHECK_FALSE(doctor::may_hear_secrets(subject, Vouched::Nobody));
    subject.allow_intercepted = true;
    CHECK(doctor::may_hear_secrets(subject, Vouched::HereAlone));
    CHECK_FALSE(doctor::may_hear_secrets(subject, Vouched::Nobody));
}

TEST_CASE("trust: a certificate is the relay's own unless somebody who opens TLS made it, whatever the user allows") {
    for (const Vouched by : {Vouched::Publicly, Vouched::PubliclyAlone, Vouched::ByNamed, Vouched::HereAsExpected}) {
        CHECK(doctor::is_relays_own(by));
    }
    CHECK_FALSE(doctor::is_relays_own(Vouched::HereAlone));
    CHECK_FALSE(doctor::is_relays_own(Vouched::Nobody));
}

TEST_CASE("trust: an authority that cannot be read vouches for nobody, and is an error") {
    doctor::Subject subject = test::subject_of({});
    subject.ca_file = "/nowhere/ca.pem";
    const auto verdict = doctor::judge_trust(subject, {}, "relay.test", {});
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().message.find("/nowhere/ca.pem") != std::string::npos);
}

TEST_CASE("trust: a chain without a certificate is nobody's") {
    const auto verdict = doctor::judge_trust(test::subject_of({}), {}, "relay.test", {});
    REQUIRE(verdict);
    CHECK(verdict->by == Vouched::Nobody);
    CHECK(doctor::interceptor_of(doctor::Facts{}).empty());
}
