#include "cli/trace_recorder.h"

#include <algorithm>

namespace relaybench::cli {

namespace {

/// A stream of hours must not fill the memory.
constexpr std::size_t kMaxEvents = 100'000;

std::string kind_of(const wire::StreamEvent& event) {
    if (event.error) {
        return "error";
    }
    if (event.malformed) {
        return "malformed";
    }
    if (event.pong) {
        return "pong";
    }
    if (event.token != wire::TokenKind::None) {
        return std::string(wire::token_kind_id(event.token));
    }
    if (event.finish) {
        return "finish";
    }
    if (event.done_marker) {
        return "[DONE]";
    }
    return event.usage ? "usage" : "other";
}

}  // namespace

core::Duration TraceRecorder::offset_of(core::TimePoint at) {
    start_ = start_.value_or(at);
    return at - *start_;
}

void TraceRecorder::on_phase(std::string_view phase, core::TimePoint at, std::string_view detail) {
    if (events_.size() < kMaxEvents) {
        events_.push_back({offset_of(at), std::nullopt, std::string(phase), std::string(detail)});
    }
}

void TraceRecorder::on_event(const wire::StreamEvent& event, std::string_view payload, const stream::Arrival& arrival) {
    if (events_.size() >= kMaxEvents) {
        return;
    }
    std::optional<core::Duration> gap;
    if (event.token != wire::TokenKind::None) {
        gap = last_token_ ? std::optional(arrival.at - *last_token_) : std::nullopt;
        last_token_ = arrival.at;
    }
    events_.push_back({offset_of(arrival.at), gap, kind_of(event), std::string(payload.substr(0, 400))});
}

std::vector<report::TraceEvent> TraceRecorder::events() const {
    auto sorted = events_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
    return sorted;
}

}  // namespace relaybench::cli
