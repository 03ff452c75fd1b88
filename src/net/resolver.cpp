#include "net/resolver.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

namespace relaybench::net {

namespace {

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

std::string without_brackets(const std::string& host) {
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    return bracketed ? host.substr(1, host.size() - 2) : host;
}

std::string numeric(const addrinfo& address) {
    std::array<char, NI_MAXHOST> text{};
    const int failed =
        getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), static_cast<socklen_t>(text.size()), nullptr, 0, NI_NUMERICHOST);
    return failed == 0 ? text.data() : "";
}

std::vector<std::string> numeric_addresses(const addrinfo* list) {
    std::vector<std::string> addresses;
    for (; list != nullptr; list = list->ai_next) {
        std::string text = numeric(*list);
        if (!text.empty() && std::find(addresses.begin(), addresses.end(), text) == addresses.end()) {
            addresses.push_back(std::move(text));
        }
    }
    return addresses;
}

}  // namespace

core::Expected<Resolved> resolve(const std::string& host, std::uint16_t port, const core::Clock& clock) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    const std::string name = without_brackets(host);
    const std::string service = fmt::format("{}", port);
    const core::TimePoint asked = clock.now();
    addrinfo* list = nullptr;
    const int failed = getaddrinfo(name.c_str(), service.c_str(), &hints, &list);
    const std::unique_ptr<addrinfo, FreeAddresses> owner(list);
    const core::Duration took = clock.now() - asked;
    std::vector<std::string> addresses = numeric_addresses(list);
    if (failed != 0 || addresses.empty()) {
        return core::bad_input(fmt::format("host \"{}\" does not resolve: {}", host, failed != 0 ? gai_strerror(failed) : "no address"));
    }
    return Resolved{.addresses = std::move(addresses), .took = took};
}

}  // namespace relaybench::net
