#include "cli/run_flags.h"

#include <CLI/CLI.hpp>

namespace relaybench::cli {

namespace {

void add_relay_flags(CLI::App& app, ScenarioFlags& flags) {
    const auto* group = "Relay";
    app.add_option("--url", flags.url,
                   "URL of the relay (http, https, ws, wss), in place of the scenario's; the dialect's path is added when it has none")
        ->group(group);
    app.add_option("--relay", flags.relays,
                   "A relay as NAME=URL,dialect=…,key_env=…,model=… or embedded[:PROFILE], in place of the scenario's; repeatable")
        ->group(group);
    app.add_option("--dialect", flags.dialect,
                   "How it is spoken to: chat-sse, proxy-sse, chat-json, chat-ws, stream-ws, stream-ws-audio, ws-stream")
        ->group(group);
    app.add_option("-m,--model", flags.model, "Model to ask for")->group(group);
    app.add_option("--price", flags.price, "USD for a million output tokens, for --dry-run; default: docs/usage.md lists what is known")
        ->group(group);
    app.add_option("--key-env", flags.key_env, "Environment variable that holds the API key")->group(group);
    app.add_option("--key-file", flags.key_file, "File that holds the API key; - reads it from standard input")->group(group);
    app.add_option("-H,--header", flags.headers, "Header to send, 'Name: value'; repeatable")->group(group);
    app.add_option("--origin", flags.origin, "Origin header to send")->group(group);
    app.add_option("--subprotocol", flags.subprotocol, "WebSocket sub-protocol to offer")->group(group);
    app.add_option("--compression", flags.compression, "none or zstd (ws-stream)")->group(group);
    app.add_option("--cacert", flags.ca_file, "PEM file of certificate authorities to trust instead of the system's")->group(group);
    app.add_flag("--insecure", flags.insecure, "Do not verify the relay's certificate; allow a key over an unverified connection")
        ->group(group);
    app.add_option("--connect-to", flags.connect_to, "HOST:PORT:ADDR:PORT as in curl: where connections really go; repeatable")
        ->group(group);
    app.add_option("--proxy", flags.proxy, "Forward proxy http://HOST:PORT, or none; default: https_proxy … no_proxy of the environment")
        ->group(group);
    app.add_option("--proxy-auth-env", flags.proxy_auth_env, "Environment variable that holds user:password for the proxy")->group(group);
    app.add_flag("--no-usage", flags.no_usage, "Do not ask for stream_options.include_usage")->group(group);
}

void add_prompt_flags(CLI::App& app, ScenarioFlags& flags) {
    const auto* group = "Prompts";
    app.add_option("--prompt", flags.prompts, "What to ask; repeatable, streams take turns")->group(group);
    app.add_option("--dataset", flags.dataset, "JSONL file of prompts: {\"prompt\": …} or {\"messages\": […]} a line")->group(group);
    app.add_option("--audio", flags.audio, "Audio file for stream-ws-audio")->group(group);
    app.add_option("--max-tokens", flags.max_tokens, "Tokens that a stream may bring at most")->group(group);
    app.add_option("--temperature", flags.temperature, "Sampling temperature")->group(group);
}

void add_load_flags(CLI::App& app, ScenarioFlags& flags) {
    const auto* group = "Load";
    app.add_option("-c,--streams", flags.streams, "Closed loop: this many streams of each relay at once")->group(group);
    app.add_option("-n,--count", flags.count, "Streams of each relay in all")->group(group);
    app.add_option("-d,--duration", flags.duration, "How long streams are started, such as 30s")->group(group);
    app.add_option("--rate", flags.rate, "Open loop: starts of each relay, such as 20/s")->group(group);
    app.add_option("--arrivals", flags.arrivals, "Open loop: constant or poisson")->group(group);
    app.add_option("--ramp", flags.ramp, "Open loop: a stage DURATION:RATE such as 30s:50/s; repeatable, in order")->group(group);
    app.add_option("--warmup", flags.warmup, "Play this long before measuring")->group(group);
    app.add_option("--drain", flags.drain, "How long running streams may finish after the last start")->group(group);
    app.add_option("--failure-pause", flags.failure_pause, "Closed loop: pause of a slot after a failed stream")->group(group);
    app.add_option("--order", flags.order, "Several relays: interleaved, sequential or simultaneous starts")->group(group);
    app.add_option("--connections", flags.connections, "HTTP connections: reuse or fresh")->group(group);
    app.add_option("--connect-rate", flags.connect_rate, "New connections a second at most while a closed loop starts")->group(group);
    app.add_option("--workers", flags.workers, "Worker threads")->group(group);
    app.add_option("--seed", flags.seed, "Seed of everything random")->group(group);
}

void add_limit_flags(CLI::App& app, ScenarioFlags& flags) {
    const auto* group = "Limits";
    app.add_option("--gate", flags.gates, "Limit such as 'ttft.p99 < 800ms' or 'errors.rate < 1%'; repeatable")->group(group);
    app.add_option("--connect-timeout", flags.connect_timeout, "Connection, TLS and upgrade together")->group(group);
    app.add_option("--first-token-timeout", flags.first_token_timeout, "Request written to first token")->group(group);
    app.add_option("--idle-timeout", flags.idle_timeout, "Silence after the first token; comments and pings do not count")->group(group);
    app.add_option("--stall", flags.stall, "A gap above this is a stall")->group(group);
    app.add_option("--heartbeat", flags.heartbeat, "WebSocket heartbeat: off, protocol or json")->group(group);
    app.add_option("--heartbeat-interval", flags.heartbeat_interval, "Time between pings")->group(group);
    app.add_option("--heartbeat-dead-after", flags.heartbeat_dead_after, "An unanswered ping of this age ends the stream as dropped")
        ->group(group);
    app.add_option("--max-tokens-total", flags.max_tokens_total, "Stop the run when this many tokens have come")->group(group);
    app.add_option("--max-streams", flags.max_streams, "Streams of the whole run at most")->group(group);
}

}  // namespace

void add_scenario_flags(CLI::App& app, ScenarioFlags& flags) {
    add_relay_flags(app, flags);
    add_prompt_flags(app, flags);
    add_load_flags(app, flags);
    add_limit_flags(app, flags);
}

}  // namespace relaybench::cli
