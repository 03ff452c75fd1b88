#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "relay/documents.h"
#include "wire/models.h"

namespace relaybench::relay {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kCompact = -1;
constexpr int kBadGateway = 502;

std::string dumped(const Json& json) { return json.dump(kCompact, ' ', false, Json::error_handler_t::replace); }

std::string string_at(const Json& object, std::string_view key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

bool flag_at(const Json& object, std::string_view key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::uint32_t count_at(const Json& object, std::string_view key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) {
        return 0;
    }
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(found->get<std::uint64_t>(), std::numeric_limits<std::int32_t>::max()));
}

std::uint32_t prompt_bytes(const Json& request) {
    std::size_t bytes = 0;
    const auto messages = request.find("messages");
    if (messages != request.end() && messages->is_array()) {
        for (const Json& message : *messages) {
            bytes += message.is_object() ? string_at(message, "content").size() : 0;
        }
    }
    return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::int32_t>::max()));
}

Json usage_of(std::uint32_t prompt_tokens, std::uint32_t completion_tokens) {
    return {
        {"prompt_tokens", prompt_tokens}, {"completion_tokens", completion_tokens}, {"total_tokens", prompt_tokens + completion_tokens}};
}

}  // namespace

std::string json_text(std::string_view text) { return dumped(Json(std::string(text))); }

std::string error_json(const ErrorWords& words) {
    const Json code = words.code.empty() ? Json(nullptr) : Json(words.code);
    return dumped({{"error", {{"message", words.message}, {"type", words.type}, {"param", nullptr}, {"code", code}}}});
}

std::string typed_error_json(std::string_view message) { return dumped({{"type", "error"}, {"details", std::string(message)}}); }

std::string stream_error_json(ErrorShape shape) {
    const std::string message = "The upstream model stopped unexpectedly.";
    switch (shape) {
        case ErrorShape::Vllm:
            return dumped({{"error", {{"message", message}, {"type", "BadGatewayError"}, {"param", nullptr}, {"code", kBadGateway}}}});
        case ErrorShape::Flat:
            return dumped({{"object", "error"}, {"message", message}, {"type", "server_error"}, {"param", nullptr}, {"code", nullptr}});
        case ErrorShape::Text:
            return dumped({{"error", message}});
        default:
            return error_json({message, "server_error", "upstream_error"});
    }
}

std::string usage_json(std::uint32_t prompt_tokens, std::uint32_t completion_tokens) {
    return dumped(usage_of(prompt_tokens, completion_tokens));
}

std::string models_json() {
    constexpr std::int64_t kCreated = 1'735'689'600;  // the lists of real relays carry some date; this one is 2025-01-01
    Json data = Json::array();
    for (const std::string_view model : wire::guide_models()) {
        data.push_back({{"id", model}, {"object", "model"}, {"created", kCreated}, {"owned_by", "relaybench"}});
    }
    return dumped({{"object", "list"}, {"data", data}});
}

std::string health_json(std::string_view base_url) {
    return dumped({{"status", "healthy"}, {"relay", "relaybench"}, {"base_url", base_url}, {"latency_target", "<50ms"}});
}

std::string answer_json(const WholeAnswer& answer) {
    const Json finish_reason = answer.finish_reason.empty() ? Json(nullptr) : Json(answer.finish_reason);
    const Json message = {{"role", "assistant"}, {"content", answer.text}};
    Json document = {
        {"id", answer.id},
        {"object", "chat.completion"},
        {"created", answer.created_s},
        {"model", answer.model},
        {"choices", Json::array({{{"index", 0}, {"message", message}, {"logprobs", nullptr}, {"finish_reason", finish_reason}}})},
        {"usage", usage_of(answer.prompt_tokens, answer.completion_tokens)},
        {"server_timestamp", answer.server_timestamp_ms}};
    if (answer.send_stamp_ns) {
        document["send_stamp_ns"] = *answer.send_stamp_ns;
    }
    return dumped(document);
}

std::optional<Asked> read_asked(std::string_view json) {
    const Json request = Json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!request.is_object()) {
        return std::nullopt;
    }
    Asked asked;
    asked.type = string_at(request, "type");
    asked.model = string_at(request, "model");
    asked.stream = flag_at(request, "stream");
    asked.max_tokens = std::max(count_at(request, "max_tokens"), count_at(request, "max_completion_tokens"));
    const auto options = request.find("stream_options");
    asked.include_usage = options != request.end() && options->is_object() && flag_at(*options, "include_usage");
    asked.prompt_bytes = prompt_bytes(request);
    return asked;
}

}  // namespace relaybench::relay
