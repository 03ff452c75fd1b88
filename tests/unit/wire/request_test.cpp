#include "wire/request.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "core/text.h"

namespace core = relaybench::core;
namespace wire = relaybench::wire;
using wire::Dialect;

namespace {

wire::RequestShape shape(Dialect dialect, std::string_view url = "https://relay.example") {
    wire::RequestShape result;
    result.dialect = dialect;
    result.url = wire::parse_url(url).value();
    result.key = core::Secret("hs_test_0123456789");
    return result;
}

wire::Prompt prompt() {
    wire::Prompt result;
    result.model = "gpt-4o";
    result.text = "say \"hi\"\n";
    result.max_tokens = 16;
    return result;
}

std::string header(const wire::Request& request, std::string_view name) {
    const auto found = std::ranges::find_if(request.headers, [name](const auto& h) { return core::iequals(h.name, name); });
    return found == request.headers.end() ? "(none)" : found->value;
}

std::string refusal(const wire::RequestShape& of, const wire::Prompt& with) {
    const auto request = wire::build_request(of, with);
    REQUIRE_FALSE(request.has_value());
    return request.error().message;
}

constexpr std::string_view kMessages = R"("messages":[{"role":"user","content":"say \"hi\"\n"}])";

}  // namespace

TEST_CASE("request: chat-sse is a POST of an OpenAI body that asks for usage") {
    const auto request = wire::build_request(shape(Dialect::ChatSse), prompt()).value();
    CHECK(request.carrier == wire::Carrier::Http);
    CHECK(request.method == "POST");
    CHECK(request.target == "/v1/chat/completions");
    CHECK(request.body ==
          R"({"model":"gpt-4o",)" + std::string(kMessages) + R"(,"stream":true,"max_tokens":16,"stream_options":{"include_usage":true}})");
    CHECK(request.opening.empty());
    CHECK(header(request, "Authorization") == "Bearer hs_test_0123456789");
    CHECK(header(request, "Content-Type") == "application/json");
    CHECK(header(request, "Accept") == "text/event-stream");
    CHECK(header(request, "Accept-Encoding") == "identity");
    CHECK(header(request, "User-Agent") == "relaybench");
}

TEST_CASE("request: proxy-sse and chat-json never ask for usage; chat-json does not stream") {
    const auto proxy = wire::build_request(shape(Dialect::ProxySse), prompt()).value();
    CHECK(proxy.body == R"({"model":"gpt-4o",)" + std::string(kMessages) + R"(,"stream":true,"max_tokens":16})");
    const auto json = wire::build_request(shape(Dialect::ChatJson), prompt()).value();
    CHECK(json.body == R"({"model":"gpt-4o",)" + std::string(kMessages) + R"(,"stream":false,"max_tokens":16})");
    CHECK(header(json, "Accept") == "application/json");
}

TEST_CASE("request: usage is not asked for when the profile says so, and a temperature is sent when there is one") {
    auto quiet = shape(Dialect::ChatSse);
    quiet.include_usage = false;
    auto warm = prompt();
    warm.temperature = 0.5;
    CHECK(wire::build_request(quiet, warm).value().body ==
          R"({"model":"gpt-4o",)" + std::string(kMessages) + R"(,"stream":true,"max_tokens":16,"temperature":0.5})");
}

TEST_CASE("request: chat-ws names the model in query and body") {
    auto odd = prompt();
    odd.model = "vendor/gpt 4&x";
    const auto request = wire::build_request(shape(Dialect::ChatWs), odd).value();
    CHECK(request.carrier == wire::Carrier::WebSocket);
    CHECK(request.method == "GET");
    CHECK(request.target == "/v1/chat/completions?model=vendor%2Fgpt%204%26x");
    REQUIRE(request.opening.size() == 1);
    CHECK(request.opening.front().kind == wire::MessageKind::Text);
    CHECK(request.opening.front().payload.starts_with(R"({"model":"vendor/gpt 4&x","messages":)"));
    CHECK(request.body.empty());
    CHECK(header(request, "Content-Type") == "(none)");
    CHECK(header(request, "X-Model") == "(none)");
}

TEST_CASE("request: chat-ws adds to a query that is there, and leaves a model in it alone") {
    CHECK(wire::build_request(shape(Dialect::ChatWs, "wss://h/v1?a=1"), prompt()).value().target ==
          "/v1/chat/completions?a=1&model=gpt-4o");
    CHECK(wire::build_request(shape(Dialect::ChatWs, "wss://h/x?model=other"), prompt()).value().target == "/x?model=other");
}

TEST_CASE("request: stream-ws is typed and names the model in headers") {
    const auto request = wire::build_request(shape(Dialect::StreamWs), prompt()).value();
    CHECK(request.target == "/v1/stream");
    CHECK(header(request, "X-Model") == "gpt-4o");
    CHECK(header(request, "X-Stream") == "true");
    REQUIRE(request.opening.size() == 1);
    CHECK(request.opening.front().payload ==
          R"({"type":"chat.completion","model":"gpt-4o",)" + std::string(kMessages) + R"(,"stream":true,"max_tokens":16})");
}

TEST_CASE("request: stream-ws-audio opens with a text message and one binary message") {
    auto audio = prompt();
    audio.model = "whisper-1";
    audio.audio = std::string("RIFF\0\x01", 6);
    const auto request = wire::build_request(shape(Dialect::StreamWsAudio), audio).value();
    REQUIRE(request.opening.size() == 2);
    CHECK(request.opening[0].payload == R"({"type":"audio.transcription","model":"whisper-1","stream":true})");
    CHECK(request.opening[1].kind == wire::MessageKind::Binary);
    CHECK(request.opening[1].payload == audio.audio);
    CHECK(refusal(shape(Dialect::StreamWsAudio), prompt()) == "dialect stream-ws-audio needs audio to transcribe");
}

TEST_CASE("request: ws-stream offers zstd only when asked to") {
    auto zstd = shape(Dialect::WsStream);
    CHECK(header(wire::build_request(zstd, prompt()).value(), "Accept-Encoding") == "(none)");
    zstd.compression = wire::Compression::Zstd;
    const auto request = wire::build_request(zstd, prompt()).value();
    CHECK(header(request, "Accept-Encoding") == "zstd");
    CHECK(request.target == "/v1/ws/stream");
    CHECK(request.opening.front().payload.find(R"("stream_options":{"include_usage":true})") != std::string::npos);
}

TEST_CASE("request: messages go out byte for byte and win over the text") {
    auto conversation = prompt();
    conversation.messages_json = "[ {\"role\": \"system\",\n\"content\": \"be brief\"} ]";
    const auto request = wire::build_request(shape(Dialect::ChatSse), conversation).value();
    CHECK(request.body.find("\"messages\":" + conversation.messages_json + ",") != std::string::npos);
    CHECK(request.body.find("say") == std::string::npos);
}

TEST_CASE("request: messages that are not a JSON array are refused") {
    for (const char* const text : {"{}", "[", "[] []", "nonsense", "\"text\"", "[1],\"model\":\"x\""}) {
        auto broken = prompt();
        broken.messages_json = text;
        CHECK(refusal(shape(Dialect::ChatSse), broken).find("not a JSON array") != std::string::npos);
    }
}

TEST_CASE("request: text that is not UTF-8 is refused, not thrown") {
    auto broken = prompt();
    broken.text = "\xff";
    CHECK(refusal(shape(Dialect::ChatSse), broken).find("UTF-8") != std::string::npos);
}

TEST_CASE("request: the user's headers come last and replace ours whatever their case") {
    auto own = shape(Dialect::ChatSse);
    own.headers = {{"accept", "*/*"}, {"X-Tenant", "7"}};
    own.origin = "https://app.example";
    const auto request = wire::build_request(own, prompt()).value();
    CHECK(header(request, "Accept") == "*/*");
    CHECK(header(request, "Origin") == "https://app.example");
    CHECK(request.headers.back().name == "X-Tenant");
    CHECK(std::ranges::count_if(request.headers, [](const auto& h) { return core::iequals(h.name, "accept"); }) == 1);
}

TEST_CASE("request: no key, no Authorization header") {
    auto open = shape(Dialect::ChatSse);
    open.key = {};
    CHECK(header(wire::build_request(open, prompt()).value(), "Authorization") == "(none)");
}

TEST_CASE("request: headers that could break the request apart are refused, and their values are not shown") {
    auto bad = shape(Dialect::ChatSse);
    bad.key = core::Secret("hs_test_secret\n");
    CHECK(refusal(bad, prompt()) == "header \"Authorization\": its value holds a line break or another control character");
    bad = shape(Dialect::ChatSse);
    bad.headers = {{"X Bad", "1"}};
    CHECK(refusal(bad, prompt()).find("header name \"X Bad\"") != std::string::npos);
    bad.headers = {{"", "1"}};
    CHECK(refusal(bad, prompt()).find("header name \"\"") != std::string::npos);
    for (const char* const name : {"Host", "content-length", "Transfer-Encoding", "Connection", "Upgrade", "Sec-WebSocket-Key"}) {
        bad.headers = {{name, "1"}};
        CHECK(refusal(bad, prompt()).find("cannot be set") != std::string::npos);
    }
    auto model = prompt();
    model.model = "gpt\r\nX-Evil: 1";
    CHECK(refusal(shape(Dialect::StreamWs), model).find("X-Model") != std::string::npos);
}

TEST_CASE("request: a sub-protocol is offered as one token") {
    auto offer = shape(Dialect::ChatWs);
    offer.subprotocol = "websocket";
    CHECK(wire::build_request(offer, prompt()).value().subprotocol == "websocket");
    offer.subprotocol = "a, b";
    CHECK(refusal(offer, prompt()).find("sub-protocol") != std::string::npos);
}

TEST_CASE("request: a model is needed") { CHECK(refusal(shape(Dialect::ChatSse), {}).find("model") != std::string::npos); }

TEST_CASE("request: the heartbeat is the guides' ping") {
    CHECK(wire::heartbeat_message().kind == wire::MessageKind::Text);
    CHECK(wire::heartbeat_message().payload == R"({"type":"ping"})");
}

TEST_CASE("endpoint: the default path fills an empty path, / and /v1, and leaves others alone") {
    struct Row {
        std::string_view url;
        Dialect dialect;
        std::string_view result;
    };
    for (const Row& row : {
             Row{"https://h", Dialect::ChatSse, "https://h/v1/chat/completions"},
             Row{"https://h/", Dialect::ChatSse, "https://h/v1/chat/completions"},
             Row{"https://h/v1", Dialect::ChatSse, "https://h/v1/chat/completions"},
             Row{"https://h/v1/", Dialect::StreamWs, "wss://h/v1/stream"},
             Row{"https://h/relay/v1", Dialect::WsStream, "wss://h/relay/v1/ws/stream"},
             Row{"https://h/v1?a=1", Dialect::ChatSse, "https://h/v1/chat/completions?a=1"},
             Row{"https://h/?a=1", Dialect::ChatSse, "https://h/v1/chat/completions?a=1"},
             Row{"https://h/v11", Dialect::ChatSse, "https://h/v11"},
             Row{"https://h/custom/path", Dialect::ChatSse, "https://h/custom/path"},
             Row{"https://h/custom?x=/v1", Dialect::ChatSse, "https://h/custom?x=/v1"},
         }) {
        CAPTURE(row.url);
        CHECK(wire::endpoint(wire::parse_url(row.url).value(), row.dialect).text() == row.result);
    }
}

TEST_CASE("endpoint: the scheme follows the carrier and keeps the port") {
    const auto text = [](std::string_view url, Dialect dialect) { return wire::endpoint(wire::parse_url(url).value(), dialect).text(); };
    CHECK(text("http://h:8088/x", Dialect::ChatWs) == "ws://h:8088/x");
    CHECK(text("https://h/x", Dialect::ChatWs) == "wss://h/x");
    CHECK(text("wss://h:444/x", Dialect::ChatSse) == "https://h:444/x");
    CHECK(text("ws://h/x", Dialect::ChatJson) == "http://h/x");
    CHECK(text("wss://h/x", Dialect::StreamWs) == "wss://h/x");
}
