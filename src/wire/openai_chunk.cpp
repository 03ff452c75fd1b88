#include "wire/openai_chunk.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "wire/error_class.h"
#include "wire/event_fields.h"

namespace relaybench::wire {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kMaxReason = 60;

/// Finish reasons that say the answer broke off: OpenRouter, DeepSeek, and relays that give up.
constexpr std::array<std::string_view, 3> kFailedReasons = {"error", "insufficient_system_resource", "aborted"};

/// Mistral's `thinking` is a string or an array of text parts.
void add_thinking(StreamEvent& event, const element& thinking) {
    array parts;
    if (thinking.get(parts) != simdjson::SUCCESS) {
        add_token(event, TokenKind::Reasoning, string_or_empty(thinking));
        return;
    }
    for (const element part : parts) {
        object fields;
        if (part.get(fields) == simdjson::SUCCESS) {
            add_token(event, TokenKind::Reasoning, string_or_empty(fields, "text"));
        }
    }
}

void add_part(StreamEvent& event, const object& part) {
    element thinking;
    if (part.at_key("thinking").get(thinking) == simdjson::SUCCESS) {
        add_thinking(event, thinking);
        return;
    }
    add_token(event, TokenKind::Text, string_or_empty(part, "text"));
    add_token(event, TokenKind::Refusal, string_or_empty(part, "refusal"));
}

/// `{"name", "arguments"}` of a function, or `{"name", "input"}` of a custom tool.
void add_call(StreamEvent& event, const element& call) {
    object fields;
    if (call.get(fields) != simdjson::SUCCESS) {
        return;
    }
    for (const std::string_view key : {"name", "arguments", "input"}) {
        add_token(event, TokenKind::ToolCall, string_or_empty(fields, key));
    }
}

void add_tool_calls(StreamEvent& event, const element& tool_calls) {
    array calls;
    if (tool_calls.get(calls) != simdjson::SUCCESS) {
        return;
    }
    for (const element call : calls) {
        for (const std::string_view key : {"function", "custom"}) {
            element body;
            if (call.at_key(key).get(body) == simdjson::SUCCESS) {
                add_call(event, body);
            }
        }
    }
}

/// OpenAI audio output: base64 data, and its transcript.
void add_audio(StreamEvent& event, const element& audio) {
    object fields;
    if (audio.get(fields) != simdjson::SUCCESS) {
        return;
    }
    add_token(event, TokenKind::Audio, string_or_empty(fields, "data"));
    add_token(event, TokenKind::Audio, string_or_empty(fields, "transcript"));
}

/// One pass over a delta. Reasoning has two names, and some servers fill both with the same text: it is counted once.
void read_delta(const object& delta, StreamEvent& event) {
    std::string_view reasoning;
    for (const auto [key, value] : delta) {
        if (key == "content") {
            add_content(event, value);
        } else if (key == "reasoning_content" || key == "reasoning") {
            reasoning = std::max(reasoning, string_or_empty(value), [](auto a, auto b) { return a.size() < b.size(); });
        } else if (key == "refusal") {
            add_token(event, TokenKind::Refusal, string_or_empty(value));
        } else if (key == "tool_calls") {
            add_tool_calls(event, value);
        } else if (key == "function_call") {
            add_call(event, value);
        } else if (key == "audio") {
            add_audio(event, value);
        }
    }
    add_token(event, TokenKind::Reasoning, reasoning);
}

void read_finish_reason(std::string_view reason, StreamEvent& event) {
    if (reason.empty()) {
        return;
    }
    if (std::ranges::find(kFailedReasons, reason) == kFailedReasons.end()) {
        event.finish = true;
        return;
    }
    const std::string code(reason.substr(0, kMaxReason));
    event.error = RelayError{classify_error(0, std::array{reason}, {}), "the stream ended with finish_reason \"" + code + "\"", code};
}

void read_choice(const object& choice, StreamEvent& event) {
    for (const auto [key, value] : choice) {
        if (key == "delta" || key == "message") {
            object delta;
            if (value.get(delta) == simdjson::SUCCESS) {
                read_delta(delta, event);
            }
        } else if (key == "finish_reason") {
            read_finish_reason(string_or_empty(value), event);
        }
    }
}

std::optional<std::uint64_t> count(const object& usage, std::string_view key) {
    std::uint64_t number = 0;
    if (usage.at_key(key).get(number) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return number;
}

std::uint64_t reasoning_tokens(const object& usage) {
    object details;
    if (usage.at_key("completion_tokens_details").get(details) != simdjson::SUCCESS) {
        return 0;
    }
    return count(details, "reasoning_tokens").value_or(0);
}

}  // namespace

void add_token(StreamEvent& event, TokenKind kind, std::string_view text) {
    if (text.empty()) {
        return;
    }
    if (event.token == TokenKind::None || event.token == TokenKind::Reasoning) {
        event.token = kind;
    }
    constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max();
    event.token_bytes = static_cast<std::uint32_t>(std::min(kMax, event.token_bytes + text.size()));
}

void add_content(StreamEvent& event, const element& content) {
    array parts;
    if (content.get(parts) != simdjson::SUCCESS) {
        add_token(event, TokenKind::Text, string_or_empty(content));
        return;
    }
    for (const element part : parts) {
        object fields;
        if (part.get(fields) == simdjson::SUCCESS) {
            add_part(event, fields);
        }
    }
}

void read_choices(const array& choices, StreamEvent& event) {
    for (const element choice : choices) {
        object fields;
        if (choice.get(fields) == simdjson::SUCCESS) {
            read_choice(fields, event);
        }
    }
}

std::optional<Usage> read_usage(const element& usage) {
    object counts;
    if (usage.get(counts) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    const auto completion = count(counts, "completion_tokens");
    if (!completion) {
        return std::nullopt;
    }
    Usage result{count(counts, "prompt_tokens").value_or(0), *completion};
    const std::uint64_t reasoning = reasoning_tokens(counts);
    const auto total = count(counts, "total_tokens");
    if (total && *total == result.prompt_tokens + *completion + reasoning) {
        result.completion_tokens += reasoning;
    }
    return result;
}

}  // namespace relaybench::wire
