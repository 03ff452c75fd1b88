#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "relay/fault.h"

namespace relaybench::relay {

/// A JSON string literal, quotes included; invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_text(std::string_view text);

/// OpenAI's error body: `{"error":{"message","type","param":null,"code"}}`; an empty code is null.
struct ErrorWords {
    std::string message;
    std::string type = "invalid_request_error";
    std::string code;
};
[[nodiscard]] std::string error_json(const ErrorWords& words);

/// The same in the typed dialect: `{"type":"error","details"}`.
[[nodiscard]] std::string typed_error_json(std::string_view message);

/// An error event in the middle of a stream (WIRE: shapes seen in the wild).
[[nodiscard]] std::string stream_error_json(ErrorShape shape);

[[nodiscard]] std::string usage_json(std::uint32_t prompt_tokens, std::uint32_t completion_tokens);
/// `GET /v1/models`: the guides' list in OpenAI's shape.
[[nodiscard]] std::string models_json();
/// `GET /health` of a proxy, as the guides show it.
[[nodiscard]] std::string health_json(std::string_view base_url);

/// The whole answer of a request that is not streamed.
struct WholeAnswer {
    std::string id;
    std::int64_t created_s = 0;
    std::string model;
    std::string text;
    std::string finish_reason;  ///< empty: null
    std::uint32_t prompt_tokens = 0;
    std::uint32_t completion_tokens = 0;
    std::int64_t server_timestamp_ms = 0;
    std::optional<std::int64_t> send_stamp_ns;
};
[[nodiscard]] std::string answer_json(const WholeAnswer& answer);

/// What a request's JSON asks for. Everything absent keeps its default; fields of the wrong type count as absent.
struct Asked {
    std::string type;  ///< "chat.completion", "audio.transcription", "ping", or empty
    std::string model;
    bool stream = false;
    std::uint32_t max_tokens = 0;  ///< 0: not said
    bool include_usage = false;
    std::uint32_t prompt_bytes = 0;  ///< of all message contents, for the usage figures
};
/// Nothing when it is no JSON object.
[[nodiscard]] std::optional<Asked> read_asked(std::string_view json);

}  // namespace relaybench::relay
