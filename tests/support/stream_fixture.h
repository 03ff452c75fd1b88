#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stream/stream.h"
#include "support/scripted_transport.h"

namespace relaybench::test {

/// Keeps what a stream reports.
class Notes final : public stream::StreamObserver {
  public:
    void on_chunk(core::TimePoint) override { ++chunks; }
    void on_gap(core::Duration gap) override { gaps.push_back(gap); }
    void on_heartbeat(core::Duration round_trip) override { heartbeats.push_back(round_trip); }
    void on_first_token_error(const stream::ArrivalError& error) override { first_token_errors.push_back(error); }
    void on_gap_error(const stream::ArrivalError& error) override { gap_errors.push_back(error); }

    int chunks = 0;
    std::vector<core::Duration> gaps;
    std::vector<core::Duration> heartbeats;
    std::vector<stream::ArrivalError> first_token_errors;
    std::vector<stream::ArrivalError> gap_errors;
};

/// A stream on its own, fed by hand. Time 0 is its start.
struct StreamFixture {
    explicit StreamFixture(wire::Dialect dialect = wire::Dialect::ChatSse) {
        settings.dialect = dialect;
        stream.emplace(stream::StreamContext{settings, decoder, transport, notes}, stream::StreamId{},
                       stream::StreamStart{0, 0, false, zero, zero});
    }

    [[nodiscard]] core::TimePoint at(core::Duration since_start) const { return zero + since_start; }
    [[nodiscard]] stream::Arrival read(core::Duration since_start, std::uint64_t number = 0) {
        return {at(since_start), at(since_start), stream::StampSource::Kernel, number != 0 ? number : ++next_read};
    }
    void good_start() {
        stream->on_connected(stream::ConnectionOrigin::New, at(std::chrono::milliseconds(1)));
        stream->on_written(at(std::chrono::milliseconds(2)));
        stream->on_head(sse_head(), read(std::chrono::milliseconds(10)));
    }
    void good_upgrade() {
        stream->on_connected(stream::ConnectionOrigin::New, at(std::chrono::milliseconds(1)));
        stream->on_head(upgraded_head(), read(std::chrono::milliseconds(5)));
        stream->on_written(at(std::chrono::milliseconds(6)));
    }
    void end(stream::EndKind kind, core::Duration since_start, std::uint16_t code = 0, std::string detail = {}) {
        stream->on_ended({.kind = kind, .system_error = 0, .close_code = code, .detail = std::move(detail), .at = at(since_start)});
    }
    [[nodiscard]] stream::Outcome outcome() const {
        REQUIRE(stream->finished());
        return stream->record().outcome;
    }

    core::ManualClock clock;
    core::TimePoint zero = clock.now();
    stream::StreamSettings settings;
    wire::PayloadDecoder decoder;
    ScriptedTransport transport{clock, [](stream::StreamId, const wire::Request&) { return Script{}; }};
    Notes notes;
    std::uint64_t next_read = 100;
    std::optional<stream::Stream> stream;
};

}  // namespace relaybench::test
