#include <arpa/inet.h>

#include <algorithm>

#include "doctor/dns_verdict.h"
#include "wire/url.h"

namespace relaybench::doctor {

const std::string& likeliest_address(const std::vector<std::string>& addresses) {
    const auto v4 = std::find_if(addresses.begin(), addresses.end(), [](const auto& each) { return each.find(':') == std::string::npos; });
    return v4 == addresses.end() ? addresses.front() : *v4;
}

bool share_an_address(const std::vector<std::string>& one, const std::vector<std::string>& other) {
    return std::any_of(one.begin(), one.end(),
                       [&](const auto& each) { return std::find(other.begin(), other.end(), each) != other.end(); });
}

AddressScope scope_of(const std::string& address) {
    constexpr std::string_view kMapped = "::ffff:";  // RFC 4291 §2.5.5.2
    if (address.starts_with(kMapped) && address.find('.') != std::string::npos) {
        return scope_of(address.substr(kMapped.size()));
    }
    in_addr bytes{};
    if (inet_pton(AF_INET, address.c_str(), &bytes) == 1) {
        const std::uint32_t value = ntohl(bytes.s_addr);
        constexpr std::uint32_t kSharedNat = 0x64400000;  // 100.64.0.0/10, RFC 6598
        if ((value >> 24U) == 0) {
            return AddressScope::Null;
        }
        if ((value >> 22U) == (kSharedNat >> 22U)) {
            return AddressScope::Private;
        }
    } else if (address == "::") {
        return AddressScope::Null;
    }
    if (wire::is_loopback(address)) {
        return AddressScope::Loopback;
    }
    return wire::is_private(address) ? AddressScope::Private : AddressScope::Public;
}

}  // namespace relaybench::doctor
