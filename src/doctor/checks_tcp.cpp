#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/http_exchange.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kConnectBudget = std::chrono::seconds(3);
constexpr core::Duration kSlowConnect = std::chrono::milliseconds(300);
constexpr core::Duration kFastRefusal = std::chrono::seconds(1);
constexpr std::size_t kMostOfFamily = 2;
constexpr std::uint16_t kPlainPort = 80;

struct Tried {
    std::string address;
    int error = 0;
    core::Duration took{0};

    [[nodiscard]] bool is_v6() const { return address.find(':') != std::string::npos; }
    [[nodiscard]] std::string text() const {
        return error == 0 ? fmt::format("connected in {}", core::human_duration(took))
                          : fmt::format("{} after {}", std::generic_category().message(error), core::human_duration(took));
    }
};

/// The first ones of each family.
std::vector<std::string> some_of(const std::vector<std::string>& addresses) {
    std::vector<std::string> some;
    std::size_t of_family[2] = {0, 0};
    for (const auto& address : addresses) {
        if (of_family[address.find(':') != std::string::npos ? 1 : 0]++ < kMostOfFamily) {
            some.push_back(address);
        }
    }
    return some;
}

std::vector<Tried> try_all(const std::vector<std::string>& all, std::uint16_t port) {
    const auto addresses = some_of(all);
    std::vector<Tried> tries(addresses.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < tries.size(); ++i) {
        threads.emplace_back([&, i] {
            const Dialled dialled = dial(addresses[i], port, now() + kConnectBudget);
            tries[i] = {addresses[i], dialled.system_error, dialled.took};
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    return tries;
}

result::Finding why_not(const Tried& tried, std::uint16_t port) {
    const std::string where = fmt::format("{} port {}", tried.address, port);
    switch (tried.error) {
        case ECONNREFUSED:
            return found("tcp.refused", Confidence::Proven, fmt::format("{} refuses connections.", where));
        case ETIMEDOUT:
            return found("tcp.timeout-dropped", Confidence::Proven,
                         fmt::format("{} does not answer: packets are dropped on the way there or back.", where));
        case EHOSTUNREACH:
            return tried.took < kFastRefusal
                       ? found("tcp.admin-prohibited", Confidence::Likely,
                               fmt::format("A device on the way says that {} may not be reached.", where))
                       : found("tcp.host-down", Confidence::Likely, fmt::format("Nobody answers for {} on its network.", where));
        case ENETUNREACH:
            return found("tcp.no-route", Confidence::Proven, fmt::format("This machine has no route to {}.", where));
        default:
            return found("tcp.refused", Confidence::Possible,
                         fmt::format("{} cannot be connected to: {}.", where, std::generic_category().message(tried.error)));
    }
}

/// "IPv6" when that family has addresses of which none answers, and the other one works.
std::string broken_family(const std::vector<Tried>& tries) {
    int answers[2] = {0, 0};
    int addresses[2] = {0, 0};
    for (const auto& tried : tries) {
        addresses[tried.is_v6() ? 1 : 0] += 1;
        answers[tried.is_v6() ? 1 : 0] += tried.error == 0 ? 1 : 0;
    }
    if (addresses[1] > 0 && answers[1] == 0 && answers[0] > 0) {
        return "IPv6";
    }
    return addresses[0] > 0 && answers[0] == 0 && answers[1] > 0 ? "IPv4" : "";
}

Outcome check_port(const Subject& /*subject*/, Facts& facts) {
    if (facts.proxy) {
        return Outcome::not_applicable("connections go through the proxy");
    }
    const auto tries = try_all(facts.addresses, facts.url.port);
    const Tried* best = nullptr;
    for (const auto& tried : tries) {
        if (tried.error == 0 && (best == nullptr || tried.took < best->took)) {
            best = &tried;
        }
    }
    Outcome outcome;
    if (best == nullptr) {
        outcome = tries.empty() ? Outcome::inconclusive("no address to try", "an address")
                                : Outcome::fail(tries.front().text(), why_not(tries.front(), facts.url.port));
    } else {
        facts.address = best->address;
        facts.broken_family = broken_family(tries);
        outcome = best->took > kSlowConnect ? Outcome::info(best->text()) : Outcome::pass(best->text());
    }
    for (const auto& tried : tries) {
        outcome.with(tried.address, tried.text());
    }
    return outcome;
}

/// What the guides probe besides: never a failure, but it tells a closed port from a closed host.
Outcome check_other_port(const Facts& facts, std::uint16_t port) {
    if (facts.proxy || facts.addresses.empty() || wire::is_private(facts.url.host) || wire::is_loopback(facts.url.host)) {
        return Outcome::not_applicable("asked of public relays only");
    }
    const Dialled dialled = dial(facts.addresses.front(), port, now() + kConnectBudget);
    return Outcome::info(dialled.system_error == 0 ? "open" : std::generic_category().message(dialled.system_error));
}

Outcome check_families(const Subject& /*subject*/, Facts& facts) {
    if (facts.proxy) {
        return Outcome::not_applicable("connections go through the proxy");
    }
    if (facts.broken_family.empty()) {
        return Outcome::pass("every family of addresses answers");
    }
    return Outcome::warn(
        facts.broken_family + " does not answer",
        found("ipv6.broken-fallback", Confidence::Proven,
              fmt::format("{} has {} addresses, and none of them answers; each program loses 0.2 to 5 s and more before it tries the "
                          "others.",
                          facts.url.host, facts.broken_family)));
}

Outcome check_captive(const Subject& /*subject*/, Facts& facts) {
    if (facts.proxy || wire::is_private(facts.url.host) || wire::is_loopback(facts.url.host)) {
        return Outcome::not_applicable("asked of public relays only");
    }
    Dialled dialled = dial(facts.address, kPlainPort, now() + kConnectBudget);
    if (dialled.system_error != 0) {
        return Outcome::not_applicable("port 80 is closed");
    }
    Channel channel(std::move(dialled.socket));
    HttpQuestion question;
    question.target = "/generate_204";
    question.authority = facts.url.host;
    question.headers = {{"X-HS-Challenge", "relaybench"}};
    const HttpReply reply = exchange(channel, question, now() + kConnectBudget);
    const auto location = wire::parse_url(reply.header("location"));
    if (reply.status >= 300 && reply.status < 400 && location && !core::iequals(location->host, facts.url.host)) {
        return Outcome::warn(reply.text(),
                             found("net.captive-portal", Confidence::Likely,
                                   fmt::format("Plain HTTP to the relay is answered by somebody else, who sends browsers to {}.",
                                               core::printable(location->host, 80))));
    }
    return Outcome::info(reply.text());
}

}  // namespace

std::vector<Check> tcp_checks() {
    const auto other = [](std::uint16_t port) {
        return [port](const Subject& /*subject*/, Facts& facts) { return check_other_port(facts, port); };
    };
    return {
        {.id = "tcp.443",
         .category = "tcp",
         .question = "Does the relay's port accept connections?",
         .needs = {"dns.system", "dns.sanity"},
         .run = &check_port},
        {.id = "tcp.80",
         .category = "tcp",
         .question = "Is port 80 open?",
         .needs = {"dns.system", "dns.sanity"},
         .weight = Check::Weight::Optional,
         .run = other(80)},
        {.id = "tcp.8080",
         .category = "tcp",
         .question = "Is port 8080 open?",
         .needs = {"dns.system", "dns.sanity"},
         .weight = Check::Weight::Optional,
         .run = other(8080)},
        {.id = "net.happy-eyeballs",
         .category = "tcp",
         .question = "Do IPv4 and IPv6 both work?",
         .needs = {"tcp.443"},
         .weight = Check::Weight::Optional,
         .run = &check_families},
        {.id = "net.captive",
         .category = "tcp",
         .question = "Does a portal stand in the way?",
         .needs = {"tcp.443"},
         .weight = Check::Weight::Optional,
         .run = &check_captive},
    };
}

}  // namespace relaybench::doctor
