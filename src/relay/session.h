#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "net/listener.h"
#include "net/listener_frames.h"
#include "net/listener_http.h"
#include "relay/doctor_ledger.h"
#include "relay/doctor_stream.h"
#include "relay/documents.h"
#include "relay/script.h"
#include "relay/stream_encoder.h"

namespace relaybench::relay {

/// A stream that is being played.
struct RunningStream {
    Script script;
    StreamEncoder encoder;
    Action action;  ///< the next one
    core::TimePoint due;
    core::TimePoint asked_at;  ///< the request was received whole
    std::optional<core::TimePoint> last_token_at;
    std::uint16_t close_code = 0;  ///< Step::EndCloseCode
    ErrorShape error_shape = ErrorShape::OpenAi;
    bool keep_alive = true;
};

/// What doctor measures with on a connection: a stream, or a WebSocket for as long as it is open.
struct DoctorRun {
    DoctorStream stream;
    std::optional<DoctorLedger::Ticket> ticket;  ///< the stream has an id
    core::TimePoint due;                         ///< of the timer that counts; max(): none
    bool keep_alive = true;
    std::uint64_t pings = 0;  ///< received
};

/// One connection as the relay sees it.
///
///   Http ──request──► Streaming ──end──► Http          (keep-alive; pipelined bytes wait in `inbox`)
///     └──upgrade──► WebSocket ◄──message──► WebSocket with a running stream ──close──► Closing
struct Session {
    enum class State : std::uint8_t { Http, Streaming, WebSocket, Closing };
    enum class Use : std::uint8_t { None, Doctor, Client };

    net::ConnectionId id;
    std::uint64_t number = 0;  ///< of the connection, counted from 0
    std::uint64_t requests = 0;
    ConnectionPlan plan;
    State state = State::Http;
    Use use = Use::None;  ///< Doctor: it asked for nothing but doctor's pages
    net::HttpRequestReader http;
    std::string inbox;

    // WebSocket only.
    std::optional<net::ClientFrameReader> frames;
    wire::Dialect dialect = wire::Dialect::ChatWs;
    std::string model;  ///< named at the upgrade
    Framing framing = Framing::WsText;
    bool send_stamps = false;
    std::optional<Occasion> upgrade_occasion;  ///< of the upgrade; the first stream belongs to it
    std::optional<Asked> awaiting_audio;       ///< the transcription was asked for; its audio comes next

    std::unique_ptr<RunningStream> stream;
    std::unique_ptr<DoctorRun> doctor;
    core::TimePoint last_traffic;
};

}  // namespace relaybench::relay
