// Which proxy each family of programs takes from the environment, by its own rules:
//   curl             lower case first; HTTP_PROXY in upper case is ignored; all_proxy; no_proxy by ending, blocks of addresses, no "*."
//   Python requests  lower case first, and one that is set to nothing hides the other; all_proxy; no_proxy by ending (even in the middle of a
//                    word), blocks of IPv4 addresses, no "*."; between its entries stand commas, and blanks count for nothing
//   Node.js          none of the variables unless NODE_USE_ENV_PROXY is set; then https_proxy (lower case first, and one that is set to nothing
//                    hides the other) and in its place http_proxy; "*." in no_proxy is understood, blocks are not
//   Go               upper case first; no all_proxy; loopback is always direct; no_proxy with "*.", blocks and ports, and commas alone
//   relaybench       as curl, but no_proxy with "*." and ports too, and loopback is always direct
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "core/text.h"
#include "doctor/static_checks.h"
#include "doctor/url_text.h"
#include "wire/proxy.h"
#include "wire/url.h"

namespace relaybench::doctor {
namespace {

struct Variable {
    std::string name;
    std::string value;
};

using Names = std::span<const std::string_view>;

/// What a variable in lower case that is set to nothing does to the one in upper case.
enum class Empty : std::uint8_t { PassedOver, Hides };

std::optional<Variable> first_of(const Subject& subject, Names names, Empty empty = Empty::PassedOver) {
    std::string_view hidden;
    for (const std::string_view name : names) {
        const auto value = subject.environment ? subject.environment(std::string(name)) : std::nullopt;
        if (value && !value->empty() && !core::iequals(name, hidden)) {
            return Variable{std::string(name), *value};
        }
        hidden = value && value->empty() && empty == Empty::Hides ? name : hidden;
    }
    return std::nullopt;
}

/// What stands between commas, in small letters, without the blanks around it.
std::vector<std::string> entries_between_commas(std::string_view list) {
    std::vector<std::string> entries;
    for (const std::string_view entry : core::split(list, ',')) {
        if (!core::trimmed(entry).empty()) {
            entries.push_back(core::lowercase(core::trimmed(entry)));
        }
    }
    return entries;
}

std::vector<std::string> entries_of(std::string_view list) {
    std::string commas(list);
    std::ranges::replace_if(
        commas, [](char c) { return c == ' ' || c == '\t'; }, ',');
    return entries_between_commas(commas);
}

/// Blocks, addresses and names with their sub-domains are read alike everywhere; what differs is decided by the callers.
bool exempts_plainly(const std::string& entry, const wire::Url& url) { return wire::bypasses_proxy(entry, url.host, url.port); }

bool has_port(const std::string& entry) { return std::ranges::count(entry, ':') == 1; }

bool curl_exempts(const std::string& list, const wire::Url& url) {
    if (core::trimmed(list) == "*") {
        return true;
    }
    return std::ranges::any_of(entries_of(list), [&url](const std::string& entry) {
        return entry.find('*') == std::string::npos && !has_port(entry) && exempts_plainly(entry, url);
    });
}

/// As requests does it by itself: blanks go, so that entries with nothing else between them become one.
bool requests_exempts(std::string list, const wire::Url& url) {
    std::erase(list, ' ');
    const bool is_v4 = is_address(url.host) && url.host.find(':') == std::string::npos;
    return std::ranges::any_of(entries_between_commas(list), [&](const std::string& entry) {
        if (entry.find('*') != std::string::npos) {
            return false;
        }
        return is_v4 ? !has_port(entry) && exempts_plainly(entry, url) : url.host.ends_with(entry) || url.authority().ends_with(entry);
    });
}

/// As the standard library does it, which requests asks as well: names and their sub-domains, whether they begin with dots or not.
bool urllib_exempts(const std::string& list, const wire::Url& url) {
    return std::ranges::any_of(entries_between_commas(list), [&url](const std::string& entry) {
        const std::string bare = entry.substr(std::min(entry.find_first_not_of('.'), entry.size()));
        return !bare.empty() && (url.host == bare || url.authority() == bare || url.host.ends_with("." + bare));
    });
}

bool python_exempts(const std::string& list, const wire::Url& url) {
    return core::trimmed(list) == "*" || requests_exempts(list, url) || urllib_exempts(list, url);
}

bool node_exempts(const std::string& list, const wire::Url& url) {
    return std::ranges::any_of(
        entries_of(list), [&url](const std::string& entry) { return entry.find('/') == std::string::npos && exempts_plainly(entry, url); });
}

/// A leading dot or "*." leaves the name itself out.
bool go_exempts(const std::string& list, const wire::Url& url) {
    return std::ranges::any_of(entries_between_commas(list), [&url](const std::string& entry) {
        if (entry.find(' ') != std::string::npos) {
            return false;
        }
        const std::string bare = entry.starts_with("*.") ? entry.substr(2) : entry.substr(entry.starts_with('.') ? 1 : 0);
        return exempts_plainly(entry, url) && (bare == entry || url.host != bare);
    });
}

bool relaybench_exempts(const std::string& list, const wire::Url& url) { return wire::bypasses_proxy(list, url.host, url.port); }

struct Family {
    std::string_view name;
    std::array<std::string_view, 4> secure;  ///< variables for TLS, in their order; empty ones are skipped
    std::array<std::string_view, 4> plain;
    std::array<std::string_view, 2> exempt;
    bool (*exempts)(const std::string& list, const wire::Url& url);
    enum class Loopback : std::uint8_t { AsOthers, AlwaysDirect } loopback = Loopback::AsOthers;
    Empty empty_proxy = Empty::PassedOver;
    Empty empty_exempt = Empty::PassedOver;
};

constexpr std::array kFamilies = {
    Family{"curl",
           {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"},
           {"http_proxy", "all_proxy", "ALL_PROXY"},
           {"no_proxy", "NO_PROXY"},
           curl_exempts},
    Family{"Python requests",
           {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"},
           {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"},
           {"no_proxy", "NO_PROXY"},
           python_exempts,
           Family::Loopback::AsOthers,
           Empty::Hides},
    Family{"Node.js",
           {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"},
           {"http_proxy", "HTTP_PROXY"},
           {"no_proxy", "NO_PROXY"},
           node_exempts,
           Family::Loopback::AsOthers,
           Empty::Hides,
           Empty::Hides},
    Family{"Go",
           {"HTTPS_PROXY", "https_proxy"},
           {"HTTP_PROXY", "http_proxy"},
           {"NO_PROXY", "no_proxy"},
           go_exempts,
           Family::Loopback::AlwaysDirect},
    Family{"relaybench",
           {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"},
           {"http_proxy", "all_proxy", "ALL_PROXY"},
           {"no_proxy", "NO_PROXY"},
           relaybench_exempts,
           Family::Loopback::AlwaysDirect},
};

/// Node.js reads the variables only when told to.
bool reads_variables(const Family& family, const Subject& subject) {
    constexpr std::array<std::string_view, 1> kSwitch = {"NODE_USE_ENV_PROXY"};
    if (family.name != "Node.js") {
        return true;
    }
    const auto value = first_of(subject, kSwitch);
    return value && value->value == "1";
}

ClientRoute route_of(const Family& family, const Subject& subject, const wire::Url& url) {
    ClientRoute route{.family = std::string(family.name)};
    const auto said = first_of(subject, url.secure() ? family.secure : family.plain, family.empty_proxy);
    if (!said) {
        return route;
    }
    const auto exempt = first_of(subject, family.exempt, family.empty_exempt);
    if (!reads_variables(family, subject)) {
        route.why = "reads no variables unless NODE_USE_ENV_PROXY=1";
    } else if (family.loopback == Family::Loopback::AlwaysDirect && wire::is_loopback(url.host)) {
        route.why = "loopback is always direct";
    } else if (exempt && family.exempts(exempt->value, url)) {
        route.why = exempt->name + " exempts the host";
    } else {
        route.variable = said->name;
        route.proxy = said->value;
    }
    return route;
}

}  // namespace

std::vector<ClientRoute> client_routes(const Subject& subject) {
    std::vector<ClientRoute> routes;
    if (const auto url = wire::parse_url(subject.url)) {
        for (const Family& family : kFamilies) {
            routes.push_back(route_of(family, subject, *url));
        }
    }
    return routes;
}

}  // namespace relaybench::doctor
