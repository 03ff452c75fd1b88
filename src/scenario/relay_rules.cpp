#include "scenario/relay_rules.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "core/text.h"
#include "scenario/problem.h"
#include "wire/key_format.h"
#include "wire/proxy.h"
#include "wire/url.h"

namespace relaybench::scenario {

namespace {

constexpr std::size_t kShownBytes = 60;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::string_view kNoProxy = "none";

bool is_variable_name(std::string_view name) {
    const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return std::all_of(name.begin(), name.end(), fits) && std::isdigit(static_cast<unsigned char>(name.front())) == 0;
}

bool is_name_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || std::string_view("._-:/@+").find(c) != std::string_view::npos;
}

void check_name(const Relay& relay, Inspection& inspection) {
    const bool plain = std::all_of(relay.name.begin(), relay.name.end(), is_name_character);
    if (relay.name.empty() || relay.name.size() > kMaxNameBytes || !plain) {
        inspection.problem("name", fmt::format("\"{}\" is no name, expected 1 to {} letters, digits or any of . _ - : / @ +",
                                               core::printable(relay.name, kShownBytes), kMaxNameBytes));
    }
}

/// https ↔ wss, http ↔ ws: what the user meant when the scheme belongs to the other carrier.
std::string with_scheme_of(const wire::Url& url, wire::Carrier carrier) {
    wire::Url other = url;
    other.scheme = carrier == wire::Carrier::WebSocket ? (url.secure() ? "wss" : "ws") : (url.secure() ? "https" : "http");
    return other.text();
}

void check_scheme(const Relay& relay, const wire::Url& url, Inspection& inspection) {
    const wire::DialectInfo& dialect = wire::info(relay.dialect);
    const bool is_websocket = url.scheme == "ws" || url.scheme == "wss";
    if (is_websocket == (dialect.carrier == wire::Carrier::WebSocket)) {
        return;
    }
    inspection.problem("url", fmt::format("{}:// does not fit dialect {}, expected {} (did you mean \"{}\"?)", url.scheme, dialect.id,
                                          is_websocket ? "https:// or http://" : "wss:// or ws://",
                                          core::printable(with_scheme_of(url, dialect.carrier), 2 * kShownBytes)));
}

/// Query parameters that carry keys elsewhere would end up in results and logs.
void check_query(const wire::Url& url, Inspection& inspection) {
    constexpr std::array<std::string_view, 6> kSecrets{"key", "api_key", "apikey", "api-key", "token", "access_token"};
    const std::size_t query = url.target.find('?');
    if (query == std::string::npos) {
        return;
    }
    for (const std::string_view pair : core::split(std::string_view(url.target).substr(query + 1), '&')) {
        const std::string_view name = pair.substr(0, pair.find('='));
        if (std::any_of(kSecrets.begin(), kSecrets.end(), [&](std::string_view secret) { return core::iequals(secret, name); })) {
            inspection.problem("url", fmt::format("the key in \"?{}=…\" would be written to results, expected key_env or key_file", name));
        }
    }
}

/// A loopback address beyond a proxy of another machine is that machine's.
bool leaves_machine(const Relay& relay) {
    const auto proxy = wire::parse_proxy(relay.proxy);
    return !relay.proxy.empty() && relay.proxy != kNoProxy && proxy && !wire::is_loopback(proxy->host);
}

/// A key goes only over TLS that was verified, or to this very machine.
void check_key_transport(const Relay& relay, const wire::Url& url, Inspection& inspection) {
    const bool has_key = !relay.key_env.empty() || !relay.key_file.empty();
    if (!has_key || (wire::is_loopback(url.host) && !leaves_machine(relay))) {
        return;
    }
    if (!url.secure()) {
        inspection.problem("url", fmt::format("a key would travel unencrypted to {}, expected https:// or wss://",
                                              core::printable(url.host, kShownBytes)));
    } else if (!relay.verify_tls) {
        inspection.problem("insecure", "a key would go to a host that nobody verified, expected cacert with the host's authority");
    }
}

/// Others can read a command line, and files are shared: a password comes from the environment. Environment variables of proxies hold
/// them too, which is why parse_proxy() takes them.
void check_proxy(const Relay& relay, Inspection& inspection) {
    if (relay.proxy == kNoProxy) {
        return;
    }
    const auto proxy = relay.proxy.empty() ? core::Expected<wire::Proxy>(wire::Proxy{}) : wire::parse_proxy(relay.proxy);
    if (!proxy) {
        inspection.problem("proxy", fmt::format("{}, or none", proxy.error().message));
    } else if (!proxy->credentials.empty()) {
        inspection.problem("proxy",
                           "a password does not belong here, expected proxy_auth_env with the name of a variable that holds user:password");
    }
    if (!relay.proxy_auth_env.empty() && !is_variable_name(relay.proxy_auth_env)) {
        inspection.problem("proxy_auth_env", "expected the name of an environment variable, such as PROXY_AUTH");
    }
}

void check_url(const Relay& relay, Inspection& inspection) {
    const auto url = wire::parse_url(relay.url);
    if (!url) {
        return inspection.problem("url", url.error().message);
    }
    check_scheme(relay, *url, inspection);
    check_query(*url, inspection);
    check_key_transport(relay, *url, inspection);
    check_proxy(relay, inspection);
}

void check_embedded(const Relay& relay, Inspection& inspection) {
    if (relay.embedded->empty()) {
        inspection.problem("embedded", "the profile is empty, expected one such as fast or slow, or a profile file");
    }
    const std::array<std::pair<std::string_view, bool>, 4> meaningless{{{"cacert", !relay.ca_file.empty()},
                                                                        {"insecure", !relay.verify_tls},
                                                                        {"connect_to", !relay.connect_to.empty()},
                                                                        {"proxy", !relay.proxy.empty() && relay.proxy != kNoProxy}}};
    for (const auto& [key, is_set] : meaningless) {
        if (is_set) {
            inspection.problem(key, "means nothing for the embedded relay, expected beside a url");
        }
    }
}

void check_target(const Relay& relay, Inspection& inspection) {
    if (relay.embedded && !relay.url.empty()) {
        inspection.problem("embedded", "contradicts url, expected only one of them: url for a real relay, embedded for the built-in one");
    } else if (relay.embedded) {
        check_embedded(relay, inspection);
    } else if (relay.url.empty()) {
        inspection.problem("the target is missing, expected url (a real relay) or embedded (the built-in one)");
    } else {
        check_url(relay, inspection);
    }
}

bool looks_like_key(std::string_view text) {
    constexpr std::array<std::string_view, 4> kStarts{"hs_live_", "hs_test_", "sk-", "HS-"};
    return std::any_of(kStarts.begin(), kStarts.end(), [&](std::string_view start) { return text.starts_with(start); }) ||
           wire::matches_any(text, wire::guide_key_patterns());
}

/// Never shows the value when it might be a key.
void check_key(const Relay& relay, Inspection& inspection) {
    if (!relay.key_env.empty() && !relay.key_file.empty()) {
        inspection.problem("key_file",
                           "contradicts key_env, expected only one of them: key_env for an environment variable, key_file for a file");
    }
    if (relay.key_env.empty()) {
        return;
    }
    if (looks_like_key(relay.key_env)) {
        inspection.problem("key_env", "this looks like a key itself, expected the name of the environment variable that holds it");
    } else if (!is_variable_name(relay.key_env)) {
        inspection.problem("key_env", "this is no name of an environment variable, expected letters, digits and _ such as RELAY_API_KEY");
    }
}

bool is_token(std::string_view name) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110 §5.6.2
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.find(c) != std::string_view::npos;
    });
}

void check_header(const wire::Header& header, Inspection& inspection) {
    constexpr std::array<std::string_view, 5> kKeyHeaders{"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"};
    const bool is_control = std::any_of(header.value.begin(), header.value.end(),
                                        [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f'; });
    if (!is_token(header.name)) {
        inspection.problem(
            fmt::format("\"{}\" is no header name, expected letters, digits and -", core::printable(header.name, kShownBytes)));
    } else if (std::any_of(kKeyHeaders.begin(), kKeyHeaders.end(), [&](std::string_view key) { return core::iequals(key, header.name); })) {
        inspection.problem(fmt::format("the key in {} would be written to results, expected key_env or key_file", header.name));
    } else if (is_control) {
        inspection.problem(fmt::format("the value of {} holds a control character such as a line end, expected one line", header.name));
    }
}

void check_dialect_options(const Relay& relay, Inspection& inspection) {
    const wire::DialectInfo& dialect = wire::info(relay.dialect);
    if (relay.compression != wire::Compression::None && relay.dialect != wire::Dialect::WsStream) {
        inspection.problem("compression", fmt::format("dialect {} has none, expected with dialect ws-stream", dialect.id));
    }
    if (!relay.subprotocol.empty() && dialect.carrier != wire::Carrier::WebSocket) {
        inspection.problem("subprotocol", fmt::format("dialect {} has none, expected with a WebSocket dialect", dialect.id));
    }
    if (relay.model.empty()) {
        inspection.problem("model", "the name is empty, expected a model such as gpt-4o-mini");
    }
}

}  // namespace

void check_relay_rules(const Relay& relay, Inspection& inspection) {
    check_name(relay, inspection);
    check_target(relay, inspection);
    check_key(relay, inspection);
    check_dialect_options(relay, inspection);
    const Inspection::Step step = inspection.into("headers");
    for (const wire::Header& header : relay.headers) {
        check_header(header, inspection);
    }
}

std::optional<core::Error> secret_source_error(const Relay& relay) {
    Inspection inspection;
    check_key(relay, inspection);
    check_proxy(relay, inspection);
    const auto problems = inspection.take_problems();
    return problems.empty() ? std::nullopt : std::optional(problems_error("", problems));
}

}  // namespace relaybench::scenario
