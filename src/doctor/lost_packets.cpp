#include "doctor/lost_packets.h"

#include <utility>

#include <fmt/format.h>

#include "doctor/finding_codes.h"

namespace relaybench::doctor {

result::Finding why_unheard(const Facts& facts, result::Finding otherwise) {
    if (!facts.loses_packets) {
        return otherwise;
    }
    return found("net.flaky", result::Confidence::Likely,
                 "The line loses packets, as attempts to connect show, and so many here: " + otherwise.cause);
}

result::Finding why_unheard(const Facts& facts, const TcpFacts& tcp, result::Finding otherwise) {
    if (!facts.loses_packets && lost_some(tcp)) {
        return found("net.flaky", result::Confidence::Likely,
                     fmt::format("The line loses packets, as this connection shows ({}): {}", tcp.text(), otherwise.cause));
    }
    return why_unheard(facts, std::move(otherwise));
}

result::Finding why_unheard(const Facts& facts, const HttpReply& reply, result::Finding otherwise) {
    if (reply.end == HttpReply::End::NotSent && !reply.has_head()) {
        return found("net.flaky", result::Confidence::Likely,
                     fmt::format("Other connections to the relay stand, and this one could not be opened: {}.", reply.text()));
    }
    return why_unheard(facts, reply.tcp, std::move(otherwise));
}

bool lost_some(const TcpFacts& tcp) {
    // Of a packet that still waits: each time that it was sent again, and the probe before the first of them (RFC 8985 §7).
    const std::uint32_t in_vain = tcp.unacked > 0 ? tcp.retransmits + 1 : 0;
    return tcp.out_of_order_in > 0 || tcp.all_retransmits > in_vain;
}

}  // namespace relaybench::doctor
