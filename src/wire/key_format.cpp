#include "wire/key_format.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <regex>

#include <fmt/format.h>

#include "core/text.h"
#include "wire/key_provider.h"

namespace relaybench::wire {
namespace {

/// std::regex recurses once a character: longer text is no key, and would be a danger to the stack.
constexpr std::size_t kMaxKey = 1024;

bool matches(const std::string& key, const KeyPattern& pattern) {
    try {
        return std::regex_match(key, std::regex(pattern.regex, std::regex::ECMAScript));
    } catch (const std::regex_error&) {
        // A pattern of a profile that is no expression matches nothing; reading the profile reports it.
        return false;
    }
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }

bool is_plain(char c) { return is_blank(c) || (c > ' ' && c < '\x7f'); }

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

bool is_identifier(std::string_view text) {
    const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !text.empty() && std::ranges::all_of(text, fits);
}

bool is_assignment(std::string_view key) {
    for (const std::string_view start : {"export ", "set ", "$env:"}) {
        if (core::lowercase(key.substr(0, start.size())) == start) {
            return true;
        }
    }
    const std::size_t sign = key.find('=');
    // Base64 ends in '=': an assignment has a value.
    return sign != std::string_view::npos && is_identifier(core::trimmed(key.substr(0, sign))) &&
           key.find_first_not_of("= ", sign) != std::string_view::npos;
}

/// A key that ends in a run of one character, as "HS-xxxxxxxx-xxxx-xxxx" or "sk-..." do.
bool is_filler(std::string_view key) {
    constexpr std::array<std::string_view, 4> kRuns = {"xxxx", "XXXX", "****", "..."};
    return std::ranges::any_of(kRuns, [key](std::string_view run) {
        const std::size_t first = key.find(run);
        return first != std::string_view::npos &&
               key.find_first_not_of(std::array{run.front(), '-', '_', '\0'}.data(), first) == std::string_view::npos;
    });
}

bool is_placeholder(std::string_view key) {
    constexpr std::array<std::string_view, 10> kWords = {"your_",  "your-",       "yourkey", "yourapi",  "api_key",
                                                         "apikey", "placeholder", "replace", "changeme", "…"};
    constexpr std::array<std::string_view, 6> kNothings = {"none", "null", "undefined", "nil", "key", "secret"};
    const std::string lower = core::lowercase(key);
    const bool named = std::ranges::any_of(kWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
    const bool nothing = std::ranges::find(kNothings, lower) != kNothings.end();
    const bool unexpanded = key.starts_with('$') || key.starts_with("{{") || key.starts_with('%');
    const bool bracketed = key.starts_with('<') && key.ends_with('>');
    return named || nothing || unexpanded || bracketed || is_filler(key);
}

struct FormCheck {
    std::string_view code;
    bool (*finds)(std::string_view key);
    std::string_view text;
};

/// What can be wrong with the text around or instead of a key; asked of the key as given, but for the blanks around it.
constexpr std::array kFormChecks = {
    FormCheck{"quoted", [](std::string_view key) { return is_quote(key.front()) || is_quote(key.back()); },
              "the key has quotation marks around it, which are sent as part of it"},
    FormCheck{"bearer_inside",
              [](std::string_view key) {
                  const std::string lower = core::lowercase(key);
                  return lower.starts_with("bearer") || lower.starts_with("authorization:");
              },
              "the key begins with \"Bearer\", which is added by relaybench and would be sent twice"},
    FormCheck{"assignment", is_assignment, "the key looks like NAME=value; only the value belongs there"},
    FormCheck{"url", [](std::string_view key) { return key.find("://") != std::string_view::npos; }, "the key is a URL"},
    FormCheck{"placeholder", is_placeholder, "the key is a placeholder from documentation or an unset variable, not a real key"},
};

void check_bytes(std::string_view key, std::vector<KeyProblem>& problems) {
    if (std::ranges::any_of(key, is_blank)) {
        const bool inside = std::ranges::any_of(core::trimmed(key), is_blank);
        problems.push_back({"whitespace", inside
                                              ? "the key has a blank or a line break inside"
                                              : "the key has a blank or a line break before or after it (often the end of a file's line)"});
    }
    if (!std::ranges::all_of(key, is_plain)) {
        problems.push_back(
            {"non_ascii", "the key holds characters outside plain ASCII (a byte-order mark, a zero-width blank, a curly quote …)"});
    }
}

void check_origin(std::string_view key, std::vector<KeyProblem>& problems) {
    if (const auto provider = provider_by_prefix(key)) {
        const std::string_view use = provider->inference ? "" : ", which no model endpoint takes";
        problems.push_back({"other_provider", fmt::format("the key looks like {}{}, not like one of this relay", provider->kind, use)});
    } else {
        problems.push_back({"unknown_format", "the key matches none of the formats that are known for this relay"});
    }
}

}  // namespace

const std::vector<KeyPattern>& guide_key_patterns() {
    static const std::vector<KeyPattern> patterns = {
        {"live or test key, 32 characters or more", "hs_(live|test)_[A-Za-z0-9]{32,}", "guide G0"},
        {"live key, 16 characters", "hs_live_[A-Za-z0-9]{16}", "guide G1"},
        {"dashed key", "HS-[A-Za-z0-9]{8}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}", "guide G3"},
    };
    return patterns;
}

bool is_key_regex(const std::string& text) {
    try {
        static_cast<void>(std::regex(text, std::regex::ECMAScript));
        return !text.empty();
    } catch (const std::regex_error&) {
        return false;
    }
}

bool matches_any(std::string_view key, const std::vector<KeyPattern>& patterns) {
    if (key.size() > kMaxKey) {
        return false;
    }
    const std::string text(key);
    return std::ranges::any_of(patterns, [&text](const KeyPattern& pattern) { return matches(text, pattern); });
}

std::vector<KeyProblem> inspect_key(std::string_view key, const std::vector<KeyPattern>& patterns) {
    std::vector<KeyProblem> problems;
    const std::string_view bare = core::trimmed(key);
    if (bare.empty()) {
        problems.push_back({"empty", "the key is empty"});
        return problems;
    }
    check_bytes(key, problems);
    bool is_other_text = false;
    for (const FormCheck& check : kFormChecks) {
        if (check.finds(bare)) {
            problems.push_back({std::string(check.code), std::string(check.text)});
            is_other_text = true;
        }
    }
    // Whose key it is can only be asked of a key.
    if (!is_other_text && !patterns.empty() && !matches_any(bare, patterns)) {
        check_origin(bare, problems);
    }
    return problems;
}

}  // namespace relaybench::wire
