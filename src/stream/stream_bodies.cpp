// Bodies that are no streams: refusals, and whole answers of the dialect without streaming.

#include <algorithm>
#include <utility>

#include "stream/stream.h"

namespace relaybench::stream {

namespace {

constexpr std::size_t kMaxRefusalBytes = 16U << 10U;
constexpr std::size_t kMaxAnswerBytes = 16U << 20U;

}  // namespace

void Stream::collect(std::string_view bytes) {
    const auto limit = state_ == State::Refusal ? kMaxRefusalBytes : kMaxAnswerBytes;
    const auto room = limit - std::min(limit, body_.size());
    body_.append(bytes.substr(0, room));
    if (!record_.first_event) {
        record_.first_event = arrival_.at;
    }
    if (bytes.size() <= room) {
        return;
    }
    if (state_ == State::Refusal) {
        finish_refusal(arrival_.at);
    } else {
        finish(Outcome::BadWire, "an answer above the size limit", arrival_.at);
    }
}

void Stream::finish_refusal(core::TimePoint at) {
    auto verdict = classify_refusal(refusal_, body_, carrier_);
    finish(verdict.outcome, std::move(verdict.detail), at);
}

void Stream::finish_answer(core::TimePoint at) {
    const auto event = context_.decoder.decode_answer(body_);
    handle(event, body_);
    if (finished()) {
        return;
    }
    if (event.finish) {
        finish(Outcome::Complete, {}, at);
    } else {
        finish(Outcome::Truncated, "the answer has no finish signal", at);
    }
}

}  // namespace relaybench::stream
