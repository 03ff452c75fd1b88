#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kProxyCodes = std::to_array<FindingCode>({
    {"proxy.env-conflict", Party::You, "The proxy variables in upper and lower case say different things",
     "Programs disagree on which one wins: curl and Python take the lower-case one first, Go the upper-case one. Two clients on this "
     "machine go different ways.",
     "Set both spellings to the same value, or unset one."},
    {"proxy.no-proxy-wildcard", Party::You, "NO_PROXY holds a pattern with a star, which many programs do not understand",
     "curl and Python match names by their ending and ignore \"*.example.com\"; others understand it. The relay is reached through the "
     "proxy by some clients only.",
     "Write .example.com in place of *.example.com."},
    {"proxy.bypass-mismatch", Party::You, "Programs on this machine disagree whether the relay is reached through the proxy",
     "Worked out for curl, Python requests, Node.js, Go and relaybench from the same variables; at least one goes another way than the "
     "others. What works in curl then fails in the program, or the other way round.",
     "Make the variables unambiguous: both spellings equal, https_proxy rather than all_proxy, no stars in no_proxy."},
    {"proxy.env-malformed", Party::You, "A proxy variable holds something that is no proxy",
     "The value cannot be read, has no host or no port, holds quotes, blanks or a path, or names a PAC file (rules for browsers). Programs "
     "fail with an error about the proxy, or guess a port. A warning where relaybench does not need the variable, or can read it and other "
     "programs cannot: a '/', '?' or '#' in the password.",
     "Write it as http://HOST:PORT, with what is special in user and password percent-encoded, or unset it."},
    {"proxy.unsupported-kind", Party::You, "The proxy is of a kind that many programs cannot use",
     "A SOCKS proxy or one that is itself spoken to over TLS: support differs from program to program and often needs an extra package.",
     "Use an http:// proxy address if the network has one; else see what each client needs."},
    {"proxy.unresolvable", Party::YourNetwork, "The name of the proxy cannot be resolved",
     "The host in the proxy variable has no address here: a typing error, or a name that only exists inside the company network or its "
     "VPN.",
     "Correct the proxy's name, or connect to the network that it belongs to."},
    {"proxy.refused", Party::YourNetwork, "Nothing listens at the proxy's address",
     "Its machine answers that the port is closed: wrong port, a proxy that is down, or, at an address of loopback, a program of this "
     "machine that does not run, which you can start.",
     "Start the proxy or correct host and port."},
    {"proxy.timeout", Party::YourNetwork, "The proxy does not answer",
     "No answer to the connection within its budget, or no way to its address: a firewall, or a proxy that is only reachable from another "
     "network.",
     "Check the VPN and the proxy's address."},
    {"proxy.one-address-dead", Party::YourNetwork, "Some of the proxy's addresses do not answer",
     "The proxy's name has several addresses, and one before the one that is used does not answer. Programs that try them in turn lose up "
     "to "
     "two minutes on each connection, and those that try only the first one fail.",
     "Have the dead address taken out of the proxy's name, or its machine repaired."},
    {"proxy.slow", Party::YourNetwork, "The proxy takes long to open a connection",
     "The tunnel works, but opening it takes longer than most answers' first token.",
     "Keep connections open and reuse them; the proxy's load should be looked at."},
    {"proxy.auth-required", Party::You, "The proxy asks for a user and password, and none was given",
     "It answered 407 to a request without credentials and named the schemes that it takes; or it sends browsers to a page where they sign "
     "in, which no program can do for you.",
     "Put user:password@ into the proxy variable, or use a local helper for NTLM and Negotiate."},
    {"proxy.auth-rejected", Party::You, "The proxy does not accept the user and password",
     "Credentials were sent and it answered 407 again (some answer 401). Told from auth.invalid-key: the answer came before any byte "
     "reached the relay.",
     "Correct the user and password; special characters must be percent-encoded."},
    {"proxy.policy-denied", Party::YourNetwork, "The proxy's rules forbid this host or port",
     "It answered 403 to CONNECT, 451, 429 where it limits how much is asked of it, or yes together with a page that forbids. Its own "
     "words "
     "are quoted; they often name the rule.",
     "The host and port have to be allowed in the proxy's rules."},
    {"proxy.not-a-proxy", Party::You, "What the proxy variable names is no HTTP proxy",
     "A web server or another service answered CONNECT with 400, 404, 405 or 501, with a page in place of a tunnel, or with something that "
     "is no HTTP. Where HTTP brings nothing its port is asked in SOCKS and in TLS, and named if it answers.",
     "Correct host and port of the proxy; its port is seldom 80 or 443."},
    {"proxy.upstream-fail", Party::YourNetwork, "The proxy cannot reach the relay itself",
     "It answered 500, 502, 503 or 504 to CONNECT, or in the relay's place where it opens TLS: its own name resolution or its own way out "
     "fails. What it says of that (squid's "
     "ERR_DNS_FAIL and its like) is laid beside what this machine finds without it: a name that neither knows is yours to correct, a relay "
     "that refuses both is the relay's, and what is reached from here is the proxy's. Told from relay.down by the proxy's marks on the "
     "answer.",
     "The proxy's own way out has to be repaired; its answer says what fails."},
    {"proxy.leads-elsewhere", Party::YourNetwork, "The proxy leads the relay's name to somebody else",
     "The tunnel stands, and who answers in it has a certificate for another host; on the way without the proxy the relay proves itself. "
     "The "
     "proxy finds another address for the name: an entry of its own, a filter, or a stale cache. Told from tls.wrong-host by the direct "
     "way.",
     "The proxy's own name resolution has to be corrected, or the host exempted from the proxy (no_proxy)."},
    {"proxy.closed", Party::YourNetwork, "The proxy closes the connection without an answer",
     "End of data in place of an answer to CONNECT: an access list, a proxy that wants TLS, or one that is overloaded.",
     "This machine has to be allowed to use the proxy."},
    {"proxy.unneeded", Party::You, "The relay can be reached without the proxy",
     "The same hand-shake succeeds directly and fails through the proxy, or takes more than a second and three times as long. "
     "Likely, and not proven, where the proxy's way failed or ended only after long.",
     "Exempt the relay from the proxy (no_proxy), if the rules of your network allow it."},
    {"proxy.required", Party::You, "The relay can only be reached through the proxy",
     "The direct way is blocked and the one through the proxy works. Clients that do not read the proxy variables fail.",
     "Set the proxy for each client that you use."},
});

}  // namespace

std::span<const FindingCode> proxy_codes() { return kProxyCodes; }

}  // namespace relaybench::doctor
