#include "cli/proxy_choice.h"

#include <doctest/doctest.h>

#include <map>
#include <sstream>
#include <string>

namespace relaybench::cli {
namespace {

using Variables = std::map<std::string, std::string>;

/// The proxy's text and who named it; "direct", or the error.
std::string chosen(const scenario::Relay& relay, const std::string& url, const Variables& variables) {
    const core::SystemClock clock;
    std::ostringstream ignored;
    const Context context{clock, ignored, ignored, {}, {}, [&](const std::string& name) {
                              const auto found = variables.find(name);
                              return found == variables.end() ? std::nullopt : std::optional(found->second);
                          }};
    const auto choice = choose_proxy(relay, *wire::parse_url(url), context);
    if (!choice) {
        return choice.error().message;
    }
    return *choice ? (*choice)->proxy.text() + " " + (*choice)->from + " " + (*choice)->proxy.credentials.reveal() : "direct";
}

TEST_CASE("proxy choice: the environment's variable for the scheme, small letters first, is used and named") {
    const Variables all{{"https_proxy", "http://a:1"}, {"HTTPS_PROXY", "http://b:2"}, {"all_proxy", "http://u:p@c:3"}};
    CHECK(chosen({}, "https://relay.example", all) == "http://a:1 https_proxy ");
    CHECK(chosen({}, "wss://relay.example", all) == "http://a:1 https_proxy ");
    CHECK(chosen({}, "http://relay.example", all) == "http://c:3 all_proxy u:p");
    CHECK(chosen({}, "http://relay.example", {{"HTTP_PROXY", "http://a:1"}}) == "direct");
    CHECK(chosen({}, "https://relay.example", {{"https_proxy", ""}}) == "direct");
}

TEST_CASE("proxy choice: loopback and no_proxy go direct, whoever names a proxy for the relay itself does not") {
    const Variables variables{{"https_proxy", "http://a:1"}, {"no_proxy", ".example"}};
    CHECK(chosen({}, "https://relay.example", variables) == "direct");
    CHECK(chosen({}, "https://localhost:1", variables) == "direct");
    scenario::Relay relay;
    relay.proxy = "http://own:9";
    CHECK(chosen(relay, "https://relay.example", variables) == "http://own:9 proxy ");
    CHECK(chosen(relay, "https://127.0.0.1", variables) == "http://own:9 proxy ");
    relay.proxy = "none";
    CHECK(chosen(relay, "https://relay.test", variables) == "direct");
}

TEST_CASE("proxy choice: user and password come from the variable that the relay names") {
    scenario::Relay relay;
    relay.name = "mine";
    relay.proxy = "http://own:9";
    relay.proxy_auth_env = "AUTH";
    CHECK(chosen(relay, "https://relay.example", {{"AUTH", "me:word"}}) == "http://own:9 proxy me:word");
    CHECK(chosen(relay, "https://relay.example", {}) ==
          "relay \"mine\": the environment variable AUTH is not set; set it to user:password of the proxy");
    CHECK(chosen(relay, "https://relay.example", {{"AUTH", "word"}}).find("holds no ':'") != std::string::npos);
}

TEST_CASE("proxy choice: an environment that names no usable proxy is an error that says how to go on") {
    const std::string words = chosen({}, "https://relay.example", {{"all_proxy", "socks5://a:1"}});
    CHECK(words.find("all_proxy") != std::string::npos);
    CHECK(words.find("--proxy none") != std::string::npos);
}

}  // namespace
}  // namespace relaybench::cli
