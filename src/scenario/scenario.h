#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "wire/dialect.h"
#include "wire/request.h"

namespace relaybench::scenario {

/// `--connect-to HOST:PORT:ADDR:PORT` as in curl: connections to host:port go to address:port; empty host or port match all.
struct ConnectTo {
    std::string host;
    std::optional<std::uint16_t> port;
    std::string address;
    std::optional<std::uint16_t> to_port;
};

/// One relay to be measured: an arm of the run. Either `url` or `embedded` is set.
struct Relay {
    std::string name;
    std::string url;
    std::optional<std::string> embedded;  ///< profile of the embedded relay: "fast", or a path to a profile file
    wire::Dialect dialect = wire::Dialect::ChatSse;
    std::string model = "gpt-4o-mini";
    std::string key_env;   ///< environment variable that holds the key
    std::string key_file;  ///< or a file; "-" is standard input
    std::vector<wire::Header> headers;
    std::string origin;
    std::string subprotocol;
    wire::Compression compression = wire::Compression::None;
    bool include_usage = true;
    std::string ca_file;
    bool verify_tls = true;  ///< false is `--insecure`, loud
    std::vector<ConnectTo> connect_to;
    std::string proxy;           ///< http://host:port; "none" goes direct; empty: what the environment says
    std::string proxy_auth_env;  ///< environment variable that holds user:password for the proxy
    // Of no meaning for runs, and no part of what identifies one: what --dry-run and doctor have to know besides.
    std::optional<double> price;           ///< USD for a million output tokens; absent: that of the price table, if it knows the model
    std::vector<std::string> control;      ///< hosts to reach as well, HOST or HOST:PORT
    std::vector<std::string> key_formats;  ///< regular expressions of keys that this relay takes, besides those of the guides
};

struct ClosedLoop {
    std::uint32_t streams = 10;  ///< kept open at once on each arm
};

enum class Arrivals : std::uint8_t { Constant, Poisson };

struct OpenLoop {
    double rate_per_s = 1.0;  ///< of each arm
    Arrivals arrivals = Arrivals::Constant;
};

/// The rate of each arm moves linearly from the stage before (0 at first) to `rate_per_s` within `duration`.
struct RampStage {
    core::Duration duration{0};
    double rate_per_s = 0;
};

struct Ramp {
    std::vector<RampStage> stages;
    Arrivals arrivals = Arrivals::Constant;
};

/// How long streams start when neither a duration nor a count is given.
inline constexpr core::Duration kDefaultDuration = std::chrono::seconds(10);

/// How arms share the time of a run.
enum class Order : std::uint8_t {
    Interleaved,   ///< dealt: each start goes to the next arm of a shuffled block; closed loops run side by side
    Sequential,    ///< one arm after the other, each with the whole load
    Simultaneous,  ///< each start of the schedule is one on every arm, at the same moment
};

/// When streams start, and when no more do. The run stops starting at the first of `duration` and `count`; a ramp ends with its stages.
struct Load {
    std::variant<ClosedLoop, OpenLoop, Ramp> pattern = ClosedLoop{};
    std::optional<core::Duration> duration;                         ///< kDefaultDuration when there is no count either
    std::optional<std::uint64_t> count;                             ///< streams of each arm, warm-up excluded
    core::Duration warmup{0};                                       ///< before the measured window; its streams are never mixed in
    core::Duration drain = std::chrono::seconds(10);                ///< how long running streams may finish after the last start
    core::Duration failure_pause = std::chrono::milliseconds(100);  ///< closed loop: a slot waits this long after a failed stream
    Order order = Order::Interleaved;
};

/// The guides' values as defaults.
struct Timeouts {
    core::Duration connect = std::chrono::seconds(10);  ///< connection, TLS and upgrade together
    core::Duration first_token = std::chrono::seconds(120);
    core::Duration idle = std::chrono::seconds(120);  ///< between payload events (comments and pings do not count)
};

struct Heartbeat {
    bool enabled = true;  ///< WebSocket only
    enum class Level : std::uint8_t { Protocol, Json } level = Level::Protocol;
    core::Duration interval = std::chrono::seconds(30);
    core::Duration dead_after = std::chrono::seconds(55);  ///< no answer at all: the connection is declared dead
};

struct Prompts {
    std::vector<std::string> texts = {"Count from one to one hundred in words."};
    std::string dataset_file;  ///< JSONL; each line an object with `prompt` (text) or `messages` (array), optional `max_tokens`
    std::string audio_file;    ///< for stream-ws-audio; empty: one second of silence (16 kHz, 16 bit WAV)
    std::uint32_t max_tokens = 128;
    std::optional<double> temperature;
};

/// Stops a run cleanly before it costs more than wanted.
struct Budget {
    std::optional<std::uint64_t> max_tokens_total;  ///< by usage where given, else chunks
    std::optional<std::uint64_t> max_streams;       ///< over all arms
};

/// What the user asked for, whole, with all defaults: the one place where defaults live.
struct Scenario {
    std::string name;
    std::string question;    ///< what this scenario answers, one line
    bool needs_key = false;  ///< for `relaybench scenarios`: cannot run without an account
    std::vector<Relay> relays;
    Prompts prompts;
    Load load;
    Timeouts timeouts;
    Heartbeat heartbeat;
    wire::ConnectionUse connections = wire::ConnectionUse::Reuse;
    core::Duration stall_threshold = std::chrono::seconds(1);
    std::uint64_t seed = 1;
    std::vector<std::string> gates;
    Budget budget;
    std::optional<std::uint32_t> workers;     ///< absent: cores, less one for an embedded relay
    std::uint32_t connect_rate_per_s = 5000;  ///< over all workers
};

}  // namespace relaybench::scenario
