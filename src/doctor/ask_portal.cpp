#include "doctor/ask_portal.h"

#include <fmt/format.h>

#include "doctor/finding_codes.h"
#include "doctor/nonce.h"
#include "doctor/portal.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

/// TLS waits for this check, and a relay's port 80 is often closed: enough for one resend.
constexpr core::Duration kPlainConnectBudget = std::chrono::milliseconds(1500);
constexpr core::Duration kPlainAnswerBudget = std::chrono::milliseconds(1500);
constexpr std::uint16_t kPlainHttpPort = 80;
/// Of the block TEST-NET-1 (RFC 5737), which nobody on the internet has.
constexpr const char* kNowhere = "192.0.2.1";

}  // namespace

std::optional<HttpReply> ask_plain(const Facts& facts, const std::string& address, const std::string& authority, const std::string& nonce) {
    Dialled dialled = dial(address, kPlainHttpPort, facts.within(kPlainConnectBudget));
    if (dialled.system_error != 0) {
        return std::nullopt;
    }
    Channel channel(std::move(dialled.socket));
    HttpQuestion question;
    question.target = "/generate_204";
    question.authority = authority;
    question.headers = {{"X-HS-Challenge", nonce}};
    return exchange(channel, question, facts.within(kPlainAnswerBudget));
}

std::optional<HttpReply> ask_nowhere(const Facts& facts, const std::string& nonce) { return ask_plain(facts, kNowhere, kNowhere, nonce); }

BeforeProxy look_before_proxy(const Facts& facts) {
    const auto reply = ask_nowhere(facts, random_nonce());
    return reply ? judge_before_proxy(*reply) : BeforeProxy{};
}

BeforeProxy judge_before_proxy(const HttpReply& from_nowhere) {
    using result::Confidence;
    if (!answers_anything(from_nowhere)) {
        return {};
    }
    const std::string who = portal_name(from_nowhere);
    const PageKind kind = kind_of_page(from_nowhere);
    if (kind == PageKind::Block) {
        return {.portal = {}, .block_page = who};
    }
    const bool is_unclear = kind == PageKind::Unclear;
    return {.portal = found("net.captive-portal", names_itself_portal(from_nowhere) ? Confidence::Proven : Confidence::Likely,
                            fmt::format("Plain HTTP to an address that nobody has is answered, and browsers are sent to {}: until that is "
                                        "done, the proxy cannot be reached{}.",
                                        who,
                                        is_unclear ? ". Or it is the page by which a company refuses what goes past its proxy, and the "
                                                     "proxy is what is wrong"
                                                   : "")),
            .block_page = {}};
}

}  // namespace relaybench::doctor
