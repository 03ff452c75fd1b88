#include <utility>

#include "relay/server.h"
#include "relay/server_ask.h"

namespace relaybench::relay {
namespace {

using wire::Dialect;

constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kPolicyViolation = 1008;
constexpr std::uint16_t kTooBig = 1009;
constexpr std::chrono::seconds kCloseWait{2};
constexpr std::size_t kLargestRequest = 16U << 20U;

std::optional<Dialect> dialect_of(std::string_view path) {
    if (path == "/v1/chat/completions") {
        return Dialect::ChatWs;
    }
    if (path == "/v1/stream") {
        return Dialect::StreamWs;
    }
    return path == "/v1/ws/stream" ? std::optional(Dialect::WsStream) : std::nullopt;
}

std::optional<HttpAnswer> refused_upgrade(const net::ServerRequest& request) {
    if (auto malformed = malformed_upgrade(request)) {
        return malformed;
    }
    return dialect_of(request.path()) ? std::nullopt : std::optional(upgrade_error(404, "No WebSocket is served at this path."));
}

/// chat-ws names its model in the query, stream-ws in a header, ws-stream not before its message.
std::string_view model_named_in(const net::ServerRequest& request) {
    const std::string_view in_query = request.query("model");
    return in_query.empty() ? request.header("x-model") : in_query;
}

Framing framing_for(Dialect dialect, ZstdPolicy policy, const net::ServerRequest& request) {
    const bool asked = request.header("accept-encoding").find("zstd") != std::string_view::npos;
    const bool compresses = policy == ZstdPolicy::Always || (policy == ZstdPolicy::OnRequest && asked);
    return dialect == Dialect::WsStream && compresses ? Framing::WsZstd : Framing::WsText;
}

Refusal bad_message(std::string message) {
    Refusal refusal;
    refusal.answer.body = error_json({message, "invalid_request_error", ""});
    refusal.message = std::move(message);
    return refusal;
}

std::uint16_t close_code_of(std::string_view payload) {
    if (payload.size() < 2) {
        return 0;
    }
    const auto high = static_cast<unsigned char>(payload[0]);
    const auto low = static_cast<unsigned char>(payload[1]);
    return static_cast<std::uint16_t>((high << 8U) | low);
}

}  // namespace

void Server::upgrade(Session& session, const net::ServerRequest& request) {
    if (const auto refusal = refused_upgrade(request)) {
        answer(session, request, *refusal);
        return;
    }
    const Occasion occasion = next_occasion(session);
    const auto fault = plan_fault(profile_, seed_, occasion);
    auto refused = admission_.refuse(request, fault, clock_.now());
    if (!refused && !model_named_in(request).empty()) {
        refused = admission_.refuse_model(model_named_in(request));
    }
    if (refused && refused->close_code == 0) {
        answer(session, request, refused->answer);
        return;
    }
    session.upgrade_occasion = occasion;
    accept_upgrade(session, request, fault);
    if (refused) {
        ++truth_.refused;
        refuse_message(session, *refused, refused->close_code);
    }
}

void Server::accept_upgrade(Session& session, const net::ServerRequest& request, const std::optional<Fault>& fault) {
    const bool wrong = fault && fault->id == FaultId::WrongAccept;
    const std::string accept = net::websocket_accept(wrong ? "another key" : request.header("sec-websocket-key"));
    session.state = Session::State::WebSocket;
    session.frames.emplace();
    session.dialect = *dialect_of(request.path());
    session.model = model_named_in(request);
    session.framing = framing_for(session.dialect, profile_.zstd, request);
    session.send_stamps = request.header("x-relaybench-stamp") == "1";
    static_cast<void>(listener_->send(session.id, upgrade_head({request, profile_.cors, truth_.requests}, accept)));
}

void Server::read_frames(Session& session, std::string_view bytes) {
    using Status = net::ClientFrameReader::Status;
    const net::ConnectionId id = session.id;
    while (find(id) != nullptr) {
        const Status status = session.frames->feed(bytes);
        if (status == Status::NeedMore) {
            return;
        }
        if (status != Status::Message) {
            close_websocket(session, status == Status::TooLarge ? kTooBig : kProtocolError);
            listener_->finish(id);
            drop(session);
            return;
        }
        handle_message(session, session.frames->take());
    }
}

void Server::handle_message(Session& session, const net::ClientMessage& message) {
    if (message.kind == net::FrameKind::Close) {
        handle_close(session, message.payload);
        return;
    }
    if (session.state == Session::State::Closing) {
        return;
    }
    if (session.doctor) {
        handle_doctor_message(session, message);
        return;
    }
    const bool is_ping = message.kind == net::FrameKind::Ping;
    if (is_ping && !session.plan.swallow_pongs) {
        send_frame(session, net::FrameKind::Pong, message.payload);
    }
    if (is_ping || message.kind == net::FrameKind::Pong) {
        return;
    }
    session.last_traffic = clock_.now();
    if (message.kind == net::FrameKind::Text) {
        handle_text(session, message.payload);
    } else if (session.awaiting_audio) {
        start_websocket_stream(session, *std::exchange(session.awaiting_audio, std::nullopt));
    } else if (const auto text = zstd_decompressed(message.payload, kLargestRequest); text && session.dialect == Dialect::WsStream) {
        handle_text(session, *text);
    } else {
        refuse_message(session, bad_message("A binary message was not expected."), kPolicyViolation);
    }
}

void Server::handle_close(Session& session, std::string_view payload) {
    if (session.state != Session::State::Closing) {
        truth_.client_left += session.stream ? 1 : 0;
        close_websocket(session, close_code_of(payload));
    }
    listener_->finish(session.id);
    drop(session);
}

void Server::handle_text(Session& session, std::string_view text) {
    auto asked = read_asked(text);
    if (!asked) {
        refuse_message(session, bad_message("A message must be a JSON object."), kPolicyViolation);
        return;
    }
    if (asked->type == "ping") {
        if (!session.plan.swallow_pongs) {
            send_text(session, R"({"type":"pong"})");
        }
        return;
    }
    if (asked->model.empty()) {
        asked->model = session.model;
    }
    if (const auto refused = admission_.refuse_model(asked->model)) {
        ++truth_.refused;
        refuse_message(session, *refused, kPolicyViolation);
    } else if (session.stream || session.awaiting_audio) {
        send_error(session, bad_message("One request at a time."));
    } else if (asked->type == "audio.transcription") {
        session.awaiting_audio = std::move(asked);
    } else {
        start_websocket_stream(session, *asked);
    }
}

void Server::start_websocket_stream(Session& session, const Asked& asked) {
    const bool first = session.upgrade_occasion.has_value();
    const Occasion occasion = first ? *std::exchange(session.upgrade_occasion, std::nullopt) : next_occasion(session);
    Ask ask;
    ask.asked = asked;
    ask.dialect = asked.type == "audio.transcription" ? Dialect::StreamWsAudio : session.dialect;
    ask.framing = session.framing;
    ask.send_stamps = session.send_stamps;
    ask.fault = plan_fault(profile_, seed_, occasion);
    ask.occasion = occasion;
    ask.at = clock_.now();
    start_stream(session, ask, {});
}

void Server::send_frame(Session& session, net::FrameKind kind, std::string_view payload) {
    const net::FrameHead head = net::server_frame_head(kind, payload.size());
    static_cast<void>(listener_->send(session.id, std::string(head.view()).append(payload)));
}

void Server::send_text(Session& session, std::string_view text) {
    send_frame(session, net::FrameKind::Text, text);
    session.last_traffic = clock_.now();
}

void Server::send_error(Session& session, const Refusal& refusal) {
    send_text(session, session.dialect == Dialect::StreamWs ? typed_error_json(refusal.message) : refusal.answer.body);
}

void Server::refuse_message(Session& session, const Refusal& refusal, std::uint16_t close_code) {
    send_error(session, refusal);
    close_websocket(session, close_code);
}

void Server::close_websocket(Session& session, std::uint16_t code) {
    static_cast<void>(listener_->send(session.id, net::server_close_frame(code, {})));
    session.state = Session::State::Closing;
    session.stream.reset();
    timers_.add({clock_.now() + kCloseWait, session.id, TimerKind::CloseWait});
}

}  // namespace relaybench::relay
