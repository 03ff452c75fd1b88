#include <nlohmann/json.hpp>

#include "wire/request_body.h"

namespace relaybench::wire {
namespace {

using Json = nlohmann::ordered_json;

Json user_message(const std::string& text) { return Json::array({{{"role", "user"}, {"content", text}}}); }

bool asks_for_usage(const RequestShape& shape) {
    const bool takes_openai_options =
        shape.dialect == Dialect::ChatSse || shape.dialect == Dialect::ChatWs || shape.dialect == Dialect::WsStream;
    return shape.include_usage && takes_openai_options;
}

Json transcription(const Prompt& prompt) { return {{"type", "audio.transcription"}, {"model", prompt.model}, {"stream", true}}; }

/// Everything but the messages.
Json completion_options(const RequestShape& shape, const Prompt& prompt) {
    Json options = {{"stream", info(shape.dialect).streaming}, {"max_tokens", prompt.max_tokens}};
    if (prompt.temperature) {
        options["temperature"] = *prompt.temperature;
    }
    if (asks_for_usage(shape)) {
        options["stream_options"] = {{"include_usage", true}};
    }
    return options;
}

Json completion_head(const RequestShape& shape, const Prompt& prompt) {
    Json head = Json::object();
    if (shape.dialect == Dialect::StreamWs) {
        head["type"] = "chat.completion";
    }
    head["model"] = prompt.model;
    return head;
}

std::string without_braces(const Json& object) {
    const std::string text = object.dump();
    return text.substr(1, text.size() - 2);
}

core::Expected<std::string> completion(const RequestShape& shape, const Prompt& prompt) {
    if (!prompt.messages_json.empty()) {
        const Json messages = Json::parse(prompt.messages_json, nullptr, /*allow_exceptions=*/false);
        if (!messages.is_array()) {
            return core::bad_input("the prompt's messages are not a JSON array; expected [{\"role\": \"user\", \"content\": \"…\"}]");
        }
    }
    const std::string messages = prompt.messages_json.empty() ? user_message(prompt.text).dump() : prompt.messages_json;
    return "{" + without_braces(completion_head(shape, prompt)) + ",\"messages\":" + messages + "," +
           without_braces(completion_options(shape, prompt)) + "}";
}

}  // namespace

core::Expected<std::string> request_document(const RequestShape& shape, const Prompt& prompt) {
    try {
        if (shape.dialect == Dialect::StreamWsAudio) {
            return transcription(prompt).dump();
        }
        return completion(shape, prompt);
    } catch (const Json::exception&) {
        return core::bad_input("the model's name or the prompt's text is not valid UTF-8");
    }
}

}  // namespace relaybench::wire
