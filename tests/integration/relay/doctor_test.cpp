#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "integration/relay/raw_client.h"
#include "integration/relay/relay_under_test.h"

using relaybench::test::client_frame;
using relaybench::test::occurrences;
using relaybench::test::post;
using relaybench::test::RawClient;
using relaybench::test::RawEnd;
using relaybench::test::RawFrame;
using relaybench::test::RelayUnderTest;
using relaybench::test::unchunked;

namespace {

// Keys of a certain form, a limit that one request uses up, and an error for every answer: nothing of it may be seen here.
constexpr const char* kHostile = "fault:server-error?keys=guides&requests_per_minute=1";
constexpr const char* kLastOne = "Connection: close\r\n";
constexpr unsigned kTextFrame = 1;
constexpr unsigned kBinaryFrame = 2;
constexpr unsigned kCloseFrame = 8;
constexpr unsigned kPingFrame = 9;
constexpr unsigned kPongFrame = 10;

std::string doctor_get(std::string_view target, std::string_view headers = kLastOne) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n";
}

std::string doctor_answer(const RelayUnderTest& relay, const std::string& request) {
    RawClient client(relay.port());
    client.send(request);
    return client.read_all();
}

bool says(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

/// The frames up to the answer to a close frame, which is the last thing sent here.
std::vector<RawFrame> frames_until_closed(RawClient& client) {
    client.send_frame(kCloseFrame, "\x03\xE8");
    return client.read_frames();
}

/// The `t_us` of all events.
std::vector<long long> event_times_us(const std::string& body) {
    constexpr std::string_view kKey = "\"t_us\":";
    std::vector<long long> times;
    for (std::size_t at = body.find(kKey); at != std::string::npos; at = body.find(kKey, at + 1)) {
        times.push_back(std::stoll(body.substr(at + kKey.size())));
    }
    return times;
}

/// The k-th event is never early, and one takes no less than the one before.
void check_schedule(const std::vector<long long>& times_us, long long interval_us) {
    CHECK(std::is_sorted(times_us.begin(), times_us.end()));
    for (std::size_t i = 0; i < times_us.size(); ++i) {
        CHECK(times_us[i] >= static_cast<long long>(i + 1) * interval_us);
    }
}

}  // namespace

TEST_CASE("doctor hello: who answers and what arrived, whatever the profile does to others") {
    const RelayUnderTest relay(kHostile);
    REQUIRE(relay.port() != 0);
    for (int i = 0; i < 3; ++i) {
        const std::string answer = doctor_answer(
            relay, doctor_get("/v1/doctor/hello", "Connection: close\r\nX-HS-Challenge: nonce-1\r\nVia: 1.1 box\r\nCookie: CANARY\r\n"));
        CAPTURE(answer);
        CHECK(answer.starts_with("HTTP/1.1 200 "));
        CHECK(says(answer, "Cache-Control: no-store\r\n"));
        CHECK(says(answer, R"({"doctor":1,"challenge":"nonce-1","received_headers":{"connection":"close","host":"localhost",)"));
        CHECK(says(answer, R"("via":"1.1 box")"));
        CHECK(says(answer, R"("client_address":"127.0.0.1","server_time_ms":1)"));
        CHECK_FALSE(says(answer, "CANARY"));
    }
}

TEST_CASE("doctor hello: an upgrade that is asked for there is shown, not obeyed") {
    const RelayUnderTest relay(kHostile);
    const std::string answer = doctor_answer(relay, doctor_get("/v1/doctor/hello", "Connection: close, Upgrade\r\nUpgrade: websocket\r\n"));
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(says(answer, R"("upgrade":"websocket")"));
}

TEST_CASE("doctor 204: empty, with the challenge, on a connection that lives on") {
    const RelayUnderTest relay(kHostile);
    const std::string answer = doctor_answer(relay, doctor_get("/generate_204", "X-HS-Challenge: abc\r\n") + doctor_get("/generate_204"));
    CHECK(occurrences(answer, "HTTP/1.1 204 No Content\r\n") == 2);
    CHECK(occurrences(answer, "X-HS-Challenge: abc\r\n") == 1);
    CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("doctor body: what arrived is counted, far beyond what doctor sends") {
    const RelayUnderTest relay(kHostile);
    const std::string answer = doctor_answer(relay, post("/v1/doctor/body", std::string(300'000, 'b'), kLastOne));
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(answer.ends_with(R"({"received_bytes":300000})"));
    CHECK(doctor_answer(relay, doctor_get("/v1/doctor/body")).starts_with("HTTP/1.1 405 "));
}

TEST_CASE("doctor stream: paced events in chunks, by POST and by GET, and their counts by id") {
    const RelayUnderTest relay(kHostile);
    const std::string target = "/v1/doctor/stream?events=4&interval_ms=30&id=run-1";
    for (const std::string& request : {post(target, "{}", kLastOne), doctor_get(target)}) {
        const std::string answer = doctor_answer(relay, request);
        CAPTURE(answer);
        CHECK(answer.starts_with("HTTP/1.1 200 "));
        CHECK(says(answer, "Content-Type: text/event-stream\r\n"));
        CHECK(says(answer, "Cache-Control: no-cache, no-transform\r\n"));
        CHECK(says(answer, "X-Accel-Buffering: no\r\n"));
        const auto body = unchunked(answer);
        CHECK(body.complete);
        CHECK(body.body.starts_with(": ok\n\ndata: {\"seq\":1,\"t_us\":"));
        CHECK(body.body.ends_with("}\n\ndata: [DONE]\n\n"));
        const auto times_us = event_times_us(body.body);
        CHECK(times_us.size() == 4);
        check_schedule(times_us, 30'000);
    }
    CHECK(doctor_answer(relay, doctor_get("/v1/doctor/stream/run-1"))
              .ends_with(R"({"id":"run-1","events_sent":4,"comments_sent":1,"ended":true})"));
    CHECK(doctor_answer(relay, doctor_get("/v1/doctor/stream/run-2")).starts_with("HTTP/1.1 404 "));
}

TEST_CASE("doctor stream: padding, comments, and no word about buffering when asked not to") {
    const RelayUnderTest relay(kHostile);
    const std::string answer = doctor_answer(
        relay, doctor_get("/v1/doctor/stream?events=1&interval_ms=250&pad_bytes=2000&keepalive_ms=100&buffering=default&id=ka"));
    CHECK_FALSE(says(answer, "X-Accel-Buffering"));
    const auto body = unchunked(answer).body;
    CHECK(says(body, R"(,"pad":")" + std::string(2000, 'x') + "\"}\n\n"));
    // A relay that was kept from running for long does not make up for what it missed.
    const std::size_t comments = occurrences(body, ": ka\n\n");
    CHECK(comments >= 1);
    CHECK(comments <= 2);
    CHECK(says(doctor_answer(relay, doctor_get("/v1/doctor/stream/ka")),
               R"("events_sent":1,"comments_sent":)" + std::to_string(1 + comments) + R"(,"ended":true)"));
}

TEST_CASE("doctor stream: the beginning is there long before the first event, and a running stream is known by its id") {
    const RelayUnderTest relay(kHostile);
    RawClient client(relay.port());
    client.send(doctor_get("/v1/doctor/stream?interval_ms=200000&id=idle"));
    CHECK(says(client.read_until(": ok\n\n"), "\r\n6\r\n: ok\n\n"));
    CHECK(says(doctor_answer(relay, doctor_get("/v1/doctor/stream/idle")), R"("events_sent":0,"comments_sent":1,"ended":false)"));
}

TEST_CASE("doctor stream: a kept-alive connection takes the next request, and a slow reader gets every byte") {
    const RelayUnderTest relay(kHostile);
    RawClient client(relay.port());
    client.send(doctor_get("/v1/doctor/stream?events=1000&interval_ms=0&pad_bytes=16384", "") + doctor_get("/v1/doctor/hello"));
    const std::string answer = client.read_all();
    CHECK(client.end() == RawEnd::Fin);
    CHECK(occurrences(answer, "data: {\"seq\":") == 1000);
    CHECK(occurrences(answer, std::string(16'384, 'x')) == 1000);
    CHECK(answer.rfind(R"({"doctor":1,)") > answer.rfind("data: [DONE]"));
}

TEST_CASE("doctor stream: an HTTP/1.0 client gets a body that ends with the connection") {
    const RelayUnderTest relay(kHostile);
    const std::string answer =
        doctor_answer(relay, "GET /v1/doctor/stream?events=1&interval_ms=1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK_FALSE(says(answer, "Transfer-Encoding"));
    CHECK(says(answer, "Connection: close\r\n"));
    CHECK(answer.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("doctor: bad parameters are told before anything begins") {
    const RelayUnderTest relay(kHostile);
    const std::string answer = doctor_answer(relay, doctor_get("/v1/doctor/stream?events=many"));
    CHECK(answer.starts_with("HTTP/1.1 400 "));
    CHECK(
        says(answer, R"({"error":{"message":"events is \"many\", expected a whole number from 0 to 1000","type":"invalid_request_error")"));
    RawClient socket(relay.port());
    CHECK(socket.upgrade("/v1/doctor/ws?mode=talk").starts_with("HTTP/1.1 400 "));
}

TEST_CASE("doctor socket: every message comes back as it came") {
    const RelayUnderTest relay(kHostile);
    RawClient client(relay.port());
    CHECK(says(client.upgrade("/v1/doctor/ws"), "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    const std::string large(16'384, 'e');
    const std::string zeros(300, '\0');
    client.send_frame(kTextFrame, "one");
    client.send_frame(kTextFrame, large);
    client.send_frame(kBinaryFrame, zeros);
    const auto frames = frames_until_closed(client);
    CHECK(client.end() == RawEnd::Fin);
    REQUIRE(frames.size() == 4);
    CHECK(frames[0].payload == "one");
    CHECK(frames[0].opcode == kTextFrame);
    CHECK(frames[1].payload == large);
    CHECK(frames[2].payload == zeros);
    CHECK(frames[2].opcode == kBinaryFrame);
    CHECK(frames[3].payload == "\x03\xE8");
}

TEST_CASE("doctor socket: pings are answered and counted, even where the profile swallows pongs") {
    const RelayUnderTest relay("fault:swallowed-pong?keys=guides");
    RawClient client(relay.port());
    client.upgrade("/v1/doctor/ws");
    client.send_frame(kPingFrame, "a");
    client.send_frame(kPingFrame, "b");
    client.send_frame(kTextFrame, R"({"ask":"pings"})");
    const auto frames = frames_until_closed(client);
    REQUIRE(frames.size() == 4);
    CHECK(frames[0].opcode == kPongFrame);
    CHECK(frames[1].payload == "b");
    CHECK(frames[2].payload == R"({"pings":2})");
}

TEST_CASE("doctor socket: paced frames, then an echo, with heartbeats all along") {
    const RelayUnderTest relay(kHostile);
    RawClient client(relay.port());
    client.upgrade("/v1/doctor/ws?mode=paced&events=3&interval_ms=50&heartbeat_ms=20");
    std::string raw = client.read_until(R"("seq":3,)");
    client.send_frame(kTextFrame, "still there?");
    raw += client.read_until("still there?");
    CHECK(occurrences(raw, std::string("\x89\0", 2)) >= 1);
    const auto times_us = event_times_us(raw);
    CHECK(times_us.size() == 3);
    check_schedule(times_us, 50'000);
}

TEST_CASE("doctor socket: a client that does not read its echoes is not read either, and none is lost") {
    const RelayUnderTest relay(kHostile);
    RawClient client(relay.port());
    client.upgrade("/v1/doctor/ws");
    // More than the buffers of both sockets and what the relay would keep back before it gives a connection up.
    constexpr std::size_t kMessages = 800;
    constexpr std::size_t kPayloadBytes = 60'000;
    const std::string frame = client_frame(kBinaryFrame, std::string(kPayloadBytes, 'w'));
    std::string all;
    for (std::size_t i = 0; i < kMessages; ++i) {
        all += frame;
    }
    all += client_frame(kCloseFrame, "\x03\xE8");
    constexpr int kStallMs = 300;
    const std::size_t taken = client.send_until_stalled(all, kStallMs);
    CHECK(taken < all.size());
    std::thread sender([&client, &all, taken] { client.send(std::string_view(all).substr(taken)); });
    const std::string raw = client.read_all();
    sender.join();
    constexpr std::size_t kHeadBytes = 4;
    CHECK(raw.size() == kMessages * (kHeadBytes + kPayloadBytes) + 4);
    CHECK(raw.ends_with("\x88\x02\x03\xE8"));
}

TEST_CASE("doctor socket: a request that lost its upgrade on the way is told what is missing") {
    const RelayUnderTest relay(kHostile);
    const std::string answer = doctor_answer(relay, doctor_get("/v1/doctor/ws"));
    CHECK(answer.starts_with("HTTP/1.1 426 "));
    CHECK(says(answer, "Upgrade: websocket\r\n"));
    CHECK(says(answer, "\"type\":\"invalid_request_error\""));
}

TEST_CASE("doctor: silence on its connections is not cut by the profile") {
    const RelayUnderTest relay("fault:idle-cut?delay=100ms");
    RawClient client(relay.port());
    client.send(doctor_get("/v1/doctor/stream?events=1&interval_ms=600"));
    CHECK(unchunked(client.read_all()).complete);
}

TEST_CASE("doctor: nothing of it is in the truth, and others are treated as before") {
    const RelayUnderTest relay("fast?ttft=1ms&gap=1ms&tokens=1&requests_per_minute=1");
    const std::string truth_request = doctor_get("/relaybench/truth");
    doctor_answer(relay, doctor_get("/v1/doctor/hello"));
    doctor_answer(relay, doctor_get("/v1/doctor/stream?events=2&interval_ms=1"));
    doctor_answer(relay, doctor_get("/v1/doctor/stream?events=x"));
    RawClient socket(relay.port());
    socket.upgrade("/v1/doctor/ws");
    const std::string untouched = doctor_answer(relay, truth_request);
    for (const char* count : {"requests", "streams", "refused", "writes", "bytes", "client_left"}) {
        CAPTURE(count);
        CHECK(says(untouched, "\"" + std::string(count) + "\": 0"));
    }
    CHECK(says(untouched, "\"connections\": 1,"));  // that of this very question
    const std::string chat = post("/v1/chat/completions", R"({"model":"gpt-4.1","stream":true})", kLastOne);
    RawClient both(relay.port());
    both.send(doctor_get("/v1/doctor/hello", "") + chat);
    CHECK(occurrences(both.read_all(), "HTTP/1.1 200 ") == 2);
    CHECK(doctor_answer(relay, chat).starts_with("HTTP/1.1 429 "));
    const std::string after = doctor_answer(relay, truth_request);
    CHECK(says(after, "\"requests\": 2,"));
    CHECK(says(after, "\"connections\": 4,"));
}
