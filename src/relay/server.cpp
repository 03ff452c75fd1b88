#include "relay/server.h"

#include <algorithm>
#include <utility>

namespace relaybench::relay {
namespace {

// Sockets must get their turn even when timers alone could keep the process busy.
constexpr int kTimersPerRound = 256;
constexpr std::size_t kLargestInbox = 20U << 20U;

}  // namespace

Server::Server(net::EventLoop& loop, const core::Clock& clock, Profile profile, std::uint64_t seed, RelayOptions::Offer offer)
    : loop_(loop), clock_(clock), profile_(std::move(profile)), seed_(seed), offer_(offer), admission_(profile_) {}

Server::~Server() = default;

core::Expected<void> Server::listen(const net::ListenerOptions& options) {
    auto listener = net::Listener::open(loop_, options, *this);
    if (!listener) {
        return tl::unexpected(listener.error());
    }
    listener_ = std::move(*listener);
    player_.emplace(Player::Needs{clock_, profile_, *listener_, timers_, truth_});
    return {};
}

void Server::run_once(core::TimePoint until) {
    for (int i = 0; i < kTimersPerRound; ++i) {
        const auto timer = timers_.pop_due(clock_.now());
        if (!timer) {
            break;
        }
        fire(*timer);
    }
    loop_.run_once(std::min(until, timers_.next_due()));
}

Session* Server::find(net::ConnectionId id) const {
    if (id.slot >= sessions_.size() || !sessions_[id.slot]) {
        return nullptr;
    }
    Session* const session = sessions_[id.slot].get();
    return session->id == id ? session : nullptr;
}

void Server::drop(Session& session) { sessions_[session.id.slot].reset(); }

void Server::on_accepted(net::ConnectionId id) {
    if (id.slot >= sessions_.size()) {
        sessions_.resize(id.slot + 1);
    }
    ++truth_.connections;
    const std::uint64_t number = accepted_++;
    const ConnectionPlan plan = plan_connection(profile_, seed_, number);
    if (plan.end_at_once) {
        *plan.end_at_once == FaultId::Refuse ? listener_->reset(id) : listener_->finish(id);
        return;
    }
    const core::TimePoint now = clock_.now();
    auto session = std::make_unique<Session>();
    session->id = id;
    session->number = number;
    session->plan = plan;
    session->last_traffic = now;
    sessions_[id.slot] = std::move(session);
    if (plan.accept_delay) {
        listener_->pause_reading(id);
        timers_.add({now + *plan.accept_delay, id, TimerKind::AcceptDelay});
    }
    if (plan.idle_cut) {
        timers_.add({now + *plan.idle_cut, id, TimerKind::IdleCut});
    }
}

void Server::on_bytes(net::ConnectionId id, std::string_view bytes) {
    Session* const session = find(id);
    if (session == nullptr) {
        return;
    }
    if (session->plan.pings_count || session->state != Session::State::WebSocket) {
        session->last_traffic = clock_.now();
    }
    switch (session->state) {
        case Session::State::Http:
            session->inbox.empty() ? read_requests(*session, bytes) : keep_for_later(*session, bytes);
            break;
        case Session::State::Streaming:
            keep_for_later(*session, bytes);
            break;
        case Session::State::WebSocket:
        case Session::State::Closing:
            read_frames(*session, bytes);
            break;
    }
}

void Server::keep_for_later(Session& session, std::string_view bytes) {
    session.inbox.append(bytes);
    if (session.inbox.size() > kLargestInbox) {
        listener_->reset(session.id);
        drop(session);
    }
}

void Server::on_drained(net::ConnectionId id) {
    Session* const session = find(id);
    if (session != nullptr && session->stream) {
        settle(*session, player_->proceed(*session));
    } else if (session != nullptr && session->doctor) {
        listener_->resume_reading(id);
        play_doctor(*session, {});
    }
}

void Server::on_closed(net::ConnectionId id) {
    if (Session* const session = find(id)) {
        truth_.client_left += session->stream ? 1 : 0;
        drop(*session);
    }
}

void Server::settle(Session& session, Played played) {
    if (played == Played::Gone) {
        drop(session);
        return;
    }
    if (played == Played::Waiting) {
        return;
    }
    session.stream.reset();
    if (session.state == Session::State::Streaming) {
        session.state = Session::State::Http;
        if (!session.inbox.empty()) {
            // Not from here: a flood of pipelined requests would pile up on the stack.
            timers_.add({clock_.now(), session.id, TimerKind::Inbox});
        }
    }
}

void Server::fire(const Timer& timer) {
    Session* const session = find(timer.connection);
    if (session == nullptr) {
        return;
    }
    switch (timer.kind) {
        case TimerKind::Stream:
            // An older stream of this connection may have left its timer behind.
            if (session->stream && session->stream->due == timer.due) {
                settle(*session, player_->proceed(*session));
            }
            break;
        case TimerKind::AcceptDelay:
            listener_->resume_reading(timer.connection);
            break;
        case TimerKind::IdleCut:
            check_idle(*session);
            break;
        case TimerKind::Comment:
            if (session->stream) {
                player_->comment(*session);
                timers_.add({timer.due + profile_.comment_every, session->id, TimerKind::Comment});
            }
            break;
        case TimerKind::Inbox:
            if (session->state == Session::State::Http) {
                const std::string waiting = std::exchange(session->inbox, {});
                read_requests(*session, waiting);
            }
            break;
        case TimerKind::Doctor:
            if (session->doctor && session->doctor->due == timer.due) {
                play_doctor(*session, {});
            }
            break;
        case TimerKind::CloseWait:
            listener_->finish(session->id);
            drop(*session);
            break;
    }
}

void Server::check_idle(Session& session) {
    if (!session.plan.idle_cut) {
        return;  // doctor has come
    }
    const core::TimePoint quiet_until = session.last_traffic + *session.plan.idle_cut;
    if (quiet_until > clock_.now()) {
        timers_.add({quiet_until, session.id, TimerKind::IdleCut});
        return;
    }
    listener_->finish(session.id);
    drop(session);
}

}  // namespace relaybench::relay
