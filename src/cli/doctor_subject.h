#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/error.h"
#include "doctor/examination.h"
#include "relay/embedded_process.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// What the flags of doctor say.
struct DoctorFlags {
    std::string target;  ///< positional: embedded[:PROFILE], a relay of the configuration, or a URL, however malformed
    std::optional<std::string> url;
    std::optional<std::string> key_env;
    std::optional<std::string> key_file;
    std::optional<std::string> model;
    std::optional<std::string> origin;
    std::optional<std::string> ca_file;
    std::optional<std::string> proxy;
    std::optional<std::string> proxy_auth_env;
    std::vector<std::string> only;
    std::vector<std::string> control;      ///< hosts to reach as well
    std::vector<std::string> key_formats;  ///< regular expressions of keys that the relay takes
    std::optional<std::string> explain;
    std::optional<std::string> idle_for;
    std::uint32_t idle = 0;
    std::optional<std::string> bundle;     ///< file to write everything into that support needs
    std::optional<std::string> watch;      ///< again and again; the interval, empty: the usual one
    std::optional<std::string> watch_for;  ///< and for how long
    std::uint32_t quick = 0;
    std::uint32_t real = 0;
    std::uint32_t slow = 0;
    std::uint32_t allow_intercepted = 0;
    std::uint32_t json = 0;
    std::uint32_t jsonl = 0;
    std::uint32_t no_mask = 0;
    std::uint32_t strict = 0;
    std::uint32_t list_checks = 0;
    std::uint32_t ascii = 0;
    std::uint32_t no_colour = 0;
    std::uint32_t quiet = 0;
};

/// A subject, and the embedded relay that must live as long.
struct DoctorSubject {
    doctor::Subject subject;
    std::optional<relay::EmbeddedProcess> embedded;
    scenario::Relay relay;       ///< as flags and configuration name it together
    scenario::Relay configured;  ///< as the configuration alone does
};

/// What flags and configuration want, before anything is started or read. Nothing is judged here: what is wrong with a URL or a key is for
/// the checks to say. Errors are those of the flags themselves.
[[nodiscard]] core::Expected<DoctorSubject> wanted_subject(const DoctorFlags& flags, const Context& context);
/// Starts the embedded relay, if it is the one that is meant, and reads keys, proxies and what is to be known of this machine.
[[nodiscard]] core::Expected<void> complete_subject(DoctorSubject& made, const Context& context);

}  // namespace relaybench::cli
