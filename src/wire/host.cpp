#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "core/text.h"
#include "wire/url.h"

namespace relaybench::wire {
namespace {

using Ipv6Bytes = std::array<std::uint8_t, 16>;

struct Ipv4Block {
    std::uint32_t network;
    std::uint32_t mask;
};

constexpr Ipv4Block kLoopback4 = {0x7f000000, 0xff000000};  // 127.0.0.0/8
constexpr std::array kPrivate4 = {
    Ipv4Block{0x0a000000, 0xff000000},  // 10.0.0.0/8, RFC 1918
    Ipv4Block{0xac100000, 0xfff00000},  // 172.16.0.0/12
    Ipv4Block{0xc0a80000, 0xffff0000},  // 192.168.0.0/16
    Ipv4Block{0xa9fe0000, 0xffff0000},  // 169.254.0.0/16, link-local, RFC 3927
};

bool contains(const Ipv4Block& block, std::uint32_t address) { return (address & block.mask) == block.network; }

/// inet_pton reads up to the first NUL and would not see what follows.
bool has_nul(const std::string& host) { return host.find('\0') != std::string::npos; }

std::optional<Ipv6Bytes> ipv6(const std::string& host) {
    Ipv6Bytes bytes{};
    if (has_nul(host) || inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    return bytes;
}

/// Also of an IPv4-mapped IPv6 address (::ffff:a.b.c.d), which reaches the same machine.
std::optional<std::uint32_t> ipv4(const std::string& host) {
    constexpr Ipv6Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    constexpr std::size_t kPrefix = 12;
    std::uint32_t address = 0;
    if (!has_nul(host) && inet_pton(AF_INET, host.c_str(), &address) == 1) {
        return ntohl(address);
    }
    const auto bytes = ipv6(host);
    if (!bytes || std::memcmp(bytes->data(), kMapped.data(), kPrefix) != 0) {
        return std::nullopt;
    }
    std::memcpy(&address, bytes->data() + kPrefix, sizeof address);
    return ntohl(address);
}

bool is_private_ipv6(const Ipv6Bytes& bytes) {
    const bool unique_local = (bytes[0] & 0xfeU) == 0xfcU;                     // fc00::/7, RFC 4193
    const bool link_local = bytes[0] == 0xfeU && (bytes[1] & 0xc0U) == 0x80U;  // fe80::/10
    return unique_local || link_local;
}

}  // namespace

bool is_loopback(std::string_view host) {
    const std::string name = core::lowercase(host);
    if (const auto address = ipv4(name)) {
        return contains(kLoopback4, *address);
    }
    return name == "localhost" || ipv6(name) == ipv6("::1");
}

bool is_private(std::string_view host) {
    const std::string name = core::lowercase(host);
    if (is_loopback(name) || name.ends_with(".local") || name.ends_with(".internal")) {
        return true;
    }
    if (const auto address = ipv4(name)) {
        for (const Ipv4Block& block : kPrivate4) {
            if (contains(block, *address)) {
                return true;
            }
        }
        return false;
    }
    const auto bytes = ipv6(name);
    return bytes && is_private_ipv6(*bytes);
}

}  // namespace relaybench::wire
