#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"

namespace relaybench::doctor {

enum class RecordType : std::uint8_t { A, Aaaa };

/// What one resolver answered to one question.
struct DnsAnswer {
    std::string server;
    RecordType type = RecordType::A;
    enum class End : std::uint8_t {
        NotAsked,  ///< doctor cannot ask this server: the system may, with options or forms of addresses of its own
        Addresses,
        NoData,
        NoSuchName,
        ServerFailure,
        Refused,
        TimedOut,
        Unreachable,
        Other,
    } end = End::NotAsked;
    std::vector<std::string> addresses;  ///< numeric
    core::Duration took{0};

    /// "A 192.0.2.1, 192.0.2.2 in 1 ms", "AAAA NXDOMAIN after 3 ms".
    [[nodiscard]] std::string text() const;
};

/// Udp: TCP where the answer is truncated, as programs ask. Tcp: from the beginning. UdpAlone: a truncated answer is one too (without records it
/// is NoData). Extended: as Udp, with EDNS (RFC 6891), as programs ask where resolv.conf has "options edns0".
enum class DnsTransport : std::uint8_t { Udp, Tcp, UdpAlone, Extended };

/// Asks a resolver (`server`: numeric, with an optional port as in 127.0.0.1:5353) directly. Over UDP the question is sent again after 2 s,
/// where the budget allows it. Without any budget nothing is asked.
[[nodiscard]] DnsAnswer ask_resolver(const std::string& server, const std::string& name, RecordType type, core::Duration budget,
                                     DnsTransport transport = DnsTransport::Udp);

/// The `nameserver` lines of a resolv.conf.
[[nodiscard]] std::vector<std::string> resolvers_of(std::string_view resolv_conf);

/// The domains that a resolv.conf has the system try behind a name: those of the last `search` or `domain` line.
[[nodiscard]] std::vector<std::string> search_list_of(std::string_view resolv_conf);
/// Whether a resolv.conf has this option.
[[nodiscard]] bool has_option(std::string_view resolv_conf, std::string_view option);

/// The line of a hosts file that gives `host` one of these addresses; empty: none does.
[[nodiscard]] std::string hosts_line_of(std::string_view hosts_file, std::string_view host, const std::vector<std::string>& addresses);

/// What this machine's programs are told (getaddrinfo).
struct SystemLookup {
    std::vector<std::string> addresses;
    int error = 0;  ///< EAI_…; 0 also when it did not end in time
    bool timed_out = false;
    core::Duration took{0};
};

/// A lookup that goes on in a thread of its own: getaddrinfo cannot be called off, so what is not waited for is left to end by itself.
class PendingLookup {
  public:
    explicit PendingLookup(const std::string& host);
    /// What is known when it has ended, or when this long has passed since it began, or at that moment.
    [[nodiscard]] SystemLookup wait(core::Duration since_began, core::TimePoint ends = core::TimePoint::max()) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
    core::TimePoint began_;
};

/// Gives up at the budget, though the system may go on asking.
[[nodiscard]] SystemLookup look_up(const std::string& host, core::Duration budget);

}  // namespace relaybench::doctor
