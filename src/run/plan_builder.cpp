#include "run/plan_builder.h"

#include "core/text.h"

namespace relaybench::run {

namespace {

stream::HeartbeatLevel heartbeat_of(const scenario::Heartbeat& heartbeat) {
    if (!heartbeat.enabled) {
        return stream::HeartbeatLevel::Off;
    }
    return heartbeat.level == scenario::Heartbeat::Level::Json ? stream::HeartbeatLevel::Json : stream::HeartbeatLevel::Protocol;
}

stream::StreamSettings settings_of(const scenario::Scenario& scenario, const scenario::Relay& relay) {
    stream::StreamSettings settings;
    settings.dialect = relay.dialect;
    settings.connect_timeout = scenario.timeouts.connect;
    settings.first_token_timeout = scenario.timeouts.first_token;
    settings.idle_timeout = scenario.timeouts.idle;
    settings.stall_threshold = scenario.stall_threshold;
    settings.heartbeat = heartbeat_of(scenario.heartbeat);
    settings.heartbeat_interval = scenario.heartbeat.interval;
    settings.heartbeat_dead_after = scenario.heartbeat.dead_after;
    return settings;
}

wire::RequestShape shape_of(const scenario::Relay& relay, const RelayAccess& access) {
    wire::RequestShape shape;
    shape.dialect = relay.dialect;
    shape.url = access.url;
    shape.key = access.key;
    shape.headers = relay.headers;
    shape.origin = relay.origin;
    shape.subprotocol = relay.subprotocol;
    shape.compression = relay.compression;
    shape.include_usage = relay.include_usage;
    return shape;
}

stream::Target target_of(const scenario::Relay& relay, const RelayAccess& access) {
    stream::Target target;
    target.host = access.url.host;
    target.authority = access.url.authority();
    target.address = access.address;
    target.port = access.port;
    target.tls = access.url.secure();
    target.verify_peer = relay.verify_tls;
    target.ca_file = relay.ca_file;
    target.tunnel = access.tunnel;
    return target;
}

core::Expected<ArmPlan> plan_arm(const scenario::Scenario& scenario, const scenario::Relay& relay, const RelayAccess& access,
                                 const std::vector<wire::Prompt>& prompts) {
    ArmPlan arm;
    arm.name = relay.name;
    arm.relay = access.shown;
    arm.model = relay.model;
    arm.settings = settings_of(scenario, relay);
    arm.target = target_of(relay, access);
    const auto shape = shape_of(relay, access);
    for (auto prompt : prompts) {
        prompt.model = relay.model;
        auto request = wire::build_request(shape, prompt);
        if (!request) {
            return tl::unexpected(core::Error{request.error().kind, "relay \"" + relay.name + "\": " + request.error().message});
        }
        arm.requests.push_back(std::move(*request));
    }
    return arm;
}

bool applies(const scenario::ConnectTo& rule, const wire::Url& url) {
    return (rule.host.empty() || core::iequals(rule.host, url.host)) && (!rule.port || *rule.port == url.port);
}

}  // namespace

Destination destination_of(const wire::Url& url, const std::vector<scenario::ConnectTo>& rules) {
    for (const auto& rule : rules) {
        if (applies(rule, url)) {
            return {rule.address.empty() ? url.host : rule.address, rule.to_port.value_or(url.port)};
        }
    }
    return {url.host, url.port};
}

core::Expected<RunPlan> make_plan(const scenario::Scenario& scenario, const std::vector<RelayAccess>& access,
                                  const std::vector<wire::Prompt>& prompts) {
    RunPlan plan;
    plan.load = scenario.load;
    plan.connections = scenario.connections;
    plan.budget = scenario.budget;
    plan.seed = scenario.seed;
    plan.workers = scenario.workers.value_or(1);
    plan.connect_rate_per_s = scenario.connect_rate_per_s;
    std::vector<core::Secret> secrets;
    for (std::size_t index = 0; index < scenario.relays.size(); ++index) {
        auto arm = plan_arm(scenario, scenario.relays[index], access[index], prompts);
        if (!arm) {
            return tl::unexpected(arm.error());
        }
        plan.arms.push_back(std::move(*arm));
        if (!access[index].key.empty()) {
            secrets.push_back(access[index].key);
        }
        if (!access[index].proxy_credentials.empty()) {
            secrets.push_back(access[index].proxy_credentials);
            secrets.emplace_back(access[index].tunnel->authorization);
        }
    }
    for (auto& arm : plan.arms) {
        arm.settings.secrets = secrets;
    }
    return plan;
}

}  // namespace relaybench::run
