#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "doctor/examination.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

struct Facts;

/// What a check hands back; the runner adds who and when.
struct Outcome {
    result::CheckStatus status = result::CheckStatus::Pass;
    std::string summary;
    std::vector<result::Finding> findings;
    std::vector<result::Evidence> evidence;
    std::string blocked_by;  ///< with Skip: why this check does not apply here, or the check that forbids it
    /// With Skip. Withheld: it would apply, and what was found before forbids it, so that the examination has a gap.
    enum class Gap : std::uint8_t { None, Withheld } gap = Gap::None;
    std::string works;  ///< what works by this check, whatever its status; empty: nothing to say
    /// With Fail: ids of checks that stand before this one and whose failure is but a symptom of what was found here.
    std::vector<std::string> explains;
    /// What somebody might take for checked by this check, and is not; a short phrase each, with what would check it.
    std::vector<std::string> unchecked;

    [[nodiscard]] static Outcome pass(std::string summary) { return {.status = result::CheckStatus::Pass, .summary = std::move(summary)}; }
    [[nodiscard]] static Outcome info(std::string summary) { return {.status = result::CheckStatus::Info, .summary = std::move(summary)}; }
    [[nodiscard]] static Outcome warn(std::string summary, result::Finding finding) {
        return {.status = result::CheckStatus::Warn, .summary = std::move(summary), .findings = {std::move(finding)}};
    }
    [[nodiscard]] static Outcome fail(std::string summary, result::Finding finding) {
        return {.status = result::CheckStatus::Fail, .summary = std::move(summary), .findings = {std::move(finding)}};
    }
    /// `decides`: what would decide it.
    [[nodiscard]] static Outcome inconclusive(std::string summary, std::string decides) {
        return {
            .status = result::CheckStatus::Inconclusive, .summary = std::move(summary), .evidence = {{"would decide", std::move(decides)}}};
    }
    [[nodiscard]] static Outcome not_applicable(std::string why) {
        return {.status = result::CheckStatus::Skip, .blocked_by = std::move(why)};
    }
    [[nodiscard]] static Outcome withheld(std::string blocked_by) {
        return {.status = result::CheckStatus::Skip, .blocked_by = std::move(blocked_by), .gap = Gap::Withheld};
    }
    Outcome& with(std::string name, std::string value) {
        evidence.push_back({std::move(name), std::move(value)});
        return *this;
    }
};

/// One entry of the catalogue.
struct Check {
    std::string_view id;                  ///< "tls.verify"
    std::string_view category;            ///< "tls"
    std::string_view question;            ///< what it answers, for --list-checks
    std::vector<std::string_view> needs;  ///< must have passed (pass, info or warn)
    std::vector<std::string_view> after;  ///< must be over, whatever came of them
    enum class Kind : std::uint8_t { Static, Network, Stream, Idle, Control, Real } kind = Kind::Network;
    enum class Weight : std::uint8_t { Required, Optional } weight = Weight::Required;
    /// Reads the subject and the facts of checks before it; writes its own facts. May run beside checks that it does not need.
    std::function<Outcome(const Subject&, Facts&)> run;
};

// The catalogue, one file a category; the order is that of the output.
[[nodiscard]] std::vector<Check> key_checks();
[[nodiscard]] std::vector<Check> url_checks();
[[nodiscard]] std::vector<Check> environment_checks();
[[nodiscard]] std::vector<Check> dns_checks();
[[nodiscard]] std::vector<Check> captive_checks();
[[nodiscard]] std::vector<Check> tcp_checks();
[[nodiscard]] std::vector<Check> proxy_checks();
[[nodiscard]] std::vector<Check> control_checks();
[[nodiscard]] std::vector<Check> tls_checks();
[[nodiscard]] std::vector<Check> http_checks();
[[nodiscard]] std::vector<Check> sse_checks();
[[nodiscard]] std::vector<Check> real_checks();
[[nodiscard]] std::vector<Check> websocket_checks();
[[nodiscard]] std::vector<Check> idle_checks();
[[nodiscard]] std::vector<Check> browser_checks();
/// All of them.
[[nodiscard]] std::vector<Check> catalogue();

}  // namespace relaybench::doctor
