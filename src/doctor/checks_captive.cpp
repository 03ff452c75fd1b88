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
    const bool is_everywhere = signs.from_nowhere && answers_anything(*signs.from_nowhere);
    switch (judge_portal(signs)) {
        case PortalVerdict::Relay:
            return Outcome::pass("the relay answered the challenge");
        case PortalVerdict::Portal:
            facts.portal = {who, PortalSeen::State::Certain};
            return Outcome::fail(reply.text(),
                                 found("net.captive-portal", is_everywhere ? Confidence::Proven : Confidence::Likely,
                                       fmt::format("Plain HTTP to the relay is answered by somebody else, who sends browsers to {}{}.", who,
                                                   is_everywhere ? "; so is an address that nobody has" : "")));
        case PortalVerdict::BlockPage:
            facts.portal = {who, PortalSeen::State::BlockPage};
            return Outcome::warn(reply.text(),
                                 found("net.block-page", Confidence::Likely,
                                       fmt::format("Plain HTTP to the relay is answered with words of refusal (by {}), and so is an "
                                                   "address that nobody has.",
                                                   who)));
        case PortalVerdict::Suspected:
            // A web server sends browsers to its owner's other sites as well, and asks nobody there to sign in.
            if (kind_of_page(reply) == PageKind::SignIn) {
                facts.portal = {who, PortalSeen::State::Suspected};
            }
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
