#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "relay/admission.h"
#include "relay/doctor_ledger.h"
#include "relay/doctor_pages.h"
#include "relay/player.h"
#include "relay/profile.h"
#include "relay/relay_options.h"
#include "relay/session.h"
#include "relay/timer_heap.h"
#include "relay/truth.h"
#include "relay/zstd_frame.h"

namespace relaybench::relay {

/// The embedded relay on one listening socket. One thread: that of the loop.
class Server final : public net::ListenerSink {
  public:
    /// `loop` and `clock` must outlive the server. Nothing is served before listen().
    Server(net::EventLoop& loop, const core::Clock& clock, Profile profile, std::uint64_t seed,
           RelayOptions::Offer offer = RelayOptions::Offer::Everything);
    ~Server() override;

    [[nodiscard]] core::Expected<void> listen(const net::ListenerOptions& options);
    [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

    /// One round: what is due, then what the sockets bring. Waits at most until `until`.
    void run_once(core::TimePoint until);
    [[nodiscard]] const Truth& truth() const { return truth_; }

    void on_accepted(net::ConnectionId id) override;
    void on_bytes(net::ConnectionId id, std::string_view bytes) override;
    void on_drained(net::ConnectionId id) override;
    void on_closed(net::ConnectionId id) override;

  private:
    struct Ask;

    [[nodiscard]] Session* find(net::ConnectionId id) const;
    void drop(Session& session);
    void fire(const Timer& timer);
    void check_idle(Session& session);
    void keep_for_later(Session& session, std::string_view bytes);
    void settle(Session& session, Played played);

    // server_http.cpp
    void read_requests(Session& session, std::string_view bytes);
    void reject_bytes(Session& session, net::HttpRequestReader::Status status);
    void handle(Session& session, const net::ServerRequest& request);
    [[nodiscard]] std::optional<HttpAnswer> fixed_page(const net::ServerRequest& request) const;
    void handle_chat(Session& session, const net::ServerRequest& request);
    void start_stream(Session& session, const Ask& ask, std::string_view head);
    void start_http_stream(Session& session, const net::ServerRequest& request, const Ask& ask);
    void answer(Session& session, const net::ServerRequest& request, const HttpAnswer& answer);
    void send_answer(Session& session, const net::ServerRequest& request, const HttpAnswer& answer);
    [[nodiscard]] Occasion next_occasion(Session& session);

    // server_websocket.cpp
    void upgrade(Session& session, const net::ServerRequest& request);
    void accept_upgrade(Session& session, const net::ServerRequest& request, const std::optional<Fault>& fault);
    void handle_close(Session& session, std::string_view payload);
    void read_frames(Session& session, std::string_view bytes);
    void handle_message(Session& session, const net::ClientMessage& message);
    void handle_text(Session& session, std::string_view text);
    void start_websocket_stream(Session& session, const Asked& asked);
    void send_frame(Session& session, net::FrameKind kind, std::string_view payload);
    void send_text(Session& session, std::string_view text);
    void send_error(Session& session, const Refusal& refusal);
    void refuse_message(Session& session, const Refusal& refusal, std::uint16_t close_code);
    void close_websocket(Session& session, std::uint16_t code);

    // server_doctor.cpp: the neutral ground that doctor measures paths with. No key, no limit, no fault of an answer or a stream.
    void note_use(Session& session, bool by_doctor);
    void serve_doctor(Session& session, const net::ServerRequest& request, DoctorPage page);
    [[nodiscard]] HttpAnswer doctor_answer(const Session& session, const net::ServerRequest& request, DoctorPage page) const;
    void start_doctor_stream(Session& session, const net::ServerRequest& request);
    void open_doctor_socket(Session& session, const net::ServerRequest& request);
    void play_doctor(Session& session, std::string head);
    void end_doctor_stream(Session& session);
    void handle_doctor_message(Session& session, const net::ClientMessage& message);

    net::EventLoop& loop_;
    const core::Clock& clock_;
    Profile profile_;
    std::uint64_t seed_;
    RelayOptions::Offer offer_;
    Admission admission_;
    Truth truth_;
    std::uint64_t accepted_ = 0;  ///< connections, those of doctor included: they are numbered for their faults before anyone knows
    DoctorLedger ledger_;
    TimerHeap timers_;
    ZstdCompressor compressor_;
    std::vector<std::unique_ptr<Session>> sessions_;  ///< by slot; null: none
    std::unique_ptr<net::Listener> listener_;
    std::optional<Player> player_;
};

}  // namespace relaybench::relay
