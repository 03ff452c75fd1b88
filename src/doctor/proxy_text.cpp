#include "doctor/proxy_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.h"
#include "wire/proxy.h"

namespace relaybench::doctor {

namespace {

constexpr auto kQuotes = std::to_array<std::string_view>({"\"", "'", "`", "“", "”", "‘", "’"});

/// As they come from files that are no shell scripts: what stands around the value there belongs to it.
bool is_quoted(std::string_view value) {
    return std::ranges::any_of(kQuotes, [value](std::string_view quote) { return value.starts_with(quote) || value.ends_with(quote); });
}

bool is_blank_or_control(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

/// Rules for browsers, by which they choose a proxy.
bool is_pac(const wire::ProxyText& parts) {
    const std::string place = core::lowercase(parts.place.substr(0, parts.place.find_first_of("?#")));
    return core::lowercase(parts.scheme).starts_with("pac+") || place.ends_with(".pac") || place.ends_with("wpad.dat");
}

bool is_percent_encoded(std::string_view login) {
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    for (std::size_t at = login.find('%'); at != std::string_view::npos; at = login.find('%', at + 1)) {
        if (at + 2 >= login.size() || !is_hex(login[at + 1]) || !is_hex(login[at + 2])) {
            return false;
        }
    }
    return true;
}

std::string why_no_place(std::string_view place) {
    if (place.empty() || place.front() == ':' || place.front() == '/') {
        return "names no host";
    }
    const std::string_view authority = place.substr(0, place.find('/'));
    const std::size_t bracket = authority.rfind(']');
    if (authority.find(':', bracket == std::string_view::npos ? 0 : bracket) == std::string_view::npos) {
        return "names no port";
    }
    return authority.size() + 1 < place.size() ? "names a path behind the port" : "cannot be read";
}

}  // namespace

std::string why_no_proxy(std::string_view value) {
    if (is_quoted(value)) {
        return "holds quotes, which belong to the value here";
    }
    if (std::ranges::any_of(value, is_blank_or_control)) {
        return "holds a blank or a line end";
    }
    const wire::ProxyText parts = wire::split_proxy(value);
    if (is_pac(parts)) {
        return "names a PAC file, which holds rules for browsers; programs that read this variable want a proxy's host and port";
    }
    if (!is_percent_encoded(parts.login)) {
        return "holds a user or password with a '%' that is not written %25";
    }
    return why_no_place(parts.place);
}

std::string login_flaw(std::string_view value) {
    constexpr std::string_view kEndsHost = "/?#";
    const std::string_view login = wire::split_proxy(value).login;
    const std::size_t at = login.find_first_of(kEndsHost);
    return at == std::string_view::npos ? ""
                                        : fmt::format(
                                              "holds a user or password with '{}', which ends the host for curl, Python and Go; "
                                              "write %{:02X}",
                                              login[at], static_cast<unsigned>(login[at]));
}

}  // namespace relaybench::doctor
