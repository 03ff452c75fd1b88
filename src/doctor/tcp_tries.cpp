#include "doctor/tcp_tries.h"

#include <algorithm>
#include <cerrno>
#include <thread>

#include "doctor/this_network.h"

namespace relaybench::doctor {

std::vector<std::string> some_of(const std::vector<std::string>& addresses) {
    constexpr std::size_t kMostAddresses = 4;
    constexpr std::size_t kMostOfFamily = 2;
    const auto is_v6 = [](const std::string& address) { return address.find(':') != std::string::npos; };
    const auto v6_count = static_cast<std::size_t>(std::count_if(addresses.begin(), addresses.end(), is_v6));
    const std::size_t counts[2] = {addresses.size() - v6_count, v6_count};
    std::vector<std::string> some;
    std::size_t of_family[2] = {0, 0};
    for (const auto& address : addresses) {
        const std::size_t family = is_v6(address) ? 1 : 0;
        const std::size_t room = kMostAddresses - std::min(counts[1 - family], kMostOfFamily);
        if (of_family[family]++ < room) {
            some.push_back(address);
        }
    }
    return some;
}

Tried try_one(const std::string& address, std::uint16_t port, Deadline deadline) {
    const Dialled dialled = dial(address, port, deadline);
    Tried tried{.address = address, .error = dialled.system_error, .took = dialled.took, .icmp = dialled.icmp};
    if (tried.stands()) {
        const TcpFacts tcp = tcp_facts(dialled.socket);
        tried.rtt = tcp.rtt;
        tried.lost_greetings = tcp.all_retransmits;
    } else {
        tried.is_here = is_own_address(address);
        tried.is_forbidden_here = !tried.icmp ? tried.error == EACCES || tried.error == EPERM : is_own_address(tried.icmp->from);
        tried.has_way_out = has_way_out(address);
    }
    return tried;
}

std::vector<Tried> try_each(const std::vector<std::string>& addresses, std::uint16_t port, Deadline deadline) {
    std::vector<Tried> tries(addresses.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < tries.size(); ++i) {
        threads.emplace_back([&, i] { tries[i] = try_one(addresses[i], port, deadline); });
    }
    threads.clear();
    return tries;
}

}  // namespace relaybench::doctor
