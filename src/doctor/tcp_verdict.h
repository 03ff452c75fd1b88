#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "doctor/socket.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// One attempt to connect, and what the kernel knows of it. What is decided from a list of them below is pure.
struct Tried {
    std::string address;
    int error = 0;  ///< errno; 0: it stands
    core::Duration took{0};
    std::optional<IcmpWord> icmp;
    core::Duration rtt{0};
    std::uint32_t lost_greetings = 0;  ///< SYNs that had to be sent again; with an error: not known
    bool is_here = false;              ///< with an error: the address is one of this machine's own
    bool is_forbidden_here = false;    ///< with an error: this machine itself said so
    bool has_way_out = true;           ///< with an error: a route leads there, and there is an address to come from

    [[nodiscard]] bool is_v6() const { return address.find(':') != std::string::npos; }
    [[nodiscard]] bool stands() const { return error == 0; }
    /// "connected in 3 ms", "Connection refused after 1 ms".
    [[nodiscard]] std::string text() const;
};

/// The ports of the same address that were tried because the relay's own did not answer.
struct Neighbours {
    std::vector<std::uint16_t> open;
    std::vector<std::uint16_t> closed;
};

/// The attempt that says most about why none of them stands: IPv4 before IPv6, which many machines lack altogether, and any answer before
/// the lack of a route.
[[nodiscard]] const Tried& most_telling(const std::vector<Tried>& tries);

/// Why nothing connects: the first one is the cause, the others stand beside it. `tries`: at least one, none of which stands.
[[nodiscard]] std::vector<result::Finding> why_not_connected(const std::vector<Tried>& tries, std::uint16_t port,
                                                             const Neighbours& neighbours);

/// The quickest that stands; null: none does.
[[nodiscard]] const Tried* best_of(const std::vector<Tried>& tries);
/// The first that stands, which programs use, for they try addresses in the order in which they are given; null: none does.
[[nodiscard]] const Tried* first_of(const std::vector<Tried>& tries);
/// "IPv6" or "IPv4" when that family has addresses of which none answers, and the other one works; else empty. A family that this machine
/// has no route for is not broken: nothing is sent and nothing waits.
[[nodiscard]] std::string broken_family(const std::vector<Tried>& tries);
/// An address that fails on the way while another one of its family works; null: there is none.
[[nodiscard]] const Tried* dead_address(const std::vector<Tried>& tries);

/// How many of these attempts, all to one address, failed or lost their first packet.
[[nodiscard]] std::size_t count_shaky(const std::vector<Tried>& tries);
/// How many of these attempts lost a packet. A refusal is an answer.
[[nodiscard]] std::size_t count_lost(const std::vector<Tried>& tries);

}  // namespace relaybench::doctor
