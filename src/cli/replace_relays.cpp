#include "cli/replace_relays.h"

#include <string>

#include <fmt/format.h>

#include "scenario/relay_spec.h"
#include "wire/url.h"

namespace relaybench::cli {

namespace {

std::string names_of(const std::vector<scenario::Relay>& relays) {
    std::string names;
    for (const auto& relay : relays) {
        names += (names.empty() ? "" : ", ") + relay.name;
    }
    return names;
}

/// Whether the name is the one that its place gave it.
bool is_named_after_its_place(const scenario::Relay& relay) {
    std::vector<scenario::Relay> unnamed{relay};
    unnamed.front().name.clear();
    scenario::name_relays(unnamed);
    return unnamed.front().name == relay.name;
}

/// A key goes to no other host than the scenario's, also where that names none.
core::Expected<void> check_key(const ScenarioFlags& flags, const scenario::Relay& relay) {
    const bool has_key = !relay.key_env.empty() || !relay.key_file.empty();
    const auto now = wire::parse_url(*flags.url);
    // Without a host nothing is sent: the scenario's own rules refuse such a URL.
    if (!has_key || flags.key_env || flags.key_file || !now) {
        return {};
    }
    const auto meant_for = wire::parse_url(relay.url);
    if (meant_for && meant_for->host == now->host) {
        return {};
    }
    return core::bad_input(fmt::format("the scenario's key is meant for {}: say with --key-env or --key-file which one {} gets",
                                       meant_for ? meant_for->host : "the embedded relay", now->host));
}

void put_elsewhere(scenario::Relay& relay, const std::string& url) {
    if (is_named_after_its_place(relay)) {
        relay.name.clear();
    }
    relay.url = url;
    relay.embedded.reset();
    relay.connect_to.clear();
}

}  // namespace

core::Expected<void> replace_relays(const ScenarioFlags& flags, std::vector<scenario::Relay>& relays) {
    if (!flags.relays.empty()) {
        relays.clear();
        return {};
    }
    if (!flags.url) {
        return {};
    }
    if (relays.size() != 1) {
        return core::bad_input(
            fmt::format("takes the place of one relay, and the scenario has {} ({}); name all that are meant with --relay", relays.size(),
                        names_of(relays)));
    }
    auto allowed = check_key(flags, relays.front());
    if (allowed) {
        put_elsewhere(relays.front(), *flags.url);
    }
    return allowed;
}

}  // namespace relaybench::cli
