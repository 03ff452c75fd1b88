#include "doctor/masking.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/check.h"

namespace relaybench::doctor {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
}

std::optional<std::string> class_of_ipv4(const std::string& word) {
    std::array<unsigned char, sizeof(in_addr)> bytes{};
    if (inet_pton(AF_INET, word.c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    const auto [a, b, c, d] = bytes;
    if (a == 10) {
        return "10.x.x.x";
    }
    if ((a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) || (a == 169 && b == 254) || (a == 100 && b >= 64 && b < 128)) {
        return fmt::format("{}.{}.x.x", a, b);
    }
    return word;
}

/// RFC 4193 and link-local; nothing when the text is no IPv6 address.
std::optional<std::string> class_of_ipv6(const std::string& run) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET6, run.c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::ranges::equal(kMapped, std::span(bytes).first(kMapped.size()))) {
        const std::string v4 = fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
        const std::string shown = class_of_ipv4(v4).value_or(v4);
        return shown == v4 ? run : "::ffff:" + shown;
    }
    if ((bytes[0] & 0xfeU) == 0xfcU) {
        return "fdxx::x";
    }
    const bool is_link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80U;
    return is_link_local ? "fe80::x" : run;
}

bool has_internal_ending(std::string_view name) {
    constexpr std::array<std::string_view, 11> kEndings = {".local",   ".internal",    ".corp",      ".lan",       ".home", ".intranet",
                                                           ".private", ".localdomain", ".home.arpa", ".localhost", ".ad"};
    return std::ranges::any_of(kEndings, [name](std::string_view ending) { return name.ends_with(ending); });
}

/// Names that thousands share, and that are words of other sentences too.
bool is_common(const std::string& name) {
    constexpr std::array<std::string_view, 18> kCommon = {"root",  "user",   "admin",  "nobody",  "ubuntu",  "debian",
                                                          "test",  "docker", "runner", "guest",   "proxy",   "service",
                                                          "relay", "server", "host",   "gateway", "machine", "localhost"};
    constexpr std::size_t kShortest = 3;
    return name.size() < kShortest || std::ranges::find(kCommon, name) != kCommon.end();
}

std::string numbered(std::map<std::string, std::string>& known, const std::string& name, std::string_view kind) {
    const auto [at, is_new] = known.try_emplace(name);
    if (is_new) {
        at->second = fmt::format("{}-{}", kind, known.size());
    }
    return at->second;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

}  // namespace

Masking::Masking(PrivateNames names) : names_(std::move(names)) {
    std::erase_if(names_.users, is_common);
    for (std::string& host : names_.hosts) {
        host = core::lowercase(host);
    }
    std::erase_if(names_.hosts, is_common);
    for (const Check& check : catalogue()) {
        if (has_internal_ending(check.id)) {
            kept_.emplace_back(check.id);
        }
    }
}

bool Masking::is_internal(const std::string& name) const {
    if (std::ranges::find(kept_, name) != kept_.end()) {
        return false;
    }
    const bool is_domain_of_ours = std::ranges::any_of(
        names_.domains, [&name](const std::string& domain) { return !domain.empty() && (name == domain || name.ends_with("." + domain)); });
    return std::ranges::find(names_.hosts, name) != names_.hosts.end() || has_internal_ending(name) || is_domain_of_ours;
}

/// Without blanks, colons and brackets.
std::string Masking::word(std::string_view text) {
    const std::size_t end = text.find_last_not_of(".-_");
    const std::string bare(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
    const std::string_view tail = text.substr(bare.size());
    if (bare.empty()) {
        return std::string(text);
    }
    if (const auto address = class_of_ipv4(bare)) {
        return *address + std::string(tail);
    }
    if (std::ranges::find(names_.users, bare) != names_.users.end()) {
        return numbered(users_, bare, "user") + std::string(tail);
    }
    const std::string name = core::lowercase(bare);
    return (is_internal(name) ? numbered(hosts_, name, "host") : bare) + std::string(tail);
}

/// A run of characters of names and addresses: an IPv6 address, or words with colons between them.
std::string Masking::run(std::string_view text) {
    const std::size_t end = text.find_last_not_of(":.");
    const std::string bare(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
    if (const auto address = class_of_ipv6(bare)) {
        return *address + std::string(text.substr(bare.size()));
    }
    std::string masked;
    for (const std::string_view each : core::split(text, ':')) {
        masked += (masked.empty() && each.data() == text.data() ? "" : ":") + word(each);
    }
    return masked;
}

std::string Masking::masked(std::string_view untouched) {
    std::string text(untouched);
    if (names_.home.size() > 1) {
        replace_all(text, names_.home, "~");
    }
    std::string masked;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = std::ranges::find_if_not(rest, is_name_character);
        const auto size = static_cast<std::size_t>(end - rest.begin());
        masked += size == 0 ? std::string(1, rest.front()) : run(rest.substr(0, size));
        rest.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return masked;
}

}  // namespace relaybench::doctor
