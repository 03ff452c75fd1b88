#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "core/text.h"
#include "doctor/dns_query.h"

namespace relaybench::doctor {

namespace {

std::vector<std::string> words_of_line(std::string_view line) {
    std::istringstream text{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; text >> word;) {
        words.push_back(word);
    }
    return words;
}

/// The same address in the same bytes, however it is written; all zero for what is none.
std::array<unsigned char, sizeof(in6_addr) + 1> bytes_of(const std::string& address) {
    std::array<unsigned char, sizeof(in6_addr) + 1> bytes{};
    const bool is_v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
    const bool is_v6 = !is_v4 && inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
    bytes.back() = is_v4 ? 4 : is_v6 ? 6 : 0;
    return bytes;
}

}  // namespace

std::vector<std::string> resolvers_of(std::string_view resolv_conf) {
    std::vector<std::string> servers;
    for (const std::string_view line : core::split(resolv_conf, '\n')) {
        const auto words = words_of_line(line);
        if (words.size() > 1 && words[0] == "nameserver") {
            servers.push_back(words[1]);
        }
    }
    return servers;
}

std::vector<std::string> search_list_of(std::string_view resolv_conf) {
    std::vector<std::string> domains;
    for (const std::string_view line : core::split(resolv_conf, '\n')) {
        const auto words = words_of_line(line);
        if (words.size() > 1 && (words[0] == "search" || words[0] == "domain")) {
            domains.assign(words.begin() + 1, words.end());
        }
    }
    return domains;
}

bool has_option(std::string_view resolv_conf, std::string_view option) {
    const auto lines = core::split(resolv_conf, '\n');
    return std::any_of(lines.begin(), lines.end(), [option](std::string_view line) {
        const auto words = words_of_line(line);
        return words.size() > 1 && words[0] == "options" && std::find(words.begin() + 1, words.end(), option) != words.end();
    });
}

std::string hosts_line_of(std::string_view hosts_file, std::string_view host, const std::vector<std::string>& addresses) {
    for (const std::string_view line : core::split(hosts_file, '\n')) {
        const auto words = words_of_line(line.substr(0, line.find('#')));
        const bool names_it = !words.empty() && std::any_of(words.begin() + 1, words.end(),
                                                            [host](const std::string& name) { return core::iequals(name, host); });
        const auto is_set = [&](const std::string& address) {
            const auto bytes = bytes_of(address);
            return bytes.back() != 0 && bytes == bytes_of(words.front());
        };
        const bool decides = names_it && std::any_of(addresses.begin(), addresses.end(), is_set);
        if (decides) {
            return std::string(core::trimmed(line));
        }
    }
    return {};
}

}  // namespace relaybench::doctor
