#include "doctor/ask_portal.h"

#include <fmt/format.h>

#include "doctor/finding_codes.h"
#include "doctor/nonce.h"
#include "doctor/portal.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

/// TLS waits for this check, and a relay's port 80 is often closed: enough for one resend.
constexpr core::Duration kConnectBudget = std::chrono::milliseconds(1500);
constexpr core::Duration kAnswerBudget = std::chrono::milliseconds(1500);
constexpr std::uint16_t kPlainPort = 80;
/// Of the block TEST-NET-1 (RFC 5737), which nobody on the internet has.
constexpr const char* kNowhere = "192.0.2.1";

}  // namespace

std::optional<HttpReply> ask_plain(const Facts& facts, const std::string& address, const std::string& authority, const std::string& nonce) {
    Dialled dialled = dial(address, kPlainPort, facts.within(kConnectBudget));
    if (dialled.system_error != 0) {
        return std::nullopt;
    }
    Channel channel(std::move(dialled.socket));
    HttpQuestion question;
    question.target = "/generate_204";
    question.authority = authority;
    question.headers = {{"X-HS-Challenge", nonce}};
    return exchange(channel, question, facts.within(kAnswerBudget));
}

std::optional<HttpReply> ask_nowhere(const Facts& facts, const std::string& nonce) { return ask_plain(facts, kNowhere, kNowhere, nonce); }

std::optional<result::Finding> portal_before_proxy(const Facts& facts) {
    const auto reply = ask_nowhere(facts, random_nonce());
    if (!reply || !answers_anything(*reply)) {
        return std::nullopt;
    }
    return found("net.captive-portal", result::Confidence::Proven,
                 fmt::format("Plain HTTP to an address that nobody has is answered, and browsers are sent to {}: until that is done, the "
                             "proxy cannot be reached.",
                             portal_name(*reply)));
}

}  // namespace relaybench::doctor
