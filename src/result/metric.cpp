#include "result/metric.h"

#include <algorithm>

namespace relaybench::result {
namespace {

constexpr std::array<MetricInfo, kMetricCount> kMetrics{{
    {Metric::Connect, "connect", "start → TCP connection established (new connections only)", false},
    {Metric::Tls, "tls", "TCP connection → TLS session", false},
    {Metric::Upgrade, "upgrade", "connection (TLS included) → valid 101 of a WebSocket", false},
    {Metric::Headers, "headers", "request written → response head complete (HTTP)", false},
    {Metric::Ttft, "ttft", "request written → first token, over all streams", true},
    {Metric::TtftOk, "ttft_ok", "request written → first token, over streams that answered", false},
    {Metric::Ttfo, "ttfo", "request written → first token that is not reasoning", false},
    {Metric::TtftIntended, "ttft_intended", "intended start → first token: queueing and connecting included", true},
    {Metric::Gap, "gap", "time between reads that carried tokens, within a stream", true},
    {Metric::Tpot, "tpot", "time per output token after the first", true},
    {Metric::E2e, "e2e", "request written → stream complete", true},
    {Metric::Heartbeat, "heartbeat", "ping → pong", false},
    {Metric::ScheduleLag, "schedule_lag", "intended start → actual start: the generator's own fault", false},
    {Metric::ClientDelay, "client_delay", "bytes in the kernel → our code: the generator's own fault", false},
}};

}  // namespace

std::span<const MetricInfo> metrics() { return kMetrics; }

std::string_view metric_id(Metric metric) { return kMetrics.at(static_cast<std::size_t>(metric)).id; }

std::optional<Metric> metric_by_id(std::string_view id) {
    const auto* found = std::find_if(kMetrics.begin(), kMetrics.end(), [&](const MetricInfo& info) { return info.id == id; });
    if (found == kMetrics.end())
        return std::nullopt;
    return found->metric;
}

}  // namespace relaybench::result
