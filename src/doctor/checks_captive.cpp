#include <fmt/format.h>

#include "doctor/ask_portal.h"
#include "doctor/check.h"
#include "doctor/dns_verdict.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/nonce.h"
#include "doctor/portal.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

Outcome judge(const PortalSigns& signs, Facts& facts) {
    const HttpReply& reply = signs.from_relay;
    const std::string who = portal_name(reply);
    switch (judge_portal(signs)) {
        case PortalVerdict::Relay:
            return Outcome::pass("the relay answered the challenge");
        case PortalVerdict::Portal:
            facts.portal = who;
            return Outcome::fail(reply.text(),
                                 found("net.captive-portal", signs.from_nowhere ? Confidence::Proven : Confidence::Likely,
                                       fmt::format("Plain HTTP to the relay is answered by somebody else, who sends browsers to {}{}.", who,
                                                   signs.from_nowhere ? "; so is an address that nobody has" : "")));
        case PortalVerdict::Suspected:
            facts.portal = who;
            break;
        case PortalVerdict::Unknown:
            break;
    }
    return Outcome::info(reply.text());
}

Outcome check_captive(const Subject& /*subject*/, Facts& facts) {
    facts.portal.reset();
    if (facts.proxy || facts.addresses.empty() || wire::is_private(facts.url.host) || wire::is_loopback(facts.url.host)) {
        return Outcome::not_applicable("asked of public relays only");
    }
    const std::string& address = likeliest_address(facts.addresses);
    PortalSigns signs{.host = facts.url.host, .nonce = random_nonce(), .from_relay = {}, .from_nowhere = {}};
    auto reply = ask_plain(facts, address, signs.host, signs.nonce);
    if (!reply) {
        return Outcome::not_applicable("port 80 is closed");
    }
    signs.from_relay = *std::move(reply);
    if (looks_foreign(signs)) {
        signs.from_nowhere = ask_nowhere(facts, signs.nonce);
    }
    return judge(signs, facts);
}

}  // namespace

std::vector<Check> captive_checks() {
    return {{.id = "net.captive",
             .category = "tcp",
             .question = "Does a portal stand in the way?",
             .needs = {"dns.system", "dns.sanity"},
             .run = &check_captive}};
}

}  // namespace relaybench::doctor
