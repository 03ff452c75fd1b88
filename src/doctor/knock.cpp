#include "doctor/knock.h"

#include <algorithm>
#include <cerrno>
#include <future>

namespace relaybench::doctor {

namespace {

constexpr std::size_t kMostAddresses = 3;
/// Longer than the way around the world and back; a greeting that was lost is not waited for.
constexpr core::Duration kShortKnock = std::chrono::milliseconds(700);

/// One after the other; what does not answer in time is left to those behind it.
Knocked knock_in_turn(const std::vector<std::string>& addresses, std::uint16_t port, KnockPatience patience) {
    Knocked knocked;
    for (const auto& address : addresses) {
        Dialled dialled = dial(address, port, std::min(now() + patience.each, patience.ends));
        if (dialled.system_error == 0) {
            knocked.address = address;
            knocked.dialled = std::move(dialled);
            return knocked;
        }
        knocked.dead.push_back({address, dialled.system_error});
        if (knocked.dead.size() == 1) {
            knocked.address = address;
            knocked.dialled = std::move(dialled);
        }
    }
    return knocked;
}

bool is_any_silent(const Knocked& knocked) {
    return std::any_of(knocked.dead.begin(), knocked.dead.end(), [](const auto& dead) { return dead.system_error == ETIMEDOUT; });
}

Knocked knock_side_by_side(const std::vector<std::string>& addresses, std::uint16_t port, KnockPatience patience) {
    std::vector<std::future<Knocked>> waiting;
    waiting.reserve(addresses.size());
    for (const auto& address : addresses) {
        waiting.push_back(std::async(std::launch::async, [&address, port, patience] { return knock_in_turn({address}, port, patience); }));
    }
    std::vector<Knocked> ended;
    ended.reserve(waiting.size());
    for (auto& each : waiting) {
        ended.push_back(each.get());
    }
    const auto standing = std::find_if(ended.begin(), ended.end(), [](const Knocked& each) { return each.stands(); });
    std::vector<Knocked::Dead> dead;
    for (auto each = ended.begin(); each != standing; ++each) {
        dead.push_back(each->dead.front());
    }
    Knocked knocked = std::move(standing == ended.end() ? ended.front() : *standing);
    knocked.dead = std::move(dead);
    return knocked;
}

}  // namespace

Knocked knock_at(const std::vector<std::string>& addresses, std::uint16_t port, KnockPatience patience) {
    const std::vector<std::string> some(addresses.begin(),
                                        addresses.begin() + static_cast<std::ptrdiff_t>(std::min(addresses.size(), kMostAddresses)));
    if (some.size() == 1) {
        return knock_in_turn(some, port, patience);
    }
    Knocked knocked = knock_in_turn(some, port, {.each = std::min(kShortKnock, patience.each), .ends = patience.ends});
    return knocked.stands() || !is_any_silent(knocked) ? std::move(knocked) : knock_side_by_side(some, port, patience);
}

}  // namespace relaybench::doctor
