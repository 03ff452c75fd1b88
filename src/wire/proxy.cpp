#include "wire/proxy.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "core/base64.h"
#include "core/text.h"
#include "wire/url.h"

namespace relaybench::wire {
namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::string_view kWanted = "expected http://HOST:PORT";

tl::unexpected<core::Error> no_proxy_url(std::string_view why) { return core::bad_input(fmt::format("{}; {}", why, kWanted)); }

int hex_digit(char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto at = kDigits.find(core::lowercase({&c, 1}));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// Empty optional: a '%' that no two hexadecimal digits follow.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

/// Bytes of an IPv4 or IPv6 address; empty when the text is neither.
std::vector<unsigned char> address_bytes(std::string_view text) {
    const std::string copy(text);
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
        return {bytes.begin(), bytes.begin() + sizeof(in_addr)};
    }
    if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) {
        return {bytes.begin(), bytes.end()};
    }
    return {};
}

bool is_in_block(std::string_view block, std::string_view host) {
    const std::size_t slash = block.find('/');
    const auto network = address_bytes(block.substr(0, slash));
    const auto address = address_bytes(host);
    std::size_t bits = 0;
    const std::string_view digits = block.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool fits = error == std::errc{} && end == digits.data() + digits.size() && bits <= network.size() * 8;
    if (!fits || network.empty() || network.size() != address.size()) {
        return false;
    }
    for (std::size_t bit = 0; bit < bits; ++bit) {
        const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
        if (((network[bit / 8] ^ address[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

bool is_under(std::string_view domain, std::string_view host) {
    if (domain.starts_with("*.")) {
        domain.remove_prefix(1);
    }
    if (domain.starts_with('.')) {
        domain.remove_prefix(1);
    }
    if (domain.empty() || host.size() < domain.size()) {
        return false;
    }
    const std::string_view end = host.substr(host.size() - domain.size());
    const bool whole = host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
    return whole && core::iequals(end, domain);
}

/// An entry without its `:port`; empty when the entry is for another port.
std::string_view host_of_entry(std::string_view entry, std::uint16_t port) {
    if (entry.starts_with('[')) {
        const std::size_t close = std::min(entry.find(']'), entry.size());
        const std::string_view rest = entry.substr(std::min(close + 1, entry.size()));
        return rest.empty() || rest == fmt::format(":{}", port) ? entry.substr(1, close - 1) : std::string_view{};
    }
    if (std::count(entry.begin(), entry.end(), ':') != 1) {
        return entry;
    }
    const std::size_t colon = entry.find(':');
    return entry.substr(colon + 1) == fmt::format("{}", port) ? entry.substr(0, colon) : std::string_view{};
}

bool exempts(std::string_view entry, std::string_view host, std::uint16_t port) {
    if (entry == "*") {
        return true;
    }
    const std::string_view pattern = host_of_entry(entry, port);
    if (pattern.find('/') != std::string_view::npos) {
        return is_in_block(pattern, host);
    }
    const auto address = address_bytes(host);
    return address.empty() ? is_under(pattern, host) : address == address_bytes(pattern);
}

/// RFC 3986 §3.1; nothing at all is one that was forgotten.
bool is_scheme(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
    return text.empty() || (is_letter(text.front()) && std::all_of(text.begin(), text.end(), fits));
}

/// Where "://" ends a scheme; nothing where there is none, and it stands in a password at most.
std::optional<std::size_t> scheme_size(std::string_view text) {
    const std::size_t separator = text.find("://");
    const bool ends_scheme = separator != std::string_view::npos && is_scheme(text.substr(0, separator));
    return ends_scheme ? std::optional(separator) : std::nullopt;
}

}  // namespace

std::string Proxy::text() const { return "http://" + host_and_port(host, port); }

std::string_view ProxyText::host() const {
    const std::size_t close = place.starts_with('[') ? place.find(']') : std::string_view::npos;
    return close == std::string_view::npos ? place.substr(0, place.find_first_of(":/")) : place.substr(1, close - 1);
}

ProxyText split_proxy(std::string_view text) {
    ProxyText parts;
    if (const auto size = scheme_size(text)) {
        parts.scheme = text.substr(0, *size);
        text.remove_prefix(*size + 3);
    }
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        parts.has_login = true;
        parts.login = text.substr(0, at);
        text.remove_prefix(at + 1);
    }
    parts.place = text;
    return parts;
}

core::Expected<Proxy> parse_proxy(std::string_view text) {
    const ProxyText parts = split_proxy(text);
    const std::string scheme = scheme_size(text) ? core::lowercase(parts.scheme) : "http";
    const std::string_view rest = parts.place;
    if (scheme != "http") {
        return no_proxy_url(fmt::format("a proxy that is spoken to by {}:// is not supported", core::printable(scheme, kShownBytes)));
    }
    Proxy proxy;
    if (parts.has_login) {
        auto credentials = percent_decoded(parts.login);
        if (!credentials) {
            return no_proxy_url("the proxy's user or password holds a '%' that is not percent-encoded");
        }
        // A user without a password: the colon belongs to what is sent all the same (RFC 7617 §2).
        const bool is_user_alone = !credentials->empty() && parts.login.find(':') == std::string_view::npos;
        proxy.credentials = core::Secret(*credentials + (is_user_alone ? ":" : ""));
    }
    const std::string_view authority = rest.substr(0, rest.find('/'));
    if (authority.size() + 1 < rest.size()) {
        return no_proxy_url(fmt::format("a proxy has no path, but \"{}\" names one", core::printable(rest, kShownBytes)));
    }
    const std::size_t bracket = authority.rfind(']');
    if (authority.find(':', bracket == std::string_view::npos ? 0 : bracket) == std::string_view::npos) {
        return no_proxy_url(fmt::format("the proxy \"{}\" has no port", core::printable(authority, kShownBytes)));
    }
    auto url = parse_url("http://" + std::string(authority));
    if (!url) {
        return no_proxy_url(fmt::format("\"{}\" is no proxy", core::printable(authority, kShownBytes)));
    }
    proxy.host = std::move(url->host);
    proxy.port = url->port;
    return proxy;
}

std::string basic_authorization(const core::Secret& credentials) { return "Basic " + core::base64_encode(credentials.reveal()); }

bool bypasses_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port) {
    std::string list(no_proxy);
    std::replace_if(
        list.begin(), list.end(), [](char c) { return c == ' ' || c == '\t'; }, ',');
    const auto entries = core::split(list, ',');
    return std::any_of(entries.begin(), entries.end(),
                       [&](std::string_view entry) { return !core::trimmed(entry).empty() && exempts(core::trimmed(entry), host, port); });
}

}  // namespace relaybench::wire
