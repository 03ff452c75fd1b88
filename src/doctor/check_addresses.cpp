#include "doctor/check_addresses.h"

#include <algorithm>
#include <array>
#include <future>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"
#include "doctor/tls_failure.h"
#include "doctor/trust.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kAddressBudget = std::chrono::seconds(3);
constexpr std::size_t kShownProblem = 160;

AddressSeen look_at(const Subject& subject, const Facts& facts, const std::string& address) {
    AddressSeen seen{.address = address, .problem = {}};
    const HandshakeResult result = shake_hands_at(facts, address, kAddressBudget);
    if (result.end != HandshakeResult::End::Stands) {
        seen.is_silent = result.end == HandshakeResult::End::TimedOut || result.end == HandshakeResult::End::NotConnected;
        seen.problem =
            result.reason.empty() ? "no TLS session comes about" : "no TLS session: " + core::printable(result.reason, kShownProblem);
        return seen;
    }
    const auto verdict = judge_trust(subject, result.chain, facts.url.host, core::SystemClock().wall_now());
    if (!verdict) {
        return seen;  // the authority that was named cannot be read, which tls.verify says
    }
    if (verdict->by == Vouched::Nobody) {
        seen.problem = core::printable(verdict->problems.text(), kShownProblem);
    } else if (verdict->by == Vouched::HereAlone && facts.vouched != Vouched::HereAlone) {
        seen.problem = "TLS is opened on the way there by somebody whom this machine alone trusts";
    }
    return seen;
}

/// Twice, where the first time was no good.
AddressSeen look_well_at(const Subject& subject, const Facts& facts, const std::string& address) {
    AddressSeen seen = look_at(subject, facts, address);
    return seen.problem.empty() ? seen : look_at(subject, facts, address);
}

/// What the peer at one address does, in contrast to what becomes of packets on the way to it, of the clock or of names.
bool is_of_the_peer(const result::Finding& fault) {
    constexpr auto kOfTheWay =
        std::to_array<std::string_view>({"tls.sni-drop", "tls.reset-after-clienthello", "tls.greeting-dropped", "tls.new-version-dropped"});
    return fault.code.starts_with("tls.") && std::ranges::find(kOfTheWay, fault.code) == kOfTheWay.end();
}

Outcome used_one_is_bad(const std::string& used, const result::Finding& fault, const AddressSeen& good) {
    if (fault.code == "tls.client-cert-required") {
        return Outcome::info("whether all of them insist on a certificate is not asked");
    }
    if (!is_of_the_peer(fault)) {
        Outcome outcome = Outcome::info(fmt::format("at {} a trusted certificate comes", good.address));
        outcome.works = fmt::format("TLS works at {}, another address of the same name", good.address);
        return outcome;
    }
    Outcome outcome = Outcome::fail(fmt::format("{} is as it should be, {} is not", good.address, used),
                                    found("tls.one-address-bad", Confidence::Proven,
                                          fmt::format("Programs here use {}: {} At {}, another address of the same name, all is well.",
                                                      used, fault.cause, good.address)));
    outcome.explains = {"tls.handshake", "tls.verify"};
    outcome.works = fmt::format("TLS works at {}, another address of the same name", good.address);
    return outcome;
}

}  // namespace

Outcome judge_addresses(const std::string& used, const result::Finding* fault, const std::vector<AddressSeen>& others) {
    const auto is_good = [](const AddressSeen& seen) { return seen.problem.empty(); };
    const auto good = std::ranges::find_if(others, is_good);
    if (fault != nullptr) {
        return good == others.end() ? Outcome::info("at no other address it is better") : used_one_is_bad(used, *fault, *good);
    }
    const auto bad = std::ranges::find_if_not(others, is_good);
    if (bad == others.end()) {
        return Outcome::pass(fmt::format("the same at {} addresses", others.size() + 1));
    }
    return Outcome::warn(fmt::format("{} differs", bad->address),
                         found("tls.one-address-bad", Confidence::Proven,
                               fmt::format("At {} all is well, and at {}, another address of the same name, it is not: {}.", used,
                                           bad->address, bad->problem)));
}

Outcome check_addresses(const Subject& subject, Facts& facts) {
    if (facts.proxy || !facts.url.secure() || facts.other_addresses.empty()) {
        return Outcome::not_applicable(facts.proxy ? "the proxy chooses the address" : "one address");
    }
    std::vector<std::future<AddressSeen>> looking;
    for (const std::string& address : facts.other_addresses) {
        looking.push_back(std::async(std::launch::async, [&] { return look_well_at(subject, facts, address); }));
    }
    std::vector<AddressSeen> others;
    others.reserve(looking.size());
    for (auto& each : looking) {
        others.push_back(each.get());
    }
    if (!facts.tls_fault && facts.vouched == Vouched::Nobody) {
        return Outcome::info("what is trusted is not known, see tls.verify");
    }
    if (facts.loses_packets) {
        std::erase_if(others, [](const AddressSeen& seen) { return seen.is_silent; });  // silence says nothing here
    }
    Outcome outcome = others.empty() ? Outcome::info("lost packets keep this from being seen")
                                     : judge_addresses(facts.address, facts.tls_fault ? &*facts.tls_fault : nullptr, others);
    if (!outcome.explains.empty()) {  // the address that programs use is the bad one
        outcome.findings.front().commands = {
            fmt::format("openssl s_client -connect {} -servername {}", wire::host_and_port(facts.address, facts.url.port), facts.url.host)};
    }
    for (const AddressSeen& seen : others) {
        outcome.with(seen.address, seen.problem.empty() ? "as it should be" : seen.problem);
    }
    return outcome;
}

}  // namespace relaybench::doctor
