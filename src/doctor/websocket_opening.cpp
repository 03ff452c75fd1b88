#include "doctor/websocket_opening.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "doctor/lost_packets.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "doctor/websocket_refusal.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kOpeningBudget = std::chrono::seconds(5);

/// What the relay says to have received of a request that asks for an upgrade.
UpgradeHeaders upgrade_headers(const Subject& subject, const Facts& facts) {
    HttpQuestion question;
    question.target = facts.prefix + "/doctor/hello";
    question.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}};
    const auto hello = read_hello(ask_relay(subject, facts, question, Trust::Anyone, facts.within(kOpeningBudget)).body);
    if (!hello) {
        return UpgradeHeaders::NotKnown;
    }
    const auto& seen = hello->received_headers;
    return std::find(seen.begin(), seen.end(), "upgrade") == seen.end() ? UpgradeHeaders::Stripped : UpgradeHeaders::Arrive;
}

}  // namespace

Upgrade open_socket(const Subject& subject, const Facts& facts, const std::string& target, const std::vector<wire::Header>& headers) {
    Deadline deadline = facts.within(kOpeningBudget);
    Reached way = reach_relay(subject, facts, Trust::Anyone, deadline);
    if (!way.channel && way.was_on_its_way) {
        // A thin line that other checks fill besides.
        deadline = facts.within(2 * kOpeningBudget);
        way = reach_relay(subject, facts, Trust::Anyone, deadline);
    }
    if (!way.channel) {
        Upgrade none;
        none.reply.detail = way.failure;
        return none;
    }
    return upgrade(std::move(*way.channel), target, facts.url.authority(), headers, deadline);
}

std::string doctor_socket(const Facts& facts, std::string_view query) { return fmt::format("{}/doctor/ws{}", facts.prefix, query); }

SocketEvent next_message(WebSocketProbe& socket, Deadline deadline) {
    SocketEvent event = socket.next(deadline);
    while (event.kind == SocketEvent::Kind::Pong) {
        event = socket.next(deadline);
    }
    return event;
}

result::Finding why_not_opened(const Subject& subject, const Facts& facts, const Upgrade& tried) {
    const bool asks_the_relay = looks_like_plain_answer(tried.reply) && facts.has_doctor_pages;
    result::Finding finding =
        why_upgrade_refused(tried.reply, tried.wrong_with, asks_the_relay ? upgrade_headers(subject, facts) : UpgradeHeaders::NotKnown);
    return tried.reply.has_head() ? finding : why_unheard(facts, tried.reply, std::move(finding));
}

}  // namespace relaybench::doctor
