#include "doctor/shown.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/secret_shapes.h"
#include "core/text.h"
#include "core/utf8.h"
#include "wire/key_provider.h"
#include "wire/proxy.h"

namespace relaybench::doctor {
namespace {

constexpr std::size_t kMaxShown = 200;
constexpr std::size_t kMaxShownProxy = 100;

std::string literal_beginning(const std::string& regex) { return regex.substr(0, regex.find_first_of("\\^$.|?*+()[]{}")); }

/// `hs_(live|test)_…` begins in two ways; a group of plain words at its first place is spelled out.
std::vector<std::string> beginnings(const std::string& regex) {
    const std::string start = literal_beginning(regex);
    const std::size_t close = regex.find(')', start.size());
    if (start.size() == regex.size() || regex[start.size()] != '(' || close == std::string::npos) {
        return {start};
    }
    std::vector<std::string> all;
    const std::string group = regex.substr(start.size() + 1, close - start.size() - 1);
    const std::string after = literal_beginning(regex.substr(close + 1));
    for (const std::string_view word : core::split(group, '|')) {
        if (literal_beginning(std::string(word)) != word) {
            return {start};
        }
        all.push_back(fmt::format("{}{}{}", start, word, after));
    }
    return all;
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count) {
        text.remove_prefix(core::first_character(text).bytes);
    }
    return count;
}

std::string masked_query(std::string_view query) {
    std::string shown;
    for (const std::string_view pair : core::split(query, '&')) {
        const std::string_view name = pair.substr(0, pair.find('='));
        shown += shown.empty() ? "" : "&";
        shown += name == "model" ? std::string(pair) : std::string(name) + (name.size() == pair.size() ? "" : "=…");
    }
    return shown;
}

}  // namespace

std::string known_prefix(std::string_view key, const std::vector<wire::KeyPattern>& patterns) {
    std::string longest;
    for (const wire::KeyPattern& pattern : patterns) {
        for (const std::string& start : beginnings(pattern.regex)) {
            longest = key.starts_with(start) && start.size() > longest.size() ? start : longest;
        }
    }
    const auto provider = wire::provider_by_prefix(key);
    return longest.empty() && provider ? std::string(provider->prefix) : longest;
}

std::string shown_key(std::string_view key, const std::vector<wire::KeyPattern>& patterns) {
    const std::string prefix = known_prefix(key, patterns);
    const std::size_t count = characters(key);
    return fmt::format("{}{}{} character{}", prefix, prefix.empty() ? "" : "…, ", count, count == 1 ? "" : "s");
}

std::string code_point_text(char32_t code) {
    using Named = std::pair<char32_t, std::string_view>;
    constexpr std::array kNames = {Named{0x00, "NUL"},
                                   Named{0x09, "tab"},
                                   Named{0x0a, "line feed"},
                                   Named{0x0d, "carriage return"},
                                   Named{0x20, "blank"},
                                   Named{0xa0, "no-break space"},
                                   Named{0xad, "soft hyphen"},
                                   Named{0x200b, "zero-width space"},
                                   Named{0x200c, "zero-width non-joiner"},
                                   Named{0x200d, "zero-width joiner"},
                                   Named{0x2011, "no-break hyphen"},
                                   Named{0x2013, "dash"},
                                   Named{0x2014, "long dash"},
                                   Named{0x2018, "curly quote"},
                                   Named{0x2019, "curly quote"},
                                   Named{0x201c, "curly quote"},
                                   Named{0x201d, "curly quote"},
                                   Named{0x202f, "narrow no-break space"},
                                   Named{0x2060, "word joiner"},
                                   Named{0x3000, "wide blank"},
                                   Named{0xfeff, "byte-order mark"},
                                   Named{0xfffd, "bytes that are no UTF-8"}};
    const auto at = std::ranges::find(kNames, code, &Named::first);
    return fmt::format("U+{:04X}{}{}", static_cast<unsigned>(code), at == kNames.end() ? "" : " ", at == kNames.end() ? "" : at->second);
}

std::string shown_url(std::string_view text) {
    const std::size_t separator = text.find("://");
    const std::size_t begin = separator == std::string_view::npos ? 0 : separator + 3;
    std::string shown(text.substr(0, begin));
    std::string_view rest = text.substr(begin);
    // A password may hold any of the characters that end an authority.
    const std::size_t at = rest.substr(0, rest.find('?')).rfind('@');
    const std::size_t userinfo = std::max(core::userinfo_size(rest), at == std::string_view::npos ? 0 : at + 1);
    if (userinfo > 0) {
        shown += "…@";
        rest.remove_prefix(userinfo);
    }
    const std::size_t query = rest.find('?');
    shown += rest.substr(0, query);
    if (query != std::string_view::npos) {
        shown += "?" + masked_query(rest.substr(query + 1));
    }
    return core::printable(shown, kMaxShown);
}

std::string shown_proxy(std::string_view value) {
    const wire::ProxyText parts = wire::split_proxy(value);
    if (!parts.has_login) {
        return core::printable(value, kMaxShownProxy);
    }
    return core::printable(fmt::format("{}{}…@{}", parts.scheme, parts.scheme.empty() ? "" : "://", parts.place), kMaxShownProxy);
}

}  // namespace relaybench::doctor
