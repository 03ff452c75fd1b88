#include "run/worker.h"

#include <algorithm>
#include <utility>

#include "core/cpu_time.h"
#include "load/window.h"
#include "run/worker_slot.h"

namespace relaybench::run {

namespace {

constexpr core::Duration kPublishEvery = std::chrono::milliseconds(100);
constexpr core::Duration kHandOverEvery = std::chrono::seconds(1);
constexpr core::Duration kInterruptedDrain = std::chrono::seconds(2);
/// Starts handed to the transport between two polls: a late schedule must not starve the streams that run.
constexpr int kStartsPerRound = 64;

/// When the streams that still run are cancelled. A plan without an end in time waits for all of them: their own time-outs bound it.
core::TimePoint drain_end(const scenario::Load& load, core::TimePoint begin) {
    const auto window = load::window_of(load);
    return window ? begin + load.warmup + *window + load.drain : core::TimePoint::max();
}

}  // namespace

result::ArmRecorder empty_recorder(const RunPlan& plan, const ArmPlan& arm, core::TimePoint begin) {
    return result::ArmRecorder({.window_start = begin + plan.load.warmup,
                                .carrier = wire::info(arm.settings.dialect).carrier,
                                .seed = plan.seed,
                                .arms = plan.arms.size()});
}

Worker::Worker(const RunPlan& plan, WorkerShare share, const Ports& ports, core::TimePoint begin)
    : plan_(plan),
      ports_(ports),
      starts_(make_start_queue(plan, share, begin)),
      begin_(begin),
      drain_until_(drain_end(plan.load, begin)),
      next_publish_(begin),
      next_hand_over_(begin + kHandOverEvery),
      last_event_(begin + plan.load.warmup) {
    std::vector<result::ArmRecorder> recorders;
    for (const auto& arm : plan.arms) {
        recorders.push_back(empty_recorder(plan, arm, begin));
    }
    exchange_.fill(std::move(recorders), ports.journal_bell != nullptr ? 2 : 1);
    for (auto& recorder : exchange_.current()) {
        observers_.push_back(std::make_unique<ArmObserver>(recorder, plan.stamp_detail));
        warmups_.push_back(std::make_unique<SilentObserver>());
    }
}

Worker::~Worker() = default;

void Worker::run() {
    run_began_ = ports_.clock.now();
    cpu_at_start_ = core::thread_cpu_time();
    while (!done()) {
        const auto now = ports_.clock.now();
        obey_control(now);
        start_due(now);
        fire_deadlines(now);
        if (now >= next_publish_) {
            publish();
            next_publish_ = now + kPublishEvery;
        }
        if (ports_.journal_bell != nullptr && now >= next_hand_over_) {
            hand_over(now);
        }
        if (!done()) {
            ports_.transport.poll(next_wake(now), *this);
        }
    }
    publish();
    // Here and not later: the CPU account is that of the calling thread.
    last_account_ = account();
}

bool Worker::done() const { return open_ == 0 && (!starting_ || starts_->exhausted()); }

core::TimePoint Worker::next_wake(core::TimePoint now) const {
    auto wake = std::min(next_publish_, now + kPublishEvery);
    if (ports_.journal_bell != nullptr) {
        wake = std::min(wake, next_hand_over_);
    }
    if (const auto due = starting_ ? starts_->next_due() : std::nullopt) {
        wake = std::min(wake, *due);
    }
    if (const auto deadline = deadlines_.next()) {
        wake = std::min(wake, *deadline);
    }
    return std::min(wake, drain_until_);
}

void Worker::start_due(core::TimePoint now) {
    for (int started = 0; starting_ && started < kStartsPerRound; ++started) {
        const auto due = starts_->next_due();
        if (!due || *due > now) {
            break;
        }
        start(starts_->pop(), now);
    }
    if (starts_->exhausted()) {
        starting_ = false;
    }
}

void Worker::start(const Start& start, core::TimePoint now) {
    const auto index = take_slot();
    auto& slot = *slots_[index];
    const stream::StreamId id{index, slot.generation};
    const auto& arm = plan_.arms[start.arm];
    stream::StreamObserver* observer = observers_[start.arm].get();
    if (start.warmup) {
        observer = warmups_[start.arm].get();
    }
    slot.start = start;
    slot.queued_deadline = core::TimePoint::max();
    const auto intended = start.opens_slot ? now : start.intended;
    slot.stream.emplace(stream::StreamContext{arm.settings, decoder_, ports_.transport, *observer, ports_.tracer}, id,
                        stream::StreamStart{plan_.first_arrival + start.arrival, start.arm, start.warmup, intended, now, start.opens_slot});
    ++open_;
    peak_open_ = std::max(peak_open_, open_);
    ports_.transport.open(id, arm.target, arm.requests[start.ordinal % arm.requests.size()], plan_.connections);
    settle(id, slot);
}

void Worker::fire_deadlines(core::TimePoint now) {
    while (const auto entry = deadlines_.pop_due(now)) {
        auto* slot = find(entry->id);
        if (slot == nullptr) {
            continue;
        }
        if (entry->at <= slot->queued_deadline) {
            slot->queued_deadline = core::TimePoint::max();
        }
        slot->stream->on_deadline(now);
        settle(entry->id, *slot);
    }
    if (now >= drain_until_ && open_ > 0) {
        cancel_all(now);
    }
}

void Worker::obey_control(core::TimePoint now) {
    const auto level = ports_.control.level();
    if (level == obeyed_) {
        return;
    }
    obeyed_ = level;
    cut_short_ = cut_short_ || !done();
    starting_ = false;
    drain_until_ = std::min(drain_until_, level == StopLevel::Immediate ? now : now + kInterruptedDrain);
}

void Worker::cancel_all(core::TimePoint now) {
    starting_ = false;
    for (std::uint32_t index = 0; index < slots_.size(); ++index) {
        auto& slot = *slots_[index];
        if (slot.stream) {
            slot.stream->cancel(now);
            settle({index, slot.generation}, slot);
        }
    }
}

void Worker::publish() {
    std::uint64_t chunks = 0;
    for (const auto& observer : observers_) {
        chunks += observer->chunks();
    }
    auto& live = ports_.live;
    live.open = open_;
    live.done = done_;
    live.failed = failed_;
    live.chunks = chunks;
    live.tokens = std::max(tokens_, chunks);
    live.starting = starting_;
    if (ports_.journal_bell == nullptr) {
        publish_ttft();  // else the watching thread has the sums
    }
}

void Worker::publish_ttft() {
    const auto worst = [this](double q) {
        std::int64_t us = -1;
        for (const auto& recorder : exchange_.current()) {
            if (const auto quantile = recorder.metric(result::Metric::Ttft).quantile(q); quantile && quantile->value) {
                us = std::max(us, std::chrono::duration_cast<std::chrono::microseconds>(*quantile->value).count());
            }
        }
        return us;
    };
    ports_.live.ttft_p50_us = worst(0.50);
    ports_.live.ttft_p99_us = worst(0.99);
}

void Worker::hand_over(core::TimePoint now) {
    if (!exchange_.hand_over(account())) {
        next_hand_over_ = now + kPublishEvery;  // the watcher is late: this second becomes a longer one
        return;
    }
    for (std::size_t arm = 0; arm < observers_.size(); ++arm) {
        observers_[arm]->use(exchange_.current()[arm]);
    }
    ports_.journal_bell->release();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now - begin_);
    next_hand_over_ = begin_ + seconds + kHandOverEvery;
}

WorkerAccount Worker::account() const {
    WorkerAccount account;
    account.transport = ports_.transport.counters();
    // Before the plan begins there is nothing to do: that wait must not hide how busy a short burst was.
    const auto wall_time = ports_.clock.now() - std::max(run_began_, begin_);
    if (wall_time > core::Duration::zero()) {
        const auto cpu_time = core::thread_cpu_time() - cpu_at_start_;
        account.audit.cpu_share = std::chrono::duration<double>(cpu_time) / std::chrono::duration<double>(wall_time);
    }
    account.audit.reads = account.transport.reads;
    account.audit.wakeups = account.transport.wakeups;
    for (std::size_t arm = 0; arm < observers_.size(); ++arm) {
        account.audit.chunks += observers_[arm]->chunks() + warmups_[arm]->chunks();
    }
    account.peak_open_streams = peak_open_;
    return account;
}

std::uint32_t Worker::take_slot() {
    if (free_slots_.empty()) {
        slots_.push_back(std::make_unique<Slot>());
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const auto index = free_slots_.back();
    free_slots_.pop_back();
    return index;
}

void Worker::settle(stream::StreamId id, Slot& slot) {
    if (slot.stream->finished()) {
        retire(id, slot);
        return;
    }
    const auto deadline = slot.stream->next_deadline();
    if (deadline < slot.queued_deadline) {
        slot.queued_deadline = deadline;
        deadlines_.push(deadline, id);
    }
}

void Worker::retire(stream::StreamId id, Slot& slot) {
    if (!slot.stream->transport_ended()) {
        ports_.transport.close(id);
    }
    const auto& record = slot.stream->record();
    exchange_.current()[slot.start.arm].record(record);
    if (!record.warmup) {
        done_ += record.outcome == stream::Outcome::Complete ? 1U : 0U;
        failed_ += stream::is_error(record.outcome) ? 1U : 0U;
        last_event_ = std::max(last_event_, record.ended);
    }
    tokens_ += record.usage_tokens.value_or(record.chunks);
    starts_->on_stream_ended(slot.start, record.outcome, ports_.clock.now());
    slot.stream.reset();
    ++slot.generation;
    free_slots_.push_back(id.slot);
    --open_;
}

WorkerResult Worker::take_result() {
    WorkerResult result;
    result.account = last_account_;
    for (const auto& observer : observers_) {
        result.stamp_errors.push_back(observer->stamp_errors());
    }
    result.arms = std::move(exchange_.current());
    result.last_event = last_event_;
    result.cut_short = cut_short_;
    return result;
}

}  // namespace relaybench::run
