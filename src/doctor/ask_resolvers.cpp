#include "doctor/ask_resolvers.h"

#include <algorithm>
#include <future>
#include <thread>

#include "core/file.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kQuestionBudget = std::chrono::milliseconds(4500);
constexpr core::Duration kAskAgainBudget = std::chrono::seconds(1);
constexpr std::size_t kMostResolvConfBytes = 1U << 20U;
constexpr std::size_t kMostResolvers = 3;  // the C library asks no more

}  // namespace

std::vector<std::string> resolvers_here(const Subject& subject) {
    const auto text = core::read_file(subject.resolv_conf, kMostResolvConfBytes);
    auto servers = resolvers_of(text.value_or(std::string{}));
    servers.resize(std::min(servers.size(), kMostResolvers));
    return servers;
}

std::vector<DnsAnswer> ask_everybody(const Subject& subject, const Facts& facts, const std::string& host) {
    const auto servers = resolvers_here(subject);
    const core::Duration budget = facts.left_of(kQuestionBudget);
    std::vector<DnsAnswer> answers(2 * servers.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        threads.emplace_back(
            [&, i] { answers[i] = ask_resolver(servers[i / 2], host, i % 2 == 0 ? RecordType::A : RecordType::Aaaa, budget); });
    }
    threads.clear();
    return answers;
}

std::vector<DnsAnswer> ask_silent(const Facts& facts, const std::vector<DnsAnswer>& answers, const std::string& host,
                                  DnsTransport transport) {
    std::vector<std::future<DnsAnswer>> asking;
    for (const auto& answer : answers) {
        const bool is_silent = answer.end == DnsAnswer::End::TimedOut || answer.end == DnsAnswer::End::Unreachable;
        if (answer.type == RecordType::A && is_silent) {
            asking.push_back(std::async(std::launch::async, [&, server = answer.server] {
                return ask_resolver(server, host, RecordType::A, facts.left_of(kAskAgainBudget), transport);
            }));
        }
    }
    std::vector<DnsAnswer> again;
    again.reserve(asking.size());
    for (auto& each : asking) {
        again.push_back(each.get());
    }
    return again;
}

}  // namespace relaybench::doctor
