#include <doctest/doctest.h>

#include <string>

#include "relay/doctor_pages.h"

namespace relay = relaybench::relay;
namespace core = relaybench::core;
namespace net = relaybench::net;
using relay::DoctorPage;
using std::chrono::milliseconds;

namespace {

net::ServerRequest doctor_request(std::string method, std::string target, std::vector<net::ServerHeader> headers = {}) {
    net::ServerRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    return request;
}

}  // namespace

TEST_CASE("doctor pages: each path has its page, and no other path has one") {
    CHECK(relay::doctor_page_at("/v1/doctor/hello") == DoctorPage::Hello);
    CHECK(relay::doctor_page_at("/v1/doctor/stream") == DoctorPage::Stream);
    CHECK(relay::doctor_page_at("/v1/doctor/stream/a-1") == DoctorPage::Counts);
    CHECK(relay::doctor_page_at("/v1/doctor/body") == DoctorPage::Body);
    CHECK(relay::doctor_page_at("/v1/doctor/ws") == DoctorPage::Socket);
    CHECK(relay::doctor_page_at("/generate_204") == DoctorPage::NoContent);
    for (const char* path : {"/", "/v1/doctor", "/v1/doctor/", "/v1/doctor/stream/", "/v1/doctor/hello/", "/v1/models"}) {
        CAPTURE(path);
        CHECK_FALSE(relay::doctor_page_at(path).has_value());
    }
}

TEST_CASE("doctor pages: a method that a page does not know is refused by name") {
    CHECK_FALSE(relay::refuse_doctor_method(doctor_request("GET", "/v1/doctor/stream"), DoctorPage::Stream).has_value());
    CHECK_FALSE(relay::refuse_doctor_method(doctor_request("POST", "/v1/doctor/stream"), DoctorPage::Stream).has_value());
    CHECK_FALSE(relay::refuse_doctor_method(doctor_request("HEAD", "/v1/doctor/hello"), DoctorPage::Hello).has_value());
    const auto refused = relay::refuse_doctor_method(doctor_request("GET", "/v1/doctor/body"), DoctorPage::Body);
    REQUIRE(refused.has_value());
    CHECK(refused->status == 405);
    CHECK(refused->body.find(R"("message":"Not allowed to GET on /v1/doctor/body, expected POST.")") != std::string::npos);
}

TEST_CASE("doctor hello: challenge, headers without secrets, address and time") {
    const auto request = doctor_request("GET", "/v1/doctor/hello",
                                        {{"x-hs-challenge", "n\"1"},
                                         {"via", "1.1 a"},
                                         {"authorization", "Bearer CANARY"},
                                         {"cookie", "CANARY"},
                                         {"proxy-authorization", "Basic CANARY"},
                                         {"via", "1.1 b"}});
    const relay::HttpAnswer answer = relay::hello_answer(request, "192.0.2.7", core::WallTime(milliseconds(1'700'000'000'123)));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"doctor":1,"challenge":"n\"1","received_headers":{"via":"1.1 a, 1.1 b","x-hs-challenge":"n\"1"},)"
                         R"("client_address":"192.0.2.7","server_time_ms":1700000000123})");
    REQUIRE(answer.headers.size() == 1);
    CHECK(answer.headers[0].name == "Cache-Control");
    CHECK(answer.headers[0].value == "no-store");
}

TEST_CASE("doctor hello: a challenge is cut at 200 bytes, and no header can be made out of it") {
    CHECK(relay::challenge_of(doctor_request("GET", "/")).empty());
    CHECK(relay::challenge_of(doctor_request("GET", "/", {{"x-hs-challenge", std::string(300, 'c')}})) == std::string(200, 'c'));
    CHECK(relay::challenge_of(doctor_request("GET", "/", {{"x-hs-challenge", "a\r\nSet-Cookie: b\x7F"}})) == "aSet-Cookie: b");
}

TEST_CASE("doctor 204: the challenge comes back as a header, and only when there was one") {
    const auto without = relay::no_content_answer(doctor_request("GET", "/generate_204"));
    CHECK(without.status == 204);
    CHECK(without.headers.size() == 1);
    const auto with = relay::no_content_answer(doctor_request("GET", "/generate_204", {{"x-hs-challenge", "abc"}}));
    REQUIRE(with.headers.size() == 2);
    CHECK(with.headers[1].name == "X-HS-Challenge");
    CHECK(with.headers[1].value == "abc");
}

TEST_CASE("doctor counts: what a stream has written, or 404") {
    const relay::DoctorCounts counts{.events = 12, .comments = 3, .ended = true};
    CHECK(relay::counts_answer("/v1/doctor/stream/a-1", counts).body == R"({"id":"a-1","events_sent":12,"comments_sent":3,"ended":true})");
    const auto unknown = relay::counts_answer("/v1/doctor/stream/a-1", std::nullopt);
    CHECK(unknown.status == 404);
    CHECK(unknown.body.find(R"("message":"No stream has the id \"a-1\")") != std::string::npos);
}

TEST_CASE("doctor socket: only the question itself asks for pings") {
    CHECK(relay::asks_for_pings(R"({"ask":"pings"})"));
    CHECK(relay::asks_for_pings("{ \"ask\" : \"pings\" }\n"));
    for (const char* other :
         {"", "{}", R"({"ask":"ping"})", R"({"ask":"pings"}})", R"({"ask":"pings","n":1})", R"("{\"ask\":\"pings\"}")"}) {
        CAPTURE(other);
        CHECK_FALSE(relay::asks_for_pings(other));
    }
    CHECK(relay::pings_json(7) == R"({"pings":7})");
}
