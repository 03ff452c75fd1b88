// The transport's reports, handed to their streams; the loop is in worker.cpp.

#include "run/worker_slot.h"

namespace relaybench::run {

Worker::Slot* Worker::find(stream::StreamId id) {
    if (id.slot >= slots_.size()) {
        return nullptr;
    }
    auto& slot = *slots_[id.slot];
    return slot.stream && slot.generation == id.generation ? &slot : nullptr;
}

/// The hot part of a stream: its state, and the first members of its record.
void Worker::on_soon(stream::StreamId id) {
    constexpr std::size_t kCacheLine = 64;
    constexpr std::size_t kHotBytes = 6 * kCacheLine;
    if (id.slot >= slots_.size()) {
        return;
    }
    const auto* bytes = reinterpret_cast<const char*>(slots_[id.slot].get());
    for (std::size_t at = 0; at < kHotBytes; at += kCacheLine) {
        __builtin_prefetch(bytes + at, 1);
    }
}

void Worker::audit_read(const Slot& slot, const stream::Arrival& arrival) {
    if (arrival.read_number == last_read_ || slot.start.warmup) {
        return;
    }
    last_read_ = arrival.read_number;
    if (arrival.source == stream::StampSource::Kernel) {
        exchange_.current()[slot.start.arm].record_client_delay(arrival.seen - arrival.at);
    }
}

void Worker::on_connected(stream::StreamId id, stream::ConnectionOrigin origin, core::TimePoint at) {
    if (auto* slot = find(id)) {
        slot->stream->on_connected(origin, at);
        settle(id, *slot);
    }
}

void Worker::on_secured(stream::StreamId id, core::TimePoint at) {
    if (auto* slot = find(id)) {
        slot->stream->on_secured(at);
        settle(id, *slot);
    }
}

void Worker::on_written(stream::StreamId id, core::TimePoint at) {
    if (auto* slot = find(id)) {
        slot->stream->on_written(at);
        settle(id, *slot);
    }
}

void Worker::on_head(stream::StreamId id, const stream::ResponseHead& head, const stream::Arrival& arrival) {
    if (auto* slot = find(id)) {
        audit_read(*slot, arrival);
        slot->stream->on_head(head, arrival);
        settle(id, *slot);
    }
}

void Worker::on_body(stream::StreamId id, std::string_view bytes, const stream::Arrival& arrival) {
    if (auto* slot = find(id)) {
        audit_read(*slot, arrival);
        slot->stream->on_body(bytes, arrival);
        settle(id, *slot);
    }
}

void Worker::on_message(stream::StreamId id, wire::MessageKind kind, std::string_view payload, const stream::Arrival& arrival) {
    if (auto* slot = find(id)) {
        audit_read(*slot, arrival);
        slot->stream->on_message(kind, payload, arrival);
        settle(id, *slot);
    }
}

void Worker::on_pong(stream::StreamId id, std::string_view /*payload*/, const stream::Arrival& arrival) {
    if (auto* slot = find(id)) {
        audit_read(*slot, arrival);
        slot->stream->on_pong(arrival);
        settle(id, *slot);
    }
}

void Worker::on_ended(stream::StreamId id, const stream::End& end) {
    if (auto* slot = find(id)) {
        slot->stream->on_ended(end);
        settle(id, *slot);
    }
}

}  // namespace relaybench::run
