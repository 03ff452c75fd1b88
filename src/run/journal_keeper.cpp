#include "run/journal_keeper.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "run/audit.h"
#include "run/start_queue.h"

namespace relaybench::run {

namespace {

/// How long a line waits for the workers that have not handed over yet.
constexpr core::Duration kPatience = std::chrono::milliseconds(200);

result::ArmResult names_of(const ArmPlan& arm) {
    result::ArmResult names;
    names.name = arm.name;
    names.relay = arm.relay;
    names.dialect = wire::info(arm.settings.dialect).id;
    names.model = arm.model;
    return names;
}

result::JournalHeader header_of(const RunPlan& plan, const JournalOrder& order) {
    result::JournalHeader header;
    header.kind = plan.arms.size() > 1 ? result::ResultKind::Compare : result::ResultKind::Run;
    header.pairing = pairing_of(plan);
    header.provenance = order.provenance;
    header.gates = order.gates;
    for (const auto& arm : plan.arms) {
        header.arms.push_back(names_of(arm));
    }
    return header;
}

}  // namespace

JournalKeeper::JournalKeeper(const RunPlan& plan, JournalOrder& order, core::TimePoint begin)
    : plan_(plan), order_(order), window_start_(begin + plan.load.warmup), accounts_(plan.workers) {
    order_.provenance.seed = plan.seed;
    for (const auto& arm : plan.arms) {
        totals_.push_back(empty_recorder(plan, arm, begin));
        pending_.push_back(empty_recorder(plan, arm, begin));
    }
    append(result::journal_line(0, header_of(plan_, order_)));
}

void JournalKeeper::take(std::vector<result::ArmRecorder>& recorders) {
    for (std::size_t arm = 0; arm < recorders.size(); ++arm) {
        pending_[arm].merge(recorders[arm]);
        totals_[arm].merge(recorders[arm]);
        recorders[arm].clear();
    }
}

void JournalKeeper::look(std::deque<Worker>& workers, std::size_t running, core::TimePoint now) {
    for (std::size_t index = 0; index < workers.size(); ++index) {
        auto& exchange = workers[index].exchange();
        auto* half = exchange.received();
        if (half == nullptr) {
            continue;
        }
        accounts_[index] = half->account;
        take(half->arms);
        exchange.give_back();
        ++handed_over_;
        first_since_ = first_since_.value_or(now);
    }
    if (first_since_ && (handed_over_ >= running || now - *first_since_ >= kPatience)) {
        write_second(now);
    }
}

std::vector<result::ArmRecorder> JournalKeeper::finish(std::deque<Worker>& workers, std::vector<WorkerResult>& results,
                                                       core::TimePoint now) {
    for (std::size_t index = 0; index < workers.size(); ++index) {
        if (auto* half = workers[index].exchange().received()) {
            take(half->arms);
            workers[index].exchange().give_back();
        }
        take(results[index].arms);
        accounts_[index] = results[index].account;
    }
    write_second(now);
    return std::move(totals_);
}

std::string JournalKeeper::second_line(core::TimePoint now) const {
    result::JournalSecond second;
    second.at = std::max(core::Duration::zero(), now - window_start_);
    for (std::size_t arm = 0; arm < pending_.size(); ++arm) {
        second.arms.push_back(pending_[arm].finish({.name = plan_.arms[arm].name, .relay = "", .dialect = "", .model = ""}));
    }
    second.audit = audit_generator({}, accounts_, 0);
    second.audit.reasons.clear();
    second.audit.distorted.clear();
    second.audit.saturated = false;
    return result::journal_line(lines_, second);
}

void JournalKeeper::write_second(core::TimePoint now) {
    handed_over_ = 0;
    first_since_.reset();
    // Without its header a journal is nothing: what could not be written at the start is tried again.
    if (lines_ == 0 && !append(result::journal_line(0, header_of(plan_, order_)))) {
        return;
    }
    is_behind_ = !append(second_line(now));
    if (is_behind_) {
        return;
    }
    for (auto& recorder : pending_) {
        recorder.clear();
    }
}

void JournalKeeper::close(result::RunResult& run) {
    // Without its last seconds a journal must not look whole: it gets no end.
    if (lines_ > 0 && !is_behind_) {
        result::JournalEnd end{order_.provenance, run.audit, run.warnings};
        end.provenance.seed = run.provenance.seed;
        end.provenance.duration = run.provenance.duration;
        end.provenance.partial = run.provenance.partial;
        end.provenance.stop_reason = run.provenance.stop_reason;
        append(result::journal_line(lines_, end));
    }
    if (failures_ > 0) {
        run.warnings.push_back(
            {"journal", fmt::format("The journal could not be written {} time{}: {}", failures_, failures_ == 1 ? "" : "s", trouble_),
             "make room on its disk; this result is whole, and the journal lacks what came after its last line"});
    }
}

bool JournalKeeper::append(const std::string& line) {
    if (const auto appended = order_.file.append(line); !appended) {
        ++failures_;
        trouble_ = trouble_.empty() ? appended.error().message : trouble_;
        return false;
    }
    ++lines_;
    return true;
}

std::optional<core::Duration> JournalKeeper::worst(result::Metric metric, double q) const {
    std::optional<core::Duration> worst;
    for (const auto& recorder : totals_) {
        const auto quantile = recorder.metric(metric).quantile(q);
        if (quantile && quantile->value) {
            worst = std::max(worst.value_or(core::Duration::zero()), *quantile->value);
        }
    }
    return worst;
}

}  // namespace relaybench::run
