#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "core/secret.h"
#include "wire/dialect.h"
#include "wire/key_format.h"
#include "wire/proxy.h"
#include "wire/url.h"

namespace relaybench::doctor {

/// What is known of a relay before anything is asked: data, so that each vendor can have its own.
struct RelayProfile {
    std::string name;
    std::vector<wire::KeyPattern> key_patterns;
    std::string sandbox_key_prefix;        ///< of keys that are for testing only; empty: it has no such keys
    std::vector<std::string> known_hosts;  ///< hosts that belong to it; empty: any
    std::vector<std::string> models;       ///< that it lists
    struct Replaced {
        std::string old_name;
        std::string use;
    };
    std::vector<Replaced> deprecated_models;
    bool expects_public_roots = true;    ///< false: a private or test relay, whose own authority is no interceptor
    bool expects_public_address = true;  ///< false: its private or loopback address is no sinkhole
};

/// The profile of the relay guides; loopback and private hosts get the same without the expectations of the public internet.
[[nodiscard]] RelayProfile guide_profile(const std::string& host);

/// Where a key was found.
struct KeySource {
    std::string name;  ///< "environment variable RELAY_API_KEY", "file …"
    core::Secret key;  ///< byte for byte as it was found
    /// Beside: it lies there and nothing that gets the same flags reads it, such as a second variable or a .env file.
    enum class Role : std::uint8_t { Read, Beside } role = Role::Read;
};

/// A host that has nothing to do with the relay: whether it is reached tells a fault of the network from one of the relay.
struct ControlHost {
    std::string host;  ///< without brackets
    std::uint16_t port = 443;

    [[nodiscard]] std::string text() const { return wire::host_and_port(host, port); }
};

/// What the user asked doctor to look at. Read-only during the examination.
struct Subject {
    std::string url;                   ///< as the user wrote it, but for letters of the host outside ASCII
    std::string written_url;           ///< with those; empty: as `url`
    std::string model;                 ///< empty: none named
    std::vector<KeySource> keys;       ///< in order of precedence; the first is the one that a client would use, unless it lies beside
    std::string origin;                ///< of a web page, for the browser checks; empty: none
    std::string ca_file;               ///< authority to trust instead of the public roots; empty: none
    std::optional<wire::Proxy> proxy;  ///< that a client would use here
    /// Named: a flag or the configuration says which way is taken ("none" too), and the environment is not asked.
    enum class ProxyFrom : std::uint8_t { Environment, Named } proxy_from = ProxyFrom::Environment;
    RelayProfile profile;
    std::vector<ControlHost> controls;                    ///< to be reached as well; none: tcp.control does not run
    bool allow_intercepted = false;                       ///< the key may go through an interceptor that this machine trusts
    bool slow = false;                                    ///< connections may take long here
    bool real = false;                                    ///< with a completion that costs tokens
    wire::Dialect dialect = wire::Dialect::ChatSse;       ///< of that
    std::string real_model;                               ///< of that; the same as `model` where one was named
    bool idle = false;                                    ///< with the long checks
    core::Duration idle_for = std::chrono::seconds(130);  ///< how long those wait
    bool quick = false;                                   ///< without the streaming ones
    std::string resolv_conf = "/etc/resolv.conf";
    std::string hosts_file = "/etc/hosts";
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::function<core::Expected<std::string>(const std::string&)> read_file;  ///< the whole file of this path; refuses folders
    std::optional<core::WallTime> wall;      ///< the calendar when the examination began; nothing: not known
    std::optional<bool> clock_synchronised;  ///< whether NTP keeps that calendar, by the kernel's word; nothing: not known
    std::function<bool()> interrupted;       ///< what takes long asks this and ends early; called from any thread; may be empty
};

/// The key that a client would use; null when there is none.
[[nodiscard]] const KeySource* used_key(const Subject& subject);
/// No place for a key is named, none holds one, and the relay is none that is known to want one: such as a model server of one's own.
[[nodiscard]] bool may_be_keyless(const Subject& subject);

}  // namespace relaybench::doctor
