#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"

namespace relaybench::doctor {

/// How far this machine's clock is ahead of another one (behind: below zero), as narrow as it is known.
struct ClockReading {
    core::Duration least{0};
    core::Duration most{0};

    [[nodiscard]] core::Duration middle() const { return least + (most - least) / 2; }
};

/// A Date of whole seconds that was written at some moment between the question and its answer, both by this machine's clock.
[[nodiscard]] ClockReading reading_of(core::WallTime asked, core::WallTime answered, core::WallTime date);

/// A clock that was asked, up to three times.
struct ClockSource {
    std::string name;  ///< "the relay", "time.example:443", "its certificate's first day"
    /// The first day of a certificate is past for certain where a public authority made it, which has a clock of its own; a private one may
    /// be the relay's own, with the relay's clock. Its last day is hardly past where it is still in use.
    enum class Whose : std::uint8_t { Relays, Others, CertificatesBegin, PrivateCertificatesBegin, CertificatesEnd } whose = Whose::Relays;
    std::vector<ClockReading> samples;
};

/// What all samples together say; nothing when they contradict each other: several machines answer there, and no two have the same time.
[[nodiscard]] std::optional<ClockReading> narrowed(const std::vector<ClockReading>& samples);

/// What the clocks say of this machine's.
struct ClockJudgement {
    enum class Verdict : std::uint8_t {
        Unknown,     ///< nobody told the time
        Agrees,      ///< with the first source
        Skewed,      ///< the first source and one that has nothing to do with its clock agree that it is off
        RelayWrong,  ///< the relay's clock is off: another source agrees with this machine
        Undecided,   ///< it differs from the first source, and no second one says whose is off
    } verdict = Verdict::Unknown;
    core::Duration ahead{0};  ///< of the first source, whatever the verdict
    std::string agreeing;     ///< the second source of Skewed and RelayWrong
    bool is_proven = false;   ///< with Skewed: no other reading is left, however far-fetched
};
/// The first source is the relay itself; others of its clock are no witnesses. Up to 5 s are no difference. Pure.
[[nodiscard]] ClockJudgement judge_clocks(const std::vector<ClockSource>& sources);
/// Whether that is more than a difference that nobody notices.
[[nodiscard]] bool is_off(const ClockReading& reading);

}  // namespace relaybench::doctor
