#include "cli/key_source.h"

#include <algorithm>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "core/file.h"
#include "core/text.h"
#include "wire/key_format.h"

namespace relaybench::cli {

namespace {

constexpr std::size_t kMaxKeyBytes = 8192;

core::Expected<std::string> key_text(const scenario::Relay& relay, const Context& context) {
    if (!relay.key_env.empty()) {
        const auto value = context.environment(relay.key_env);
        if (!value || value->empty()) {
            return core::bad_input(fmt::format("relay \"{0}\": the environment variable {1} is {2}; set it to the key: export {1}=…",
                                               relay.name, relay.key_env, value ? "empty" : "not set"));
        }
        return *value;
    }
    if (relay.key_file == "-") {
        std::string line;
        std::getline(std::cin, line);
        return line;
    }
    return core::read_file(relay.key_file, kMaxKeyBytes);
}

}  // namespace

core::Expected<KeyFound> read_key(const scenario::Relay& relay, const Context& context) {
    KeyFound found;
    if (relay.key_env.empty() && relay.key_file.empty()) {
        return found;
    }
    auto text = key_text(relay, context);
    if (!text) {
        return tl::unexpected(text.error());
    }
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) {
        text->pop_back();
    }
    if (text->empty()) {
        return core::bad_input(fmt::format("relay \"{}\": the key is empty", relay.name));
    }
    if (std::any_of(text->begin(), text->end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
        return core::bad_input(
            fmt::format("relay \"{}\": the key has a line end or control character inside; it must be one line", relay.name));
    }
    for (const auto& problem : wire::inspect_key(*text, {})) {
        if (problem.code != "unknown_format" && problem.code != "other_provider") {
            found.oddities.push_back(fmt::format("relay \"{}\": {}", relay.name, problem.text));
        }
    }
    found.key = core::Secret(std::move(*text));
    return found;
}

}  // namespace relaybench::cli
