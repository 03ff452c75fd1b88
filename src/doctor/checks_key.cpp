#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/utf8.h"
#include "doctor/finding_codes.h"
#include "doctor/key_text.h"
#include "doctor/shown.h"
#include "doctor/static_checks.h"
#include "scenario/sha256.h"

namespace relaybench::doctor {
namespace {

using result::CheckStatus;
using result::Confidence;

constexpr std::string_view kVariable = "environment variable ";

bool holds_something(const KeySource& source) { return !core::trimmed(source.key.reveal()).empty(); }

std::string source_name(const KeySource& source) { return core::printable(source.name, 120); }

std::optional<std::string> variable_of(const KeySource& source) {
    const std::string name = source_name(source);
    return name.starts_with(kVariable) ? std::optional(name.substr(kVariable.size())) : std::nullopt;
}

/// A variable that is not there is another mistake than one without a value: its name, or the shell that it was set in.
std::string_view how_empty(const Subject& subject, const KeySource& source) {
    const auto variable = variable_of(source);
    return variable && subject.environment && !subject.environment(*variable) ? "is not set" : "is empty";
}

/// Short keys could be guessed from their hash.
constexpr std::size_t kShortestHashed = 20;

void add_hash(Outcome& outcome, std::string_view key) {
    constexpr std::size_t kShownDigits = 8;
    if (const auto hash = scenario::sha256_hex(key); hash && key.size() >= kShortestHashed) {
        outcome.with("sha256", hash->substr(0, kShownDigits) + "…");
    }
}

/// Failures first, so that the first finding is the cause; the status is the worst.
Outcome judged(std::vector<KeyFault> faults, std::string summary) {
    std::ranges::stable_sort(faults, [](const KeyFault& a, const KeyFault& b) { return a.is_fatal() && !b.is_fatal(); });
    Outcome outcome = Outcome::pass(std::move(summary));
    for (KeyFault& fault : faults) {
        const bool worst = outcome.status == CheckStatus::Fail || fault.is_fatal();
        outcome.status = worst ? CheckStatus::Fail : CheckStatus::Warn;
        outcome.findings.push_back(found(fault.code, fault.confidence, std::move(fault.cause)));
    }
    return outcome;
}

constexpr std::string_view kNoKey = "no key is configured; http.auth tells whether this relay wants one";

/// Of the checks of a key's text.
Outcome without_key(const Subject& subject) {
    return Outcome::not_applicable(may_be_keyless(subject) ? "no key is configured" : "key.present");
}

}  // namespace

Outcome key_missing(const Subject& subject) {
    std::string cause = subject.keys.empty() ? "No place was found that holds a key." : "";
    for (const KeySource& source : subject.keys) {
        cause += fmt::format("{}The {} {}.", cause.empty() ? "" : " ", source_name(source),
                             holds_something(source) ? "holds one, but nothing reads it here" : how_empty(subject, source));
    }
    const auto variable = subject.keys.empty() ? std::nullopt : variable_of(subject.keys.front());
    return Outcome::fail("no key", found("key.missing", Confidence::Proven, std::move(cause),
                                         {fmt::format("export {}='the key'", variable.value_or("RELAY_API_KEY"))}));
}

const KeySource* used_key(const Subject& subject) {
    const auto at = std::ranges::find_if(
        subject.keys, [](const KeySource& source) { return source.role == KeySource::Role::Read && holds_something(source); });
    return at == subject.keys.end() ? nullptr : &*at;
}

bool may_be_keyless(const Subject& subject) {
    const auto url = wire::parse_url(subject.url);
    const auto& known = subject.profile.known_hosts;
    return subject.keys.empty() && url && std::ranges::find(known, url->host) == known.end();
}

Outcome check_key_present(const Subject& subject) {
    const KeySource* used = used_key(subject);
    if (used == nullptr) {
        return may_be_keyless(subject) ? Outcome::not_applicable(std::string(kNoKey)) : key_missing(subject);
    }
    const auto& patterns = subject.profile.key_patterns;
    Outcome outcome = Outcome::pass("from the " + source_name(*used));
    for (const KeySource& source : subject.keys) {
        const std::string& key = source.key.reveal();
        outcome.with(source_name(source), key.empty() ? "empty" : shown_key(key, patterns));
        if (key.empty() || core::trimmed(key) == core::trimmed(used->key.reveal())) {
            continue;
        }
        const auto variable = variable_of(*used);
        outcome.status = CheckStatus::Warn;
        outcome.findings.push_back(found(
            "key.shadowed", Confidence::Proven,
            fmt::format("The key of the {} is used; the {} holds another one, which is ignored.", source_name(*used), source_name(source)),
            variable ? std::vector{"unset " + *variable} : std::vector<std::string>{}));
    }
    return outcome;
}

Outcome check_key_bytes(const Subject& subject) {
    const KeySource* used = used_key(subject);
    if (used == nullptr) {
        return without_key(subject);
    }
    const std::string& key = used->key.reveal();
    const auto faults = byte_faults(key);
    Outcome outcome = judged(faults, faults.empty() ? "plain ASCII, nothing around it" : "characters that do not belong in a key");
    for (const OddCharacter& odd : odd_characters(key)) {
        outcome.with(fmt::format("character {}", odd.position), code_point_text(odd.code));
    }
    if (const auto variable = variable_of(*used); variable && !outcome.findings.empty()) {
        outcome.findings.front().commands = {fmt::format("export {}='the key, copied again'", *variable)};
    }
    return outcome;
}

Outcome check_key_format(const Subject& subject) {
    const KeySource* used = used_key(subject);
    if (used == nullptr) {
        return without_key(subject);
    }
    const std::string_view key = core::trimmed(used->key.reveal());
    const auto faults = format_faults(key, subject);
    const std::string what = shown_key(key, subject.profile.key_patterns);
    Outcome outcome = judged(faults, what);
    if (const std::string prefix = known_prefix(key, subject.profile.key_patterns); !prefix.empty()) {
        outcome.with("prefix", prefix);
    }
    outcome.with("length", fmt::format("{}", key.size()));
    add_hash(outcome, key);
    return outcome;
}

std::vector<Check> key_checks() {
    const auto entry = [](std::string_view id, std::string_view question, std::vector<std::string_view> needs,
                          Outcome (*run)(const Subject&)) {
        return Check{.id = id,
                     .category = "key",
                     .question = question,
                     .needs = std::move(needs),
                     .kind = Check::Kind::Static,
                     .run = [run](const Subject& subject, Facts&) { return run(subject); }};
    };
    return {entry("key.present", "Is there a key, and only one?", {}, check_key_present),
            entry("key.bytes", "Does the key hold nothing but the characters of a key?", {"key.present"}, check_key_bytes),
            entry("key.format", "Does the key look like one of this relay?", {"key.bytes"}, check_key_format)};
}

}  // namespace relaybench::doctor
