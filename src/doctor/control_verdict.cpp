#include "doctor/control_verdict.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace relaybench::doctor {

namespace {

/// What a failure tells of the network. Silence and the lack of a way are what a network without a way out gives, and a firewall that
/// refuses everything refuses. Anything else is somebody's word about one host.
enum class Word : std::uint8_t { Silence, Refusal, Other };

Word word_of(std::string_view code) {
    constexpr auto kSilent =
        std::to_array<std::string_view>({"dns.timeout", "dns.servfail", "dns.refused", "tcp.timeout-dropped", "tcp.no-route",
                                         "tcp.host-down", "ipv6.only-and-broken", "proxy.upstream-fail", "net.offline"});
    constexpr auto kRefusing = std::to_array<std::string_view>({"tcp.refused", "tcp.admin-prohibited"});
    if (std::ranges::find(kSilent, code) != kSilent.end()) {
        return Word::Silence;
    }
    return std::ranges::find(kRefusing, code) != kRefusing.end() ? Word::Refusal : Word::Other;
}

bool is_reached(const ControlTried& control) { return control.code.empty(); }

/// Not even names are looked up, or there is no route: what a mistake in the proxy's address alone would not do.
bool has_no_network(const ControlTried& control) {
    return control.code == "dns.timeout" || control.code == "tcp.no-route" || control.code == "net.offline";
}

bool is_offline(const Stuck& stuck, const std::vector<ControlTried>& controls) {
    if (is_stuck_before_proxy(stuck)) {
        return (stuck.code == "proxy.timeout" || stuck.code == "proxy.unresolvable") && std::ranges::all_of(controls, has_no_network);
    }
    const Word word = word_of(stuck.code);
    return word != Word::Other &&
           std::ranges::all_of(controls, [word](const ControlTried& control) { return word_of(control.code) == word; });
}

/// Names fail, or this one does: a host that was reached by its address says nothing of that.
bool is_about_names(const Stuck& stuck) { return stuck.code.starts_with("dns."); }

bool is_reached_by_name(const ControlTried& control) { return is_reached(control) && control.named == ControlTried::Named::ByName; }

}  // namespace

bool is_stuck_before_proxy(const Stuck& stuck) { return stuck.check == "proxy.tcp"; }

ControlVerdict judge_controls(const Stuck* stuck, const std::vector<ControlTried>& controls) {
    if (stuck == nullptr) {
        return std::ranges::all_of(controls, is_reached) ? ControlVerdict::AllReached : ControlVerdict::ControlsDown;
    }
    if (std::ranges::any_of(controls, is_reached)) {
        if (is_about_names(*stuck) && std::ranges::none_of(controls, is_reached_by_name)) {
            return ControlVerdict::PastNames;
        }
        return is_stuck_before_proxy(*stuck) ? ControlVerdict::PastTheProxy : ControlVerdict::RelayOnly;
    }
    return is_offline(*stuck, controls) ? ControlVerdict::Offline : ControlVerdict::NothingReached;
}

}  // namespace relaybench::doctor
