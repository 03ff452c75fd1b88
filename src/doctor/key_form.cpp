#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/key_text.h"
#include "doctor/shown.h"
#include "wire/key_format.h"
#include "wire/key_provider.h"
#include "wire/url.h"

namespace relaybench::doctor {
namespace {

using result::Confidence;
using Weight = KeyFault::Weight;

bool contains_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::ranges::any_of(parts, [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

bool is_unexpanded(std::string_view key) {
    constexpr std::array<std::string_view, 3> kCode = {"process.env", "os.environ", "os.getenv"};
    const bool shell = key.starts_with('$') && key.find('=') == std::string_view::npos;
    const bool windows = key.size() > 2 && key.starts_with('%') && key.ends_with('%');
    return shell || windows || key.starts_with("{{") || contains_any(key, kCode);
}

/// RELAY_KEY, HS_API_TOKEN: what examples call the variable, where its value belongs.
bool is_variable_name(std::string_view key) {
    constexpr std::array<std::string_view, 3> kEnds = {"_KEY", "_TOKEN", "_SECRET"};
    const auto is_of_name = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    const bool is_example = key.starts_with("YOUR") || key.starts_with("MY_");
    return !is_example && std::ranges::all_of(key, is_of_name) &&
           std::ranges::any_of(kEnds, [key](std::string_view end) { return key.ends_with(end); });
}

/// Of a file that holds the key, as containers get their secrets.
bool is_path(std::string_view key) {
    constexpr std::array<std::string_view, 5> kBegins = {"/run/", "/etc/", "/home/", "/var/", "~/"};
    constexpr std::array<std::string_view, 4> kEnds = {".txt", ".key", ".pem", ".env"};
    const bool is_windows = key.size() > 3 && key[1] == ':' && key[2] == '\\';
    const bool has_folder = key.find('/') != std::string_view::npos;
    return is_windows || std::ranges::any_of(kBegins, [key](std::string_view begin) { return key.starts_with(begin); }) ||
           (has_folder && std::ranges::any_of(kEnds, [key](std::string_view end) { return key.ends_with(end); }));
}

bool is_masked(std::string_view key) {
    constexpr std::array<std::string_view, 5> kMarks = {"***", "...", "…", "•", "●"};
    return contains_any(key, kMarks);
}

/// Shannon's entropy of the characters, in bits a character. Random keys of letters and digits have above 4.
double entropy(std::string_view text) {
    std::array<double, 256> counts{};
    for (const char c : text) {
        counts.at(static_cast<unsigned char>(c)) += 1;
    }
    double bits = 0;
    for (const double count : counts) {
        const double share = count / static_cast<double>(text.size());
        bits -= count > 0 ? share * std::log2(share) : 0;
    }
    return bits;
}

bool is_monotonous(std::string_view key) {
    constexpr double kLeastBits = 2.5;
    constexpr std::size_t kShortestJudged = 16;  // fewer characters cannot vary much
    return key.size() >= kShortestJudged && entropy(key) < kLeastBits;
}

/// Whether more letters, with a dash among them or not, would make the key match: its end is missing.
bool would_match_if_longer(std::string_view key, const std::vector<wire::KeyPattern>& patterns) {
    constexpr std::size_t kMostMissing = 48;
    constexpr std::size_t kMostInDashed = 8;
    for (std::size_t more = 1; more <= kMostMissing; ++more) {
        if (wire::matches_any(std::string(key) + std::string(more, 'a'), patterns)) {
            return true;
        }
    }
    for (std::size_t before = 0; before <= kMostInDashed; ++before) {
        for (std::size_t after = 1; after <= kMostInDashed; ++after) {
            if (wire::matches_any(std::string(key) + std::string(before, 'a') + "-" + std::string(after, 'a'), patterns)) {
                return true;
            }
        }
    }
    return false;
}

bool matches_in_other_case(std::string_view key, const std::vector<wire::KeyPattern>& patterns) {
    std::string upper(key);
    std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return wire::matches_any(core::lowercase(key), patterns) || wire::matches_any(upper, patterns);
}

/// The text is recognisably something else than a key.
std::optional<KeyFault> other_text(std::string_view key, const std::vector<wire::KeyProblem>& problems) {
    const auto says = [&problems](std::string_view code) {
        return std::ranges::find(problems, code, &wire::KeyProblem::code) != problems.end();
    };
    if (says("bearer_inside")) {
        return KeyFault{"key.bearer-prefix", Weight::Fatal, "The key begins with the word \"Bearer\", which clients add themselves."};
    }
    if (is_unexpanded(key)) {
        return KeyFault{"key.unexpanded-variable", Weight::Fatal, "The key is the name of a variable, not its value."};
    }
    if (auto document = whole_document(key)) {
        return document;
    }
    if (says("url")) {
        return KeyFault{"key.url", Weight::Fatal, "The key is a URL."};
    }
    if (says("assignment")) {
        return KeyFault{"key.assignment", Weight::Fatal, "The key is a whole assignment (NAME=value)."};
    }
    if (is_masked(key)) {
        return KeyFault{"key.masked-copy", Weight::Fatal, "Part of the key is hidden behind stars or dots."};
    }
    if (is_variable_name(key)) {
        return KeyFault{"key.unexpanded-variable", Weight::Fatal, "The key is the name of a variable, not its value.", Confidence::Likely};
    }
    if (is_path(key)) {
        return KeyFault{"key.path", Weight::Fatal, "The key is the path of a file.", Confidence::Likely};
    }
    if (says("placeholder")) {
        return KeyFault{"key.placeholder", Weight::Fatal, "The key is the placeholder of an example."};
    }
    if (is_monotonous(key)) {
        return KeyFault{"key.placeholder", Weight::Fatal, "The key repeats few characters, as no real key does.", Confidence::Likely};
    }
    return std::nullopt;
}

KeyFault unmatched(std::string_view key, const std::vector<wire::KeyPattern>& patterns) {
    const std::string what = shown_key(key, patterns);
    if (const auto provider = wire::provider_by_prefix(key)) {
        return {"key.wrong-provider", Weight::Fatal,
                fmt::format("The key ({}) looks like {}{}.", what, provider->kind,
                            provider->inference ? "" : ", which no model endpoint takes"),
                Confidence::Likely};
    }
    if (matches_in_other_case(key, patterns)) {
        return {"key.case-changed", Weight::Warning, "With its letters in the other case the key would match a format of this relay."};
    }
    if (!known_prefix(key, patterns).empty() && would_match_if_longer(key, patterns)) {
        return {"key.truncated", Weight::Warning, fmt::format("The key ({}) begins as one of this relay and ends too early.", what),
                Confidence::Likely};
    }
    return {"key.unknown-format", Weight::Warning, fmt::format("The key ({}) matches no format that is known of this relay.", what),
            Confidence::Possible};
}

}  // namespace

std::vector<KeyFault> format_faults(std::string_view key, const Subject& subject) {
    const auto& patterns = subject.profile.key_patterns;
    if (auto other = other_text(key, wire::inspect_key(key, patterns))) {
        return {*std::move(other)};
    }
    std::vector<KeyFault> faults;
    if (!patterns.empty() && !wire::matches_any(key, patterns)) {
        auto hidden = hidden_key(key, patterns);
        faults.push_back(hidden ? *std::move(hidden) : unmatched(key, patterns));
    }
    const std::string& sandbox = subject.profile.sandbox_key_prefix;
    const auto url = wire::parse_url(subject.url);
    if (!sandbox.empty() && key.starts_with(sandbox) && url && !wire::is_private(url->host)) {
        faults.push_back({"key.test-key", Weight::Warning,
                          fmt::format("The key begins with {}, the mark of the sandbox, and {} is the live host.", sandbox, url->host)});
    }
    return faults;
}

}  // namespace relaybench::doctor
