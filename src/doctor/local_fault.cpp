#include "doctor/local_fault.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "doctor/finding_codes.h"

namespace relaybench::doctor {

std::optional<result::Finding> local_fault(const std::string& address, int system_error) {
    using result::Confidence;
    const std::string word = std::generic_category().message(system_error);
    if (system_error == EMFILE || system_error == ENFILE) {
        return found("host.descriptors-low", Confidence::Proven,
                     fmt::format("No connection to {} can be begun: no descriptor is left for it ({}).", address, word),
                     {"ulimit -n 65536"});
    }
    // Of IPv6 it may also mean that this machine has no address of that kind, or of that scope.
    if (system_error == EADDRNOTAVAIL && address.find(':') == std::string::npos) {
        return found("host.ports-few", Confidence::Likely,
                     fmt::format("No connection to {} can be begun: no local port is free for it ({}).", address, word),
                     {"sysctl -w net.ipv4.ip_local_port_range='1024 65535'"});
    }
    return std::nullopt;
}

}  // namespace relaybench::doctor
