#include "doctor/tcp_tries.h"

#include <thread>

namespace relaybench::doctor {

std::vector<std::string> some_of(const std::vector<std::string>& addresses) {
    constexpr std::size_t kMostOfFamily = 2;
    std::vector<std::string> some;
    std::size_t of_family[2] = {0, 0};
    for (const auto& address : addresses) {
        if (of_family[address.find(':') != std::string::npos ? 1 : 0]++ < kMostOfFamily) {
            some.push_back(address);
        }
    }
    return some;
}

Tried try_one(const std::string& address, std::uint16_t port, core::Duration budget) {
    const Dialled dialled = dial(address, port, now() + budget);
    Tried tried{.address = address, .error = dialled.system_error, .took = dialled.took, .icmp = dialled.icmp};
    if (tried.stands()) {
        const TcpFacts tcp = tcp_facts(dialled.socket);
        tried.rtt = tcp.rtt;
        tried.lost_greetings = tcp.all_retransmits;
    }
    return tried;
}

std::vector<Tried> try_each(const std::vector<std::string>& addresses, std::uint16_t port, core::Duration budget) {
    std::vector<Tried> tries(addresses.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < tries.size(); ++i) {
        threads.emplace_back([&, i] { tries[i] = try_one(addresses[i], port, budget); });
    }
    threads.clear();
    return tries;
}

}  // namespace relaybench::doctor
