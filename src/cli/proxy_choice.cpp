#include "cli/proxy_choice.h"

#include <initializer_list>
#include <utility>

#include <fmt/format.h>

namespace relaybench::cli {

namespace {

struct Variable {
    std::string name;
    std::string value;
};

std::optional<Variable> first_set(std::initializer_list<const char*> names, const Context& context) {
    for (const char* name : names) {
        if (auto value = context.environment(name); value && !value->empty()) {
            return Variable{name, *std::move(value)};
        }
    }
    return std::nullopt;
}

core::Expected<core::Secret> credentials_of(const scenario::Relay& relay, const Context& context) {
    const auto value = context.environment(relay.proxy_auth_env);
    if (!value || value->find(':') == std::string::npos) {
        return core::bad_input(fmt::format("relay \"{0}\": the environment variable {1} {2}; set it to user:password of the proxy",
                                           relay.name, relay.proxy_auth_env, value ? "holds no ':'" : "is not set"));
    }
    return core::Secret(*value);
}

core::Expected<std::optional<ProxyChoice>> choice_of(const scenario::Relay& relay, const Variable& said, const std::string& hint,
                                                     const Context& context) {
    auto proxy = wire::parse_proxy(said.value);
    if (!proxy) {
        return core::bad_input(fmt::format("relay \"{}\": {}: {}{}", relay.name, said.name, proxy.error().message, hint));
    }
    if (!relay.proxy_auth_env.empty()) {
        auto credentials = credentials_of(relay, context);
        if (!credentials) {
            return tl::unexpected(credentials.error());
        }
        proxy->credentials = *std::move(credentials);
    }
    return ProxyChoice{*std::move(proxy), said.name};
}

}  // namespace

core::Expected<std::optional<ProxyChoice>> choose_proxy(const scenario::Relay& relay, const wire::Url& url, const Context& context) {
    if (relay.proxy == "none") {
        return std::nullopt;
    }
    if (!relay.proxy.empty()) {
        return choice_of(relay, {"proxy", relay.proxy}, "", context);
    }
    const auto said = url.secure() ? first_set({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}, context)
                                   : first_set({"http_proxy", "all_proxy", "ALL_PROXY"}, context);
    const auto exempt = first_set({"no_proxy", "NO_PROXY"}, context);
    if (!said || wire::is_loopback(url.host) || (exempt && wire::bypasses_proxy(exempt->value, url.host, url.port))) {
        return std::nullopt;
    }
    return choice_of(relay, *said, ", or --proxy none to go direct", context);
}

}  // namespace relaybench::cli
