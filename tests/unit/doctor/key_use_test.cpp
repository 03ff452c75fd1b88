#include "doctor/key_use.h"

#include <openssl/pem.h>

#include <memory>
#include <string_view>

#include <doctest/doctest.h>

#include "doctor/facts.h"
#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace core = relaybench::core;
namespace test = relaybench::test;
namespace wire = relaybench::wire;

namespace {

/// Of a relay on this machine that has proved itself.
doctor::Facts local_facts() {
    doctor::Facts facts;
    facts.url = *wire::parse_url("http://localhost:8080/v1");
    facts.address = "127.0.0.1";
    facts.proved_itself = true;
    return facts;
}

doctor::HttpReply answer(int status, const char* type, const char* body) {
    doctor::HttpReply reply;
    reply.end = doctor::HttpReply::End::Complete;
    reply.status = status;
    reply.headers = {{"content-type", type}};
    reply.body = body;
    return reply;
}

}  // namespace

TEST_CASE("key use: without TLS it is the address that decides whether a key stays here, not the name") {
    CHECK(doctor::may_send_key(doctor::Subject{}, local_facts()));
    for (const char* address : {"203.0.113.7", "192.168.1.7", "2001:db8::1", ""}) {
        doctor::Facts facts = local_facts();
        facts.address = address;
        CHECK_FALSE(doctor::may_send_key(doctor::Subject{}, facts));
    }
    doctor::Facts unproved = local_facts();
    unproved.proved_itself = false;
    CHECK_FALSE(doctor::may_send_key(doctor::Subject{}, unproved));
}

TEST_CASE("key use: through a proxy it is the proxy's address") {
    doctor::Facts facts = local_facts();
    facts.address.clear();
    facts.proxy = wire::Proxy{.host = "localhost", .port = 3128, .credentials = {}};
    facts.proxy_address = "::1";
    CHECK(doctor::may_send_key(doctor::Subject{}, facts));
    facts.proxy_address = "203.0.113.7";
    CHECK_FALSE(doctor::may_send_key(doctor::Subject{}, facts));
    facts.proxy_address.clear();
    facts.address = "127.0.0.1";
    CHECK_FALSE(doctor::may_send_key(doctor::Subject{}, facts));
}

TEST_CASE("key use: over TLS it is the verified certificate, wherever that is") {
    doctor::Facts facts = local_facts();
    facts.url = *wire::parse_url("https://localhost:8443/v1");
    CHECK_FALSE(doctor::may_send_key(doctor::Subject{}, facts));
    facts.vouched = doctor::Vouched::Publicly;
    facts.address = "203.0.113.7";
    CHECK(doctor::may_send_key(doctor::Subject{}, facts));
}

TEST_CASE("key use: a key that is kept back is a gap, and names the check that forbids it") {
    const doctor::Subject subject = test::subject_of({});
    doctor::Facts facts = local_facts();
    facts.url = *wire::parse_url("https://relay.example/v1");
    facts.vouched = doctor::Vouched::HereAlone;
    const auto intercepted = doctor::check_auth(subject, facts);
    CHECK(test::seen(intercepted) == "skip");
    CHECK(intercepted.blocked_by == "tls.verify");
    CHECK(intercepted.gap == doctor::Outcome::Gap::Withheld);
    CHECK(test::evidence(intercepted, "would decide").find("--allow-intercepted") != std::string::npos);
    facts.vouched = doctor::Vouched::Nobody;
    CHECK(test::evidence(doctor::check_auth(subject, facts), "would decide").find("--allow-intercepted") == std::string::npos);
    facts.url = *wire::parse_url("http://10.1.2.3/v1");
    CHECK(doctor::check_auth(subject, facts).blocked_by == "url.scheme");
}

TEST_CASE("key use: a key that went through an interceptor is said to have, and a check that decided nothing stays undecided") {
    doctor::Facts facts = local_facts();
    facts.url = *wire::parse_url("https://relay.example/v1");
    facts.vouched = doctor::Vouched::Publicly;
    CHECK(test::seen(doctor::with_interceptor(doctor::Outcome::pass("good"), facts)) == "pass");
    facts.vouched = doctor::Vouched::HereAlone;
    const std::string_view pem = doctor::embedded_roots().front().text;
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    facts.chain.emplace_back(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    const auto told = doctor::with_interceptor(doctor::Outcome::pass("good"), facts);
    CHECK(test::seen(told) == "warn auth.key-intercepted");
    CHECK(told.findings[0].cause.find(doctor::interceptor_of(facts)) != std::string::npos);
    CHECK_FALSE(told.works.empty());
    CHECK(test::seen(doctor::with_interceptor(doctor::Outcome::inconclusive("what", "that"), facts)) ==
          "inconclusive auth.key-intercepted");
}

TEST_CASE("key use: a key that lies beside is none, and an empty one does not hide the next") {
    doctor::Subject subject = test::subject_with_key("");
    subject.keys.push_back({"file .env", core::Secret(std::string(test::kGoodKey)), doctor::KeySource::Role::Beside});
    CHECK(doctor::used_key(subject) == nullptr);
    doctor::Facts facts = local_facts();
    CHECK(doctor::check_auth(subject, facts).blocked_by == "no key was given");
    CHECK_FALSE(facts.auth_reply);
    subject.keys.push_back({"file /etc/relay.key", core::Secret(std::string(test::kGoodKey))});
    REQUIRE(doctor::used_key(subject) != nullptr);
    CHECK(doctor::used_key(subject)->name == "file /etc/relay.key");
}

TEST_CASE("key use: only the relay's own words prove that a key is refused by it") {
    const doctor::KeySource key{"environment variable RELAY_API_KEY", core::Secret(std::string(test::kGoodKey))};
    doctor::Facts facts = local_facts();
    const auto by_relay = doctor::judge_key(key, facts, answer(401, "application/json", R"({"error":{"message":"no"}})"));
    CHECK(test::seen(by_relay) == "fail auth.invalid-key");
    CHECK(by_relay.findings[0].confidence == relaybench::result::Confidence::Proven);
    auto page = answer(401, "text/html", "<html>sign in</html>");
    page.headers.push_back({"server", "nginx"});
    for (const auto& reply : {page, answer(401, "text/plain", "no"), answer(401, "text/html", "{ no }")}) {
        const auto by_other = doctor::judge_key(key, facts, reply);
        CHECK(test::seen(by_other) == "fail auth.invalid-key");
        CHECK(by_other.findings[0].confidence == relaybench::result::Confidence::Likely);
    }
    CHECK(doctor::judge_key(key, facts, page).findings[0].cause.find("nginx") != std::string::npos);
}
