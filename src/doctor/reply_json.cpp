#include "doctor/reply_json.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "wire/error_body.h"

namespace relaybench::doctor {

namespace {

using Json = nlohmann::json;

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
    if (status == 200) {
        return read_model_list(json).has_value() || wire::looks_like_error(json);
    }
    constexpr std::array kRefusals = {400, 401, 402, 403, 422, 429};
    const Json document = parsed(json);
    return document.is_object() && std::ranges::find(kRefusals, status) != kRefusals.end() &&
           (document.contains("error") || document.contains("detail") || document.contains("message"));
}

std::optional<StreamCounts> read_counts(std::string_view json) {
    const Json document = parsed(json);
    if (!document.is_object() || !document.contains("events_sent") || !document.contains("comments_sent") ||
        !document["events_sent"].is_number_unsigned() || !document["comments_sent"].is_number_unsigned()) {
        return std::nullopt;
    }
    return StreamCounts{document["events_sent"].get<std::uint64_t>(), document["comments_sent"].get<std::uint64_t>()};
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
