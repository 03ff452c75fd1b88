#include "doctor/gateway.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <limits>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "core/file.h"
#include "core/text.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

constexpr std::size_t kMostTableBytes = 1U << 20U;

std::vector<std::string> columns_of(std::string_view line) {
    std::istringstream text{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; text >> word;) {
        words.push_back(word);
    }
    return words;
}

std::optional<std::uint32_t> number_in(std::string_view text, int base) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string default_gateway_in(std::string_view route_table) {
    // Iface Destination Gateway Flags RefCnt Use Metric Mask …; addresses as the machine stores them.
    constexpr std::size_t kGateway = 2;
    constexpr std::size_t kMetric = 6;
    constexpr std::size_t kMask = 7;
    std::string gateway;
    std::uint32_t least = std::numeric_limits<std::uint32_t>::max();
    for (const std::string_view line : core::split(route_table, '\n')) {
        const auto words = columns_of(line);
        if (words.size() <= kMask || words[1] != "00000000" || words[kMask] != "00000000") {
            continue;
        }
        const auto address = number_in(words[kGateway], 16);
        const auto metric = number_in(words[kMetric], 10);
        if (!address || !metric || *metric >= least) {
            continue;
        }
        least = *metric;
        const in_addr bytes{.s_addr = *address};
        std::array<char, INET_ADDRSTRLEN> text{};
        gateway = *address != 0 && inet_ntop(AF_INET, &bytes, text.data(), text.size()) != nullptr ? text.data() : "";
    }
    return gateway;
}

bool is_silent_in(std::string_view arp_table, std::string_view address) {
    // IP address, HW type, Flags, HW address …; without flags nobody has answered.
    for (const std::string_view line : core::split(arp_table, '\n')) {
        const auto words = columns_of(line);
        if (words.size() > 3 && words[0] == address) {
            return words[2] == "0x0";
        }
    }
    return false;
}

std::optional<result::Finding> silent_gateway() {
    const auto routes = core::read_file("/proc/net/route", kMostTableBytes);
    const auto neighbours = core::read_file("/proc/net/arp", kMostTableBytes);
    const std::string gateway = routes ? default_gateway_in(*routes) : "";
    if (gateway.empty() || !neighbours || !is_silent_in(*neighbours, gateway)) {
        return std::nullopt;
    }
    return found("net.gateway-down", result::Confidence::Proven,
                 fmt::format("{}, the router that packets to other networks go to first, does not answer in its own network.", gateway),
                 {"ip route", "ip neigh"});
}

}  // namespace relaybench::doctor
