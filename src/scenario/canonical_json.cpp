#include "scenario/canonical_json.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "scenario/connect_to.h"
#include "scenario/sha256.h"

namespace relaybench::scenario {

namespace {

using Json = nlohmann::json;  // sorts its keys

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json header_json(const wire::Header& header) {
    constexpr std::array<std::string_view, 5> kSecretWords{"auth", "key", "token", "secret", "cookie"};
    const std::string name = core::lowercase(header.name);
    const bool is_secret =
        std::any_of(kSecretWords.begin(), kSecretWords.end(), [&](std::string_view word) { return name.find(word) != std::string::npos; });
    return {{"name", header.name}, {"value", is_secret ? "(hidden)" : header.value}};
}

Json relay_json(const Relay& relay) {
    Json json{{"name", relay.name},
              {"url", relay.url},
              {"embedded", or_null(relay.embedded)},
              {"dialect", wire::info(relay.dialect).id},
              {"model", relay.model},
              {"key_env", relay.key_env},
              {"key_file", relay.key_file},
              {"headers", Json::array()},
              {"origin", relay.origin},
              {"subprotocol", relay.subprotocol},
              {"compression", relay.compression == wire::Compression::Zstd ? "zstd" : "none"},
              {"include_usage", relay.include_usage},
              {"cacert", relay.ca_file},
              {"insecure", !relay.verify_tls},
              {"connect_to", Json::array()},
              {"proxy", relay.proxy},
              {"proxy_auth_env", relay.proxy_auth_env}};
    for (const wire::Header& header : relay.headers) {
        json["headers"].push_back(header_json(header));
    }
    for (const ConnectTo& rule : relay.connect_to) {
        json["connect_to"].push_back(connect_to_text(rule));
    }
    return json;
}

std::string_view arrivals_id(Arrivals arrivals) { return arrivals == Arrivals::Poisson ? "poisson" : "constant"; }

struct PatternJson {
    Json operator()(const ClosedLoop& closed) const { return {{"kind", "closed"}, {"streams", closed.streams}}; }
    Json operator()(const OpenLoop& open) const {
        return {{"kind", "open"}, {"rate_per_s", open.rate_per_s}, {"arrivals", arrivals_id(open.arrivals)}};
    }
    Json operator()(const Ramp& ramp) const {
        Json stages = Json::array();
        for (const RampStage& stage : ramp.stages) {
            stages.push_back({{"duration_ns", stage.duration.count()}, {"rate_per_s", stage.rate_per_s}});
        }
        return {{"kind", "ramp"}, {"stages", stages}, {"arrivals", arrivals_id(ramp.arrivals)}};
    }
};

std::string_view order_id(Order order) {
    constexpr std::array<std::string_view, 3> kIds{"interleaved", "sequential", "simultaneous"};
    return kIds.at(static_cast<std::size_t>(order));
}

Json load_json(const Load& load) {
    return {{"pattern", std::visit(PatternJson{}, load.pattern)},
            {"duration_ns", load.duration ? Json(load.duration->count()) : Json(nullptr)},
            {"count", or_null(load.count)},
            {"warmup_ns", load.warmup.count()},
            {"drain_ns", load.drain.count()},
            {"failure_pause_ns", load.failure_pause.count()},
            {"order", order_id(load.order)}};
}

Json prompts_json(const Prompts& prompts) {
    return {{"texts", prompts.texts},
            {"dataset", prompts.dataset_file},
            {"audio", prompts.audio_file},
            {"max_tokens", prompts.max_tokens},
            {"temperature", or_null(prompts.temperature)}};
}

Json waits_json(const Scenario& scenario) {
    const Heartbeat& heartbeat = scenario.heartbeat;
    return {{"timeouts",
             {{"connect_ns", scenario.timeouts.connect.count()},
              {"first_token_ns", scenario.timeouts.first_token.count()},
              {"idle_ns", scenario.timeouts.idle.count()}}},
            {"heartbeat",
             {{"enabled", heartbeat.enabled},
              {"level", heartbeat.level == Heartbeat::Level::Json ? "json" : "protocol"},
              {"interval_ns", heartbeat.interval.count()},
              {"dead_after_ns", heartbeat.dead_after.count()}}},
            {"stall_threshold_ns", scenario.stall_threshold.count()}};
}

}  // namespace

std::string canonical_json(const Scenario& scenario) {
    Json json{{"name", scenario.name},
              {"question", scenario.question},
              {"needs_key", scenario.needs_key},
              {"relays", Json::array()},
              {"prompts", prompts_json(scenario.prompts)},
              {"load", load_json(scenario.load)},
              {"connections", scenario.connections == wire::ConnectionUse::Fresh ? "fresh" : "reuse"},
              {"seed", scenario.seed},
              {"gates", scenario.gates},
              {"budget",
               {{"max_tokens_total", or_null(scenario.budget.max_tokens_total)}, {"max_streams", or_null(scenario.budget.max_streams)}}},
              {"workers", or_null(scenario.workers)},
              {"connect_rate_per_s", scenario.connect_rate_per_s}};
    for (const Relay& relay : scenario.relays) {
        json["relays"].push_back(relay_json(relay));
    }
    json.update(waits_json(scenario));
    // Bytes that are no UTF-8 (a file name, a header) must not throw here.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

core::Expected<std::string> scenario_sha256(const Scenario& scenario) { return sha256_hex(canonical_json(scenario)); }

}  // namespace relaybench::scenario
