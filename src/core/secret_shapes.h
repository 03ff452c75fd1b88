#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"

namespace relaybench::core {

/// `text` without what is a secret by its looks, whoever's it is: the value behind "Bearer" or "Basic", a user and password in a URL, the
/// values of query parameters such as `key` and `token`, JSON Web Tokens, and what stands before the @ of an e-mail address. What is left out
/// becomes "…"; what kind of thing it was stays readable.
[[nodiscard]] std::string without_secret_shapes(std::string_view text);

/// How much of `text`, which follows the "://" of a URL, is user and password with their "@"; 0: none. A password may hold the characters that
/// end an authority ("user:pa/ss@host"), so that all up to the last "@" of the word goes, unless a host (and port) ends before it.
[[nodiscard]] std::size_t userinfo_size(std::string_view text);

/// The ways in which a secret can come back from a peer: as it is, without blanks around it, percent-encoded, and inside base64 at each of
/// its three alignments.
[[nodiscard]] std::vector<Secret> forms_of(const Secret& secret);

}  // namespace relaybench::core
