#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "result/run_result.h"
#include "stream/stream_record.h"

/// The names of docs/result-format.md that writer and reader share. Only for the *_json.cpp files of this folder.
namespace relaybench::result {

struct NamedQuantile {
    std::string_view id;
    double q;
};
inline constexpr std::array<NamedQuantile, 4> kQuantiles{{{"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}, {"p999", 0.999}}};

struct CounterField {
    std::string_view id;
    std::uint64_t Counters::*member;
};
inline constexpr std::array<CounterField, 13> kCounterFields{{
    {"started", &Counters::started},
    {"chunks", &Counters::chunks},
    {"coalesced", &Counters::coalesced},
    {"unknown_events", &Counters::unknown_events},
    {"stalls", &Counters::stalls},
    {"body_bytes", &Counters::body_bytes},
    {"tokens", &Counters::tokens},
    {"streams_with_usage", &Counters::streams_with_usage},
    {"reused_connections", &Counters::reused_connections},
    {"kernel_stamped", &Counters::kernel_stamped},
    {"user_stamped", &Counters::user_stamped},
    {"first_tokens_reasoning", &Counters::first_tokens_reasoning},
    {"missed_starts", &Counters::missed_starts},
}};

struct PhaseField {
    std::string_view id;
    std::optional<core::TimePoint> stream::StreamRecord::*member;
};
inline constexpr std::array<PhaseField, 9> kPhaseFields{{
    {"connected", &stream::StreamRecord::connected},
    {"secured", &stream::StreamRecord::secured},
    {"upgraded", &stream::StreamRecord::upgraded},
    {"written", &stream::StreamRecord::written},
    {"head", &stream::StreamRecord::head},
    {"first_event", &stream::StreamRecord::first_event},
    {"first_token", &stream::StreamRecord::first_token},
    {"first_answer", &stream::StreamRecord::first_answer},
    {"last_token", &stream::StreamRecord::last_token},
}};

struct RecordCountField {
    std::string_view id;
    std::uint32_t stream::StreamRecord::*member;
};
inline constexpr std::array<RecordCountField, 4> kRecordCountFields{{
    {"chunks", &stream::StreamRecord::chunks},
    {"coalesced", &stream::StreamRecord::coalesced},
    {"stalls", &stream::StreamRecord::stalls},
    {"unknown_events", &stream::StreamRecord::unknown_events},
}};

inline constexpr std::array<std::string_view, 2> kResultKindIds{"run", "compare"};
inline constexpr std::array<std::string_view, 3> kGateVerdictIds{"passed", "failed", "inconclusive"};
inline constexpr std::array<std::string_view, 2> kStampSourceIds{"kernel", "user"};

constexpr std::string_view result_kind_id(ResultKind kind) { return kResultKindIds.at(static_cast<std::size_t>(kind)); }
constexpr std::string_view gate_verdict_id(GateVerdict verdict) { return kGateVerdictIds.at(static_cast<std::size_t>(verdict)); }
constexpr std::string_view stamp_source_id(stream::StampSource source) { return kStampSourceIds.at(static_cast<std::size_t>(source)); }

}  // namespace relaybench::result
