#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"
#include "doctor/idn.h"
#include "doctor/shown.h"
#include "doctor/static_checks.h"
#include "doctor/url_text.h"
#include "wire/key_format.h"
#include "wire/url.h"

namespace relaybench::doctor {
namespace {

using result::Confidence;

/// Every other check of the URL is about one that can be read.
Outcome unreadable() { return Outcome::not_applicable("url.parse"); }

Outcome& with_correction(Outcome& outcome, const std::string& url) { return outcome.with("corrected", shown_url(url)); }

/// The right URL is what has to be pasted, wherever a program keeps its base URL.
std::vector<std::string> to_paste(const std::string& url) { return url.empty() ? std::vector<std::string>{} : std::vector{shown_url(url)}; }

Outcome failed(std::string_view code, std::string summary, std::string cause, const std::string& corrected) {
    Outcome outcome = Outcome::fail(std::move(summary), found(code, Confidence::Proven, std::move(cause), to_paste(corrected)));
    return corrected.empty() ? outcome : with_correction(outcome, corrected);
}

Outcome warned(std::string_view code, std::string summary, std::string cause, const std::string& corrected) {
    Outcome outcome = Outcome::warn(std::move(summary), found(code, Confidence::Proven, std::move(cause), to_paste(corrected)));
    return with_correction(outcome, corrected);
}

/// By the name alone, which proves nothing: what answers there decides.
Outcome guessed(std::string_view code, std::string summary, std::string cause) {
    return Outcome::warn(std::move(summary), found(code, Confidence::Possible, std::move(cause)));
}

bool is_websocket(const wire::Url& url) { return url.scheme == "ws" || url.scheme == "wss"; }

/// The same place by another scheme; a default port becomes that of the new scheme.
std::string with_scheme(wire::Url url, std::string_view scheme) {
    constexpr std::uint16_t kPlain = 80;
    constexpr std::uint16_t kTls = 443;
    url.scheme = scheme;
    url.port = url.port == kPlain && url.secure() ? kTls : url.port;
    return url.text();
}

/// Paths that only one of the two transports serves.
std::optional<Outcome> swapped(const wire::Url& url) {
    constexpr std::array<std::string_view, 2> kWebsocketOnly = {"/v1/stream", "/v1/ws/stream"};
    constexpr std::array<std::string_view, 4> kHttpOnly = {"/v1/models", "/v1/completions", "/v1/embeddings", "/health"};
    const std::string path = tidy_path(path_of(url));
    if (!is_websocket(url) && std::ranges::find(kWebsocketOnly, path) != kWebsocketOnly.end()) {
        return warned("url.scheme-swapped", "https where wss is needed", fmt::format("{} is a WebSocket, which wants wss://.", path),
                      with_scheme(url, "wss"));
    }
    if (is_websocket(url) && std::ranges::find(kHttpOnly, path) != kHttpOnly.end()) {
        return warned("url.scheme-swapped", "wss where https is needed", fmt::format("{} is no WebSocket and wants https://.", path),
                      with_scheme(url, "https"));
    }
    constexpr std::uint16_t kPlainPort = 80;
    if (url.secure() && url.port == kPlainPort) {
        return warned("url.scheme-swapped", "TLS on port 80", "Port 80 speaks plain HTTP nearly everywhere, and the URL asks it for TLS.",
                      with_scheme(url, url.scheme));
    }
    return std::nullopt;
}

std::string with_path(wire::Url url, const std::string& path) {
    url.target = path;
    return url.text();
}

/// A blank or a line end that came along behind the URL and was encoded.
std::string without_encoded_blank(const std::string& path) {
    constexpr std::array<std::string_view, 4> kBlanks = {"%20", "%0a", "%0d", "%09"};
    const std::string end = core::lowercase(path.size() < 3 ? std::string_view{} : std::string_view(path).substr(path.size() - 3));
    return std::ranges::find(kBlanks, end) == kBlanks.end() ? path : without_encoded_blank(path.substr(0, path.size() - 3));
}

/// On hosts that nothing is known of a path of one's own may be right: what answers there decides.
bool may_be_base(const wire::Url& url, const std::string& path, const RelayProfile& profile) {
    const auto& known = profile.known_hosts;
    return !path.empty() && !is_websocket(url) && std::ranges::find(known, url.host) == known.end() && !provider_of_host(url.host) &&
           without_endpoint(path) == path;
}

Outcome judge_path(const wire::Url& url, const std::string& path, const RelayProfile& profile) {
    if (const std::string clean = without_encoded_blank(path); clean != path) {
        return failed("url.malformed", "a blank at its end", "The path ends in a blank or a line end, written as %20 or the like.",
                      with_path(url, clean));
    }
    if (sounds_like_web_page(url.host, path)) {
        return guessed("url.not-the-api", "sounds like a web page", fmt::format("{}{} sounds like a page for browsers.", url.host, path));
    }
    if (const std::size_t twice = path.find("/v1/v1"); twice != std::string::npos) {
        const std::string once = path.substr(0, twice) + path.substr(twice + 3);
        return failed("url.double-v1", "/v1 twice", "The path holds /v1 twice.", with_path(url, once));
    }
    const std::string base = without_endpoint(path);
    if (!has_version(base) && may_be_base(url, path, profile)) {
        return guessed("url.missing-v1", "no version in the path",
                       fmt::format("The path is \"{}\", where most relays have /v1; it is tried as it is.", path));
    }
    if (!has_version(base)) {
        return failed("url.missing-v1", "/v1 is missing",
                      fmt::format("The path is \"{}\", where /v1 is expected.", path.empty() ? "/" : path),
                      with_path(url, base + "/v1" + path.substr(base.size())));
    }
    if (base != path && !is_websocket(url)) {
        return warned("url.endpoint-in-base", "the endpoint is in the base URL",
                      fmt::format("The URL ends in {}, which clients append themselves.", path.substr(base.size())), with_path(url, base));
    }
    return Outcome::pass(path);
}

Outcome near_miss(const wire::Url& url, const std::string& known) {
    wire::Url right = url;
    right.host = known;
    return failed("url.wrong-host", "almost the relay's host", fmt::format("{} is not {}.", url.host, known), right.text());
}

/// Letters outside ASCII in the host, which were taken for what they mean.
bool is_in_other_letters(const Subject& subject) {
    return !subject.written_url.empty() && with_ascii_host(subject.written_url) != subject.written_url;
}

/// A parameter of the query that is a key by its name, or by its value.
std::optional<std::string> key_in_query(const wire::Url& url, const Subject& subject) {
    constexpr std::array<std::string_view, 7> kNames = {"key", "api_key", "apikey", "api-key", "token", "access_token", "authorization"};
    const std::size_t query = url.target.find('?');
    if (query == std::string::npos) {
        return std::nullopt;
    }
    for (const std::string_view pair : core::split(std::string_view(url.target).substr(query + 1), '&')) {
        const std::size_t equals = pair.find('=');
        const std::string name = core::lowercase(pair.substr(0, equals));
        const std::string_view value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (!value.empty() && (std::ranges::find(kNames, name) != kNames.end() || wire::matches_any(value, subject.profile.key_patterns))) {
            return core::printable(name, 40);
        }
    }
    return std::nullopt;
}

/// The scheme's own port, written out: nothing is wrong with that.
bool only_names_its_port(const wire::Url& url, std::string_view written) {
    wire::Url tidy = url;
    tidy.target = tidy_path(path_of(url)) + url.target.substr(path_of(url).size());
    return written == fmt::format("{}://{}{}", tidy.scheme, wire::host_and_port(tidy.host, tidy.port), tidy.target);
}

Outcome judge_host(const wire::Url& url, const Subject& subject) {
    const RelayProfile& profile = subject.profile;
    if (std::ranges::find(profile.known_hosts, url.host) != profile.known_hosts.end()) {
        return Outcome::pass(url.host + " is the relay's");
    }
    if (const auto provider = provider_of_host(url.host)) {
        return failed("url.other-provider", "another provider's host", fmt::format("{} belongs to {}.", url.host, *provider), "");
    }
    if (wire::is_private(url.host)) {
        return Outcome::info(url.host + " is of this machine or network");
    }
    if (is_address(url.host)) {
        // An authority of one's own may vouch for addresses.
        return url.secure() && subject.ca_file.empty() ? failed("url.ip-literal", "an address in place of a name",
                                                                fmt::format("{} is an address, and certificates name hosts.", url.host), "")
                                                       : Outcome::info(url.host + " is an address");
    }
    for (const std::string& known : profile.known_hosts) {
        if (known.ends_with("." + url.host) || url.host == "www." + known.substr(known.find('.') + 1)) {
            return failed("url.not-the-api", "the relay's web site", fmt::format("{} is the web site; the API is at {}.", url.host, known),
                          with_path({url.scheme, known, url.port, ""}, url.target));
        }
        if (looks_like(url.host, known) || is_disguised(subject.written_url, known)) {
            return near_miss(url, known);
        }
    }
    if (const auto cloud = cloud_of_host(url.host)) {
        return guessed("url.other-provider", "a host of a cloud",
                       fmt::format("{} is of {}'s cloud: right if the relay lives there, wrong if that provider's own API was meant.",
                                   url.host, *cloud));
    }
    return Outcome::info(url.host + (profile.known_hosts.empty() ? "" : " is none of the hosts that are known of this relay"));
}

}  // namespace

Outcome check_url_parse(const Subject& subject) {
    if (const auto fault = url_fault(subject.url)) {
        Outcome outcome = failed("url.malformed", "cannot be read", *fault, corrected_url(subject.url).value_or(""));
        return outcome.with("as written", shown_url(subject.url));
    }
    const auto url = wire::parse_url(subject.url);
    if (is_in_other_letters(subject)) {
        Outcome outcome = warned("url.untidy", "the host is not written in ASCII",
                                 fmt::format("The host is written in other letters; programs that do not convert them fail. Its name for "
                                             "programs is {}.",
                                             url->host),
                                 tidy_url(*url));
        return outcome.with("as written", shown_url(subject.written_url));
    }
    if (const auto name = key_in_query(*url, subject)) {
        return warned("url.key-in-url", "a key is in the URL",
                      fmt::format("The query holds a key (\"{}\"), which relays of this kind do not read there.", *name),
                      tidy_url({url->scheme, url->host, url->port, path_of(*url)}));
    }
    if (const std::string tidy = tidy_url(*url); tidy != subject.url && !only_names_its_port(*url, subject.url)) {
        Outcome outcome = warned("url.untidy", "works, but is not tidy", "The URL differs from its usual form.", tidy);
        return outcome.with("as written", shown_url(subject.url));
    }
    return Outcome::pass(shown_url(url->text()));
}

Outcome check_url_scheme(const Subject& subject) {
    const auto url = wire::parse_url(subject.url);
    if (!url) {
        return unreadable();
    }
    if (!url->secure() && !wire::is_private(url->host)) {
        return failed("url.insecure-scheme", url->scheme + " is not encrypted",
                      fmt::format("{}:// sends the key readable over the internet to {}.", url->scheme, url->host),
                      with_scheme(*url, is_websocket(*url) ? "wss" : "https"));
    }
    if (auto wrong = swapped(*url)) {
        return *std::move(wrong);
    }
    return url->secure() ? Outcome::pass(url->scheme) : Outcome::info(url->scheme + ", not encrypted, within this machine or network");
}

Outcome check_url_path(const Subject& subject) {
    const auto url = wire::parse_url(subject.url);
    return url ? judge_path(*url, tidy_path(path_of(*url)), subject.profile) : unreadable();
}

Outcome check_url_host(const Subject& subject) {
    const auto url = wire::parse_url(subject.url);
    return url ? judge_host(*url, subject) : unreadable();
}

std::vector<Check> url_checks() {
    const auto entry = [](std::string_view id, std::string_view question, std::vector<std::string_view> needs,
                          Outcome (*run)(const Subject&)) {
        return Check{.id = id,
                     .category = "url",
                     .question = question,
                     .needs = std::move(needs),
                     .kind = Check::Kind::Static,
                     .run = [run](const Subject& subject, Facts&) { return run(subject); }};
    };
    return {entry("url.parse", "Can the URL be read?", {}, check_url_parse),
            entry("url.scheme", "Is it encrypted, and of the right kind?", {"url.parse"}, check_url_scheme),
            entry("url.path", "Is /v1 in the path, once?", {"url.parse"}, check_url_path),
            entry("url.host", "Is the host the relay's?", {"url.parse"}, check_url_host)};
}

}  // namespace relaybench::doctor
