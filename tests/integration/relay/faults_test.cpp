#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "integration/relay/raw_client.h"
#include "integration/relay/relay_under_test.h"

using relaybench::test::occurrences;
using relaybench::test::post;
using relaybench::test::RawClient;
using relaybench::test::RawEnd;
using relaybench::test::RawFrame;
using relaybench::test::RelayUnderTest;
using relaybench::test::Unchunked;
using relaybench::test::unchunked;

namespace {

constexpr const char* kRequest = R"({"model":"gpt-4.1","stream":true})";
constexpr int kPatienceMs = 20'000;  // for what must come
constexpr int kSilenceMs = 1500;     // for what must not come
constexpr unsigned kText = 1;
constexpr unsigned kClose = 8;

struct Sse {
    std::string raw;
    Unchunked body;
    RawEnd end = RawEnd::StillOpen;
    [[nodiscard]] std::size_t tokens() const { return occurrences(body.body, "\"server_timestamp\":"); }
    [[nodiscard]] bool says(std::string_view text) const { return raw.find(text) != std::string::npos; }
};

/// One streaming request, whose connection the relay closes after a good answer.
Sse sse(const std::string& profile, int silence_ms = kPatienceMs) {
    const RelayUnderTest relay(profile);
    RawClient client(relay.port(), silence_ms);
    client.send(post("/v1/chat/completions", kRequest, "Connection: close\r\n"));
    Sse result;
    result.raw = client.read_all();
    result.end = client.end();
    result.body = unchunked(result.raw);
    return result;
}

struct Ws {
    std::string head;
    std::vector<RawFrame> frames;
    RawEnd end = RawEnd::StillOpen;
    bool leftover = false;
    [[nodiscard]] std::size_t tokens() const {
        return static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(), [](const RawFrame& frame) {
            return frame.payload.find("\"server_timestamp\":") != std::string::npos;
        }));
    }
    [[nodiscard]] std::string close_payload() const {
        return !frames.empty() && frames.back().opcode == kClose ? frames.back().payload : "none";
    }
};

Ws ws(const std::string& profile) {
    const RelayUnderTest relay(profile);
    RawClient client(relay.port(), kPatienceMs);
    Ws result;
    result.head = client.upgrade("/v1/chat/completions?model=gpt-4.1");
    client.send_frame(kText, kRequest);
    result.frames = client.read_frames();
    result.end = client.end();
    result.leftover = client.leftover();
    return result;
}

}  // namespace

TEST_CASE("fault refuse: RST before a byte") {
    const Sse result = sse("fault:refuse");
    CHECK(result.raw.empty());
    CHECK(result.end == RawEnd::Reset);
}

TEST_CASE("fault close-on-accept: an end before a byte") {
    const Sse result = sse("fault:close-on-accept");
    CHECK(result.raw.empty());
    CHECK(result.end != RawEnd::StillOpen);
}

TEST_CASE("fault slow-accept: nothing is answered before the delay, everything after it") {
    const RelayUnderTest relay("fault:slow-accept?delay=3s");
    RawClient client(relay.port(), 200);
    client.send(post("/v1/chat/completions", kRequest, "Connection: close\r\n"));
    CHECK(client.read_all().empty());
    std::string answer;
    for (int i = 0; i < 100 && client.end() == RawEnd::StillOpen; ++i) {
        answer += client.read_all();
    }
    CHECK(unchunked(answer).complete);
}

TEST_CASE("faults of the answer: status and body") {
    const auto check = [](const std::string& fault, const char* status, const char* word) {
        const Sse result = sse("fault:" + fault);
        CAPTURE(result.raw);
        CHECK(result.raw.starts_with(status));
        CHECK(result.says(word));
        CHECK(result.end == RawEnd::Fin);
    };
    check("unauthorized", "HTTP/1.1 401 ", "\"type\":\"invalid_request_error\"");
    check("bad-key-close", "HTTP/1.1 401 ", "\"code\":null");
    check("not-found", "HTTP/1.1 404 ", "model_not_found");
    check("rate-limited?delay=7s", "HTTP/1.1 429 ", "Retry-After: 7\r\n");
    check("quota-exhausted", "HTTP/1.1 429 ", "insufficient_quota");
    check("server-error", "HTTP/1.1 500 ", "server_error");
    check("overloaded", "HTTP/1.1 503 ", "overloaded");
    check("html-200", "HTTP/1.1 200 ", "Content-Type: text/html");
}

TEST_CASE("fault silence-before-first: a good head, then nothing") {
    const Sse result = sse("fault:silence-before-first", kSilenceMs);
    CHECK(result.raw.starts_with("HTTP/1.1 200 "));
    CHECK(result.tokens() == 0);
    CHECK(result.end == RawEnd::StillOpen);
}

TEST_CASE("fault silence-mid-stream: five tokens, then nothing") {
    const Sse result = sse("fault:silence-mid-stream", kSilenceMs);
    CHECK(result.tokens() == 5);
    CHECK(result.end == RawEnd::StillOpen);
}

TEST_CASE("fault fin-mid-stream: FIN without the last chunk or a close frame") {
    const Sse http = sse("fault:fin-mid-stream?after_tokens=3");
    CHECK(http.tokens() == 3);
    CHECK_FALSE(http.body.complete);
    CHECK(http.end == RawEnd::Fin);
    const Ws websocket = ws("fault:fin-mid-stream");
    CHECK(websocket.tokens() == 5);
    CHECK(websocket.close_payload() == "none");
    CHECK(websocket.end == RawEnd::Fin);
}

TEST_CASE("fault rst-mid-stream: the socket dies with ECONNRESET after the tokens") {
    const Sse http = sse("fault:rst-mid-stream");
    CHECK(http.tokens() == 5);
    CHECK(http.end == RawEnd::Reset);
    CHECK(ws("fault:rst-mid-stream").end == RawEnd::Reset);
}

TEST_CASE("fault cut-mid-chunk: bytes are left that are no whole chunk or frame") {
    const Sse http = sse("fault:cut-mid-chunk");
    CHECK_FALSE(http.body.complete);
    CHECK(http.end == RawEnd::Fin);
    CHECK_FALSE(http.body.body.ends_with("\n\n"));
    const Ws websocket = ws("fault:cut-mid-chunk");
    CHECK(websocket.leftover);
    CHECK(websocket.end == RawEnd::Fin);
}

TEST_CASE("fault close-code: a close frame with the code") {
    CHECK(ws("fault:close-code").close_payload() == "\x03\xF3");
    const Ws chosen = ws("fault:close-code?close_code=4000");
    CHECK(chosen.close_payload() == "\x0F\xA0");
    CHECK(chosen.tokens() == 5);
}

TEST_CASE("fault no-finish: a clean end, no finish signal and no [DONE]") {
    const Sse http = sse("fault:no-finish");
    CHECK(http.tokens() == 20);
    CHECK(http.body.complete);
    CHECK_FALSE(http.says("\"finish_reason\":\"stop\""));
    CHECK_FALSE(http.says("[DONE]"));
    CHECK(ws("fault:no-finish").close_payload() == "\x03\xE8");
}

TEST_CASE("fault done-without-finish: [DONE] alone") {
    const Sse http = sse("fault:done-without-finish");
    CHECK(http.body.complete);
    CHECK_FALSE(http.says("\"finish_reason\":\"stop\""));
    CHECK(http.says("[DONE]"));
}

TEST_CASE("faults after the finish signal: FIN or RST in place of the end") {
    const Sse cut = sse("fault:finish-then-cut");
    CHECK(cut.says("\"finish_reason\":\"stop\""));
    CHECK_FALSE(cut.body.complete);
    CHECK(cut.end == RawEnd::Fin);
    const Sse reset = sse("fault:finish-then-reset");
    CHECK(reset.says("\"finish_reason\":\"stop\""));
    CHECK(reset.end == RawEnd::Reset);
    CHECK(ws("fault:finish-then-cut").close_payload() == "none");
}

TEST_CASE("fault error-event: each shape inside a good stream") {
    CHECK(sse("fault:error-event").says(R"(data: {"error":{"message":)"));
    const Sse vllm = sse("fault:error-event?shape=vllm");
    CHECK(vllm.says(R"("code":502}})"));
    CHECK(vllm.says("[DONE]"));
    CHECK(sse("fault:error-event?shape=flat").says(R"({"object":"error")"));
    CHECK(sse("fault:error-event?shape=openrouter").says(R"("finish_reason":"error")"));
    CHECK(sse("fault:error-event?shape=text").says(R"({"error":")"));
    const Sse http = sse("fault:error-event");
    CHECK(http.tokens() == 5);
    CHECK(http.body.complete);
}

TEST_CASE("faults of garbage: broken framing, broken JSON") {
    const Sse framing = sse("fault:garbage-framing");
    CHECK(framing.body.broken);
    CHECK(framing.tokens() == 5);
    const Ws frames = ws("fault:garbage-framing");
    CHECK((frames.leftover || frames.frames.back().opcode == 0xF));
    const Sse json = sse("fault:garbage-json");
    CHECK(json.says(R"({"delta":{"content":"cut)"));
    CHECK(json.body.complete);
}

TEST_CASE("fault wrong-accept: a 101 that answers another key") {
    const Ws result = ws("fault:wrong-accept");
    CHECK(result.head.starts_with("HTTP/1.1 101 "));
    CHECK(result.head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == std::string::npos);
}

TEST_CASE("fault bad-key-close: an upgrade, an error message, then the close code") {
    const Ws result = ws("fault:bad-key-close");
    CHECK(result.head.starts_with("HTTP/1.1 101 "));
    REQUIRE_FALSE(result.frames.empty());
    CHECK(result.frames.front().payload.find("error") != std::string::npos);
    CHECK(result.close_payload() == "\x0F\xA1");
    CHECK(ws("fault:bad-key-close?close_code=3000").close_payload() == "\x0B\xB8");
}

TEST_CASE("fault swallowed-pong: no answer to either kind of ping") {
    const RelayUnderTest relay("fault:swallowed-pong");
    RawClient client(relay.port(), kSilenceMs);
    client.upgrade("/v1/chat/completions?model=gpt-4.1");
    client.send_frame(9, "x");
    client.send_frame(kText, R"({"type":"ping"})");
    CHECK(client.read_frames().empty());
    CHECK(client.end() == RawEnd::StillOpen);
}

TEST_CASE("fault idle-cut: a quiet connection is cut") {
    const Sse result = sse("fault:idle-cut?delay=1s");
    CHECK(result.tokens() == 1);
    CHECK_FALSE(result.body.complete);
    CHECK(result.end == RawEnd::Fin);
}

TEST_CASE("faults without a streaming request: the whole answer is missing or an error") {
    const RelayUnderTest relay("fault:rst-mid-stream");
    RawClient client(relay.port(), kPatienceMs);
    client.send(post("/v1/chat/completions", R"({"model":"m"})"));
    CHECK(client.read_all().empty());
    CHECK(client.end() == RawEnd::Reset);
}
