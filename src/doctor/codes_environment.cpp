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
    {"env.ca-lacks-authority", Party::You, "A variable gives some programs authorities that do not vouch for the relay",
     "The relay's certificate is trusted by this machine, and not by the file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names, which "
     "counts "
     "for its programs in place of all others: a company's file outside of its network, or one without the company's inspecting proxy.",
     "Unset the variable, or name a file that holds the public authorities as well."},
    {"clock.unsynced", Party::You, "The clock of this machine is not kept right by NTP",
     "The kernel says that nothing disciplines its clock. It may still be right today. A clock that is off makes good certificates look "
     "expired and signatures invalid.",
     "Turn time synchronisation on."},
    {"clock.implausible", Party::You, "The clock of this machine is years off",
     "The year is earlier than this program, or far in the future: a battery that is empty, a virtual machine that slept, a container with "
     "a faked time. No certificate is valid then.",
     "Set the clock and turn time synchronisation on."},
    {"clock.skewed", Party::You, "The clock of this machine is wrong, which makes good certificates look bad",
     "Two witnesses agree with each other and not with this machine's clock: the relay's (its Date header, asked three times) and a "
     "control "
     "host (--control), or the first or the last day of its certificate. Where the certificate is valid at that time, this replaces "
     "tls.expired and tls.not-yet-valid, which would blame the relay. One clock alone proves nothing, whichever of its ports tells it: the "
     "check is then inconclusive. Likely, and not proven, where the witness is a last day, or the first day of a certificate of a private "
     "authority.",
     "Set the clock and turn time synchronisation on."},
    {"clock.relay-wrong", Party::Relay, "The clock of the relay is wrong",
     "The relay's clock (its Date header) differs from this machine's, and a control host (--control) agrees with this machine. Told from "
     "clock.skewed by that second clock.",
     "Report it to the relay; until then its dates and the age of its answers mislead."},
    {"host.descriptors-low", Party::You, "This machine lets a program open few files and connections at once",
     "Each stream takes a descriptor. Past the limit a client gets \"too many open files\", often reported as a connection error. The root "
     "cause where the limit left none for doctor's own connections.",
     "Raise the limit (ulimit -n, LimitNOFILE= of a service) before opening many streams."},
    {"host.ports-few", Party::You, "This machine has few local ports for outgoing connections",
     "Each connection to the relay takes a local port, and a closed one keeps it for a minute. When none is left, connecting fails with "
     "\"cannot assign requested address\". The root cause where this happened here.",
     "Widen the range, or reuse connections."},
});

}  // namespace

std::span<const FindingCode> environment_codes() { return kEnvironmentCodes; }

}  // namespace relaybench::doctor
