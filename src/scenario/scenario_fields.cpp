#include "scenario/scenario_fields.h"

#include <limits>

#include "scenario/limits.h"
#include "scenario/load_fields.h"

namespace relaybench::scenario {

namespace {

using std::chrono::milliseconds;

const DurationCodec& wait_codec() {
    static const DurationCodec kCodec{{milliseconds(1), kLongestWait}};
    return kCodec;
}

const Table<Timeouts>& timeout_table() {
    static const Table<Timeouts> kTable{
        .fields = {scalar<Timeouts>("connect", "Connection, TLS and upgrade together.", &Timeouts::connect, wait_codec()),
                   scalar<Timeouts>("first_token", "From the request to the first token.", &Timeouts::first_token, wait_codec()),
                   scalar<Timeouts>("idle", "Between two payload events; comments and pings do not count.", &Timeouts::idle, wait_codec())},
        .exclusive = {}};
    return kTable;
}

const Table<Heartbeat>& heartbeat_table() {
    static const ChoiceCodec<Heartbeat::Level> kLevels{{{"protocol", Heartbeat::Level::Protocol}, {"json", Heartbeat::Level::Json}}};
    static const Table<Heartbeat> kTable{
        .fields = {scalar<Heartbeat>("enabled", "Send heartbeats (WebSocket dialects only).", &Heartbeat::enabled, BooleanCodec{}),
                   scalar<Heartbeat>("level", "WebSocket ping frames, or the dialect's JSON ping.", &Heartbeat::level, kLevels),
                   scalar<Heartbeat>("interval", "Time between two pings.", &Heartbeat::interval, wait_codec()),
                   scalar<Heartbeat>("dead_after", "A connection without any answer for so long is dead.", &Heartbeat::dead_after,
                                     wait_codec())},
        .exclusive = {}};
    return kTable;
}

const Table<Budget>& budget_table() {
    static const CountCodec kCodec{{1, kLargestBudget}};
    static const Table<Budget> kTable{
        .fields = {scalar<Budget>("max_tokens_total", "The run stops once so many tokens were received.", &Budget::max_tokens_total,
                                  kCodec),
                   scalar<Budget>("max_streams", "The run stops once so many streams were started, over all relays.", &Budget::max_streams,
                                  kCodec)},
        .exclusive = {}};
    return kTable;
}

/// Each gate is only read as text here; what it says is checked by the function that the caller brings (judge stands above scenario).
Field<Scenario> gates_field() {
    const ValueShape text{.kind = ValueShape::Kind::Text};
    Field<Scenario> field;
    field.shape = {
        .name = "gates",
        .doc = "Limits that the run must keep, such as ttft.p99 < 800ms or errors.rate < 1%; a broken one ends with exit code 99.",
        .value = {.kind = ValueShape::Kind::List, .parts = {text}}};
    field.read = [](Scenario& scenario, const Node& node, Inspection& inspection) {
        read_list(node, "a list of limits such as \"ttft.p99 < 800ms\"", inspection, [&](const Node& item) {
            auto gate = TextCodec{}.read(item);
            if (!gate) {
                inspection.problem(gate.error());
            }
            scenario.gates.push_back(std::move(gate).value_or(std::string{}));
        });
    };
    return field;
}

void add_head(std::vector<Field<Scenario>>& fields) {
    fields.push_back(scalar<Scenario>("name", "Name of the scenario.", &Scenario::name, TextCodec{}));
    fields.push_back(scalar<Scenario>("question", "The question that this scenario answers, one line.", &Scenario::question, TextCodec{}));
    fields.push_back(scalar<Scenario>("needs_key", "It cannot run without an account at a relay.", &Scenario::needs_key, BooleanCodec{}));
    fields.push_back(relays_field());
    fields.push_back(prompts_field());
    fields.push_back(scalar<Scenario>(
        "max_tokens", "Tokens to ask for at most, each stream.", [](auto& s) -> auto& { return s.prompts.max_tokens; },
        CountCodec{kMaxTokens}));
    fields.push_back(scalar<Scenario>(
        "temperature", "Sampling temperature; without it the relay's own.", [](auto& s) -> auto& { return s.prompts.temperature; },
        NumberCodec{kTemperatures}));
}

void add_body(std::vector<Field<Scenario>>& fields) {
    const ChoiceCodec<wire::ConnectionUse> connections{{{"reuse", wire::ConnectionUse::Reuse}, {"fresh", wire::ConnectionUse::Fresh}}};
    fields.push_back(group<Scenario>("load", "When streams start, and when no more do.", &Scenario::load, load_table()));
    fields.push_back(group<Scenario>("timeouts", "How long a stream may stay silent.", &Scenario::timeouts, timeout_table()));
    fields.push_back(group<Scenario>("heartbeat", "Pings on WebSocket connections.", &Scenario::heartbeat, heartbeat_table()));
    fields.push_back(scalar<Scenario>("connections", "Take idle keep-alive connections as SDKs do, or open one for each HTTP stream.",
                                      &Scenario::connections, connections));
    fields.push_back(scalar<Scenario>("stall_threshold", "A gap between tokens above this counts as a stall.", &Scenario::stall_threshold,
                                      wait_codec()));
    fields.push_back(scalar<Scenario>("seed", "Seed of everything random: arrivals, dealing, resampling.", &Scenario::seed,
                                      CountCodec{{0, std::numeric_limits<std::int64_t>::max()}}));
    fields.push_back(gates_field());
    fields.push_back(
        group<Scenario>("budget", "Stops the run cleanly before it costs more than wanted.", &Scenario::budget, budget_table()));
    fields.push_back(scalar<Scenario>("workers", "Worker threads; default: the cores, less one for an embedded relay.", &Scenario::workers,
                                      CountCodec{kWorkers}));
    fields.push_back(scalar<Scenario>("connect_rate", "Connections opened each second at most, over all workers.",
                                      &Scenario::connect_rate_per_s, CountCodec{kConnectRates}));
}

Table<Scenario> make_table() {
    Table<Scenario> table;
    add_head(table.fields);
    add_body(table.fields);
    return table;
}

}  // namespace

const Table<Scenario>& scenario_table() {
    static const Table<Scenario> kTable = make_table();
    return kTable;
}

}  // namespace relaybench::scenario
