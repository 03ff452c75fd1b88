#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "doctor/dns_query.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// What this machine's own lookup gave beside what each resolver answers when it is asked directly. Everything below is pure.
struct DnsSeen {
    std::string host;
    SystemLookup system = {};
    std::vector<DnsAnswer> answers = {};      ///< A, then AAAA, of each resolver in the order of resolv.conf
    std::vector<DnsAnswer> tcp_answers = {};  ///< to the question for A over TCP, of resolvers that are silent over UDP
    std::vector<DnsAnswer> udp_answers = {};  ///< to the same over UDP, where an answer that is cut short counts as one
    bool has_network = true;                  ///< an interface of this machine has an address
    bool has_way_over_v6 = false;             ///< packets to the IPv6 address that a resolver gave have a way out of this machine
    bool swallows_extended = false;           ///< the system asks with EDNS, and such questions are not answered
};

/// The resolvers that answered neither question while another one did.
[[nodiscard]] std::vector<std::string> dead_resolvers(const std::vector<DnsAnswer>& answers);
/// Whether nobody answered anything: no address, no denial, no refusal.
[[nodiscard]] bool is_silence(const DnsSeen& seen);
/// Whether every resolver answered every question at once, so that a lookup that takes long is not theirs. Without any: no.
[[nodiscard]] bool answers_promptly(const std::vector<DnsAnswer>& answers);
/// Whether a resolver promptly says that it knows the name and leaves the question for IPv6 addresses without an answer. One that is slow
/// for IPv4 may be only slow for IPv6.
[[nodiscard]] bool drops_aaaa(const std::vector<DnsAnswer>& answers);
/// The addresses that the resolvers gave, each once, IPv4 first.
[[nodiscard]] std::vector<std::string> addresses_in(const std::vector<DnsAnswer>& answers);

/// The first IPv4 address, else the first; the list is not empty. Where one address has to do, this is the one that most networks reach.
[[nodiscard]] const std::string& likeliest_address(const std::vector<std::string>& addresses);

/// Whether an address is in both lists.
[[nodiscard]] bool share_an_address(const std::vector<std::string>& one, const std::vector<std::string>& other);

/// Why no address is known.
[[nodiscard]] result::Finding why_no_address(const DnsSeen& seen);
/// Why an address was found late, or by the resolvers alone because the system did not end in time.
[[nodiscard]] result::Finding why_slow_lookup(const DnsSeen& seen);
/// What the resolvers' answers say where the lookup as such works; nothing when all is well.
[[nodiscard]] std::optional<result::Finding> why_resolvers_differ(const DnsSeen& seen);

/// What an address is, beside public.
enum class AddressScope : std::uint8_t { Public, Null, Loopback, Private };
[[nodiscard]] AddressScope scope_of(const std::string& address);

}  // namespace relaybench::doctor
