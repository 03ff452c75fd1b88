#include <utility>

#include "relay/doctor_query.h"
#include "relay/server.h"

namespace relaybench::relay {
namespace {

// Far above what doctor sends. With its last reads, one such echo stays below what the listener keeps back for a slow reader.
constexpr std::size_t kLargestDoctorMessage = 1U << 20U;

/// A stream that cannot be chunked ends with its connection, and its head must say so.
net::ServerRequest as_last(net::ServerRequest request) {
    request.keep_alive = false;
    return request;
}

std::optional<HttpAnswer> refused_doctor_upgrade(const net::ServerRequest& request) {
    if (!request.upgrade) {
        // What a proxy leaves of an upgrade that it does not forward.
        HttpAnswer refusal =
            upgrade_error(426, "Only a WebSocket is served at this path, expected Connection: Upgrade and Upgrade: websocket.");
        refusal.headers.push_back({"Upgrade", "websocket"});
        return refusal;
    }
    return malformed_upgrade(request);
}

}  // namespace

/// Connections that only doctor uses are no part of what the relay did for its clients.
void Server::note_use(Session& session, bool by_doctor) {
    if (by_doctor && session.use == Session::Use::None) {
        session.use = Session::Use::Doctor;
        --truth_.connections;
    } else if (!by_doctor) {
        truth_.connections += session.use == Session::Use::Doctor ? 1 : 0;
        session.use = Session::Use::Client;
    }
}

void Server::serve_doctor(Session& session, const net::ServerRequest& request, DoctorPage page) {
    session.plan.idle_cut.reset();  // silence may be the very thing that doctor measures with
    if (const auto refused = refuse_doctor_method(request, page)) {
        send_answer(session, request, *refused);
    } else if (page == DoctorPage::Stream) {
        start_doctor_stream(session, request);
    } else if (page == DoctorPage::Socket) {
        open_doctor_socket(session, request);
    } else {
        send_answer(session, request, doctor_answer(session, request, page));
    }
}

HttpAnswer Server::doctor_answer(const Session& session, const net::ServerRequest& request, DoctorPage page) const {
    switch (page) {
        case DoctorPage::Counts:
            return counts_answer(request.path(), ledger_.find(stream_id_in(request.path())));
        case DoctorPage::Body:
            return received_answer(request.body.size());
        case DoctorPage::NoContent:
            return no_content_answer(request);
        default:
            return hello_answer(request, listener_->peer_address(session.id), clock_.wall_now());
    }
}

void Server::start_doctor_stream(Session& session, const net::ServerRequest& request) {
    auto query = read_doctor_stream_query(request.target);
    if (!query) {
        send_answer(session, request, bad_query_answer(query.error().message));
        return;
    }
    const net::ServerRequest headed = request.http_1_0 ? as_last(request) : request;
    const DoctorPlan plan{.schedule = query->schedule,
                          .beat = query->keepalive,
                          .pad_bytes = query->pad_bytes,
                          .framing = request.http_1_0 ? Framing::HttpPlain : Framing::HttpChunked,
                          .gzip = doctor_gzip(request, *query)};
    const core::TimePoint now = clock_.now();
    session.state = Session::State::Streaming;
    session.doctor = std::make_unique<DoctorRun>(
        DoctorRun{.stream = DoctorStream(plan, now), .ticket = std::nullopt, .due = now, .keep_alive = headed.keep_alive, .pings = 0});
    if (!query->id.empty()) {
        session.doctor->ticket = ledger_.open(std::move(query->id));
    }
    play_doctor(session, doctor_stream_head({headed, profile_.cors, truth_.requests}, *query));
}

void Server::open_doctor_socket(Session& session, const net::ServerRequest& request) {
    if (const auto refused = refused_doctor_upgrade(request)) {
        send_answer(session, request, *refused);
        return;
    }
    const auto query = read_doctor_socket_query(request.target);
    if (!query) {
        send_answer(session, request, bad_query_answer(query.error().message));
        return;
    }
    constexpr DoctorSchedule kNoEvents{.events = 0, .interval = {}};
    const DoctorPlan plan{
        .schedule = query->paced.value_or(kNoEvents), .beat = query->heartbeat, .pad_bytes = 0, .framing = Framing::WsText};
    const core::TimePoint now = clock_.now();
    session.state = Session::State::WebSocket;
    session.frames.emplace(kLargestDoctorMessage);
    session.doctor = std::make_unique<DoctorRun>(
        DoctorRun{.stream = DoctorStream(plan, now), .ticket = std::nullopt, .due = now, .keep_alive = true, .pings = 0});
    const std::string accept = net::websocket_accept(request.header("sec-websocket-key"));
    play_doctor(session, upgrade_head({request, profile_.cors, truth_.requests}, accept));
}

/// Sends what is due, behind `head` if there is one.
void Server::play_doctor(Session& session, std::string head) {
    if (head.empty() && listener_->pending_bytes(session.id) > 0) {
        return;  // on_drained() comes back here
    }
    DoctorRun& run = *session.doctor;
    std::string bytes = std::move(head);
    run.stream.write_due(clock_.now(), bytes);
    const bool sent = bytes.empty() || listener_->send(session.id, bytes) == net::SendResult::Sent;
    if (run.ticket) {
        ledger_.note(*run.ticket, run.stream.counts());
    }
    if (run.stream.counts().ended) {
        end_doctor_stream(session);
        return;
    }
    run.due = run.stream.next_due();
    if (sent && run.due != core::TimePoint::max()) {
        timers_.add({run.due, session.id, TimerKind::Doctor});
    }
}

void Server::end_doctor_stream(Session& session) {
    const bool keep_alive = session.doctor->keep_alive;
    session.doctor.reset();
    if (!keep_alive) {
        listener_->finish(session.id);
    }
    settle(session, keep_alive ? Played::Ended : Played::Gone);
}

void Server::handle_doctor_message(Session& session, const net::ClientMessage& message) {
    switch (message.kind) {
        case net::FrameKind::Ping:
            ++session.doctor->pings;
            send_frame(session, net::FrameKind::Pong, message.payload);
            return;
        case net::FrameKind::Pong:
            return;
        default:
            break;
    }
    if (message.kind == net::FrameKind::Text && asks_for_pings(message.payload)) {
        send_frame(session, net::FrameKind::Text, pings_json(session.doctor->pings));
    } else {
        send_frame(session, message.kind, message.payload);
    }
    if (listener_->pending_bytes(session.id) > 0) {
        listener_->pause_reading(session.id);  // until on_drained(): who does not read its echo is not read either
    }
}

}  // namespace relaybench::relay
