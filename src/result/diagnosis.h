#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/secret.h"

namespace relaybench::result {

/// How a check of doctor ended. Skip: something before it failed, or nothing asked for it (blocked_by says what). Inconclusive: it ran and
/// cannot decide. Error: doctor itself broke.
enum class CheckStatus : std::uint8_t { Pass, Info, Warn, Fail, Skip, Inconclusive, Error };

enum class Confidence : std::uint8_t { Proven, Likely, Possible };

/// Who must act on a finding.
enum class Party : std::uint8_t { You, YourNetwork, Relay, ClientSoftware };

[[nodiscard]] std::string_view check_status_id(CheckStatus status);
[[nodiscard]] std::string_view confidence_id(Confidence confidence);
/// "you", "your-network", "relay", "client-software".
[[nodiscard]] std::string_view party_id(Party party);

/// Why something does not work. `code` is the stable contract of tests, documents and scripts; texts may change. No text holds a key.
struct Finding {
    std::string code;   ///< such as "dns.nxdomain"
    std::string title;  ///< what that code means, in a sentence without its full stop; may be empty
    Confidence confidence = Confidence::Proven;
    Party who = Party::You;
    std::string cause;                  ///< a sentence with the values of this machine
    std::string fix;                    ///< what to do, in words
    std::vector<std::string> commands;  ///< to be pasted
};

/// A value that a check saw. `name` is a short lower-case word or two, with the address or file that it is about; both are printable.
struct Evidence {
    std::string name;
    std::string value;
};

struct CheckResult {
    std::string id;        ///< such as "dns.system"
    std::string category;  ///< such as "dns"
    CheckStatus status = CheckStatus::Skip;
    std::string summary;  ///< one line for the table: what was seen
    std::vector<Finding> findings;
    std::vector<Evidence> evidence;
    std::vector<std::string> needs;      ///< ids of the checks that must not have failed
    std::string blocked_by;              ///< of a skipped check: the id that blocks it, or the reason in words
    std::string works;                   ///< what works by this check, a short sentence; empty: nothing to say
    std::vector<std::string> explains;   ///< of a failed check: ids of checks whose failure is but a symptom of its finding
    std::vector<std::string> unchecked;  ///< what this check does not tell although it may seem so, and what would tell it
    bool required = true;                ///< the examination cannot end well without it
    core::Duration started{0};           ///< since the examination began
    core::Duration took{0};
};

/// Names a finding inside a Diagnosis.
struct FindingPlace {
    std::size_t check = 0;
    std::size_t finding = 0;
};

/// What a network is like, in classes that name nobody: enough to tell two networks apart.
struct NetworkFingerprint {
    std::string local_ip_class = "none";       ///< of the address that packets to the internet leave by: public, private, shared, …
    std::optional<std::uint32_t> default_mtu;  ///< of the interface that has it
    std::size_t resolvers = 0;                 ///< that are configured
    bool proxy_used = false;
};

/// What doctor found out.
struct Diagnosis {
    std::string run_id;
    std::string tool_version;
    std::string started_at;  ///< RFC 3339, UTC
    std::string target;      ///< URL without secrets
    std::string mode;        ///< "quick", "default" or "idle"
    NetworkFingerprint network;
    std::vector<CheckResult> checks;       ///< in the order of the catalogue
    std::vector<std::string> works;        ///< what still works, a short sentence each
    std::vector<std::string> not_checked;  ///< what nobody may take for working by that, and what would check it

    /// The first failed check whose needs were met and that no other one explains, of the required ones if any of them failed; its first
    /// finding. Nothing when nothing failed.
    [[nodiscard]] std::optional<FindingPlace> root_cause() const;
    /// All other findings of failed and warning checks, in order.
    [[nodiscard]] std::vector<FindingPlace> also_seen() const;
    /// Fail when a check failed; else Inconclusive when a required one was inconclusive, broke or was skipped, or nothing was checked at all;
    /// else Warn; else Pass.
    [[nodiscard]] CheckStatus status() const;
    [[nodiscard]] const Finding& at(FindingPlace place) const { return checks[place.check].findings[place.finding]; }
};

/// The same status by the same root cause.
[[nodiscard]] bool is_same_verdict(const Diagnosis& a, const Diagnosis& b);

/// Puts another text in the place of every one that may hold something from outside (codes, ids and the words of the table of codes stay).
void rewrite(CheckResult& check, const std::function<std::string(std::string_view)>& other);
void rewrite(Diagnosis& diagnosis, const std::function<std::string(std::string_view)>& other);

/// Masks secrets in every text of a check or a diagnosis, those of `secrets` and what is one by its looks (core/secret_shapes.h): the last
/// thing that happens to it before anybody sees it.
void scrub(CheckResult& check, const std::vector<core::Secret>& secrets);
void scrub(Diagnosis& diagnosis, const std::vector<core::Secret>& secrets);

}  // namespace relaybench::result
