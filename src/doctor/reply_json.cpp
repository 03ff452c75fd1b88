#include "doctor/reply_json.h"

#include <nlohmann/json.hpp>

namespace relaybench::doctor {

namespace {

using Json = nlohmann::json;
constexpr std::size_t kMostModels = 1000;

/// Never throws: what is no JSON is a discarded value, of which nothing is found.
Json parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

std::optional<std::uint64_t> count_in(std::string_view json, const char* name) {
    const Json document = parsed(json);
    if (!document.is_object() || !document.contains(name) || !document[name].is_number_unsigned()) {
        return std::nullopt;
    }
    return document[name].get<std::uint64_t>();
}

}  // namespace

std::optional<HelloReply> read_hello(std::string_view json) {
    const Json document = parsed(json);
    if (!document.is_object() || !document.contains("doctor") || !document.contains("challenge") || !document["challenge"].is_string()) {
        return std::nullopt;
    }
    HelloReply hello;
    hello.challenge = document["challenge"].get<std::string>();
    if (document.contains("received_headers") && document["received_headers"].is_object()) {
        for (const auto& [name, value] : document["received_headers"].items()) {
            hello.received_headers.push_back(name);
        }
    }
    return hello;
}

bool speaks_like_relay(int status, std::string_view json) {
    const Json document = parsed(json);
    if (!document.is_object()) {
        return false;
    }
    if (status == 200) {
        return document.contains("data") && document["data"].is_array();
    }
    const bool refuses = status == 401 || status == 403 || status == 429;
    return refuses && (document.contains("error") || document.contains("detail") || document.contains("message"));
}

std::vector<std::string> read_models(std::string_view json) {
    std::vector<std::string> models;
    const Json document = parsed(json);
    if (!document.is_object() || !document.contains("data") || !document["data"].is_array()) {
        return models;
    }
    for (const Json& entry : document["data"]) {
        if (models.size() < kMostModels && entry.is_object() && entry.contains("id") && entry["id"].is_string()) {
            models.push_back(entry["id"].get<std::string>());
        }
    }
    return models;
}

std::optional<StreamCounts> read_counts(std::string_view json) {
    const Json document = parsed(json);
    if (!document.is_object() || !document.contains("events_sent") || !document.contains("comments_sent") ||
        !document["events_sent"].is_number_unsigned() || !document["comments_sent"].is_number_unsigned()) {
        return std::nullopt;
    }
    return StreamCounts{document["events_sent"].get<std::uint64_t>(), document["comments_sent"].get<std::uint64_t>()};
}

bool names_quota(std::string_view json) {
    const Json document = parsed(json);
    if (!document.is_object() || !document.contains("error") || !document["error"].is_object()) {
        return false;
    }
    const Json& error = document["error"];
    const auto says = [&](const char* name) { return error.contains(name) && error[name] == "insufficient_quota"; };
    return says("code") || says("type");
}

std::optional<PacedEvent> read_paced_event(std::string_view json) {
    const Json document = parsed(json);
    if (!document.is_object() || !document.contains("seq") || !document.contains("t_us") || !document["seq"].is_number_unsigned() ||
        !document["t_us"].is_number_integer()) {
        return std::nullopt;
    }
    return PacedEvent{document["seq"].get<std::uint64_t>(), document["t_us"].get<std::int64_t>()};
}

std::optional<std::uint64_t> read_pings(std::string_view json) { return count_in(json, "pings"); }

}  // namespace relaybench::doctor
