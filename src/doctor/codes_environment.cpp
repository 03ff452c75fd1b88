#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kEnvironmentCodes = std::to_array<FindingCode>({
    {"env.ca-file-missing", Party::You, "A variable names certificates that cannot be read",
     "The file or folder does not exist, is not readable, is empty or holds no certificate. Programs that obey the variable trust nothing "
     "at all then, and each TLS connection fails; others on the same machine work.",
     "Correct the path, or unset the variable."},
    {"env.ca-partial", Party::You, "Own certificates are set for some programs only",
     "OpenSSL, Python requests, curl and Node.js each read a variable of their own. Behind a TLS-inspecting proxy only the programs whose "
     "variable is set can connect.",
     "Set the same file for each kind of program that you use."},
    {"clock.unsynced", Party::You, "The clock of this machine is not kept right by NTP",
     "The kernel says that nothing disciplines its clock. It may still be right today. A clock that is off makes good certificates look "
     "expired and signatures invalid.",
     "Turn time synchronisation on."},
    {"clock.implausible", Party::You, "The clock of this machine is years off",
     "The year is earlier than this program, or far in the future: a battery that is empty, a virtual machine that slept, a container with "
     "a faked time. No certificate is valid then.",
     "Set the clock and turn time synchronisation on."},
    {"clock.skewed", Party::You, "The clock of this machine is wrong, which makes good certificates look bad",
     "Two clocks agree with each other and not with this machine's: the relay's (its Date header, asked three times) and that of its port "
     "80, of a control host (--control), or the first day of its certificate. Where the certificate is valid at that time, this replaces "
     "tls.expired and tls.not-yet-valid, which would blame the relay. One clock alone proves nothing: the check is then inconclusive.",
     "Set the clock and turn time synchronisation on."},
    {"clock.relay-wrong", Party::Relay, "The clock of the relay is wrong",
     "The relay's clock (its Date header) differs from this machine's, and a control host (--control) agrees with this machine. Told from "
     "clock.skewed by that second clock.",
     "Report it to the relay; until then its dates and the age of its answers mislead."},
    {"host.descriptors-low", Party::You, "This machine lets a program open few files and connections at once",
     "Each stream takes a descriptor. Past the limit a client gets \"too many open files\", often reported as a connection error.",
     "Raise the limit (ulimit -n, LimitNOFILE= of a service) before opening many streams."},
    {"host.ports-few", Party::You, "This machine has few local ports for outgoing connections",
     "Each connection to the relay takes a local port, and a closed one keeps it for a minute. When none is left, connecting fails with "
     "\"cannot assign requested address\".",
     "Widen the range, or reuse connections."},
});

}  // namespace

std::span<const FindingCode> environment_codes() { return kEnvironmentCodes; }

}  // namespace relaybench::doctor
