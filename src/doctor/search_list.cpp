#include "doctor/search_list.h"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/file.h"
#include "doctor/ask_resolvers.h"
#include "doctor/dns_verdict.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kSearchBudget = std::chrono::seconds(1);
constexpr std::size_t kMostDomains = 6;
constexpr std::size_t kMostSearchFileBytes = 1U << 20U;

/// What the resolver answers for each name (IPv4), asked all at once.
std::vector<DnsAnswer> answers_for(const std::vector<std::string>& names, const std::string& server, const Facts& facts) {
    std::vector<std::future<DnsAnswer>> asking;
    asking.reserve(names.size());
    for (const std::string& name : names) {
        asking.push_back(
            std::async(std::launch::async, [&] { return ask_resolver(server, name, RecordType::A, facts.left_of(kSearchBudget)); }));
    }
    std::vector<DnsAnswer> answers;
    answers.reserve(asking.size());
    for (auto& each : asking) {
        answers.push_back(each.get());
    }
    return answers;
}

/// Whether it is known what addresses there are: a question that was refused or lost leaves that open.
bool is_definite(const DnsAnswer& answer) {
    using End = DnsAnswer::End;
    return answer.end == End::Addresses || answer.end == End::NoData || answer.end == End::NoSuchName;
}

/// What is known of the name alone.
std::string told_of(const std::string& host, const DnsAnswer& alone) {
    if (!is_definite(alone)) {
        return fmt::format("what {} alone has is not known", host);
    }
    return alone.addresses.empty() ? fmt::format("{} alone has none", host) : fmt::format("{} alone has {}", host, alone.addresses.front());
}

}  // namespace

std::optional<result::Finding> why_by_search_list(const Subject& subject, const Facts& facts) {
    const auto resolv_conf = core::read_file(subject.resolv_conf, kMostSearchFileBytes);
    auto domains = search_list_of(resolv_conf.value_or(std::string{}));
    domains.resize(std::min(domains.size(), kMostDomains));
    const auto servers = resolvers_here(subject);
    if (domains.empty() || servers.empty()) {
        return std::nullopt;
    }
    const std::string& host = facts.url.host;
    std::vector<std::string> names = {host};
    for (const std::string& domain : domains) {
        names.push_back(fmt::format("{}.{}", host, domain));
    }
    const auto answers = answers_for(names, servers.front(), facts);
    const DnsAnswer& alone = answers.front();
    const auto is_given = [&](const DnsAnswer& answer) { return share_an_address(facts.addresses, answer.addresses); };
    const auto caught = std::find_if(answers.begin() + 1, answers.end(), is_given);
    if (is_given(alone) || caught == answers.end()) {
        return std::nullopt;
    }
    return found("dns.search-list", is_definite(alone) ? result::Confidence::Proven : result::Confidence::Likely,
                 fmt::format("This machine was given {}, which is the address of {}; {}.", caught->addresses.front(),
                             names[static_cast<std::size_t>(caught - answers.begin())], told_of(host, alone)),
                 {"cat /etc/resolv.conf", fmt::format("getent ahosts {}.", host)});
}

}  // namespace relaybench::doctor
