#include "wire/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::wire {
namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kTlsPort = 443;
constexpr std::size_t kMaxHost = 253;  // RFC 1035 §2.3.4
constexpr std::size_t kShown = 120;
constexpr std::string_view kAccepted = "expected something like https://host/v1 or wss://host:port/path";

std::optional<std::uint16_t> default_port(std::string_view scheme) {
    if (scheme == "http" || scheme == "ws") {
        return kPlainPort;
    }
    if (scheme == "https" || scheme == "wss") {
        return kTlsPort;
    }
    return std::nullopt;
}

/// `text` is left out of the message where it may hold a password.
tl::unexpected<core::Error> refused(std::string_view text, std::string_view why) {
    return core::bad_input(fmt::format("URL \"{}\": {}; {}", core::printable(text, kShown), why, kAccepted));
}

bool is_host_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }

bool is_host_name(std::string_view host) {
    return !host.empty() && host.size() <= kMaxHost && host.front() != '.' && host.find("..") == std::string_view::npos &&
           std::ranges::all_of(host, is_host_char);
}

bool is_ipv6(const std::string& host) {
    in6_addr address{};
    // inet_pton reads up to the first NUL and would not see what follows.
    return host.find('\0') == std::string::npos && inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

/// Blanks and control characters would let a URL write its own request headers; other bytes must come percent-encoded (RFC 3986 §2).
bool is_target_char(char c) { return c > ' ' && c < '\x7f'; }

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc{} || rest != end || port == 0) {
        return std::nullopt;
    }
    return port;
}

/// `host[:port]`, split; the host in lower case and without brackets. Empty optional: brackets do not match.
struct HostPort {
    std::string host;
    std::optional<std::string_view> port;
    bool bracketed = false;
};

std::optional<HostPort> split_authority(std::string_view authority) {
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view after = authority.substr(close + 1);
        if (!after.empty() && after.front() != ':') {
            return std::nullopt;
        }
        HostPort parts{core::lowercase(authority.substr(1, close - 1)), std::nullopt, true};
        if (!after.empty()) {
            parts.port = after.substr(1);
        }
        return parts;
    }
    const std::size_t colon = authority.find(':');
    HostPort parts{core::lowercase(authority.substr(0, colon)), std::nullopt, false};
    if (colon != std::string_view::npos) {
        parts.port = authority.substr(colon + 1);
    }
    return parts;
}

core::Expected<Url> parse_authority(std::string_view text, std::string_view authority, Url url) {
    if (authority.empty()) {
        return refused(text, "it has no host");
    }
    auto parts = split_authority(authority);
    if (!parts) {
        return refused(text, "the brackets of the IPv6 address do not match");
    }
    if (parts->bracketed ? !is_ipv6(parts->host) : !is_host_name(parts->host)) {
        return refused(text, parts->bracketed ? "the text in brackets is no IPv6 address"
                                              : "the host may hold letters, digits, '-', '_' and '.' only (IPv6 addresses in brackets)");
    }
    if (parts->port) {
        const auto port = parse_port(*parts->port);
        if (!port) {
            return refused(text, "the port must be a number from 1 to 65535");
        }
        url.port = *port;
    }
    url.host = std::move(parts->host);
    if (url.host.ends_with('.') && url.host.size() > 1) {
        url.host.pop_back();  // the root of all names: certificates do not name it, and TLS must not (RFC 6066 §3)
    }
    return url;
}

core::Expected<Url> start_url(std::string_view text, std::size_t scheme_end) {
    if (scheme_end == std::string_view::npos) {
        return refused(text, "it has no scheme");
    }
    Url url;
    url.scheme = core::lowercase(text.substr(0, scheme_end));
    const auto port = default_port(url.scheme);
    if (!port) {
        static constexpr std::array<std::string_view, 4> kSchemes = {"https", "http", "wss", "ws"};
        return refused(text, fmt::format("the scheme must be {}{}", core::listed(kSchemes), core::did_you_mean(url.scheme, kSchemes)));
    }
    url.port = *port;
    return url;
}

}  // namespace

std::string Url::authority() const {
    std::string result = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (default_port(scheme) != port) {
        result += ":" + std::to_string(port);
    }
    return result;
}

std::string Url::text() const { return scheme + "://" + authority() + target; }

bool is_address(const std::string& host) {
    in_addr bytes{};
    return inet_pton(AF_INET, host.c_str(), &bytes) == 1 || is_ipv6(host);
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
    return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

core::Expected<Url> parse_url(std::string_view text) {
    constexpr std::string_view kSeparator = "://";
    const std::size_t scheme_end = text.find(kSeparator);
    const std::size_t authority_begin = scheme_end == std::string_view::npos ? 0 : scheme_end + kSeparator.size();
    const std::size_t authority_end = std::min(text.find_first_of("/?#", authority_begin), text.size());
    const std::string_view authority = text.substr(authority_begin, authority_end - authority_begin);
    // Before anything that would print the text: a password may be in it.
    if (authority.find('@') != std::string_view::npos) {
        return core::bad_input(fmt::format("the URL holds user information (…@host), and keys do not belong in URLs; {}", kAccepted));
    }
    auto url = start_url(text, scheme_end);
    if (!url) {
        return url;
    }
    const std::string_view target = text.substr(authority_end);
    if (target.find('#') != std::string_view::npos) {
        return refused(text, "a fragment (#…) is never sent to a server");
    }
    if (!std::ranges::all_of(target, is_target_char)) {
        return refused(text, "the path holds a blank, a control character or a byte that must be percent-encoded");
    }
    // A query right after the host: RFC 9112 §3.2.1 sends "/" for the missing path.
    url->target = target.starts_with('?') ? "/" + std::string(target) : std::string(target);
    return parse_authority(text, authority, *std::move(url));
}

}  // namespace relaybench::wire
