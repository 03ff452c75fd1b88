#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "run/run_plan.h"
#include "scenario/scenario.h"
#include "wire/request.h"
#include "wire/url.h"

namespace relaybench::run {

/// What had to be looked up for a relay of a scenario before its arm can be planned.
struct RelayAccess {
    wire::Url url;
    core::Secret key;        ///< empty: none
    std::string address;     ///< numeric; where connections go: the proxy, or the relay with --connect-to applied
    std::uint16_t port = 0;  ///< the same
    std::string shown;       ///< for people: URL or "embedded:profile"
    std::optional<stream::Tunnel> tunnel;
    core::Secret proxy_credentials;  ///< to be kept out of every text
};

/// A plan from a valid scenario: `access` holds one entry a relay, in order; `prompts` what streams ask (at least one).
[[nodiscard]] core::Expected<RunPlan> make_plan(const scenario::Scenario& scenario, const std::vector<RelayAccess>& access,
                                                const std::vector<wire::Prompt>& prompts);

/// Where connections to host:port go by the rules of --connect-to (the first that matches wins); host:port itself when none does.
struct Destination {
    std::string host;
    std::uint16_t port = 0;
};
[[nodiscard]] Destination destination_of(const wire::Url& url, const std::vector<scenario::ConnectTo>& rules);

}  // namespace relaybench::run
