#include "scenario/relay_spec.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>

#include <fmt/format.h>

#include "core/text.h"
#include "scenario/relay_fields.h"
#include "wire/url.h"

namespace relaybench::scenario {

namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::string_view kEmbedded = "embedded";
constexpr std::array<std::string_view, 4> kNotAsOption{"name", "url", "embedded", "headers"};
constexpr std::array<std::string_view, 9> kKeyWords{"key",    "api_key", "apikey",   "api-key",      "token",
                                                    "bearer", "secret",  "password", "authorization"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view known) { return core::iequals(known, word); });
}

/// `NAME=` at the start: an equals sign before anything that only a target has.
std::string_view name_part(std::string_view text) {
    const std::size_t end = text.find_first_of("=:/?,");
    return end != std::string_view::npos && text[end] == '=' ? text.substr(0, end) : std::string_view{};
}

std::vector<std::string_view> option_words() {
    std::vector<std::string_view> words = names(relay_table());
    std::erase_if(words, [](std::string_view word) { return contains(kNotAsOption, word); });
    return words;
}

core::Expected<void> set_target(Relay& relay, std::string_view target) {
    if (target == kEmbedded) {
        relay.embedded = std::string(kDefaultProfile);
    } else if (target.starts_with("embedded:")) {
        relay.embedded = std::string(target.substr(kEmbedded.size() + 1));
    } else if (target.find("://") != std::string_view::npos) {
        relay.url = std::string(target);
    } else {
        const std::array<std::string_view, 1> known{kEmbedded};
        return core::bad_input(fmt::format("\"{}\" is no relay, expected a URL such as https://relay.example/v1, or embedded:PROFILE{}",
                                           core::printable(target, kShownBytes),
                                           core::did_you_mean(core::split(target, ':').front(), known)));
    }
    return {};
}

core::Expected<void> set_option(Relay& relay, std::string_view option) {
    const std::size_t equals = option.find('=');
    const std::string_view word = option.substr(0, equals);
    if (contains(kKeyWords, word)) {
        return core::bad_input(fmt::format("{}=… is refused as others could read it, expected key_env=VARIABLE or key_file=PATH", word));
    }
    const std::vector<std::string_view> known = option_words();
    if (std::find(known.begin(), known.end(), word) == known.end()) {
        return core::bad_input(fmt::format("\"{}\" is an unknown option of a relay, expected {}{}", core::printable(word, kShownBytes),
                                           core::listed(known), core::did_you_mean(word, known)));
    }
    const Node value = scalar_node(equals == std::string_view::npos ? "true" : option.substr(equals + 1));
    Inspection inspection;
    Node map;
    map.kind = Node::Kind::Map;
    map.keys.push_back(scalar_node(word));
    map.items.push_back(value);
    read_map(relay, map, relay_table(), inspection);
    if (const auto problems = inspection.take_problems(); !problems.empty()) {
        return core::bad_input(problem_line("", problems.front()));
    }
    return {};
}

std::string default_name(const Relay& relay) {
    if (relay.embedded) {
        const std::string_view profile = std::string_view(*relay.embedded).substr(0, relay.embedded->find('?'));
        const std::string stem = std::filesystem::path(profile).stem().string();
        return stem.empty() ? std::string(kEmbedded) : stem;
    }
    const auto url = wire::parse_url(relay.url);
    return url ? url->host : "relay";
}

}  // namespace

core::Expected<Relay> parse_relay_spec(std::string_view text) {
    Relay relay;
    const std::string_view name = name_part(text);
    if (contains(kKeyWords, name)) {
        return core::bad_input(fmt::format("{}=… is refused as others could read it, expected key_env=VARIABLE or key_file=PATH", name));
    }
    if (!name.empty()) {
        relay.name = std::string(name);
        text.remove_prefix(name.size() + 1);
    }
    const std::vector<std::string_view> parts = core::split(text, ',');
    if (auto target = set_target(relay, parts.front()); !target) {
        return tl::unexpected(target.error());
    }
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (auto option = set_option(relay, parts[i]); !option) {
            return tl::unexpected(option.error());
        }
    }
    return relay;
}

void name_relays(std::vector<Relay>& relays) {
    std::set<std::string> taken;
    for (const Relay& relay : relays) {
        taken.insert(relay.name);
    }
    for (Relay& relay : relays) {
        if (!relay.name.empty()) {
            continue;
        }
        const std::string base = default_name(relay);
        relay.name = base;
        for (int number = 2; !taken.insert(relay.name).second; ++number) {
            relay.name = fmt::format("{}-{}", base, number);
        }
    }
}

}  // namespace relaybench::scenario
