#include "doctor/proxy_tongue.h"

#include <array>
#include <string_view>
#include <utility>

#include "doctor/channel.h"
#include "doctor/handshake.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kTongueBudget = std::chrono::milliseconds(1500);

bool speaks_tls(const Facts& facts) {
    const Deadline deadline = facts.within(kTongueBudget);
    const Dialled dialled = dial(facts.proxy_address, facts.proxy->port, deadline);
    if (dialled.system_error != 0) {
        return false;
    }
    Hello hello;
    hello.server_name = wire::is_address(facts.proxy->host) ? "" : facts.proxy->host;
    const auto end = shake_hands(dialled.socket, hello, deadline).result.end;
    return end == HandshakeResult::End::Stands || end == HandshakeResult::End::Alert;
}

/// Version 5, one way to sign in: none (RFC 1928 §3). Its version is the first byte of the answer.
bool speaks_socks(const Facts& facts) {
    constexpr std::string_view kGreeting("\x05\x01\x00", 3);
    constexpr char kVersion = 5;
    const Deadline deadline = facts.within(kTongueBudget);
    Dialled dialled = dial(facts.proxy_address, facts.proxy->port, deadline);
    if (dialled.system_error != 0) {
        return false;
    }
    Channel channel(std::move(dialled.socket));
    std::array<char, 2> answer{};
    return channel.write(kGreeting, deadline) && channel.read(answer, deadline).end == ReadEnd::Data && answer.front() == kVersion;
}

}  // namespace

Tongue tongue_of_proxy(const Facts& facts) {
    if (speaks_socks(facts)) {
        return Tongue::Socks;
    }
    return speaks_tls(facts) ? Tongue::Tls : Tongue::Unknown;
}

}  // namespace relaybench::doctor
