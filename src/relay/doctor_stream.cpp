#include "relay/doctor_stream.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "net/listener_frames.h"

namespace relaybench::relay {
namespace {

constexpr std::size_t kLargestDoctorWrite = 64U << 10U;

std::string event_json(std::uint32_t number, core::Duration age, std::uint32_t pad_bytes) {
    const auto age_us = std::chrono::duration_cast<std::chrono::microseconds>(age).count();
    std::string json = fmt::format(R"({{"seq":{},"t_us":{})", number, age_us);
    if (pad_bytes > 0) {
        json.append(R"(,"pad":")").append(pad_bytes, 'x').push_back('"');
    }
    json.push_back('}');
    return json;
}

}  // namespace

DoctorStream::DoctorStream(const DoctorPlan& plan, core::TimePoint begin)
    : plan_(plan), begin_(begin), beat_due_(plan.beat.count() > 0 ? begin + plan.beat : core::TimePoint::max()) {
    if (plan.gzip) {
        gzip_.emplace(*plan.gzip);
    }
}

core::TimePoint DoctorStream::event_due() const {
    const bool over = counts_.events == plan_.schedule.events;
    return over ? core::TimePoint::max() : begin_ + plan_.schedule.lead + (counts_.events + 1) * plan_.schedule.interval;
}

core::TimePoint DoctorStream::next_due() const { return counts_.ended ? core::TimePoint::max() : std::min(event_due(), beat_due_); }

void DoctorStream::write_due(core::TimePoint now, std::string& into) {
    const std::size_t before = into.size();
    if (!is_websocket() && counts_.comments == 0) {
        write_comment("ok", into);
        end_if_over(into);
    }
    while (next_due() <= now && into.size() - before < kLargestDoctorWrite) {
        event_due() <= beat_due_ ? write_event(now, into) : write_beat(now, into);
    }
}

void DoctorStream::write_event(core::TimePoint now, std::string& into) {
    const std::string json = event_json(++counts_.events, now - begin_, plan_.pad_bytes);
    write_framed(is_websocket() ? json : fmt::format("data: {}\n\n", json), into);
    end_if_over(into);
}

void DoctorStream::write_beat(core::TimePoint now, std::string& into) {
    // Beats that were missed while the socket was full are not made up for: they would only come as a burst.
    beat_due_ += plan_.beat * ((now - beat_due_) / plan_.beat + 1);
    if (!is_websocket()) {
        write_comment("ka", into);
        return;
    }
    into.append(net::server_frame_head(net::FrameKind::Ping, 0).view());
    ++counts_.comments;
}

void DoctorStream::write_comment(std::string_view text, std::string& into) {
    write_framed(fmt::format(": {}\n\n", text), into);
    ++counts_.comments;
}

void DoctorStream::end_if_over(std::string& into) {
    if (is_websocket() || counts_.events < plan_.schedule.events) {
        return;
    }
    write_framed("data: [DONE]\n\n", into);
    if (gzip_) {
        std::string rest;
        gzip_->finish(rest);
        write_chunk(rest, into);
    }
    into.append(plan_.framing == Framing::HttpChunked ? "0\r\n\r\n" : "");
    counts_.ended = true;
}

void DoctorStream::write_framed(std::string_view text, std::string& into) {
    if (is_websocket()) {
        into.append(net::server_frame_head(net::FrameKind::Text, text.size()).view()).append(text);
    } else if (gzip_) {
        std::string compressed;
        gzip_->write(text, compressed);
        write_chunk(compressed, into);
    } else {
        write_chunk(text, into);
    }
}

/// Nothing is no chunk: an empty one would end the body.
void DoctorStream::write_chunk(std::string_view bytes, std::string& into) const {
    if (plan_.framing == Framing::HttpChunked && !bytes.empty()) {
        fmt::format_to(std::back_inserter(into), "{:x}\r\n{}\r\n", bytes.size(), bytes);
    } else {
        into.append(bytes);
    }
}

}  // namespace relaybench::relay
