#include "scenario/relay_spec.h"

#include <doctest/doctest.h>

namespace relaybench::scenario {

namespace {

std::string error_of(std::string_view text) {
    const auto relay = parse_relay_spec(text);
    return relay ? "" : relay.error().message;
}

}  // namespace

TEST_CASE("relay spec: a URL, a profile, a name and options") {
    const auto relay = parse_relay_spec("A=https://relay.example/v1?a=b,dialect=proxy-sse,key_env=MY_KEY,model=gpt-4.1,insecure");
    REQUIRE(relay);
    CHECK(relay->name == "A");
    CHECK(relay->url == "https://relay.example/v1?a=b");
    CHECK(relay->dialect == wire::Dialect::ProxySse);
    CHECK(relay->key_env == "MY_KEY");
    CHECK(relay->model == "gpt-4.1");
    CHECK_FALSE(relay->verify_tls);
}

TEST_CASE("relay spec: without a name the name stays empty, also when the URL holds an equals sign") {
    const auto relay = parse_relay_spec("https://relay.example/v1?a=b");
    REQUIRE(relay);
    CHECK(relay->name.empty());
    CHECK(relay->url == "https://relay.example/v1?a=b");
}

TEST_CASE("relay spec: embedded alone means the default profile") {
    CHECK(parse_relay_spec("embedded")->embedded == std::string(kDefaultProfile));
    CHECK(parse_relay_spec("B=embedded:slow")->embedded == "slow");
    CHECK(parse_relay_spec("embedded:./my/profile.yaml,dialect=chat-ws")->embedded == "./my/profile.yaml");
}

TEST_CASE("relay spec: bad values of options name the option") {
    CHECK(
        error_of("embedded,dialect=chat-wss") ==
        "dialect: \"chat-wss\" is unknown, expected chat-sse, proxy-sse, chat-json, chat-ws, stream-ws, stream-ws-audio or ws-stream (did "
        "you mean \"chat-ws\"?)");
    CHECK(error_of("embedded,insecure=maybe") == "insecure: found \"maybe\", expected true or false");
}

TEST_CASE("relay spec: keys are refused under every usual name, and never shown") {
    for (const char* word : {"key", "api_key", "token", "bearer", "Authorization", "PASSWORD"}) {
        const std::string error = error_of(std::string("https://relay.example/v1,") + word + "=sk-verysecret");
        CHECK(error == std::string(word) + "=… is refused as others could read it, expected key_env=VARIABLE or key_file=PATH");
        CHECK(error_of(std::string(word) + "=sk-verysecret").find("verysecret") == std::string::npos);
    }
}

TEST_CASE("relay spec: empty and half text is refused") {
    CHECK(error_of("") == "\"\" is no relay, expected a URL such as https://relay.example/v1, or embedded:PROFILE");
    CHECK_FALSE(error_of("A=").empty());
    CHECK_FALSE(error_of(",dialect=chat-ws").empty());
    CHECK_FALSE(error_of("embedded,").empty());
}

}  // namespace relaybench::scenario
