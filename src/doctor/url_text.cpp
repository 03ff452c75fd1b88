#include "doctor/url_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/utf8.h"
#include "doctor/shown.h"

namespace relaybench::doctor {
namespace {

constexpr std::string_view kSeparator = "://";
constexpr std::array<std::string_view, 4> kSchemes = {"https", "http", "wss", "ws"};

/// The first blank, control character, quotation mark or character outside ASCII: "a blank at character 9".
std::optional<std::string> odd_place(std::string_view text) {
    for (std::size_t position = 1; !text.empty(); ++position) {
        const core::Utf8Character character = core::first_character(text);
        const char32_t code = character.valid ? character.code : 0xfffd;
        if (code <= ' ' || code >= 0x7f || code == '"' || code == '\'' || code == '`') {
            return fmt::format("{} at character {}",
                               code == '"' || code == '\'' || code == '`' ? "a quotation mark" : code_point_text(code), position);
        }
        text.remove_prefix(character.bytes);
    }
    return std::nullopt;
}

std::string_view authority_of(std::string_view text) {
    const std::size_t separator = text.find(kSeparator);
    const std::string_view rest = separator == std::string_view::npos ? text : text.substr(separator + kSeparator.size());
    return rest.substr(0, rest.find_first_of("/?#"));
}

/// "https//host": the colon is missing.
bool lacks_colon(std::string_view text) {
    const std::string start = core::lowercase(text.substr(0, text.find("//")));
    return text.find(kSeparator) == std::string_view::npos && text.find("//") != std::string_view::npos &&
           std::ranges::find(kSchemes, start) != kSchemes.end();
}

bool has_scheme(std::string_view text) {
    return std::ranges::find(kSchemes, core::lowercase(text.substr(0, text.find(kSeparator)))) != kSchemes.end();
}

/// "http:/host" and "https:host".
bool lacks_slashes(std::string_view text) {
    const std::string start = core::lowercase(text.substr(0, text.find(':')));
    return text.find(':') != std::string_view::npos && text.find(kSeparator) == std::string_view::npos &&
           std::ranges::find(kSchemes, start) != kSchemes.end();
}

std::string stripped(std::string_view text) {
    constexpr std::array<std::string_view, 10> kAround = {" ", "\t", "\r", "\n", "\"", "'", "`", "“", "”", "\xef\xbb\xbf"};
    bool changed = true;
    while (changed) {
        changed = false;
        for (const std::string_view mark : kAround) {
            const bool first = text.starts_with(mark);
            const bool last = !first && text.ends_with(mark);
            text.remove_prefix(first ? mark.size() : 0);
            text.remove_suffix(last ? mark.size() : 0);
            changed = changed || first || last;
        }
    }
    return std::string(text);
}

/// "https://https://host": pasted behind a scheme that stood there.
bool has_two_schemes(std::string_view text) {
    const std::size_t first = text.find(kSeparator);
    return first != std::string_view::npos && has_scheme(text) && has_scheme(text.substr(first + kSeparator.size())) &&
           text.find(kSeparator, first + 1) != std::string_view::npos;
}

/// What is missing or wrong before the host, put right.
std::string with_one_scheme(std::string url) {
    while (has_two_schemes(url)) {
        url.erase(0, url.find(kSeparator) + kSeparator.size());
    }
    if (lacks_colon(url)) {
        url.insert(url.find("//"), ":");
    }
    if (lacks_slashes(url)) {
        const std::size_t colon = url.find(':');
        const std::size_t rest = url.find_first_not_of('/', colon + 1);
        return url.substr(0, colon) + "://" + (rest == std::string::npos ? "" : url.substr(rest));
    }
    if (url.find(kSeparator) != std::string::npos) {
        return url;
    }
    url.erase(0, std::min(url.find_first_not_of('/'), url.size()));
    const auto guessed = wire::parse_url("http://" + url);
    // A server of one's own speaks without TLS nearly everywhere.
    return (guessed && wire::is_private(guessed->host) && guessed->port != 443 ? "http://" : "https://") + url;
}

/// The URL in a line that was copied with what stands around it ("curl https://… -H …", "[relay](https://…)"); empty: nothing stands before it.
std::string url_inside(std::string_view text) {
    const std::size_t separator = text.find(kSeparator);
    std::size_t begin = std::min(separator, text.size());
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    while (begin > 0 && is_letter(text[begin - 1])) {
        --begin;
    }
    const std::string_view url = separator == std::string_view::npos ? "" : text.substr(begin);
    return begin > 0 && has_scheme(url) ? std::string(url.substr(0, url.find_first_of(" \t\r\n\"'`<>()[]{},;\\"))) : std::string{};
}

}  // namespace

std::optional<std::string> url_fault(std::string_view text) {
    if (core::trimmed(text).empty()) {
        return "No URL was given.";
    }
    if (wire::parse_url(text)) {
        return std::nullopt;
    }
    if (authority_of(text).find('@') != std::string_view::npos) {
        return "The URL holds a user and password before the host; keys do not belong in a URL.";
    }
    if (const auto odd = odd_place(text)) {
        return fmt::format("The URL holds {}.", *odd);
    }
    if (text.find('\\') != std::string_view::npos) {
        return "The URL holds a backslash, where slashes belong.";
    }
    if (has_two_schemes(text)) {
        return "The URL has two schemes, one behind the other.";
    }
    if (lacks_colon(text)) {
        return "The colon is missing after the scheme.";
    }
    if (lacks_slashes(text)) {
        return "Two slashes are missing after the scheme.";
    }
    if (text.find(kSeparator) == std::string_view::npos) {
        return "The URL has no scheme, such as https://.";
    }
    if (!has_scheme(text)) {
        return "The URL's scheme is none of https, http, wss and ws.";
    }
    if (text.find('#') != std::string_view::npos) {
        return "The URL holds a fragment (#…), which is never sent.";
    }
    return "The host or the port of the URL cannot be read.";
}

std::optional<std::string> corrected_url(std::string_view text) {
    std::string url = stripped(text);
    if (std::string inside = url_inside(url); !inside.empty()) {
        url = std::move(inside);
    }
    std::ranges::replace(url, '\\', '/');
    url = with_one_scheme(std::move(url));
    const std::string_view authority = authority_of(url);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        url.erase(url.find(kSeparator) + kSeparator.size(), at + 1);
    }
    const auto parsed = wire::parse_url(url.substr(0, url.find('#')));
    return parsed ? std::optional(parsed->text()) : std::nullopt;
}

std::string path_of(const wire::Url& url) { return url.target.substr(0, url.target.find('?')); }

std::string tidy_path(std::string_view path) {
    std::string tidy;
    for (const std::string_view part : core::split(path, '/')) {
        tidy += part.empty() ? "" : "/" + std::string(part);
    }
    return tidy;
}

std::string tidy_url(const wire::Url& url) {
    wire::Url tidy = url;
    const std::size_t query = url.target.find('?');
    tidy.target = tidy_path(path_of(url)) + (query == std::string::npos ? "" : url.target.substr(query));
    return tidy.text();
}

std::string without_endpoint(const std::string& path) {
    constexpr std::array<std::string_view, 10> kEndpoints = {"/chat/completions", "/completions",         "/ws/stream", "/stream",
                                                             "/models",           "/embeddings",          "/messages",  "/responses",
                                                             "/realtime",         "/audio/transcriptions"};
    const auto at = std::ranges::find_if(kEndpoints, [&path](std::string_view endpoint) { return path.ends_with(endpoint); });
    return at == kEndpoints.end() ? path : path.substr(0, path.size() - at->size());
}

bool has_version(std::string_view path) {
    return std::ranges::any_of(core::split(path, '/'), [](std::string_view part) {
        return part.size() >= 2 && (part.front() == 'v' || part.front() == 'V') && part[1] >= '0' && part[1] <= '9';
    });
}

bool sounds_like_web_page(std::string_view host, std::string_view path) {
    constexpr std::array<std::string_view, 6> kHosts = {"www.", "console.", "dashboard.", "docs.", "platform.", "app."};
    constexpr std::array<std::string_view, 7> kPaths = {"/dashboard", "/console", "/docs", "/login", "/signin", "/register", "/pricing"};
    return std::ranges::any_of(kHosts, [host](std::string_view start) { return host.starts_with(start); }) ||
           std::ranges::any_of(kPaths, [path](std::string_view start) { return path.starts_with(start); });
}

}  // namespace relaybench::doctor
