#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kNetworkCodes = std::to_array<FindingCode>({
    {"dns.slow", Party::YourNetwork, "Looking up the relay's name takes long",
     "The resolver answers, but late; every new connection waits for it before the first byte can be sent. Told from dns.aaaa-dropped and "
     "dns.one-resolver-dead by asking each resolver both questions directly: all are answered.",
     "Use a nearer or faster resolver, and keep connections open."},
    {"dns.nxdomain", Party::You, "The relay's name does not exist",
     "The resolver answered NXDOMAIN: a typing error, or a company resolver that hides the name. Told from dns.timeout by a definite "
     "answer.",
     "Check the spelling of the host; ask another resolver to see whether only this one denies it."},
    {"dns.nodata", Party::YourNetwork, "The relay's name exists but has no address",
     "The resolver answered without an error and without an address, which filtering resolvers do in place of a refusal.",
     "Ask another resolver; if it knows an address, the filter of this one has to be changed."},
    {"dns.servfail", Party::YourNetwork, "The resolver failed to find out (SERVFAIL)",
     "It could not reach the servers of the domain, or the signatures of the domain (DNSSEC) did not verify.",
     "Try another resolver; if that works, report it to whoever runs this one."},
    {"dns.refused", Party::YourNetwork, "The resolver refuses to answer this machine",
     "It answered REFUSED: an access list, or a resolver of another network that is still configured.",
     "Use the resolver of the network that you are in."},
    {"dns.timeout", Party::YourNetwork, "No resolver answers",
     "The questions were sent and none of the resolvers answered, neither over UDP nor over TCP: port 53 is blocked, or the resolvers are "
     "down. Likely where a resolver has a word after all when it is asked again, too late for the lookup.",
     "Check the network connection and the resolvers in the system's settings."},
    {"dns.aaaa-dropped", Party::YourNetwork, "Questions for IPv6 addresses are swallowed",
     "The question for an IPv4 address is answered at once and the one for IPv6 never. The system's lookup waits 5 to 15 s before it goes "
     "on, in every program.",
     "Have the resolver or firewall answer AAAA questions, if only with an empty answer."},
    {"dns.one-resolver-dead", Party::YourNetwork, "One of the resolvers does not answer",
     "Lookups work, but wait for the dead one first, about 5 s each time it is its turn.", "Remove the dead resolver from the settings."},
    {"dns.resolvers-differ", Party::YourNetwork, "The resolvers of this machine do not agree on the relay",
     "One of them gives the relay's address and another one denies the name, fails, or gives an address at which somebody else or nobody "
     "answers. Which one is asked is a matter of which is up, so that the same program works one time and fails the next. It is the root "
     "cause where the relay proves itself only at the address of the resolver that was not believed; without TLS, where nobody proves "
     "anything, it is possible where only that address answers.",
     "Remove the resolver that is wrong from the settings, or have it put right."},
    {"dns.search-list", Party::You, "A domain of this machine's search list is put behind the relay's name",
     "The address that programs are given belongs to the name with a domain of the search list behind it, and not to the name alone: that "
     "domain answers for every name, and \"ndots\" has it tried first, or the name alone is unknown. Usual in clusters. It is the root "
     "cause where nobody, or somebody else, answers there.",
     "Write the host with a full stop at its end where programs allow it, lower ndots, or take the domain from the search list."},
    {"dns.local-lookup-fails", Party::You, "This machine does not find a name that its resolver knows",
     "The resolver, asked directly, gives an address, and the lookup that every program uses fails: the order of sources "
     "(/etc/nsswitch.conf), a cache in between, or a search list. Told from dns.nxdomain by the resolver's own answer.",
     "Compare getent with a direct question to the resolver, and put right what stands between the two."},
    {"dns.sinkhole", Party::YourNetwork, "The relay's name is led to an address that cannot be the relay's",
     "The resolver gives a loopback, private or null address for a public name: an ad or malware filter, or parental control.",
     "Have the name allowed in the filter."},
    {"dns.hosts-override", Party::You, "The hosts file of this machine sets the relay's address",
     "An entry there outranks the resolver and goes stale when the relay moves.", "Remove the entry unless it is meant."},
    {"dns.wildcard-hijack", Party::YourNetwork, "The resolver answers for names that do not exist",
     "A name made up at random got an address: a provider's search page, a captive portal or a filter. Typing errors then lead somewhere. "
     "It "
     "is the root cause where the relay's name gets the same address and nobody, or somebody else, answers there.",
     "Use a resolver that answers NXDOMAIN, or sign in to the network first."},
    {"tcp.refused", Party::YourNetwork, "The connection is refused",
     "A definite refusal within milliseconds: nothing listens at this port, or a firewall sends a reset. The two look the same from here, "
     "unless a firewall refuses by ICMP, in which case its address is named. At an address of loopback it is this machine where nothing "
     "listens, and you who can start it.",
     "Check the port; when other networks reach it, the local firewall is the one to change."},
    {"tcp.timeout-dropped", Party::YourNetwork, "Connection attempts are dropped without an answer",
     "Every attempt ran into its time limit: a firewall that drops packets. Told from tcp.refused by the silence.",
     "Outgoing connections to the host and port have to be allowed in the firewall."},
    {"tcp.admin-prohibited", Party::YourNetwork, "A router says that this connection is forbidden",
     "An ICMP message (host unreachable or prohibited) came back at once: a filter that says so, by its own address where that is known. "
     "Told from tcp.host-down by the message, and where that is not readable by how soon it came.",
     "Outgoing connections to the host and port have to be allowed in the firewall."},
    {"tcp.no-route", Party::YourNetwork, "There is no way from this network to the relay's address",
     "The system or a router, which is then named, has no route (network unreachable): no default route, a VPN that is down, or a family "
     "of addresses that this network lacks.",
     "Check the network connection, the VPN and the default route."},
    {"tcp.host-down", Party::YourNetwork, "The machine at the relay's address does not answer in its own network",
     "Host unreachable after about 3 s: the last router asked for it in vain. Told from tcp.admin-prohibited by the delay.",
     "Check the address; when it is right, the machine behind it is down."},
    {"tcp.one-address-dead", Party::Relay, "Some of the relay's addresses do not answer",
     "The name has several addresses and at least one of them fails twice while another works. Clients that try only the first one fail "
     "now "
     "and then. Told from ipv6.broken-fallback, where all IPv6 addresses and no others fail.",
     "Report the address to the relay; clients should try the next one."},
    {"tcp.slow", Party::YourNetwork, "Packets to the relay take long",
     "The time of a connection attempt is one round trip, and it is high. A first token needs several.",
     "Nothing can be cured here; keep connections open, or use an entry of the relay that is nearer."},
    {"tcp.only-443", Party::YourNetwork, "Only port 443 is open",
     "Ports 80 and 8080 do not answer, 443 does. This is usual and no fault by itself.", "Use https and wss on port 443."},
    {"tcp.only-80", Party::YourNetwork, "Port 443 is blocked while port 80 is open",
     "The relay's machine is reached, but not by encrypted connections: a firewall rule for the port, or a network that wants you to sign "
     "in first.",
     "Port 443 has to be allowed in the firewall; or sign in to the network."},
    {"net.gateway-down", Party::YourNetwork, "The router of this network does not answer",
     "The default route leads to a router in this machine's own network, and nobody answers when this machine asks for it there (ARP). "
     "Told "
     "from dns.timeout and tcp.timeout-dropped, which look the same from further away, by the table of neighbours.",
     "Check cable or Wi-Fi and that the router is on; where the machine has moved, let it fetch its address and route anew."},
    {"net.offline", Party::YourNetwork, "Nothing outside of this network can be reached from here",
     "Proven: no network interface but loopback is up and has an address. Likely: neither the relay nor any of the control hosts that were "
     "named (--control) is reached, and all of them fail in the same way, in silence or by refusal. Told from tcp.no-route and "
     "tcp.timeout-dropped by the control hosts, without which those stand.",
     "Connect the machine to a network, and check cable, Wi-Fi, VPN and address; where a network lets nothing out directly, name its "
     "proxy."},
    {"net.relay-only-blocked", Party::YourNetwork, "Other hosts can be reached from here, only the relay cannot",
     "A control host that was named (--control) was reached at the same time and by the same way, so that the connection to the internet, "
     "names and the proxy are not what fails: a rule for this host or port, or the relay itself. The other findings say how it fails.",
     "Try the relay from another network, such as a phone's: where it works there, the host has to be allowed here; where it does not, "
     "report it to the relay."},
    {"net.captive-portal", Party::YourNetwork, "The network wants you to sign in first",
     "A plain request with a random challenge to the relay's own address was answered by someone else with a redirect or a page, and so "
     "was "
     "one to an address that nobody has. Until you sign in certificates look wrong too, which is why this stands before them. Told from a "
     "relay that redirects by that second answer.",
     "Open any http:// page in a browser and sign in to the network."},
    {"net.block-page", Party::YourNetwork, "The network answers in everybody's place with a page that forbids it",
     "A plain request to the relay's own address was answered by someone else, and so was one to an address that nobody has, with words of "
     "refusal (blocked, denied, use the proxy). Told from net.captive-portal by those words: no sign-in lifts it. TLS may pass all the "
     "same, "
     "so that this alone is a warning; it is the root cause where somebody who is not the relay answers there as well.",
     "Name the network's proxy if it has one (https_proxy), or have the relay allowed."},
    {"net.mtu-blackhole-down", Party::YourNetwork, "Large packets from the relay get lost on the way",
     "The relay's certificates never arrive although it received our greeting; with smaller packets (a lower maximum segment size) the "
     "same hand-shake succeeds, or the kernel counts later packets whose predecessors are missing. A link with a smaller MTU and a "
     "firewall "
     "that drops the ICMP messages that would say so.",
     "Have ICMP \"fragmentation needed\" allowed or the segment size clamped on the router or VPN; lower the MTU here as a stopgap."},
    {"net.mtu-blackhole-up", Party::YourNetwork, "Large packets to the relay get lost on the way",
     "Short requests work and long ones are sent again and again without an answer; in small packets the same request arrives. Short "
     "prompts "
     "succeed, long ones time out. Told from a thin line, where bytes are acknowledged, if slowly.",
     "Have ICMP \"fragmentation needed\" allowed or the segment size clamped on the router or VPN; lower the MTU here as a stopgap."},
    {"net.waf-block", Party::Relay, "A web firewall in front of the relay blocks the request",
     "403 or 451 with an HTML page, where the relay itself answers in JSON; or, whatever the status, the page or the headers of a firewall "
     "that is known by them (Cloudflare's challenges and its errors 1006 to 1020, AWS WAF, Akamai, Imperva, F5): robots, addresses and "
     "countries are kept out by it. The key was not judged.",
     "Send the relay's support the time and the page's reference number."},
    {"net.absolute-cap", Party::Relay, "Connections are cut after a fixed time, however busy they are",
     "Quiet, pinged and busy connections all ended at the same age. Heartbeats do not help; route time limits of 15 s (Envoy) or 30 s "
     "(Google's load balancer) look like this.",
     "The limit has to be raised where it is set; until then ask for shorter answers or reconnect."},
    {"net.flaky", Party::YourNetwork, "The same attempt works one time and fails the next",
     "Each network check that fails is tried once more, and connections are opened several times; here the tries disagree, or several lost "
     "their first packet. Lost packets, or one of several servers behind one name that is ill.",
     "Run doctor again; if it stays, measure from another network to tell the two apart."},
    {"ipv6.broken-fallback", Party::YourNetwork, "IPv6 does not work here and every connection loses time on it",
     "The relay has IPv6 and IPv4 addresses, and only the latter are reached. Programs that race both lose about 0.2 s, others 5 s to two "
     "minutes.",
     "Repair IPv6 in this network or turn it off."},
    {"ipv6.only-and-broken", Party::YourNetwork, "The relay has only IPv6 addresses here, and they are not reached",
     "No IPv4 address is known for the name, and IPv6 does not work from this machine: no address, no route, or no answer.",
     "Use a network with IPv6, or ask the relay for an IPv4 address."},
});

}  // namespace

std::span<const FindingCode> network_codes() { return kNetworkCodes; }

}  // namespace relaybench::doctor
