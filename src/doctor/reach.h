#pragma once

#include <optional>
#include <string>

#include "doctor/channel.h"
#include "doctor/examination.h"
#include "doctor/facts.h"
#include "doctor/http_exchange.h"

namespace relaybench::doctor {

/// A way to the relay that was opened as a client would: through the proxy if there is one, over TLS if the URL says so.
struct Reached {
    std::optional<Channel> channel;
    std::string failure;               ///< why there is none
    std::uint32_t lost_greetings = 0;  ///< SYNs that had to be sent again, to the relay or to the proxy
    bool was_on_its_way = false;       ///< time was up in the middle of a hand-shake of TLS that went on
};

/// Small: our side sends and takes small segments only, which pass where large packets are lost.
enum class Segments : std::uint8_t { Usual, Small };

/// TCP to the relay, and through the proxy's tunnel.
[[nodiscard]] Reached reach_port(const Facts& facts, std::uint16_t port, Deadline deadline, Segments segments = Segments::Usual);
/// The same to this address of the relay; of the proxy, where there is one.
[[nodiscard]] Reached reach_port_at(const Facts& facts, const std::string& address, std::uint16_t port, Deadline deadline,
                                    Segments segments = Segments::Usual);
/// The same with TLS, judged as tls.verify judged: a channel is handed out only when this connection's own chain is judged good, or
/// when nothing secret will be sent.
enum class Trust : std::uint8_t { Verified, Anyone };
[[nodiscard]] Reached reach_relay(const Subject& subject, const Facts& facts, Trust trust, Deadline deadline,
                                  Segments segments = Segments::Usual);

/// One question to the relay on a connection of its own; NotSent with the reason when it cannot be reached.
[[nodiscard]] HttpReply ask_relay(const Subject& subject, const Facts& facts, HttpQuestion question, Trust trust, Deadline deadline,
                                  Segments segments = Segments::Usual);

/// What a proxy answered to CONNECT; `channel` is set when the tunnel stands. A yes with a page behind it opens none.
struct Tunnelled {
    HttpReply reply;
    std::optional<Channel> channel;
};
[[nodiscard]] Tunnelled ask_for_tunnel(Socket socket, const wire::Proxy& proxy, const std::string& destination, Deadline deadline);

}  // namespace relaybench::doctor
