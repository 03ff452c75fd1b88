#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"
#include "doctor/proxy_text.h"
#include "doctor/shown.h"
#include "doctor/static_checks.h"
#include "wire/proxy.h"
#include "wire/url.h"

namespace relaybench::doctor {
namespace {

using result::CheckStatus;
using result::Confidence;

constexpr std::string_view kOurFamily = "relaybench";

std::string value_of(const Subject& subject, std::string_view name) {
    return subject.environment ? subject.environment(std::string(name)).value_or("") : "";
}

/// A proxy that many programs cannot use, though it is well written.
bool is_other_kind(std::string_view value) {
    const std::string scheme = core::lowercase(wire::split_proxy(value).scheme);
    return scheme.starts_with("socks") || scheme == "https";
}

struct Pair {
    std::string_view lower;
    std::string_view upper;
};
/// Both spellings of each variable, which stand side by side there.
constexpr std::array kPairs = {
    Pair{wire::kProxyVariables[0], wire::kProxyVariables[1]}, Pair{wire::kProxyVariables[2], wire::kProxyVariables[3]},
    Pair{wire::kProxyVariables[4], wire::kProxyVariables[5]}, Pair{wire::kNoProxyVariables[0], wire::kNoProxyVariables[1]}};

/// The routes that lead through a proxy, one for each variable.
std::vector<ClientRoute> proxied(const std::vector<ClientRoute>& routes) {
    std::vector<ClientRoute> found;
    for (const ClientRoute& route : routes) {
        const bool known = std::ranges::find(found, route.variable, &ClientRoute::variable) != found.end();
        if (!route.is_direct() && !known) {
            found.push_back(route);
        }
    }
    return found;
}

void add(Outcome& outcome, CheckStatus status, result::Finding finding) {
    // Fail outranks Warn, and the first finding is the cause.
    const bool is_cause = status == CheckStatus::Fail && outcome.status != CheckStatus::Fail;
    outcome.status = outcome.status == CheckStatus::Fail ? CheckStatus::Fail : status;
    outcome.findings.insert(is_cause ? outcome.findings.begin() : outcome.findings.end(), std::move(finding));
}

/// relaybench's own rules decide which proxy doctor goes through.
bool is_ours(const std::vector<ClientRoute>& routes, const std::string& variable) {
    return std::ranges::any_of(routes,
                               [&variable](const ClientRoute& route) { return route.family == kOurFamily && route.variable == variable; });
}

void judge_other_kind(const std::vector<ClientRoute>& routes, const ClientRoute& route, Outcome& outcome) {
    if (is_ours(routes, route.variable)) {
        // Going direct instead would examine a way that no client here takes.
        add(outcome, CheckStatus::Fail,
            found("proxy.unsupported-kind", Confidence::Proven,
                  fmt::format(
                      "{} names {}, a kind of proxy that relaybench and many programs cannot use; the way through it cannot be examined.",
                      route.variable, shown_proxy(route.proxy)),
                  {"relaybench doctor --proxy none …"}));
        return;
    }
    add(outcome, CheckStatus::Warn,
        found("proxy.unsupported-kind", Confidence::Proven,
              fmt::format("{} names {}, a kind of proxy that not every program can use.", route.variable, shown_proxy(route.proxy))));
}

/// A variable that other programs read alone does not keep doctor from going on.
void judge_text(const std::vector<ClientRoute>& routes, const ClientRoute& route, Outcome& outcome) {
    const bool can_be_read = wire::parse_proxy(route.proxy).has_value();
    const std::string flaw = can_be_read ? login_flaw(route.proxy) : why_no_proxy(route.proxy);
    if (!flaw.empty()) {
        add(outcome, can_be_read || !is_ours(routes, route.variable) ? CheckStatus::Warn : CheckStatus::Fail,
            found("proxy.env-malformed", Confidence::Proven, fmt::format("{} {}.", route.variable, flaw),
                  {fmt::format("export {}=http://HOST:PORT", route.variable), fmt::format("unset {}", route.variable)}));
    }
}

void judge_values(const std::vector<ClientRoute>& routes, Outcome& outcome) {
    for (const ClientRoute& route : proxied(routes)) {
        if (!is_other_kind(route.proxy)) {
            judge_text(routes, route, outcome);
        }
    }
    for (const ClientRoute& route : proxied(routes)) {
        if (is_other_kind(route.proxy)) {
            judge_other_kind(routes, route, outcome);
        }
    }
}

void judge_spellings(const Subject& subject, Outcome& outcome) {
    for (const Pair& pair : kPairs) {
        const std::string lower = value_of(subject, pair.lower);
        const std::string upper = value_of(subject, pair.upper);
        if (!lower.empty() && !upper.empty() && lower != upper) {
            add(outcome, CheckStatus::Warn,
                found("proxy.env-conflict", Confidence::Proven,
                      fmt::format("{} and {} are set to different values.", pair.lower, pair.upper),
                      {fmt::format("export {}=\"${}\"", pair.upper, pair.lower)}));
        }
    }
}

void judge_wildcards(const Subject& subject, Outcome& outcome) {
    for (const std::string_view name : wire::kNoProxyVariables) {
        const std::string value = value_of(subject, name);
        if (value.find("*.") != std::string::npos) {
            add(outcome, CheckStatus::Warn,
                found("proxy.no-proxy-wildcard", Confidence::Proven,
                      fmt::format("{} holds \"*.\", which curl and Python do not understand.", name),
                      {fmt::format("export {0}=\"$(echo \"${0}\" | sed 's/\\*\\././g')\"", name)}));
            return;
        }
    }
}

bool same_way(const ClientRoute& a, const ClientRoute& b) { return a.proxy == b.proxy; }

/// Node.js that reads no variables is shown, but is nothing to warn of: it is so by default.
bool has_an_opinion(const ClientRoute& route) { return route.why.find("NODE_USE_ENV_PROXY") == std::string::npos; }

void judge_agreement(const std::vector<ClientRoute>& routes, Outcome& outcome) {
    std::string through;
    std::string direct;
    for (const ClientRoute& route : routes) {
        if (has_an_opinion(route)) {
            std::string& list = route.is_direct() ? direct : through;
            list += (list.empty() ? "" : ", ") + route.family;
        }
    }
    if (!through.empty() && !direct.empty()) {
        add(outcome, CheckStatus::Warn,
            found("proxy.bypass-mismatch", Confidence::Proven, fmt::format("Through a proxy: {}. Direct: {}.", through, direct)));
    } else if (!std::ranges::all_of(routes,
                                    [&](const ClientRoute& route) { return !has_an_opinion(route) || same_way(route, routes.front()); })) {
        add(outcome, CheckStatus::Warn,
            found("proxy.bypass-mismatch", Confidence::Proven, "Programs take different proxies from the same variables."));
    }
}

std::string shown_route(const ClientRoute& route) {
    if (!route.is_direct()) {
        return fmt::format("{} by {}", shown_proxy(route.proxy), route.variable);
    }
    return route.why.empty() ? "direct" : fmt::format("direct: {}", route.why);
}

std::string summary_of(const std::vector<ClientRoute>& routes) {
    if (const auto proxies = proxied(routes); !proxies.empty()) {
        return fmt::format("through {}", shown_proxy(proxies.front().proxy));
    }
    const bool exempt = std::ranges::any_of(routes, [](const ClientRoute& route) { return !route.why.empty() && has_an_opinion(route); });
    return exempt ? "direct: the host is exempt from the proxy" : "no proxy";
}

/// A proxy of the system that this process does not know.
void show_system_proxies(const Subject& subject, Outcome& outcome) {
    for (const ProxyVariable& each : system_proxies(subject)) {
        if (value_of(subject, each.name) != each.value) {
            outcome.with("/etc/environment", fmt::format("{} is {} there, and not here", each.name, shown_proxy(each.value)));
        }
    }
}

/// Somebody said which way to take, so that what the variables say is worth a look and nothing more.
std::string named_way(const Subject& subject) {
    return subject.proxy ? fmt::format("through {}, as was asked; the environment is not obeyed", subject.proxy->text())
                         : std::string("direct, as was asked; the environment is not obeyed");
}

std::string_view without_quotes(std::string_view value) {
    value.remove_prefix(value.starts_with('"') || value.starts_with('\'') ? 1 : 0);
    value.remove_suffix(value.ends_with('"') || value.ends_with('\'') ? 1 : 0);
    return value;
}

}  // namespace

std::vector<ProxyVariable> system_proxies(const Subject& subject) {
    const auto text = subject.read_file ? subject.read_file("/etc/environment") : core::Expected<std::string>(std::string());
    std::vector<ProxyVariable> proxies;
    for (const std::string_view line : core::split(text ? std::string_view(*text) : "", '\n')) {
        const std::size_t equals = line.find('=');
        const std::string_view name = core::trimmed(line.substr(0, equals));
        const std::string_view value = equals == std::string_view::npos ? "" : without_quotes(core::trimmed(line.substr(equals + 1)));
        if (!value.empty() && std::ranges::find(wire::kProxyVariables, name) != wire::kProxyVariables.end()) {
            proxies.push_back({std::string(name), std::string(value)});
        }
    }
    return proxies;
}

Outcome check_proxy_environment(const Subject& subject) {
    const auto routes = client_routes(subject);
    if (routes.empty()) {
        return Outcome::not_applicable("url.parse");
    }
    const bool is_asked = subject.proxy_from == Subject::ProxyFrom::Environment;
    Outcome outcome = Outcome::pass(is_asked ? summary_of(routes) : named_way(subject));
    if (is_asked) {
        judge_values(routes, outcome);
        judge_spellings(subject, outcome);
        judge_wildcards(subject, outcome);
        judge_agreement(routes, outcome);
    }
    show_system_proxies(subject, outcome);
    const bool any = std::ranges::any_of(routes, [](const ClientRoute& route) { return !route.is_direct() || !route.why.empty(); });
    for (const ClientRoute& route : routes) {
        if (any) {
            outcome.with(route.family, shown_route(route));
        }
    }
    return outcome;
}

}  // namespace relaybench::doctor
