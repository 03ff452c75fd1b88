#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kTlsCodes = std::to_array<FindingCode>({
    {"tls.reset-after-clienthello", Party::YourNetwork, "The connection is cut as soon as the relay's name is sent",
     "TCP connects, and a reset comes within milliseconds of the TLS greeting, which carries the host name. With another name to the same "
     "address it does not.",
     "The host has to be allowed in the content filter."},
    {"tls.sni-drop", Party::YourNetwork, "The TLS greeting is swallowed because of the name in it",
     "TCP connects and the greeting is never acknowledged, while one with another name to the same address is answered.",
     "The host has to be allowed in the content filter."},
    {"tls.greeting-dropped", Party::YourNetwork, "The TLS greeting is swallowed, whatever name is in it",
     "TCP connects and the greeting is never acknowledged, neither with the relay's name nor with another one. Told from tls.sni-drop by "
     "the "
     "second, from tls.server-silent by the missing acknowledgement.",
     "TLS to this host and port has to be allowed in the firewall."},
    {"tls.new-version-dropped", Party::YourNetwork, "Greetings that offer TLS 1.3 are not let through, and those of TLS 1.2 are",
     "The greeting of today's programs is dropped, cut off or refused several times, and one that is the same but offers TLS 1.2 at most "
     "is "
     "answered each time: an old firewall, inspecting proxy or load balancer. Told from tls.server-silent and "
     "tls.reset-after-clienthello by that answer.",
     "The device that does it has to be updated or the host exempted from it; until then limit programs to TLS 1.2 where they allow it."},
    {"tls.large-greeting-dropped", Party::YourNetwork, "TLS greetings of more than one packet are not let through",
     "Greetings that take two packets came to nothing, also cut into small ones, and those of one packet are answered: a device on the "
     "way, or "
     "the relay's front end, reads the first packet alone. Browsers and programs of today greet like that (keys against quantum "
     "computers), "
     "so that they fail where older ones work. Told from net.mtu-blackhole-up by the small packets.",
     "The firewall or load balancer that does it has to be updated; until then switch off post-quantum key exchange (ML-KEM) in the "
     "program."},
    {"tls.closed-at-once", Party::Relay, "Connections are accepted and closed again, whatever is said",
     "TCP connects, and the connection is closed before anything was said, or seconds after it, to TLS and plain requests alike: a load "
     "balancer or port forwarding with nobody behind it. Told from tls.reset-after-clienthello, where a filter waits for the greeting.",
     "Report it to the relay; where the port is forwarded by a machine of your own, start what should listen behind it."},
    {"tls.one-address-bad", Party::Relay, "At one of the relay's addresses TLS fails, at another one it works",
     "The name has several addresses, all of which accept connections. Each was asked for its certificate twice: some answer as the relay "
     "and "
     "others with another certificate, an expired one, or none. Which one a program takes is chance or the order of its machine.",
     "Report the address to the relay: a server was forgotten there, or the name still leads to an old one."},
    {"tls.server-silent", Party::Relay, "The other side accepts connections but never answers the TLS greeting",
     "The greeting was acknowledged and nothing came back, neither with small packets nor to a plain request: a hung server, or a port for "
     "something else.",
     "Check the port; if it is right, report it to the relay."},
    {"tls.plain-http", Party::You, "A plain HTTP server listens at this port",
     "A plain request on a new connection was answered where the TLS greeting was not.",
     "Use the TLS port (443), or http:// for a test relay of your own."},
    {"tls.not-tls", Party::You, "Something that does not speak TLS listens at this port",
     "The greeting was answered with bytes that are not TLS, and a plain HTTP request was not answered as one: another service.",
     "Check host and port; TLS is usually at port 443."},
    {"tls.refused", Party::Relay, "The other side ends the TLS hand-shake with an error",
     "An alert that names none of the other causes here, such as a hand-shake failure: no cipher in common, or a front end that refuses.",
     "Report the alert to the relay; if a proxy of your network answers, it is that one."},
    {"tls.version-blocked", Party::Relay, "The two sides have no version of TLS in common",
     "An alert (protocol version) ended the hand-shake: the other side speaks only TLS 1.0 or 1.1, often an old inspecting proxy.",
     "Update the side that is old; if a proxy of your network answers, it is that one."},
    {"tls.sni-unknown", Party::Relay, "The server does not know the host name",
     "It answered with the alert \"unrecognized name\", or refused this name and took another one: the name leads to a front end that does "
     "not serve it.",
     "Check the host name; if it is right, report it to the relay."},
    {"tls.client-cert-required", Party::Relay, "The server wants a certificate from the client",
     "It asked for one in the hand-shake, and ended it or answered 400 when none was sent. Relays want a key, not a certificate, so this "
     "is another "
     "server or a closed entry.",
     "Check the host name and port."},
    {"tls.slow", Party::YourNetwork, "The TLS hand-shake takes long",
     "It took much longer than its round trips. An inspecting proxy, or a server under load.", "Keep connections open and reuse them."},
    {"tls.intercepted-trusted", Party::YourNetwork, "A proxy of your network opens and reads the encrypted connection",
     "The certificate is not from a public authority but from one that this machine was told to trust. Such proxies often hold a stream "
     "back until it is complete, and may not forward WebSockets. The key is not sent through it unless doctor is told to "
     "(--allow-intercepted).",
     "The host has to be exempted from TLS inspection; else each program needs the authority (NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, "
     "SSL_CERT_FILE)."},
    {"tls.intercepted-untrusted", Party::YourNetwork, "Someone between here and the relay answers in its place",
     "The certificate is neither from a public authority nor from one that this machine trusts. A company proxy whose authority is not "
     "installed here, or an attack. The key is not sent.",
     "If your network inspects TLS, the host has to be exempted or the authority installed here; do not turn verification off."},
    {"tls.self-signed", Party::Relay, "The server's certificate is signed by itself",
     "One certificate, its own issuer (18): a test server, or a front end that was never given its certificate.",
     "For your own relay name its certificate with --cacert; else report it to the relay."},
    {"tls.missing-intermediate", Party::Relay, "The server does not send its whole chain of certificates",
     "Only its own certificate came (20), and it says where its issuer's is, as those of public authorities do. Browsers fetch the missing "
     "one "
     "or remember it, programs do not.",
     "Report it to the relay: the intermediate certificate has to be configured."},
    {"tls.wrong-host", Party::Relay, "The certificate is valid for another host name",
     "Name and certificate do not fit (62). Told from net.captive-portal by a plain request that is not led elsewhere.",
     "Check the host name; if it is right, report it to the relay."},
    {"tls.common-name-only", Party::Relay, "The certificate names its host in a way that many programs no longer read",
     "The host stands in its common name, and there are no alternative names (subjectAltName). curl takes that; browsers, Go and newer "
     "Python "
     "libraries refuse it.",
     "The relay has to be given a certificate with the host among its alternative names."},
    {"tls.unfit-certificate", Party::Relay, "The certificate is not fit for its use",
     "Issuer, name and dates are right, and it is refused for another reason, which is named: made for another purpose (no server "
     "authentication), a key or signature that is too weak for this machine, an authority that may not sign.",
     "The relay has to be given a certificate for servers, with a key of at least 2048 bits (RSA) and a signature by SHA-256."},
    {"tls.expired", Party::Relay, "The relay's certificate has expired", "Its last day is over (10), also by the relay's own clock.",
     "Report it to the relay."},
    {"tls.not-yet-valid", Party::Relay, "The relay's certificate is not valid yet",
     "Its first day is to come (9), also by the relay's own clock.", "Report it to the relay."},
    {"tls.expires-soon", Party::Relay, "The relay's certificate expires soon",
     "It is valid today, for another 30 days at most, or 14 where it was made for three months or less, or an authority of its chain is "
     "for "
     "14. Automatic renewal usually happens earlier than this.",
     "Tell the relay."},
    {"tls.local-store-broken", Party::You, "This machine does not trust public authorities that it should",
     "The certificate verifies against the public authorities and not against those of this machine: the package ca-certificates is "
     "missing or old, or a variable names a wrong file.",
     "Install or update the certificates of the system, and check SSL_CERT_FILE and its kin."},
});

}  // namespace

std::span<const FindingCode> tls_codes() { return kTlsCodes; }

}  // namespace relaybench::doctor
