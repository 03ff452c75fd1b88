#include "cli/doctor_keys.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/file.h"
#include "core/text.h"
#include "wire/key_format.h"

namespace relaybench::cli {
namespace {

using doctor::KeySource;
using Role = KeySource::Role;

constexpr std::size_t kMaxFileBytes = 1U << 20U;
constexpr std::string_view kEnvFile = ".env";

/// Read when nothing is named, in this order.
constexpr std::array<std::string_view, 2> kReadVariables = {"RELAYBENCH_API_KEY", "RELAY_API_KEY"};
/// What the guides' examples read.
constexpr std::array<std::string_view, 4> kGuideVariables = {"HOLYSHEEP_API_KEY", "YOUR_HOLYSHEEP_API_KEY", "HS_API_KEY", "HS_KEY"};
/// Other providers' own: a key of theirs belongs there.
constexpr std::array<std::string_view, 3> kForeignVariables = {"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "API_KEY"};

std::string variable_name(std::string_view name) { return fmt::format("environment variable {}", name); }

std::optional<std::string> set_variable(std::string_view name, const Context& context) {
    auto value = context.environment(std::string(name));
    return value && !value->empty() ? std::move(value) : std::nullopt;
}

/// What a relay of flags or configuration names; nothing when it names none.
core::Expected<std::optional<KeySource>> named_source(const scenario::Relay& relay, const Context& context) {
    if (!relay.key_env.empty()) {
        return KeySource{variable_name(relay.key_env), core::Secret(context.environment(relay.key_env).value_or(""))};
    }
    if (relay.key_file == "-") {
        return KeySource{"standard input", core::Secret(std::string(std::istreambuf_iterator<char>(std::cin), {}))};
    }
    if (relay.key_file.empty()) {
        return std::nullopt;
    }
    auto text = core::read_file(relay.key_file, kMaxFileBytes);
    if (!text) {
        return tl::unexpected(text.error());
    }
    return KeySource{"file " + relay.key_file, core::Secret(*std::move(text))};
}

class Collection {
  public:
    Collection(const KeyWish& wish, const Context& context) : context_(context), profile_(doctor::guide_profile(wish.host)) {
        for (const std::string& regex : wish.relay.key_formats) {
            profile_.key_patterns.push_back({.name = "configured", .regex = regex, .source = {}});
        }
    }

    void add(KeySource source) {
        const bool known = std::ranges::find(sources_, source.name, &KeySource::name) != sources_.end();
        if (!known) {
            sources_.push_back(std::move(source));
        }
    }

    void add_variable(std::string_view name, Role role) {
        if (auto value = set_variable(name, context_)) {
            add({variable_name(name), core::Secret(*std::move(value)), role});
        }
    }

    /// The variables, and the same names in the file that many programs load.
    void add_beside(const std::string& env_file) {
        for (const std::string_view name : kReadVariables) {
            look_at(name, env_file, Counts::Always);
        }
        for (const std::string_view name : kGuideVariables) {
            look_at(name, env_file, Counts::Always);
        }
        for (const std::string_view name : kForeignVariables) {
            look_at(name, env_file, Counts::IfOfThisRelay);
        }
    }

    [[nodiscard]] std::vector<KeySource> taken() { return std::move(sources_); }
    [[nodiscard]] bool empty() const { return sources_.empty(); }

  private:
    enum class Counts : std::uint8_t { Always, IfOfThisRelay };

    void look_at(std::string_view name, const std::string& env_file, Counts counts) {
        if (const auto value = set_variable(name, context_); value && does_count(*value, counts)) {
            add_variable(name, Role::Beside);
        }
        if (auto value = value_in_env_file(env_file, name); value && !value->empty() && does_count(*value, counts)) {
            add({fmt::format("{} in the file {}", name, kEnvFile), core::Secret(*std::move(value)), Role::Beside});
        }
    }

    [[nodiscard]] bool does_count(std::string_view value, Counts counts) const {
        return counts == Counts::Always || wire::matches_any(core::trimmed(value), profile_.key_patterns);
    }

    const Context& context_;
    doctor::RelayProfile profile_;
    std::vector<KeySource> sources_;
};

bool is_same_place(const scenario::Relay& a, const scenario::Relay& b) { return a.key_env == b.key_env && a.key_file == b.key_file; }

std::string_view without_marks(std::string_view value) {
    const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

std::optional<std::string> value_in_env_file(std::string_view text, std::string_view name) {
    constexpr std::string_view kExport = "export ";
    std::optional<std::string> value;
    for (std::string_view line : core::split(text, '\n')) {
        line = core::trimmed(line);
        line.remove_prefix(line.starts_with(kExport) ? kExport.size() : 0);
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos && core::trimmed(line.substr(0, equals)) == name) {
            value = std::string(without_marks(core::trimmed(line.substr(equals + 1))));
        }
    }
    return value;
}

core::Expected<std::vector<KeySource>> key_sources(const KeyWish& wish, const Context& context) {
    Collection collection(wish, context);
    auto named = named_source(wish.relay, context);
    if (!named) {
        return tl::unexpected(named.error());
    }
    if (*named) {
        collection.add(*std::move(*named));
    }
    for (const std::string_view name : kReadVariables) {
        if (collection.empty()) {
            collection.add_variable(name, Role::Read);
        }
    }
    // Standard input can be read once, and a file of the configuration that a flag overrides may be gone by right.
    if (!is_same_place(wish.relay, wish.configured) && wish.configured.key_file != "-") {
        if (auto configured = named_source(wish.configured, context); configured && *configured) {
            (*configured)->role = Role::Beside;
            collection.add(*std::move(*configured));
        }
    }
    collection.add_beside(core::read_file(std::string(kEnvFile), kMaxFileBytes).value_or(""));
    return collection.taken();
}

}  // namespace relaybench::cli
