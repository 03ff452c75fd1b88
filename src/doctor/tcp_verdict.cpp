#include "doctor/tcp_verdict.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/finding_codes.h"
#include "doctor/local_fault.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using result::Finding;
using Meaning = IcmpWord::Meaning;

/// A router asks for a machine that is down for about 3 s before it gives up; a rule answers at once.
constexpr core::Duration kFastRefusal = std::chrono::seconds(1);
constexpr std::uint16_t kTlsPort = 443;
constexpr std::uint16_t kPlainPort = 80;

/// In the order of what they tell: any word before silence, and the lack of a route last.
enum class Kind : std::uint8_t { NoDescriptor, NoLocalPort, Prohibited, Refused, InCircles, HostDown, Dropped, Other, NoRoute };

bool is_said(const Tried& tried, Meaning meaning) { return tried.icmp && tried.icmp->meaning == meaning; }

Kind kind_of_unreachable(const Tried& tried) {
    if (is_said(tried, Meaning::TimeExceeded)) {
        return Kind::InCircles;
    }
    // The system says it of itself when nobody in its own network answers for the next machine on the way.
    const bool is_unanswered = tried.is_forbidden_here && is_said(tried, Meaning::HostUnreachable);
    return !is_unanswered && (is_said(tried, Meaning::Prohibited) || tried.took < kFastRefusal) ? Kind::Prohibited : Kind::HostDown;
}

Kind kind_of(const Tried& tried) {
    switch (tried.error) {
        case ECONNREFUSED:
        case ENOPROTOOPT:  // "protocol unreachable", as some firewalls refuse
            return Kind::Refused;
        case ETIMEDOUT:
            return Kind::Dropped;
        case EACCES:
        case EPERM:
            return Kind::Prohibited;
        case EADDRNOTAVAIL:
            return tried.has_way_out ? Kind::NoLocalPort : Kind::NoRoute;
        case ENETUNREACH:
        case ENETDOWN:
        case EINVAL:  // a "blackhole" route
            return is_said(tried, Meaning::Prohibited) ? Kind::Prohibited : Kind::NoRoute;
        case EHOSTUNREACH:
            return kind_of_unreachable(tried);
        case EHOSTDOWN:
            return Kind::HostDown;
        case EMFILE:
        case ENFILE:
            return Kind::NoDescriptor;
        default:
            return Kind::Other;
    }
}

/// No packet left this machine, which costs no time: programs pass over such an address at once. So they do where a server of this machine
/// listens at one address of loopback and not at the other.
bool is_passed_over(const Tried& tried) {
    const bool has_no_way = kind_of(tried) == Kind::NoRoute && (tried.error == ENETUNREACH || tried.error == EADDRNOTAVAIL) && !tried.icmp;
    return has_no_way || (tried.error == ECONNREFUSED && wire::is_loopback(tried.address));
}

std::string by_whom(const Tried& tried) {
    return tried.icmp && !tried.icmp->from.empty() && tried.icmp->from != tried.address ? fmt::format(" ({} says so)", tried.icmp->from)
                                                                                        : "";
}

/// Nobody's network but this machine's own lies between.
Finding refused_here(const std::string& where) {
    Finding finding = found("tcp.refused", Confidence::Proven, fmt::format("On this machine nothing listens at {}.", where));
    finding.who = result::Party::You;
    finding.fix = "Start the program that should listen there on this machine, or correct the port of the URL.";
    return finding;
}

bool is_on_this_machine(const Tried& tried) { return tried.is_here || wire::is_loopback(tried.address); }

/// A rule or a route of this machine's own, which nobody's network can change.
Finding of_this_machine(Finding finding) {
    finding.who = result::Party::You;
    finding.fix = "Look for a rule of this machine's own firewall or a route of its own that forbids it, and change that.";
    return finding;
}

Finding refused(const Tried& tried, const std::string& where) {
    if (tried.is_forbidden_here) {
        return of_this_machine(
            found("tcp.refused", Confidence::Proven, fmt::format("This machine itself refuses connections to {}.", where)));
    }
    return is_on_this_machine(tried)
               ? refused_here(where)
               : found("tcp.refused", Confidence::Proven, fmt::format("{} refuses connections{}.", where, by_whom(tried)));
}

Finding prohibited(const Tried& tried, const std::string& where) {
    if (tried.is_forbidden_here) {
        return of_this_machine(
            found("tcp.admin-prohibited", Confidence::Proven, fmt::format("This machine itself forbids connections to {}.", where)));
    }
    return found("tcp.admin-prohibited", is_said(tried, Meaning::Prohibited) ? Confidence::Proven : Confidence::Likely,
                 fmt::format("A device on the way forbids connections to {}{}.", where, by_whom(tried)));
}

Finding no_route(const Tried& tried, const std::string& where) {
    if (kind_of(tried) == Kind::InCircles) {
        return found("tcp.no-route", Confidence::Proven,
                     fmt::format("Packets to {} go in circles between routers until they are too old{}.", where, by_whom(tried)));
    }
    return found(
        "tcp.no-route", Confidence::Proven,
        fmt::format("{} no route to {}.", tried.icmp ? fmt::format("The router {} has", tried.icmp->from) : "This machine has", where));
}

Finding why_one_fails(const Tried& tried, std::uint16_t port) {
    const std::string where = wire::host_and_port(tried.address, port);
    switch (kind_of(tried)) {
        case Kind::NoDescriptor:
        case Kind::NoLocalPort:
            if (auto fault = local_fault(tried.address, tried.error)) {
                return *std::move(fault);
            }
            break;
        case Kind::Refused:
            return refused(tried, where);
        case Kind::Dropped:
            return found("tcp.timeout-dropped", Confidence::Proven,
                         fmt::format("{} does not answer: packets are dropped on the way there or back.", where));
        case Kind::Prohibited:
            return prohibited(tried, where);
        case Kind::HostDown:
            return found("tcp.host-down", Confidence::Likely,
                         fmt::format("Nobody answers for {} in its network{}.", where, by_whom(tried)));
        case Kind::InCircles:
        case Kind::NoRoute:
            return no_route(tried, where);
        case Kind::Other:
            break;
    }
    return found("tcp.refused", Confidence::Possible,
                 fmt::format("{} cannot be connected to: {}.", where, std::generic_category().message(tried.error)));
}

bool is_v6_only(const std::vector<Tried>& tries) {
    return std::all_of(tries.begin(), tries.end(), [](const Tried& tried) { return tried.is_v6(); });
}

std::string neighbours_text(std::uint16_t port, const Neighbours& neighbours) {
    if (neighbours.open.empty()) {
        return neighbours.closed.empty()
                   ? ""
                   : fmt::format(" Port {} of it cannot be connected to either.", fmt::join(neighbours.closed, " and "));
    }
    return fmt::format(" {} blocked, {} open: the address is reached, and this port is not.", port, fmt::join(neighbours.open, " and "));
}

}  // namespace

std::string Tried::text() const {
    if (stands()) {
        return fmt::format(
            "connected in {}{}", core::human_duration(took),
            lost_greetings == 0 ? "" : fmt::format(", after {} lost packet{}", lost_greetings, lost_greetings == 1 ? "" : "s"));
    }
    return fmt::format("{} after {}{}", std::generic_category().message(error), core::human_duration(took), by_whom(*this));
}

const Tried& most_telling(const std::vector<Tried>& tries) {
    const auto rank = [](const Tried& tried) { return std::pair(kind_of(tried) == Kind::NoRoute || tried.is_v6(), kind_of(tried)); };
    return *std::min_element(tries.begin(), tries.end(), [&](const Tried& a, const Tried& b) { return rank(a) < rank(b); });
}

std::vector<Finding> why_not_connected(const std::vector<Tried>& tries, std::uint16_t port, const Neighbours& neighbours) {
    const Tried& telling = most_telling(tries);
    const Kind kind = kind_of(telling);
    if (is_v6_only(tries) && (kind == Kind::NoRoute || (kind == Kind::Dropped && neighbours.open.empty()))) {
        return {found("ipv6.only-and-broken", kind == Kind::NoRoute ? Confidence::Proven : Confidence::Likely,
                      fmt::format("The relay has only IPv6 addresses here, and {} {}.", telling.address,
                                  kind == Kind::NoRoute ? "no route leads to it" : "does not answer over IPv6"))};
    }
    std::vector<Finding> findings = {why_one_fails(telling, port)};
    if (findings.front().who == result::Party::You) {
        return findings;  // nobody else's ports tell anything of it
    }
    findings.front().cause += neighbours_text(port, neighbours);
    const bool plain_is_open = std::find(neighbours.open.begin(), neighbours.open.end(), kPlainPort) != neighbours.open.end();
    if (port == kTlsPort && plain_is_open) {
        findings.push_back(found("tcp.only-80", Confidence::Proven,
                                 fmt::format("Of {}, port 80 can be connected to and port 443 cannot.", telling.address)));
    }
    return findings;
}

const Tried* best_of(const std::vector<Tried>& tries) {
    const Tried* best = nullptr;
    for (const auto& tried : tries) {
        if (tried.stands() && (best == nullptr || tried.took < best->took)) {
            best = &tried;
        }
    }
    return best;
}

const Tried* first_of(const std::vector<Tried>& tries) {
    const auto at = std::find_if(tries.begin(), tries.end(), [](const Tried& tried) { return tried.stands(); });
    return at == tries.end() ? nullptr : &*at;
}

std::string broken_family(const std::vector<Tried>& tries) {
    int answers[2] = {0, 0};
    int addresses[2] = {0, 0};
    for (const auto& tried : tries) {
        addresses[tried.is_v6() ? 1 : 0] += is_passed_over(tried) ? 0 : 1;
        answers[tried.is_v6() ? 1 : 0] += tried.stands() ? 1 : 0;
    }
    if (addresses[1] > 0 && answers[1] == 0 && answers[0] > 0) {
        return "IPv6";
    }
    return addresses[0] > 0 && answers[0] == 0 && answers[1] > 0 ? "IPv4" : "";
}

const Tried* dead_address(const std::vector<Tried>& tries) {
    const auto has_living_kin = [&](const Tried& dead) {
        return std::any_of(tries.begin(), tries.end(), [&](const Tried& other) { return other.stands() && other.is_v6() == dead.is_v6(); });
    };
    const auto at = std::find_if(tries.begin(), tries.end(),
                                 [&](const Tried& tried) { return !tried.stands() && !is_passed_over(tried) && has_living_kin(tried); });
    return at == tries.end() ? nullptr : &*at;
}

std::size_t count_shaky(const std::vector<Tried>& tries) {
    return static_cast<std::size_t>(
        std::count_if(tries.begin(), tries.end(), [](const Tried& tried) { return !tried.stands() || tried.lost_greetings > 0; }));
}

std::size_t count_lost(const std::vector<Tried>& tries) {
    return static_cast<std::size_t>(
        std::count_if(tries.begin(), tries.end(), [](const Tried& tried) { return tried.error == ETIMEDOUT || tried.lost_greetings > 0; }));
}

}  // namespace relaybench::doctor
