#include "scenario/scenario_yaml.h"

#include <string>

#include <doctest/doctest.h>

#include "scenario/canonical_json.h"
#include "scenario/node_yaml.h"

using namespace std::chrono_literals;

namespace relaybench::scenario {

namespace {

Scenario parsed(std::string_view yaml) {
    auto read = read_scenario(yaml, "f.yaml", {});
    REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
    return *std::move(read);
}

std::string error_of(std::string_view yaml) {
    const auto read = read_scenario(yaml, "f.yaml", {});
    return read ? "" : read.error().message;
}

}  // namespace

TEST_CASE("scenario file: what it does not say has the defaults of the struct") {
    Scenario expected;
    expected.relays.resize(1);
    expected.relays[0].name = "slow";
    expected.relays[0].embedded = "slow";
    CHECK(canonical_json(parsed("relays: [embedded:slow]\n")) == canonical_json(expected));
}

TEST_CASE("scenario file: every key arrives in its field") {
    const Scenario scenario = parsed(R"(
name: n
question: q?
needs_key: true
relays:
  - name: a
    url: wss://relay.example/v1
    dialect: ws-stream
    model: m
    key_env: KEY
    headers: {X-One: "1", X-Two: two}
    origin: https://me.example
    subprotocol: websocket
    compression: zstd
    include_usage: false
    cacert: ca.pem
    connect_to: ["relay.example:443:[::1]:8443"]
  - {name: b, embedded: ./mine.yaml, dialect: stream-ws-audio}
  - {name: c, url: "https://127.0.0.1:9/v1", key_file: "-", insecure: true}
prompts: [one, two]
max_tokens: 10k
temperature: 0.5
load: {rate: 120/min, arrivals: poisson, duration: 1m30s, count: 7, warmup: 5s, drain: 0s, failure_pause: 1ms}
timeouts: {connect: 1s, first_token: 2s, idle: 3s}
heartbeat: {enabled: false, level: json, interval: 4s, dead_after: 5s}
connections: fresh
stall_threshold: 250ms
seed: 99
gates: ["ttft.p99 < 800ms"]
budget: {max_tokens_total: 1M, max_streams: 5}
workers: 3
connect_rate: 77
)");
    const Relay& a = scenario.relays.at(0);
    CHECK(a.url == "wss://relay.example/v1");
    CHECK(a.dialect == wire::Dialect::WsStream);
    CHECK(a.headers.at(1).value == "two");
    CHECK(a.compression == wire::Compression::Zstd);
    CHECK_FALSE(a.include_usage);
    CHECK(a.verify_tls);
    CHECK(a.connect_to.at(0).address == "::1");
    CHECK(a.connect_to.at(0).to_port == std::uint16_t{8443});
    CHECK(scenario.relays.at(1).embedded == "./mine.yaml");
    CHECK(scenario.relays.at(2).key_file == "-");
    CHECK_FALSE(scenario.relays.at(2).verify_tls);
    CHECK(scenario.prompts.texts == std::vector<std::string>{"one", "two"});
    CHECK(scenario.prompts.max_tokens == 10'000);
    CHECK(scenario.prompts.temperature == 0.5);
    const auto& open = std::get<OpenLoop>(scenario.load.pattern);
    CHECK(open.rate_per_s == 2);
    CHECK(open.arrivals == Arrivals::Poisson);
    CHECK(scenario.load.duration == core::Duration(90s));
    CHECK(scenario.load.count == 7U);
    CHECK(scenario.load.drain == 0s);
    CHECK(scenario.timeouts.idle == 3s);
    CHECK_FALSE(scenario.heartbeat.enabled);
    CHECK(scenario.heartbeat.level == Heartbeat::Level::Json);
    CHECK(scenario.connections == wire::ConnectionUse::Fresh);
    CHECK(scenario.stall_threshold == 250ms);
    CHECK(scenario.seed == 99);
    CHECK(scenario.budget.max_tokens_total == 1'000'000U);
    CHECK(scenario.workers == 3U);
    CHECK(scenario.connect_rate_per_s == 77);
}

TEST_CASE("scenario file: the order of keys does not matter, arrivals may stand before the rate") {
    const Scenario scenario = parsed("load:\n  arrivals: poisson\n  stages: [{rate: 5/s, duration: 2s}]\nrelays: [embedded]\n");
    const auto& ramp = std::get<Ramp>(scenario.load.pattern);
    CHECK(ramp.arrivals == Arrivals::Poisson);
    CHECK(ramp.stages.at(0).duration == 2s);
    CHECK(scenario.relays.at(0).name == "fast");
}

TEST_CASE("scenario file: prompts may be one text, a data set or audio") {
    CHECK(parsed("relays: [embedded]\nprompts: hello\n").prompts.texts == std::vector<std::string>{"hello"});
    CHECK(parsed("relays: [embedded]\nprompts: {dataset: a.jsonl}\n").prompts.dataset_file == "a.jsonl");
    CHECK(parsed("relays: [{embedded: fast, dialect: stream-ws-audio}]\nprompts: {audio: a.wav}\n").prompts.audio_file == "a.wav");
}

TEST_CASE("scenario file: relays without a name get one of their own") {
    const Scenario scenario =
        parsed("relays: [embedded:fast, embedded:fast, 'https://relay.example/v1', {name: fast-3, embedded: slow}, embedded]\n");
    std::vector<std::string> names;
    for (const Relay& relay : scenario.relays) {
        names.push_back(relay.name);
    }
    CHECK(names == std::vector<std::string>{"fast", "fast-2", "relay.example", "fast-3", "fast-4"});
}

TEST_CASE("scenario file: all problems are told at once, in the order of the file") {
    CHECK(
        error_of("relays:\n  - {embedded: fast, dialect: chat-ssh}\n  - {url: 'https://h/v1', embedded: slow}\n"
                 "max_tokens: lots\nload: {rate: 5}\nworkers: 0\n") ==
        "f.yaml:2:31: relays[0].dialect: \"chat-ssh\" is unknown, expected chat-sse, proxy-sse, chat-json, chat-ws, stream-ws, "
        "stream-ws-audio or ws-stream (did you mean \"chat-sse\"?)\n"
        "f.yaml:3:27: relays[1].embedded: contradicts url, expected only one of them: url for a real relay, embedded for the built-in one\n"
        "f.yaml:4:13: max_tokens: found \"lots\", expected a whole number such as 50 or 10k\n"
        "f.yaml:6:10: workers: 0 is out of range, expected 1 to 256");
}

TEST_CASE("scenario file: one slip is blamed once, not also for what is missing because of it") {
    const std::string error = error_of("relay: [embedded:fast]\n");
    CHECK(error.starts_with("f.yaml:1:1: relay: unknown key"));
    CHECK(error.find('\n') == std::string::npos);
}

TEST_CASE("scenario file: anchors and aliases are expanded") {
    const Scenario scenario =
        parsed("relays:\n  - {name: a, embedded: fast, headers: &h {X-A: b}}\n  - {name: b, embedded: fast, headers: *h}\n");
    CHECK(scenario.relays.at(1).headers.at(0).value == "b");
}

TEST_CASE("scenario file: a bomb of aliases is refused before it is unpacked") {
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
    for (char name = 'b'; name < 'j'; ++name) {
        const std::string before = std::string("*") + static_cast<char>(name - 1);
        bomb += std::string(1, name) + ": &" + name + " [" + before;
        for (int i = 0; i < 9; ++i) {
            bomb += "," + before;
        }
        bomb += "]\n";
    }
    CHECK(error_of(bomb) == "f.yaml:5:8: too many values, at most 20000 are accepted (aliases count each time)");
}

TEST_CASE("scenario file: deep nesting and enormous files are refused") {
    CHECK(error_of(std::string(40, '[') + std::string(40, ']')) == "f.yaml:1:33: nested too deep, at most 32 levels are accepted");
    const std::string deepest = error_of(std::string(100'000, '['));
    CHECK(deepest.starts_with("f.yaml:"));
    CHECK(deepest.find('\n') == std::string::npos);
    CHECK(error_of(std::string(kMaxYamlBytes + 1, ' ')) ==
          "f.yaml: 1048577 bytes are too many for a scenario, at most 1048576 are accepted");
}

TEST_CASE("scenario file: text of the user is made safe to show") {
    CHECK(error_of("relays: [embedded]\nseed: \"a\\e[31mb\"\n").find('\x1b') == std::string::npos);
}

TEST_CASE("scenario file: a file that is not there is bad input") {
    const auto read = read_scenario_file("/nonexistent/relaybench.yaml", {});
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == core::ErrorKind::BadInput);
}

}  // namespace relaybench::scenario
