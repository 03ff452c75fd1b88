#include "relay/doctor_ledger.h"

#include <algorithm>
#include <utility>

namespace relaybench::relay {

DoctorLedger::Ticket DoctorLedger::open(std::string id) {
    if (entries_.size() == kKept) {
        entries_.pop_front();
        ++first_;
    }
    entries_.push_back({std::move(id), {}});
    return first_ + entries_.size() - 1;
}

void DoctorLedger::note(Ticket ticket, const DoctorCounts& counts) {
    if (ticket >= first_) {
        entries_[ticket - first_].counts = counts;
    }
}

std::optional<DoctorCounts> DoctorLedger::find(std::string_view id) const {
    const auto newest = std::find_if(entries_.rbegin(), entries_.rend(), [id](const Entry& entry) { return entry.id == id; });
    return newest == entries_.rend() ? std::nullopt : std::optional(newest->counts);
}

}  // namespace relaybench::relay
