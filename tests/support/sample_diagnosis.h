#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "result/diagnosis.h"

namespace relaybench::test {

inline result::CheckResult passed(std::string id, std::string summary) {
    const std::string category = id.substr(0, id.find('.'));
    return {.id = std::move(id),
            .category = category,
            .status = result::CheckStatus::Pass,
            .summary = std::move(summary),
            .took = std::chrono::microseconds(1200)};
}

inline result::CheckResult skipped(std::string id, std::string blocked_by) {
    result::CheckResult check = passed(std::move(id), "");
    check.status = result::CheckStatus::Skip;
    check.needs = {blocked_by};
    check.blocked_by = std::move(blocked_by);
    return check;
}

inline result::CheckResult with_finding(std::string id, result::CheckStatus status, std::string summary, result::Finding finding) {
    result::CheckResult check = passed(std::move(id), std::move(summary));
    check.status = status;
    check.findings = {std::move(finding)};
    return check;
}

inline result::Diagnosis healthy_diagnosis() {
    result::Diagnosis diagnosis{.run_id = "d-7f3a",
                                .tool_version = "0.1.0",
                                .started_at = "2026-11-21T14:30:00Z",
                                .target = "https://relay.example/v1",
                                .mode = "default"};
    diagnosis.checks = {passed("key.present", "from the environment variable RELAY_API_KEY"),
                        passed("url.parse", "https://relay.example/v1"),
                        passed("tcp.443", "192.0.2.7 in 21 ms"),
                        passed("tls.verify", "good, by R11"),
                        passed("sse.timing", "12 events in 12 bursts, at most 9 ms late"),
                        passed("ws.echo", "7 messages there and back")};
    diagnosis.checks[2].took = std::chrono::milliseconds(21);
    diagnosis.checks[4].took = std::chrono::milliseconds(3618);
    diagnosis.checks[5].evidence = {{"round trip", "22 ms"}};
    return diagnosis;
}

/// An inspecting proxy that holds streams back; it is not trusted by this machine, so that nothing after it could run.
inline result::Diagnosis intercepted_diagnosis() {
    using result::CheckStatus;
    result::Diagnosis diagnosis = healthy_diagnosis();
    diagnosis.checks[1] =
        with_finding("url.parse", CheckStatus::Warn, "works, but is not tidy",
                     {.code = "url.untidy", .cause = "The URL differs from its usual form.", .fix = "Use the tidy form that is shown."});
    diagnosis.checks[3] =
        with_finding("tls.verify", CheckStatus::Fail, "signed by Example Corp Inspection CA, which nobody here trusts",
                     {.code = "tls.intercepted-untrusted",
                      .title = "Someone between here and the relay answers in its place",
                      .confidence = result::Confidence::Likely,
                      .who = result::Party::YourNetwork,
                      .cause = "The certificate of relay.example was signed by \"Example Corp Inspection CA\", not by a public authority.",
                      .fix = "If your network inspects TLS, the host has to be exempted; do not turn verification off.",
                      .commands = {"openssl s_client -connect relay.example:443 -servername relay.example -showcerts </dev/null"}});
    diagnosis.checks[3].evidence = {{"issuer", "CN=Example Corp Inspection CA, O=Example Corp"}, {"verify code", "19"}};
    diagnosis.checks[4] = skipped("sse.timing", "tls.verify");
    diagnosis.checks[5] = skipped("ws.echo", "tls.verify");
    diagnosis.works = {"Names are resolved and port 443 is open."};
    return diagnosis;
}

/// The relay's own fault.
inline result::Diagnosis expired_diagnosis() {
    result::Diagnosis diagnosis = intercepted_diagnosis();
    diagnosis.checks[3].summary = "expired";
    diagnosis.checks[3].evidence = {{"not after", "2026-11-20T23:59:59Z"}, {"verify code", "10"}};
    diagnosis.checks[3].findings = {{.code = "tls.expired",
                                     .who = result::Party::Relay,
                                     .cause = "The certificate of relay.example expired on 2026-11-20.",
                                     .fix = "Report it to the relay."}};
    return diagnosis;
}

}  // namespace relaybench::test
