#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/url.h"

/// What can be seen in the text of a URL.
namespace relaybench::doctor {

/// Why a URL cannot be read, as a sentence that shows neither user nor password; nothing when it can.
[[nodiscard]] std::optional<std::string> url_fault(std::string_view text);

/// A URL that cannot be read, with what can be mended mended: blanks and quotes around it, no scheme, one slash, a user, a fragment.
/// Nothing when that does not make it readable.
[[nodiscard]] std::optional<std::string> corrected_url(std::string_view text);

/// Without the query.
[[nodiscard]] std::string path_of(const wire::Url& url);
/// One slash where there are several, none at the end.
[[nodiscard]] std::string tidy_path(std::string_view path);
/// With a tidy path, a host in lower case, and no port that the scheme has anyway.
[[nodiscard]] std::string tidy_url(const wire::Url& url);

/// A tidy path without the endpoint that it ends in ("/v1/chat/completions" → "/v1").
[[nodiscard]] std::string without_endpoint(const std::string& path);
/// Whether one of its parts is a version such as "v1".
[[nodiscard]] bool has_version(std::string_view path);
/// Whether the names look like those of consoles, documentation and sign-in pages. A guess: nothing forbids an API under such a name.
[[nodiscard]] bool sounds_like_web_page(std::string_view host, std::string_view path);

/// The model provider that a host belongs to. Hosts of clouds that anybody can rent belong to nobody, but for the endpoints of their models.
[[nodiscard]] std::optional<std::string> provider_of_host(std::string_view host);
/// The cloud whose machines anybody can rent: a relay may live there.
[[nodiscard]] std::optional<std::string_view> cloud_of_host(std::string_view host);
/// An IPv4 or IPv6 address.
[[nodiscard]] bool is_address(const std::string& host);
/// At most two letters away, or the same name with another ending (".com" for ".ai").
[[nodiscard]] bool looks_like(std::string_view host, std::string_view known);

}  // namespace relaybench::doctor
