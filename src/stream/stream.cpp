#include "stream/stream.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"

namespace relaybench::stream {

namespace {

constexpr std::size_t kMaxDetailBytes = 300;

bool is_event_stream(const ResponseHead& head) {
    const auto type = core::lowercase(core::trimmed(core::split(head.header("content-type"), ';').front()));
    return type == "text/event-stream";
}

bool is_success(int status) { return status >= 200 && status < 300; }

bool is_html(const ResponseHead& head) { return core::lowercase(head.header("content-type")).find("text/html") != std::string::npos; }

}  // namespace

Stream::Stream(const StreamContext& context, StreamId id, const StreamStart& start)
    : context_(context), id_(id), carrier_(wire::info(context.settings.dialect).carrier), progress_(start.actual) {
    record_.arrival = start.arrival;
    record_.arm = start.arm;
    record_.warmup = start.warmup;
    record_.intended_start = start.intended;
    record_.started = start.actual;
    record_.opens_slot = start.opens_slot;
    trace("started", start.actual);
}

void Stream::on_connected(ConnectionOrigin origin, core::TimePoint at) {
    if (finished()) {
        return;
    }
    record_.reused_connection = origin == ConnectionOrigin::Reused;
    if (origin == ConnectionOrigin::New) {
        record_.connected = at;
    }
    trace("connected", at, origin == ConnectionOrigin::Reused ? "kept-alive connection" : "");
}

void Stream::on_secured(core::TimePoint at) {
    if (finished()) {
        return;
    }
    record_.secured = at;
    trace("tls", at);
}

void Stream::on_written(core::TimePoint at) {
    if (finished()) {
        return;
    }
    // Heartbeats are written too: only what precedes the first event and the first ping belongs to the request.
    if (!record_.first_event && !pinged_) {
        record_.written = at;
        progress_ = at;
        trace("request written", at);
    }
    if (state_ == State::Connecting) {
        state_ = State::Awaiting;
    }
}

void Stream::on_head(const ResponseHead& head, const Arrival& arrival) {
    if (finished()) {
        return;
    }
    record_.head = arrival.at;
    record_.status = head.status;
    trace("headers", arrival.at, fmt::format("HTTP {}", head.status));
    progress_ = std::max(progress_, arrival.at);
    if (head.upgraded) {
        record_.upgraded = arrival.at;
        next_ping_ =
            context_.settings.heartbeat == HeartbeatLevel::Off ? core::TimePoint::max() : arrival.at + context_.settings.heartbeat_interval;
        state_ = State::Streaming;
        return;
    }
    const bool streaming = wire::info(context_.settings.dialect).streaming;
    if (!is_websocket() && is_success(head.status) && (streaming ? is_event_stream(head) : !is_html(head))) {
        state_ = streaming ? State::Streaming : State::Answer;
        return;
    }
    refusal_ = head;
    state_ = State::Refusal;
    progress_ = arrival.at;
}

void Stream::on_body(std::string_view bytes, const Arrival& arrival) {
    if (finished()) {
        return;
    }
    record_.body_bytes += bytes.size();
    arrival_ = arrival;
    if (state_ == State::Refusal || state_ == State::Answer) {
        collect(bytes);
        return;
    }
    if (parser_.feed(bytes, *this) == wire::SseParser::Status::TooLarge) {
        finish(Outcome::BadWire, "a server-sent event above the size limit", arrival.at);
    }
}

void Stream::on_message(wire::MessageKind kind, std::string_view payload, const Arrival& arrival) {
    if (finished()) {
        return;
    }
    record_.body_bytes += payload.size();
    arrival_ = arrival;
    handle(context_.decoder.decode_message(context_.settings.dialect, kind, payload), payload);
}

bool Stream::on_event(const wire::SseEvent& event) {
    handle(context_.decoder.decode(context_.settings.dialect, event.type, event.data), event.data);
    return !finished();
}

void Stream::handle(const wire::StreamEvent& event, std::string_view payload) {
    if (context_.tracer != nullptr) {
        context_.tracer->on_event(event, payload, arrival_);
    }
    if (event.pong) {
        handle_pong();
        return;
    }
    if (!record_.first_event) {
        record_.first_event = arrival_.at;
    }
    if (event.malformed) {
        finish(Outcome::BadWire, fmt::format("cannot be decoded: {}", core::printable(payload, 120)), arrival_.at);
        return;
    }
    record_.unknown_events += event.unknown ? 1U : 0U;
    if (event.token != wire::TokenKind::None) {
        handle_token(event);
    }
    if (event.usage) {
        record_.usage_tokens = event.usage->completion_tokens;
    }
    if (event.error) {
        auto verdict = classify_error_event(*event.error);
        finish(verdict.outcome, std::move(verdict.detail), arrival_.at);
        return;
    }
    done_marker_seen_ = done_marker_seen_ || event.done_marker;
    if (event.finish) {
        handle_finish();
    }
}

void Stream::handle_token(const wire::StreamEvent& event) {
    context_.observer.on_chunk(arrival_.at);
    if (!record_.first_token) {
        handle_first_token(event);
    } else if (arrival_.read_number == last_token_read_) {
        ++record_.coalesced;
    } else {
        const auto gap = arrival_.at - *record_.last_token;
        context_.observer.on_gap(gap);
        record_.gaps.add(gap);
        record_.longest_gap = std::max(record_.longest_gap, gap);
        record_.stalls += gap > context_.settings.stall_threshold ? 1U : 0U;
    }
    if (event.send_stamp_ns) {
        handle_stamp(event);
    }
    if (!record_.first_answer && event.token != wire::TokenKind::Reasoning) {
        record_.first_answer = arrival_.at;
    }
    record_.last_token = arrival_.at;
    progress_ = arrival_.at;
    last_token_read_ = arrival_.read_number;
    ++record_.chunks;
    record_.token_bytes += event.token_bytes;
}

void Stream::handle_first_token(const wire::StreamEvent& event) {
    record_.first_token = arrival_.at;
    record_.first_token_kind = event.token;
    record_.stamp_source = arrival_.source;
    context_.transport.first_token_read(id_);
}

void Stream::handle_stamp(const wire::StreamEvent& event) {
    const core::TimePoint sent{core::Duration(*event.send_stamp_ns)};
    if (record_.chunks == 0) {
        context_.observer.on_first_token_error(arrival_error(arrival_, sent));
    }
    if (!stamp_check_) {
        stamp_check_ = std::make_unique<StampCheck>(context_.observer);
    }
    stamp_check_->on_token(sent, arrival_);
}

void Stream::handle_finish() {
    if (state_ != State::Streaming) {
        return;
    }
    state_ = State::Ending;
    finish_at_ = arrival_.at;
    trace("finish signal", arrival_.at);
}

void Stream::on_ended(const End& end) {
    if (finished()) {
        return;
    }
    transport_ended_ = true;
    record_.end_kind = end.kind;
    record_.close_code = end.close_code;
    trace("end", end.at, end_kind_id(end.kind));
    if (state_ == State::Refusal) {
        finish_refusal(end.at);
        return;
    }
    if (state_ == State::Answer && (end.kind == EndKind::BodyComplete || end.kind == EndKind::BodyClosed)) {
        finish_answer(end.at);
        return;
    }
    auto verdict = classify_end(end, reached());
    const bool complete_websocket = is_websocket() && verdict.outcome == Outcome::Complete;
    finish(verdict.outcome, std::move(verdict.detail), complete_websocket ? finish_at_ : end.at);
}

void Stream::handle_pong() {
    if (ping_sent_) {
        context_.observer.on_heartbeat(arrival_.at - *ping_sent_);
        ping_sent_.reset();
    }
}

void Stream::on_pong(const Arrival& arrival) {
    if (finished()) {
        return;
    }
    arrival_ = arrival;
    handle_pong();
}

Reached Stream::reached() const {
    return {.carrier = carrier_,
            .head = is_websocket() ? record_.upgraded.has_value() : record_.head.has_value(),
            .first_token = record_.first_token.has_value(),
            .finish = state_ == State::Ending};
}

void Stream::finish(Outcome outcome, std::string detail, core::TimePoint at) {
    record_.outcome = outcome;
    record_.ended = at;
    if (outcome == Outcome::Truncated && done_marker_seen_ && state_ != State::Ending) {
        detail += " ([DONE] alone is no finish signal)";
    }
    record_.detail = core::scrub(core::printable(detail, kMaxDetailBytes), context_.settings.secrets);
    state_ = State::Finished;
    if (stamp_check_) {
        stamp_check_->on_end();
    }
    trace("outcome", at, outcome_id(outcome));
}

void Stream::trace(std::string_view phase, core::TimePoint at, std::string_view detail) {
    if (context_.tracer != nullptr) {
        context_.tracer->on_phase(phase, at, detail);
    }
}

}  // namespace relaybench::stream
