#include "doctor/this_network.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>

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

}  // namespace

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
