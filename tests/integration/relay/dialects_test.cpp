#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "integration/relay/raw_client.h"
#include "integration/relay/relay_under_test.h"
#include "relay/zstd_frame.h"

using relaybench::test::occurrences;
using relaybench::test::post;
using relaybench::test::RawClient;
using relaybench::test::RawEnd;
using relaybench::test::RawFrame;
using relaybench::test::RelayUnderTest;
using relaybench::test::unchunked;

namespace {

constexpr const char* kQuick = "fast?ttft=2ms&gap=1ms&tokens=5";
constexpr const char* kRequest = R"({"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"hi"}]})";
constexpr unsigned kText = 1;
constexpr unsigned kBinary = 2;
constexpr unsigned kClose = 8;
constexpr unsigned kPing = 9;
constexpr unsigned kPong = 10;

std::size_t frames_with(const std::vector<RawFrame>& frames, std::string_view text) {
    return static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(),
                                                  [text](const RawFrame& frame) { return frame.payload.find(text) != std::string::npos; }));
}

std::string one_answer(const RelayUnderTest& relay, const std::string& request) {
    RawClient client(relay.port());
    client.send(request);
    return client.read_all();
}

}  // namespace

TEST_CASE("relay: chat-sse streams role, tokens, finish, usage and [DONE] in whole chunks") {
    const RelayUnderTest relay(kQuick);
    REQUIRE(relay.port() != 0);
    RawClient client(relay.port());
    client.send(post("/v1/chat/completions", R"({"model":"gpt-4.1","stream":true,"stream_options":{"include_usage":true},"messages":[]})",
                     "Connection: close\r\n"));
    const std::string answer = client.read_all();
    CAPTURE(answer);
    CHECK(client.end() == RawEnd::Fin);
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("Cache-Control: no-cache\r\n") != std::string::npos);
    CHECK(answer.find("X-Accel-Buffering: no\r\n") != std::string::npos);
    const auto body = unchunked(answer);
    CHECK(body.complete);
    CHECK(occurrences(body.body, "\"server_timestamp\":") == 5);
    CHECK(occurrences(body.body, "send_stamp_ns") == 0);
    CHECK(occurrences(body.body, R"("finish_reason":"stop")") == 1);
    CHECK(occurrences(body.body, R"("completion_tokens":5)") == 1);
    CHECK(body.body.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("relay: max_tokens of the request ends the stream with length") {
    const RelayUnderTest relay(kQuick);
    const auto body = unchunked(
        one_answer(relay, post("/v1/chat/completions", R"({"model":"m","stream":true,"max_tokens":2})", "Connection: close\r\n")));
    CHECK(occurrences(body.body, "\"server_timestamp\":") == 2);
    CHECK(occurrences(body.body, R"("finish_reason":"length")") == 1);
}

TEST_CASE("relay: pipelined and kept-alive requests are answered one after the other") {
    const RelayUnderTest relay(kQuick);
    RawClient client(relay.port());
    client.send(post("/v1/chat/completions", kRequest) + post("/v1/chat/completions", kRequest) +
                "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string answer = client.read_all();
    CHECK(occurrences(answer, "HTTP/1.1 200 OK") == 3);
    CHECK(occurrences(answer, "data: [DONE]") == 2);
    CHECK(answer.find(R"("status":"healthy")") > answer.rfind("[DONE]"));
}

TEST_CASE("relay: an HTTP/1.0 client gets a body that ends with the connection") {
    const RelayUnderTest relay(kQuick);
    RawClient client(relay.port());
    const std::string body = kRequest;
    client.send("POST /v1/chat/completions HTTP/1.0\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    const std::string answer = client.read_all();
    CHECK(client.end() == RawEnd::Fin);
    CHECK(answer.find("Transfer-Encoding") == std::string::npos);
    CHECK(answer.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("relay: proxy-sse streams bare contents") {
    const RelayUnderTest relay(kQuick);
    const auto body = unchunked(one_answer(relay, post("/proxy/v1/chat/completions", kRequest, "Connection: close\r\n")));
    CHECK(body.complete);
    CHECK(occurrences(body.body, R"(data: {"content":")") == 5);
    CHECK(body.body.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("relay: a request that does not stream gets one JSON answer") {
    const RelayUnderTest relay(kQuick);
    const std::string answer =
        one_answer(relay, post("/v1/chat/completions", R"({"model":"gpt-4.1","stream":false})", "Connection: close\r\n"));
    CAPTURE(answer);
    CHECK(answer.find("Content-Type: application/json\r\n") != std::string::npos);
    CHECK(answer.find(R"("content":" one two three four five")") != std::string::npos);
    CHECK(answer.find(R"("completion_tokens":5)") != std::string::npos);
}

TEST_CASE("relay: send stamps come when asked for and never go back") {
    const RelayUnderTest relay(kQuick);
    const auto body =
        unchunked(one_answer(relay, post("/v1/chat/completions", kRequest, "Connection: close\r\nX-Relaybench-Stamp: 1\r\n"))).body;
    const std::string key = "\"send_stamp_ns\":";
    long long before = 0;
    for (std::size_t at = body.find(key); at != std::string::npos; at = body.find(key, at + 1)) {
        const long long stamp = std::stoll(body.substr(at + key.size()));
        CHECK(stamp >= before);
        before = stamp;
    }
    CHECK(occurrences(body, key) == 5);
    CHECK(before > 0);
}

TEST_CASE("relay: chat-ws streams OpenAI chunks and closes with 1000") {
    const RelayUnderTest relay(kQuick);
    RawClient client(relay.port());
    const std::string head = client.upgrade("/v1/chat/completions?model=gpt-4.1", "Sec-WebSocket-Protocol: websocket\r\n");
    CHECK(head.starts_with("HTTP/1.1 101 "));
    CHECK(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
    CHECK(head.find("Sec-WebSocket-Protocol: websocket\r\n") != std::string::npos);
    client.send_frame(kText, kRequest);
    const auto frames = client.read_frames();
    CHECK(client.end() == RawEnd::Fin);
    CHECK(frames_with(frames, "\"server_timestamp\":") == 5);
    CHECK(frames_with(frames, R"("finish_reason":"stop")") == 1);
    REQUIRE_FALSE(frames.empty());
    CHECK(frames.back().opcode == kClose);
    CHECK(frames.back().payload == "\x03\xE8");
}

TEST_CASE("relay: stream-ws sends typed chunks, and transcripts for audio") {
    const RelayUnderTest relay(kQuick);
    RawClient chat(relay.port());
    chat.upgrade("/v1/stream", "X-Model: gpt-4.1\r\nX-Stream: true\r\n");
    chat.send_frame(kText, R"({"type":"chat.completion","model":"gpt-4.1","stream":true})");
    const auto chunks = chat.read_frames();
    CHECK(frames_with(chunks, R"({"type":"chunk","content":")") == 5);
    CHECK(frames_with(chunks, R"({"type":"done"})") == 1);
    RawClient audio(relay.port());
    audio.upgrade("/v1/stream");
    audio.send_frame(kText, R"({"type":"audio.transcription","model":"whisper-1","stream":true})");
    audio.send_frame(kBinary, std::string(3000, '\0'));
    CHECK(frames_with(audio.read_frames(), R"({"type":"transcript","text":")") == 5);
}

TEST_CASE("relay: ws-stream is plain text, or zstd in binary frames when the upgrade asks for it") {
    const RelayUnderTest relay(kQuick);
    RawClient plain(relay.port());
    plain.upgrade("/v1/ws/stream");
    plain.send_frame(kText, kRequest);
    CHECK(frames_with(plain.read_frames(), "\"server_timestamp\":") == 5);
    RawClient compressed(relay.port());
    compressed.upgrade("/v1/ws/stream", "Accept-Encoding: zstd\r\n");
    compressed.send_frame(kText, kRequest);
    std::size_t tokens = 0;
    for (const RawFrame& frame : compressed.read_frames()) {
        if (frame.opcode == kBinary) {
            const auto json = relaybench::relay::zstd_decompressed(frame.payload, 10'000);
            REQUIRE(json.has_value());
            tokens += occurrences(*json, "\"server_timestamp\":");
        }
    }
    CHECK(tokens == 5);
}

TEST_CASE("relay: a model that does not exist is told in the words of the dialect") {
    const RelayUnderTest relay(kQuick);
    RawClient typed(relay.port());
    typed.upgrade("/v1/stream");
    typed.send_frame(kText, R"({"type":"chat.completion","model":"gemini-pro"})");
    const auto frames = typed.read_frames();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].payload.starts_with(R"({"type":"error","details":"The model `gemini-pro` does not exist)"));
    CHECK(frames[1].opcode == kClose);
    RawClient chat(relay.port());
    CHECK(chat.upgrade("/v1/chat/completions?model=gemini-pro").starts_with("HTTP/1.1 404 "));
}

TEST_CASE("relay: both kinds of heartbeat are answered, and a kept WebSocket takes another request") {
    const RelayUnderTest relay("fast?ttft=2ms&gap=1ms&tokens=5&after_finish=keep");
    RawClient client(relay.port(), 2000);
    client.upgrade("/v1/chat/completions?model=gpt-4.1");
    client.send_frame(kPing, "abc");
    client.send_frame(kText, R"({"type":"ping"})");
    client.send_frame(kText, kRequest);
    const auto frames = client.read_frames();
    CHECK(client.end() == RawEnd::StillOpen);
    REQUIRE(frames.size() > 2);
    CHECK(frames[0].opcode == kPong);
    CHECK(frames[0].payload == "abc");
    CHECK(frames[1].payload == R"({"type":"pong"})");
    client.send_frame(kText, kRequest);
    CHECK(frames_with(client.read_frames(), "\"server_timestamp\":") == 5);
    client.send_frame(kClose, "\x03\xE8");
    CHECK(client.read_frames().front().payload == "\x03\xE8");
    CHECK(client.end() == RawEnd::Fin);
}

TEST_CASE("relay: models, metrics, CORS and unknown paths") {
    const RelayUnderTest relay(kQuick);
    const auto get = [&relay](const std::string& path, const std::string& method = "GET") {
        return one_answer(relay, method + " " + path + " HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\nConnection: close\r\n\r\n");
    };
    CHECK(get("/v1/models").find(R"("id":"gpt-4.1")") != std::string::npos);
    CHECK(get("/metrics").find("relaybench_relay_connections_total") != std::string::npos);
    CHECK(get("/nothing").starts_with("HTTP/1.1 404 "));
    const std::string preflight = get("/v1/chat/completions", "OPTIONS");
    CHECK(preflight.starts_with("HTTP/1.1 204 "));
    CHECK(preflight.find("Access-Control-Allow-Origin: https://app.example\r\n") != std::string::npos);
    CHECK(preflight.find("Access-Control-Max-Age: 600\r\n") != std::string::npos);
}

TEST_CASE("relay: the guides' keys and models are asked for where the profile says so") {
    const RelayUnderTest relay("guides?ttft=2ms&gap=1ms&tokens=3");
    const auto ask = [&relay](const std::string& key, const std::string& model) {
        return one_answer(relay, post("/v1/chat/completions", R"({"model":")" + model + R"(","stream":true})",
                                      "Connection: close\r\n" + (key.empty() ? key : "Authorization: Bearer " + key + "\r\n")));
    };
    const std::string good = "hs_test_" + std::string(32, 'a');
    CHECK(ask(good, "gpt-4.1").starts_with("HTTP/1.1 200 "));
    CHECK(ask("HS-12345678-abcd-ef01", "gpt-4.1").starts_with("HTTP/1.1 200 "));
    CHECK(ask("sk-" + std::string(40, 'a'), "gpt-4.1").find(R"("code":"invalid_api_key")") != std::string::npos);
    CHECK(ask("", "gpt-4.1").starts_with("HTTP/1.1 401 "));
    CHECK(ask(good, "gpt-4-turbo").find(R"("code":"model_not_found")") != std::string::npos);
}

TEST_CASE("relay: the rate limit of a key answers 429 with Retry-After") {
    const RelayUnderTest relay("fast?ttft=1ms&gap=1ms&tokens=1&requests_per_minute=2");
    const std::string request = post("/v1/chat/completions", kRequest, "Connection: close\r\nAuthorization: Bearer one\r\n");
    CHECK(one_answer(relay, request).starts_with("HTTP/1.1 200 "));
    CHECK(one_answer(relay, request).starts_with("HTTP/1.1 200 "));
    const std::string third = one_answer(relay, request);
    CHECK(third.starts_with("HTTP/1.1 429 "));
    CHECK(third.find("Retry-After: ") != std::string::npos);
    CHECK(third.find("rate_limit_exceeded") != std::string::npos);
}

TEST_CASE("relay: bytes that are no request are answered with 400, too large heads with 431") {
    const RelayUnderTest relay(kQuick);
    CHECK(one_answer(relay, "\x16\x03\x01 hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
    CHECK(one_answer(relay, "GET / HTTP/1.1\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
    CHECK(one_answer(relay, post("/v1/chat/completions", "{", "Connection: close\r\n")).starts_with("HTTP/1.1 400 "));
}

TEST_CASE("relay: what it really did can be read while it runs") {
    const RelayUnderTest relay(kQuick);
    one_answer(relay, post("/v1/chat/completions", kRequest, "Connection: close\r\n"));
    const std::string truth = one_answer(relay, "GET /relaybench/truth HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(truth.find("\"streams\": 1") != std::string::npos);
    CHECK(truth.find("\"tokens\": 5") != std::string::npos);
}
