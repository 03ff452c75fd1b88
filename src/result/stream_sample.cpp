#include "result/stream_sample.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "core/random.h"

namespace relaybench::result {

void shift_times(stream::StreamRecord& record, core::Duration by) {
    for (core::TimePoint* each : {&record.intended_start, &record.started, &record.ended})
        *each += by;
    for (std::optional<core::TimePoint>* each : {&record.connected, &record.secured, &record.upgraded, &record.written, &record.head,
                                                 &record.first_event, &record.first_token, &record.first_answer, &record.last_token}) {
        if (*each)
            **each += by;
    }
}

void StreamSample::offer(const stream::StreamRecord& record) {
    ++offered_;
    keep(core::Random(seed_).fork(record.arrival).fork(record.attempt).next(), record);
}

void StreamSample::keep(std::uint64_t ticket, const stream::StreamRecord& record) {
    const auto smaller = [](const Drawn& a, const Drawn& b) { return a.ticket < b.ticket; };
    if (heap_.size() == capacity_) {
        if (heap_.empty() || ticket >= heap_.front().ticket)
            return;
        std::pop_heap(heap_.begin(), heap_.end(), smaller);
        heap_.pop_back();
    }
    heap_.push_back(Drawn{ticket, record});
    std::push_heap(heap_.begin(), heap_.end(), smaller);
}

void StreamSample::merge(const StreamSample& other) {
    offered_ += other.offered_;
    for (const Drawn& each : other.heap_)
        keep(each.ticket, each.record);
}

void StreamSample::clear() {
    offered_ = 0;
    heap_.clear();
}

std::vector<stream::StreamRecord> StreamSample::records() const {
    std::vector<stream::StreamRecord> records;
    records.reserve(heap_.size());
    for (const Drawn& each : heap_)
        records.push_back(each.record);
    std::sort(records.begin(), records.end(), [](const stream::StreamRecord& a, const stream::StreamRecord& b) {
        return std::pair(a.arrival, a.attempt) < std::pair(b.arrival, b.attempt);
    });
    return records;
}

}  // namespace relaybench::result
