#include "doctor/this_network.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "doctor/dns_query.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

bool reaches_further_than_its_link(const sockaddr* address) {
    if (address == nullptr) {
        return false;
    }
    if (address->sa_family == AF_INET) {
        constexpr std::uint32_t kLinkLocal = 0xA9FE;  // 169.254.0.0/16
        return (ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr) >> 16U) != kLinkLocal;
    }
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr) == 0;
}

/// A cable or its like is there. The kernel says it in two flags, of which IFF_RUNNING comes up to a second late.
bool has_carrier(unsigned flags) {
    constexpr unsigned kLowerUp = 1U << 16U;  // IFF_LOWER_UP of <linux/if.h>, which does not go together with <net/if.h>
    return (flags & IFF_UP) != 0 && (flags & IFF_LOOPBACK) == 0 && (flags & (kLowerUp | IFF_RUNNING)) != 0;
}

std::string text_of(const sockaddr_storage& address) {
    std::array<char, NI_MAXHOST> text{};
    const auto size = static_cast<socklen_t>(address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    const int failed = getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, text.data(), static_cast<socklen_t>(text.size()),
                                   nullptr, 0, NI_NUMERICHOST);
    const std::string_view shown(text.data());
    return failed == 0 ? std::string(shown.substr(0, shown.find('%'))) : std::string();
}

/// The address by which packets to `destination` would leave; connecting a datagram socket sends none.
std::string local_address_towards(const char* destination, int family) {
    constexpr std::uint16_t kDiscard = 9;
    const Socket socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_storage there{};
    if (family == AF_INET6) {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(there);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(kDiscard);
        inet_pton(AF_INET6, destination, &v6.sin6_addr);
    } else {
        auto& v4 = reinterpret_cast<sockaddr_in&>(there);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(kDiscard);
        inet_pton(AF_INET, destination, &v4.sin_addr);
    }
    const auto size = static_cast<socklen_t>(family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    sockaddr_storage here{};
    socklen_t here_size = sizeof here;
    const bool leads_there = socket.is_open() && connect(socket.fd(), reinterpret_cast<const sockaddr*>(&there), size) == 0 &&
                             getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&here), &here_size) == 0;
    return leads_there ? text_of(here) : std::string();
}

std::optional<std::uint32_t> mtu_of(const char* interface) {
    ifreq request{};
    const std::string_view name(interface);
    name.copy(request.ifr_name, sizeof request.ifr_name - 1);
    const Socket socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const bool known = socket.is_open() && ioctl(socket.fd(), SIOCGIFMTU, &request) == 0 && request.ifr_mtu >= 0;
    return known ? std::optional(static_cast<std::uint32_t>(request.ifr_mtu)) : std::nullopt;
}

bool has_address(const ifaddrs& interface, const std::string& address) {
    if (interface.ifa_addr == nullptr || (interface.ifa_addr->sa_family != AF_INET && interface.ifa_addr->sa_family != AF_INET6)) {
        return false;
    }
    sockaddr_storage copy{};
    std::memcpy(&copy, interface.ifa_addr, interface.ifa_addr->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    return text_of(copy) == address;
}

std::optional<std::uint32_t> mtu_at(const std::string& address) {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) {
        return std::nullopt;
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        if (has_address(*each, address)) {
            return mtu_of(each->ifa_name);
        }
    }
    return std::nullopt;
}

std::string class_of_v4(std::uint32_t address) {
    const auto is_in = [address](std::uint32_t network, unsigned bits) { return (address >> (32U - bits)) == (network >> (32U - bits)); };
    if (is_in(0x0A000000, 8) || is_in(0xAC100000, 12) || is_in(0xC0A80000, 16)) {
        return "private";
    }
    if (is_in(0x64400000, 10)) {
        return "shared";
    }
    if (is_in(0xA9FE0000, 16)) {
        return "link-local";
    }
    return is_in(0x7F000000, 8) ? "loopback" : "public";
}

std::string class_of_v6(const in6_addr& address) {
    if (IN6_IS_ADDR_LOOPBACK(&address)) {
        return "loopback";
    }
    if (IN6_IS_ADDR_LINKLOCAL(&address)) {
        return "link-local";
    }
    return (address.s6_addr[0] & 0xFEU) == 0xFCU ? "unique-local" : "public";
}

}  // namespace

std::string class_of_address(const std::string& address) {
    in_addr v4{};
    if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
        return class_of_v4(ntohl(v4.s_addr));
    }
    in6_addr v6{};
    return inet_pton(AF_INET6, address.c_str(), &v6) == 1 ? class_of_v6(v6) : "none";
}

result::NetworkFingerprint network_fingerprint(const Subject& subject) {
    // Addresses for documentation (RFC 5737, RFC 3849), which are routed like any other public one.
    std::string local = local_address_towards("192.0.2.1", AF_INET);
    if (local.empty()) {
        local = local_address_towards("2001:db8::1", AF_INET6);
    }
    result::NetworkFingerprint network;
    network.local_ip_class = class_of_address(local);
    network.default_mtu = local.empty() ? std::nullopt : mtu_at(local);
    const auto resolv_conf = subject.read_file ? subject.read_file(subject.resolv_conf) : core::Expected<std::string>(std::string());
    network.resolvers = resolvers_of(resolv_conf.value_or(std::string())).size();
    network.proxy_used = subject.proxy.has_value();
    return network;
}

bool is_own_address(const std::string& address) {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) {
        return false;
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        if (has_address(*each, address)) {
            return true;
        }
    }
    return false;
}

bool has_way_out(const std::string& address) {
    return !local_address_towards(address.c_str(), address.find(':') == std::string::npos ? AF_INET : AF_INET6).empty();
}

bool has_network_address() {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) {
        return true;  // not known: nothing is claimed
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        if (has_carrier(each->ifa_flags) && reaches_further_than_its_link(each->ifa_addr)) {
            return true;
        }
    }
    return false;
}

}  // namespace relaybench::doctor
