#include "wire/payload_decoder.h"

#include <string>

#include <doctest/doctest.h>

namespace wire = relaybench::wire;
using wire::Dialect;
using wire::ErrorClass;
using wire::StreamEvent;
using wire::TokenKind;

namespace {

StreamEvent decoded(Dialect dialect, std::string_view payload, std::string_view type = {}) {
    wire::PayloadDecoder decoder;
    return decoder.decode(dialect, type, payload);
}

StreamEvent chat(std::string_view payload) { return decoded(Dialect::ChatSse, payload); }

std::string with_delta(std::string_view delta) {
    return R"({"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":)" + std::string(delta) +
           R"(,"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"aZ3"})";
}

/// Nothing but "well-formed and known".
bool is_quiet(const StreamEvent& event) {
    return event.token == TokenKind::None && event.token_bytes == 0 && !event.finish && !event.done_marker && !event.pong &&
           !event.malformed && !event.unknown && !event.usage && !event.error;
}

}  // namespace

TEST_CASE("decoder: every kind of token is told from the delta") {
    struct Row {
        const char* delta;
        TokenKind kind;
        std::uint32_t bytes;
    };
    for (const Row& row : {
             Row{R"({"content":"Hi"})", TokenKind::Text, 2},
             Row{R"({"content":"h\u00e9"})", TokenKind::Text, 3},
             Row{R"({"content":null,"reasoning_content":"hm"})", TokenKind::Reasoning, 2},
             Row{R"({"reasoning":"hmm"})", TokenKind::Reasoning, 3},
             Row{R"({"reasoning":"hmm","reasoning_content":"hmm"})", TokenKind::Reasoning, 3},
             Row{R"({"reasoning":"hmm","reasoning_details":[{"type":"reasoning.text","text":"hmm"}]})", TokenKind::Reasoning, 3},
             Row{R"({"reasoning_content":"hm","content":"Hi"})", TokenKind::Text, 4},
             Row{R"({"content":"Hi","reasoning_content":"hm"})", TokenKind::Text, 4},
             Row{R"({"refusal":"No."})", TokenKind::Refusal, 3},
             Row{R"({"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}]})",
                 TokenKind::ToolCall, 1},
             Row{R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]})", TokenKind::ToolCall, 4},
             Row{R"({"tool_calls":[{"index":0,"type":"custom","custom":{"name":"g","input":"ab"}}]})", TokenKind::ToolCall, 3},
             Row{R"({"function_call":{"name":"f","arguments":"{}"}})", TokenKind::ToolCall, 3},
             Row{R"({"audio":{"id":"a","data":"AAAA"}})", TokenKind::Audio, 4},
             Row{R"({"audio":{"transcript":"hi"}})", TokenKind::Audio, 2},
             Row{R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]})", TokenKind::Reasoning, 2},
             Row{R"({"content":[{"type":"thinking","thinking":"hm"}]})", TokenKind::Reasoning, 2},
             Row{R"({"content":[{"type":"text","text":"Hi"},{"type":"text","text":"!"}]})", TokenKind::Text, 3},
             Row{R"({"role":"assistant","reasoning_content":"First"})", TokenKind::Reasoning, 5},
         }) {
        CAPTURE(row.delta);
        const StreamEvent event = chat(with_delta(row.delta));
        CHECK(event.token == row.kind);
        CHECK(event.token_bytes == row.bytes);
        CHECK_FALSE(event.finish);
        CHECK_FALSE(event.unknown);
    }
}

TEST_CASE("decoder: role-only and empty deltas are no tokens") {
    for (const char* const delta :
         {R"({"role":"assistant","content":"","refusal":null})", R"({"role":"assistant","content":null,"reasoning_content":""})", "{}",
          "null", R"({"content":[]})", R"({"content":[{"type":"text","text":""}]})", R"({"tool_calls":[]})", R"({"audio":null})",
          R"({"tool_calls":[{"index":0,"function":{"name":"","arguments":""}}]})", R"({"content":7})", R"({"tool_calls":[null]})"}) {
        CAPTURE(delta);
        CHECK(is_quiet(chat(with_delta(delta))));
    }
}

TEST_CASE("decoder: chunks that break naive parsers are read over") {
    CHECK(is_quiet(chat(R"({"choices":[],"id":"","model":"","object":"","created":0,"prompt_filter_results":[{"prompt_index":0}]})")));
    CHECK(is_quiet(chat(R"({"choices":[{"index":0}]})")));
    CHECK(is_quiet(chat(R"({"choices":[null,1,"x"]})")));
    CHECK(is_quiet(chat(R"({"object":"chat.completion.chunk"})")));
}

TEST_CASE("decoder: the order of keys does not matter") {
    const StreamEvent event = chat(
        R"({"usage":{"completion_tokens":2,"prompt_tokens":1},"choices":[{"finish_reason":"stop","delta":{"content":"x"},"index":0}],"object":"chat.completion.chunk"})");
    CHECK(event.token == TokenKind::Text);
    CHECK(event.finish);
    REQUIRE(event.usage);
    CHECK(event.usage->prompt_tokens == 1);
    CHECK(event.usage->completion_tokens == 2);
}

TEST_CASE("decoder: finish reasons finish, but for those that are failures") {
    const auto ended = [](const char* reason) {
        return chat(R"({"choices":[{"index":0,"delta":{},"finish_reason":)" + std::string(reason) + "}]}");
    };
    for (const char* const reason : {R"("stop")", R"("length")", R"("tool_calls")", R"("content_filter")", R"("something_new")"}) {
        CAPTURE(reason);
        CHECK(ended(reason).finish);
        CHECK_FALSE(ended(reason).error);
    }
    for (const char* const reason : {"null", R"("")", "7"}) {
        CHECK_FALSE(ended(reason).finish);
    }
    for (const char* const reason : {R"("error")", R"("insufficient_system_resource")", R"("aborted")"}) {
        CAPTURE(reason);
        CHECK_FALSE(ended(reason).finish);
        REQUIRE(ended(reason).error);
    }
    CHECK(ended(R"("insufficient_system_resource")").error->error_class == ErrorClass::Overloaded);
    CHECK(ended(R"("error")").error->error_class == ErrorClass::Server);
}

TEST_CASE("decoder: usage includes reasoning, also where xAI leaves it out") {
    const auto usage = [](const char* text) { return chat(R"({"choices":[],"usage":)" + std::string(text) + "}").usage; };
    const auto openai =
        usage(R"({"prompt_tokens":9,"completion_tokens":78,"total_tokens":87,"completion_tokens_details":{"reasoning_tokens":64}})");
    REQUIRE(openai);
    CHECK(openai->completion_tokens == 78);
    const auto xai =
        usage(R"({"prompt_tokens":12,"completion_tokens":1,"total_tokens":303,"completion_tokens_details":{"reasoning_tokens":290}})");
    REQUIRE(xai);
    CHECK(xai->completion_tokens == 291);
    CHECK(xai->prompt_tokens == 12);
    for (const char* const nothing : {"null", "{}", "[]", R"({"completion_tokens":-1})", R"({"completion_tokens":"2"})"}) {
        CAPTURE(nothing);
        CHECK_FALSE(usage(nothing));
    }
}

TEST_CASE("decoder: the done marker proves nothing, but for proxy-sse, which has no other end") {
    for (const Dialect dialect : {Dialect::ChatSse, Dialect::WsStream, Dialect::ChatWs}) {
        const StreamEvent event = decoded(dialect, "[DONE]");
        CHECK(event.done_marker);
        CHECK_FALSE(event.finish);
        CHECK_FALSE(event.malformed);
    }
    CHECK(decoded(Dialect::ProxySse, " [DONE]\n").done_marker);
    CHECK(decoded(Dialect::ProxySse, "[DONE]").finish);
    CHECK(decoded(Dialect::ChatSse, "[DONE] x").malformed);
    CHECK(decoded(Dialect::ChatJson, "[DONE]").malformed);
}

TEST_CASE("decoder: empty, unknown and malformed are three things") {
    for (const char* const text :
         {"", "  \r\n", "{}", "[]", "7", "\"text\"", "null", R"({"hello":1})", R"({"choices":null})", R"([{"hello":1}])"}) {
        CAPTURE(text);
        const StreamEvent event = chat(text);
        CHECK(event.unknown);
        CHECK_FALSE(event.malformed);
        CHECK_FALSE(event.error);
    }
    for (const char* const text :
         {"{", "hello", R"({"choices":[})", R"({"a":tru})", "{} {}", R"({"choices":[{"delta":{"content":"x"}}])"}) {
        CAPTURE(text);
        const StreamEvent event = chat(text);
        CHECK(event.malformed);
        CHECK_FALSE(event.unknown);
    }
}

TEST_CASE("decoder: bytes that are not UTF-8 are replaced in event streams and refused in messages") {
    const std::string payload = with_delta("{\"content\":\"a\xFF\"}");
    const StreamEvent event = chat(payload);
    CHECK(event.token == TokenKind::Text);
    CHECK(event.token_bytes == 4);  // a and U+FFFD
    CHECK(decoded(Dialect::ChatWs, payload).malformed);
}

TEST_CASE("decoder: errors inside a good start come in every known shape") {
    struct Row {
        const char* payload;
        ErrorClass means;
        const char* message;
        const char* code;
    };
    for (
        const Row& row : {
            Row{R"({"error":{"message":"boom","type":"server_error"}})", ErrorClass::Server, "boom", "server_error"},
            Row{R"({"error":{"message":"bad","type":"BadRequestError","param":null,"code":400}})", ErrorClass::BadRequest, "bad",
                "BadRequestError"},
            Row{R"({"object":"error","message":"flat","type":"NotFoundError","code":404})", ErrorClass::NotFound, "flat", "NotFoundError"},
            Row{R"({"id":"x","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,"message":"provider gone"}})",
                ErrorClass::Server, "provider gone", "502"},
            Row{R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"})",
                ErrorClass::Overloaded, "Overloaded", "overloaded_error"},
            Row{R"({"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"no money"}})",
                ErrorClass::Quota, "no money", "insufficient_quota"},
            Row{R"({"error":"Rate limit reached"})", ErrorClass::RateLimited, "Rate limit reached", ""},
            Row{R"([{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}])", ErrorClass::RateLimited, "slow",
                "RESOURCE_EXHAUSTED"},
        }) {
        CAPTURE(row.payload);
        const StreamEvent event = chat(row.payload);
        REQUIRE(event.error);
        CHECK(event.error->error_class == row.means);
        CHECK(event.error->message == row.message);
        CHECK(event.error->code == row.code);
        CHECK_FALSE(event.finish);
        CHECK_FALSE(event.unknown);
        CHECK_FALSE(event.malformed);
    }
}

TEST_CASE("decoder: an error field that carries nothing is no error") {
    for (const char* const nothing : {"null", "false", "\"\"", "{}", "[]", "0"}) {
        CAPTURE(nothing);
        const StreamEvent event = chat(R"({"choices":[{"delta":{"content":"x"}}],"error":)" + std::string(nothing) + "}");
        CHECK_FALSE(event.error);
        CHECK(event.token == TokenKind::Text);
    }
}

TEST_CASE("decoder: an event of type error is one whatever its data") {
    CHECK(decoded(Dialect::ChatSse, R"({"message":"no"})", "error").error->message == "no");
    CHECK(decoded(Dialect::ChatSse, "upstream went away", "error").error->message == "upstream went away");
    CHECK(decoded(Dialect::ChatSse, "", "error").error);
    CHECK(decoded(Dialect::ChatSse, "\"words\"", "error").error->message == "words");
    CHECK(decoded(Dialect::ChatSse, "[1]", "error").error);
    CHECK_FALSE(decoded(Dialect::ChatSse, with_delta("{}"), "message").error);
}

TEST_CASE("decoder: proxy-sse speaks in content and error") {
    const auto proxy = [](std::string_view text) { return decoded(Dialect::ProxySse, text); };
    CHECK(proxy(R"({"content": "Hi"})").token == TokenKind::Text);
    CHECK(proxy(R"({"content": "Hi"})").token_bytes == 2);
    CHECK(is_quiet(proxy(R"({"content": ""})")));
    const StreamEvent failed = proxy(R"({"error": "Upstream failed", "status": 429, "detail": "slow down please"})");
    REQUIRE(failed.error);
    CHECK(failed.error->error_class == ErrorClass::RateLimited);
    CHECK(failed.error->message == "Upstream failed: slow down please");
    CHECK(failed.error->code == "429");
    CHECK(proxy(R"({"choices":[{"delta":{"content":"x"}}]})").unknown);
}

TEST_CASE("decoder: stream-ws is typed") {
    const auto typed = [](std::string_view text) { return decoded(Dialect::StreamWs, text); };
    CHECK(typed(R"({"type":"chunk","content":"Hi"})").token == TokenKind::Text);
    CHECK(is_quiet(typed(R"({"type":"chunk","content":""})")));
    CHECK(is_quiet(typed(R"({"type":"chunk"})")));
    CHECK(typed(R"({"type":"done"})").finish);
    CHECK(typed(R"({"type":"pong"})").pong);
    CHECK_FALSE(typed(R"({"type":"pong"})").unknown);
    CHECK(typed(R"({"type":"session"})").unknown);
    CHECK(typed(R"({"content":"x"})").unknown);
    const StreamEvent failed = typed(R"({"type":"error","details":"invalid token"})");
    REQUIRE(failed.error);
    CHECK(failed.error->message == "invalid token");
    CHECK(failed.error->error_class == ErrorClass::Auth);
}

TEST_CASE("decoder: stream-ws-audio gives transcripts") {
    const auto audio = [](std::string_view text) { return decoded(Dialect::StreamWsAudio, text); };
    CHECK(audio(R"({"type":"transcript","text":"hello"})").token == TokenKind::Transcript);
    CHECK(audio(R"({"type":"transcript","text":"hello"})").token_bytes == 5);
    CHECK(is_quiet(audio(R"({"type":"transcript","text":""})")));
    CHECK(audio(R"({"type":"done"})").finish);
    CHECK(audio(R"({"type":"chunk","content":"x"})").unknown);
}

TEST_CASE("decoder: a pong belongs to WebSockets") {
    CHECK(decoded(Dialect::ChatWs, R"({"type":"pong"})").pong);
    CHECK(decoded(Dialect::WsStream, R"({"type":"pong"})").pong);
    CHECK_FALSE(chat(R"({"type":"pong"})").pong);
    CHECK(chat(R"({"type":"pong"})").unknown);
}

TEST_CASE("decoder: stamps travel at the top level of every dialect") {
    const char* const stamps = R"("server_timestamp":1760000000123,"send_stamp_ns":987654321)";
    struct Row {
        Dialect dialect;
        const char* rest;
    };
    for (const Row& row : {Row{Dialect::ChatSse, R"("choices":[])"}, Row{Dialect::ChatWs, R"("latency_report":{})"},
                           Row{Dialect::WsStream, R"("choices":[])"}, Row{Dialect::ProxySse, R"("content":"x")"},
                           Row{Dialect::StreamWs, R"("type":"chunk","content":"x")"},
                           Row{Dialect::StreamWsAudio, R"("type":"transcript","text":"x")"}, Row{Dialect::ChatJson, R"("choices":[])"}}) {
        const StreamEvent event = decoded(row.dialect, "{" + std::string(stamps) + "," + row.rest + "}");
        CAPTURE(row.rest);
        CHECK(event.server_timestamp_ms == 1760000000123);
        CHECK(event.send_stamp_ns == 987654321);
        CHECK_FALSE(event.unknown);
    }
    CHECK(chat(R"({"choices":[],"server_timestamp":1760000000123.75})").server_timestamp_ms == 1760000000123);
    CHECK_FALSE(chat(R"({"choices":[],"server_timestamp":"soon"})").server_timestamp_ms);
    CHECK_FALSE(chat(R"({"choices":[],"server_timestamp":1e300})").server_timestamp_ms);
}

TEST_CASE("decoder: chat-json is a token, a finish signal and usage at once") {
    wire::PayloadDecoder decoder;
    const StreamEvent answer = decoder.decode_answer(
        "\n\n{\"object\":\"chat.completion\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":"
        "\"stop\"}],"
        "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n");
    CHECK(answer.token == TokenKind::Text);
    CHECK(answer.finish);
    CHECK(answer.usage->completion_tokens == 2);
    CHECK_FALSE(decoder.decode_answer(R"({"choices":[]})").finish);
    CHECK(decoder.decode_answer(R"({"error":{"message":"no","type":"server_error"}})").error);
    CHECK(decoder.decode_answer("<html>").malformed);
}

TEST_CASE("decoder: binary messages are refused outside ws-stream") {
    wire::PayloadDecoder decoder;
    for (const wire::DialectInfo& about : wire::dialects()) {
        CAPTURE(about.id);
        CHECK(decoder.decode_message(about.dialect, wire::MessageKind::Binary, "{}").malformed);
    }
}

TEST_CASE("decoder: big integers inside 64 bits and deep nesting do not hurt") {
    CHECK_FALSE(chat(R"({"choices":[],"cost":18446744073709551615})").malformed);
    CHECK(chat(std::string(100000, '[')).malformed);
}
