#include <nlohmann/json.hpp>

#include "result/calibration.h"

namespace relaybench::result {
namespace {

using OrderedJson = nlohmann::ordered_json;

double to_us(core::Duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

OrderedJson error_json(const StampError::Summary& summary) {
    return {{"count", summary.count},
            {"mean_us", to_us(summary.mean)},
            {"p50_us", to_us(summary.p50)},
            {"p99_us", to_us(summary.p99)},
            {"max_us", to_us(summary.max)}};
}

struct StampedError {
    const char* source;
    const StampError::Summary& ttft;
    const StampError::Summary& gap;
};

OrderedJson row_json(const CalibrationRun& run, const StampedError& error) {
    OrderedJson row;
    row["dialect"] = wire::info(run.load.dialect).id;
    row["tls"] = run.load.tls;
    row["streams"] = run.load.streams;
    row["rate"] = run.load.rate_per_s;
    row["stamp_source"] = error.source;
    row["ttft_error"] = error_json(error.ttft);
    row["gap_error"] = error_json(error.gap);
    row["chunks_per_s"] = run.chunks_per_s;
    row["coalesced_share"] = run.coalesced_share;
    row["read_delay_p99_us"] = run.read_delay_p99 ? OrderedJson(to_us(*run.read_delay_p99)) : OrderedJson(nullptr);
    row["worker_cpu_share"] = run.worker_cpu_share;
    row["saturated"] = !run.saturated_by.empty();
    row["saturated_by"] = run.saturated_by;
    return row;
}

}  // namespace

std::string calibration_json(const Calibration& calibration) {
    OrderedJson rows = OrderedJson::array();
    for (const CalibrationRun& run : calibration.runs) {
        if (run.kernel_stamps)
            rows.push_back(row_json(run, {"kernel", run.error.ttft, run.error.gap}));
        rows.push_back(row_json(run, {"user", run.error.user_ttft, run.error.user_gap}));
    }
    OrderedJson json;
    json["schema_version"] = kSchemaVersion;
    json["kind"] = "calibration";
    json["version"] = calibration.version;
    json["host"] = calibration.host;
    json["started_at"] = calibration.started_at;
    json["duration_s"] = std::chrono::duration<double>(calibration.duration).count();
    json["workers"] = calibration.workers;
    json["partial"] = calibration.partial;
    json["rows"] = std::move(rows);
    constexpr int kIndent = 2;
    return json.dump(kIndent, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace relaybench::result
