#include <nlohmann/json.hpp>

#include "relay/truth.h"

namespace relaybench::relay {
namespace {

using Json = nlohmann::ordered_json;

Json sample_json(const TimeSample& sample) {
    constexpr double kP50 = 0.5;
    constexpr double kP90 = 0.9;
    constexpr double kP99 = 0.99;
    constexpr double kP999 = 0.999;
    return {{"count", sample.count()},
            {"p50_us", sample.quantile_us(kP50)},
            {"p90_us", sample.quantile_us(kP90)},
            {"p99_us", sample.quantile_us(kP99)},
            {"p999_us", sample.quantile_us(kP999)},
            {"max_us", sample.quantile_us(1.0)}};
}

}  // namespace

std::string truth_json(const Truth& truth, const std::string& profile) {
    constexpr int kIndent = 2;
    const Json document = {{"schema_version", 1},
                           {"kind", "relay-truth"},
                           {"profile", profile},
                           {"ttft", sample_json(truth.ttft)},
                           {"gap", sample_json(truth.gap)},
                           {"lateness", sample_json(truth.lateness)},
                           {"connections", truth.connections},
                           {"requests", truth.requests},
                           {"streams", truth.streams},
                           {"finished", truth.finished},
                           {"client_left", truth.client_left},
                           {"refused", truth.refused},
                           {"chunks", truth.chunks},
                           {"tokens", truth.tokens},
                           {"writes", truth.writes},
                           {"bytes", truth.bytes},
                           {"blocked", truth.blocked}};
    return document.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace relaybench::relay
