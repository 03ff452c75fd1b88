#include <fmt/format.h>

#include "doctor/check.h"
#include "doctor/dns_verdict.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/nonce.h"
#include "doctor/portal.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

/// TLS waits for this check, and a relay's port 80 is often closed: enough for one resend.
constexpr core::Duration kConnectBudget = std::chrono::milliseconds(1500);
constexpr core::Duration kAnswerBudget = std::chrono::milliseconds(1500);
constexpr std::uint16_t kPlainPort = 80;
/// Of the block TEST-NET-1 (RFC 5737), which nobody on the internet has: only who answers for every address answers for it.
constexpr const char* kNowhere = "192.0.2.1";

std::optional<HttpReply> ask_plain(const Facts& facts, const std::string& address, const PortalSigns& signs) {
    Dialled dialled = dial(address, kPlainPort, facts.within(kConnectBudget));
    if (dialled.system_error != 0) {
        return std::nullopt;
    }
    Channel channel(std::move(dialled.socket));
    HttpQuestion question;
    question.target = "/generate_204";
    question.authority = signs.host;
    question.headers = {{"X-HS-Challenge", signs.nonce}};
    return exchange(channel, question, facts.within(kAnswerBudget));
}

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
    auto reply = ask_plain(facts, address, signs);
    if (!reply) {
        return Outcome::not_applicable("port 80 is closed");
    }
    signs.from_relay = *std::move(reply);
    if (looks_foreign(signs)) {
        signs.from_nowhere = ask_plain(facts, kNowhere, signs);
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
