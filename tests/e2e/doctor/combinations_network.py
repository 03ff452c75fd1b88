"""Rows of combinations_test.py that need a network of their own: names, losses, several addresses, portals, certificates, proxies by name."""

import contextlib
import dataclasses
import pathlib
import socket
import ssl
import tempfile
import threading

import components
import netlab
import network_faults_test
from combinations_lab import Aliased, Asked, EverySecond, Truncating, Upon, proxy_at, rows_of
from dns_responder import AAAA, NXDOMAIN, REFUSED, SERVFAIL
from doctor_matrix import KEY
from netlab import HOST, NOBODY, ROUTER_FAR, ROUTER_NEAR, SERVER, SERVER6, forward, plain_server, tls_server
from network_faults_test import ONLY_V4, ONLY_V6, URL

ROWS = []
row = rows_of("network", ROWS)
BY_TEXT = "-m string --string x --algo bm"
AT_RANDOM = "-m statistic --mode random --probability 0.03"
BY_COUNT = "-m statistic --mode nth --every 2 --packet 0"
BY_BYTES = "-m connbytes --connbytes 1 --connbytes-dir original --connbytes-mode bytes"
LOSSY = ("net.flaky", "tls.slow", "tcp.slow", "ws.ping-swallowed", "http.no-keepalive")
FAKETIME = {"DONT_FAKE_MONOTONIC": "1"}
BOTH = {HOST: [SERVER, SERVER6]}


def quick(asked, *flags, **changes):
    return dataclasses.replace(asked, flags=(*asked.flags, "--quick", *flags), **changes)


# --- names --------------------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def served_by(net, responder, address=ROUTER_NEAR):
    with responder.serving(lambda: net.rtr.call(netlab._datagrams, address), lambda: net.rtr.listener(address, 53)):  # noqa: SLF001
        yield


@contextlib.contextmanager
def edge(net, lab, certificate="good", extra="", port=443, more=()):
    """A healthy relay behind nginx; names are somebody else's."""
    with net.relay() as relay_port, net.nginx(tls_server(lab.certificates[certificate], forward(relay_port), port=port, extra=extra),
                                              plain_server(forward(relay_port)), *more, port=port):  # fmt: skip
        yield Asked(url=URL if port == 443 else URL.replace(HOST, f"{HOST}:{port}"), flags=("--cacert", lab.chains.root))


@row("healthy: an alias of an alias, not to be kept", resolver=lambda: Aliased(BOTH))
@row("healthy: answers too long for UDP", resolver=lambda: Truncating(BOTH))
@row("healthy: no IPv6 address, and no word of it", resolver=lambda: Upon(ONLY_V4))
@row("healthy: the question for IPv6 is refused", resolver=lambda: Upon(ONLY_V4, rcode_of_kind=REFUSED))
@row("healthy: the question for IPv6 fails", resolver=lambda: Upon(ONLY_V4, rcode_of_kind=SERVFAIL))
@row("healthy: the question for IPv6 is denied the name", resolver=lambda: Upon(ONLY_V4, rcode_of_kind=NXDOMAIN))
@row("healthy: eight addresses of which all answer",
     resolver=lambda: Upon({HOST: [SERVER, *(f"203.0.113.{i}" for i in range(10, 17))]}), addresses=[f"203.0.113.{i}" for i in range(10, 17)])  # fmt: skip
@row("two of three addresses are dead, the living one last", also=("tcp.one-address-dead",),
     resolver=lambda: Upon({HOST: [NOBODY, "203.0.113.78", SERVER]}))  # fmt: skip
@row("two addresses, one refuses, the other is silent", "tcp.refused", resolver=lambda: Upon({HOST: [ROUTER_FAR, NOBODY]}))
@row("every second question fails", one_of=("healthy", "dns.servfail"), may=("dns.slow", "net.flaky"), resolver=lambda: EverySecond(ONLY_V4, bad_rcode=SERVFAIL))
@row("every second question is lost", one_of=("healthy", "dns.timeout"), may=("dns.slow", "dns.aaaa-dropped", "dns.one-resolver-dead"), resolver=lambda: EverySecond(ONLY_V4))
def names(net, lab, resolver, addresses=()):
    for address in addresses:
        net.srv.ip(f"addr add {address}/24 dev eth0")
    with served_by(net, resolver()), edge(net, lab) as asked:
        yield quick(asked)


@row("healthy: a search list before the name")
def search_list(net, lab):
    net.write_etc("resolv.conf", f"search corp.example other.example\nnameserver {ROUTER_NEAR}\noptions ndots:5\n")
    with lab.relay(net) as asked:
        yield quick(asked)


@row("the first resolver denies, the second knows", "dns.nxdomain", says="knows it", first={})
@row("the first resolver refuses, the second knows", also=("dns.resolvers-differ",), first={}, rcode=REFUSED, may=("dns.slow",))
@row("the first resolver fails, the second knows", also=("dns.resolvers-differ",), first={}, rcode=SERVFAIL, may=("dns.slow",))
def two_resolvers(net, lab, first, **behaviour):
    net.resolve_at(ROUTER_NEAR, ROUTER_FAR)
    with net.resolver(first, **behaviour), net.resolver(address=ROUTER_FAR), edge(net, lab) as asked:
        yield quick(asked)


@row("sinkhole of both families", "dns.sinkhole", records={HOST: ["0.0.0.0", "::"]})
@row("sinkhole of IPv6 loopback", "dns.sinkhole", records={HOST: ["::1"]})
@row("AAAA dropped and an expired certificate", "tls.expired", also=("dns.aaaa-dropped",), certificate="expired", drop=(AAAA,))
@row("AAAA dropped and the wrong host", "tls.wrong-host", also=("dns.aaaa-dropped",), certificate="other", drop=(AAAA,))
@row("a slow resolver and a client certificate", "tls.client-cert-required", also=("dns.slow",), delay_s=1.2, mutual=True, records=ONLY_V4)
def behind_names(net, lab, mutual=False, **how):
    extra = f"ssl_verify_client on; ssl_client_certificate {lab.chains.root};" if mutual else ""
    with lab.relay(net, extra=extra, **how) as asked:
        yield quick(asked)


@row("a slow resolver and buffered streams", "sse.buffered-full", also=("dns.slow",), works="WebSocket")
def slow_and_buffered(net, lab):
    with net.resolver(ONLY_V4, delay_s=0.6), net.relay() as port:
        held = f"location /v1/doctor/stream {{ proxy_pass http://127.0.0.1:{port}; proxy_ignore_headers X-Accel-Buffering; }}"
        with net.nginx(tls_server(lab.certificates["good"], forward(port) + held)):
            yield Asked(flags=("--cacert", lab.chains.root))


@row("healthy: addresses as some VPN programs make them up")
def fake_addresses(net, lab):
    net.srv.ip("addr add 198.18.0.7/32 dev lo")
    net.rtr.ip(f"route add 198.18.0.0/15 via {SERVER}")
    with net.resolver({HOST: ["198.18.0.7"]}), edge(net, lab) as asked:
        yield quick(asked)


@row("healthy: another port", port=8443)
@row("healthy: another port, IPv6 alone", port=8443, records=ONLY_V6)
@row("another port, blocked", "tcp.timeout-dropped", says="8443 blocked, 80 open", port=8443, rule="-A FORWARD -p tcp --dport 8443 -j DROP", records=ONLY_V4)
def other_port(net, lab, port, records=None, rule=""):
    if rule:
        net.rtr.iptables(rule)
    with net.resolver(records), edge(net, lab, port=port) as asked:
        yield quick(asked)


# --- ways that are closed -----------------------------------------------------------------------------------------------------------------


@row("IPv4 dropped, IPv6 works", also=("tcp.one-address-dead",), v4="-j DROP")
@row("IPv4 refused, IPv6 dropped", "tcp.refused", v4="-j REJECT --reject-with tcp-reset", v6="-j DROP")
@row("IPv4 dropped, IPv6 refused", one_of=("tcp.timeout-dropped", "tcp.refused"), v4="-j DROP", v6="-j REJECT --reject-with tcp-reset")
@row("IPv4 forbidden, IPv6 without a route", "tcp.admin-prohibited", v4="-j REJECT --reject-with icmp-admin-prohibited",
     v6="-j REJECT --reject-with icmp6-no-route")  # fmt: skip
def families(net, lab, v4="", v6=""):
    net.rtr.iptables(f"-A FORWARD -p tcp {v4}")
    if v6:
        net.rtr.iptables(f"-A FORWARD -p tcp {v6}", version=6)
    with lab.relay(net) as asked:
        yield quick(asked)


@row("a route that swallows", "tcp.no-route", line=f"route add blackhole {SERVER}/32")
@row("a route that forbids", "tcp.admin-prohibited", line=f"route add prohibit {SERVER}/32")
def bad_route(net, lab, line):
    net.cli.ip(line)
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("this machine's own firewall drops", "tcp.timeout-dropped", rule="-j DROP")
@row("this machine's own firewall refuses", "tcp.refused", rule="-j REJECT --reject-with tcp-reset")
def own_firewall(net, lab, rule):
    net.cli.iptables(f"-A OUTPUT -p tcp --dport 443 {rule}")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("a key in quotes and port 443 blocked", "key.quoted", never=("tcp.timeout-dropped",))
def key_and_port(net, lab):
    net.rtr.iptables("-A FORWARD -p tcp --dport 443 -j DROP")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked, environment={"LAB_KEY": f'"{KEY}"'})


# --- lines that lose, delay and cut -------------------------------------------------------------------------------------------------------


@row("every second SYN is refused", also=("net.flaky",), match=BY_COUNT, rule=f"-p tcp --syn --dport 443 {BY_COUNT} -j REJECT --reject-with tcp-reset")
@row("every third SYN is dropped", one_of=("healthy",), may=("net.flaky",), match=BY_COUNT,
     rule="-p tcp --syn --dport 443 -m statistic --mode nth --every 3 --packet 0 -j DROP")  # fmt: skip
@row("three packets in a hundred are lost", may=("net.flaky", "tls.slow", "tcp.slow", "ws.ping-swallowed", "http.no-keepalive"), match=AT_RANDOM,
     rule=f"-p tcp {AT_RANDOM} -j DROP")  # fmt: skip
def lossy(net, lab, rule):
    net.rtr.iptables(f"-A FORWARD {rule}")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("connections are reset after 20 kB upwards", "http.body-limit", match=BY_BYTES, most=20000)
def reset_after(net, lab, most):
    net.rtr.iptables(f"-A FORWARD -p tcp --dport 443 {BY_BYTES.replace(' 1 ', f' {most}: ')} -j REJECT --reject-with tcp-reset")
    net.rtr.sysctl("net.netfilter.nf_conntrack_acct=1")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("an MTU hole and the wrong host", "net.mtu-blackhole-down", certificate="other")
@row("an MTU hole and an untrusted authority", "net.mtu-blackhole-down", certificate="stranger")
def hole(net, lab, certificate):
    net.rtr.ip(f"route replace {network_faults_test.NEAR} mtu lock 1280")
    net.rtr.iptables(network_faults_test.NO_ICMP)
    with lab.relay(net, certificate, records=ONLY_V4) as asked:
        yield quick(asked)


@row("the name dropped and an expired certificate", "tls.sni-drop", match=BY_TEXT)
def name_and_date(net, lab):
    with lab.relay(net, "expired", records=ONLY_V4) as asked:
        net.rtr.iptables(f"-A FORWARD -p tcp --dport 443 -m string --string {HOST} --algo bm -j DROP")
        yield quick(asked)


# --- portals ------------------------------------------------------------------------------------------------------------------------------


@row("a portal and the hosts file", "net.captive-portal", also=("dns.hosts-override",), line=NOBODY)
@row("a portal that says 511", "net.captive-portal", page="return 511;")
@row("a portal and AAAA dropped", "net.captive-portal", drop=(AAAA,))
@row("a portal and a certificate that has expired", "net.captive-portal", certificate="expired")
def portal(net, lab, line="", page="return 302 http://login.hotel.example/;", **how):
    if line:
        net.hosts(f"{line} {HOST}")
    with lab.relay(net, records=ONLY_V4, **how) as asked, network_faults_test.portal(net, lab, page=page):
        yield quick(asked)


@row("a portal before the company's proxy, dropped", "net.captive-portal", rule="-j DROP", host="proxy.example.net")
@row("a portal before the company's proxy, reset", "net.captive-portal", rule="-j REJECT --reject-with tcp-reset", host="proxy.example.net")
@row("a portal before the company's proxy, no such name", "net.captive-portal", rule="-j DROP", host="proxy.corp.example")
def portal_and_proxy(net, lab, rule, host):
    net.rtr.iptables(f"-A FORWARD -p tcp --dport 3128 {rule}")
    with lab.relay(net, records={**ONLY_V4, "proxy.example.net": [NOBODY]}) as asked, network_faults_test.portal(net, lab):
        yield quick(asked, "--proxy", f"http://{host}:3128")


@row("healthy: whoever answers port 80 for all goes by the name")
def transparent(net, lab):
    """A transparent proxy of plain HTTP: it asks the host that the request names, whatever address it was sent to."""
    net.rtr.iptables("-t nat -A PREROUTING -i r0 -p tcp --dport 80 -j REDIRECT --to-ports 8000")
    page = f"if ($host = {HOST}) {{ return 301 https://console.example/; }} return 503;"
    with lab.relay(net, records=ONLY_V4) as asked, net.nginx(plain_server(page, port=8000), where=net.rtr, port=8000):
        yield quick(asked)


@row("healthy: port 80 is a web site", page="default_type text/html; return 200 '<html>Our product</html>';")
@row("healthy: port 80 hangs up", page="return 444;")
@row("healthy: port 80 says 404", page="return 404;")
@row("healthy: port 80 redirects to TLS", page="return 301 https://$host$request_uri;")
def at_port_80(net, lab, page):
    with net.resolver(ONLY_V4), net.relay() as port, net.nginx(tls_server(lab.certificates["good"], forward(port)), plain_server(page)):
        yield quick(Asked(flags=("--cacert", lab.chains.root)))


# --- certificates -------------------------------------------------------------------------------------------------------------------------


@row("healthy: a wildcard", certificate="wildcard")
@row("healthy: a long chain, with its root", certificate="long chain")
@row("healthy: a chain in the wrong order", certificate="shuffled")
@row("healthy: certificates of others among the chain", certificate="of others too")
@row("healthy: TLS 1.2 alone", certificate="small", extra="ssl_protocols TLSv1.2;")
@row("a wildcard that is too high", "tls.wrong-host", certificate="wildcard too high")
@row("the parent's name alone", "tls.wrong-host", certificate="parent alone")
@row("an authority that has expired", "tls.expired", says="An authority", certificate="expired authority")
@row("a certificate for clients", "tls.unfit-certificate", says="purpose", certificate="for clients")
def certificates(net, lab, certificate, extra=""):
    with lab.relay(net, certificate, extra=extra, records=ONLY_V4) as asked:
        yield quick(asked)


@row("a weak key", one_of=("tls.unfit-certificate", "tls.refused"))
def weak_key(net, lab):
    certificate, key = lab.certificates["weak"]
    server = ("openssl", "s_server", "-accept", 443, "-cert", certificate, "-key", key, "-cert_chain", certificate, "-www", "-quiet", "-cipher", "ALL:@SECLEVEL=0")
    with net.resolver(ONLY_V4), net.srv.running(*server, ready=("127.0.0.1", 443)):
        yield quick(Asked(flags=("--cacert", lab.chains.root)))


@row("a wrong clock and the wrong host", "tls.wrong-host", certificate="other", offset="+3y")
@row("a wrong clock and an untrusted authority", "tls.intercepted-untrusted", never=("tls.expired",), certificate="stranger", offset="+1y")
def clock(net, lab, certificate, offset):
    with lab.relay(net, certificate, records=ONLY_V4) as asked:
        yield quick(asked, before=(components.program("faketime"), "-f", offset), environment=FAKETIME)


# --- proxies by name ----------------------------------------------------------------------------------------------------------------------

PROXY = "proxy.example.net"


@contextlib.contextmanager
def proxied(net, lab, addresses, rule="", version=4, environment=None, named=True):
    if rule:
        net.rtr.iptables(rule, version=version)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asked = stack.enter_context(lab.relay(net, records={**BOTH, PROXY: addresses}))
        stack.enter_context(proxy_at(net.rtr, folder, ROUTER_FAR, names=f"{SERVER} {HOST}"))
        flags = ("--proxy", f"http://{PROXY}:3128") if named else ()
        yield quick(asked, *flags, environment=environment or {})


@row("healthy: a proxy by name", addresses=[ROUTER_FAR])
@row("healthy: a proxy, and IPv6 does not work", addresses=[ROUTER_FAR], rule="-A FORWARD -j DROP", version=6)
@row("healthy: a proxy, and the direct way is blocked", addresses=[ROUTER_FAR], rule="-A FORWARD -i r0 -p tcp -j DROP")
@row("the proxy's first address is silent", also=("proxy.one-address-dead",), addresses=[NOBODY, ROUTER_FAR])
@row("the proxy's first address refuses", also=("proxy.one-address-dead",), addresses=[SERVER, ROUTER_FAR])
@row("the proxy's first two addresses are silent", also=("proxy.one-address-dead",), addresses=[NOBODY, "203.0.113.78", ROUTER_FAR])
@row("all of the proxy's addresses are silent", "proxy.timeout", who="your-network", also=("proxy.unneeded",), addresses=[NOBODY, "203.0.113.78"])
@row("all of the proxy's addresses refuse", "proxy.refused", who="your-network", also=("proxy.unneeded",), addresses=[SERVER, ROUTER_NEAR])
def proxies(net, lab, **how):
    with proxied(net, lab, **how) as asked:
        yield asked


@row("a star in no_proxy and a proxy that refuses", also=("proxy.no-proxy-wildcard", "proxy.bypass-mismatch"), environment={
    "https_proxy": f"http://{PROXY}:3129", "no_proxy": f"*.{HOST.partition('.')[2]}"})
@row("two spellings, of which the one that counts refuses", "proxy.refused", also=("proxy.env-conflict",), environment={
    "https_proxy": f"http://{PROXY}:3129", "HTTPS_PROXY": f"http://{PROXY}:3128"})
@row("healthy: the host is exempt from a dead proxy", environment={"https_proxy": f"http://{PROXY}:3129", "no_proxy": HOST})
def by_environment(net, lab, environment):
    with proxied(net, lab, [ROUTER_FAR], named=False, environment=environment) as asked:
        yield asked


@row("a proxy, and the certificate behind it has expired", "tls.expired", certificate="expired")
@row("a proxy, and an MTU hole before it", "net.mtu-blackhole-down", certificate="good", has_hole=True)
@row("a proxy, an MTU hole before it, and the wrong host", "net.mtu-blackhole-down", certificate="other", has_hole=True)
def behind_proxy(net, lab, certificate, has_hole=False):
    if has_hole:
        net.rtr.ip(f"route replace {network_faults_test.NEAR} mtu lock 1280")
        net.rtr.iptables(network_faults_test.NO_ICMP)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asked = stack.enter_context(lab.relay(net, certificate, records=ONLY_V4))
        proxy = stack.enter_context(proxy_at(net.srv, folder, SERVER, names=f"{SERVER} {HOST}"))
        yield quick(asked, "--proxy", proxy)


# --- one of several: resolvers, addresses ---------------------------------------------------------------------------------------------------

SECOND = "203.0.113.10"  # another address of the server's


@row("the first resolver leads to somebody else, the second one knows", "dns.resolvers-differ", who="your-network", first=ROUTER_FAR)
@row("the first resolver gives an old address, the second one knows", "dns.resolvers-differ", who="your-network", first=NOBODY)
@row("the second of two resolvers sinks the name", also=("dns.resolvers-differ",), first=SERVER, second="0.0.0.0")
def lying_resolver(net, lab, first, second=SERVER):
    net.resolve_at(ROUTER_NEAR, ROUTER_FAR)
    block_page = net.nginx(tls_server(lab.certificates["other"], "return 403;"), where=net.rtr)
    with net.resolver({HOST: [first]}), net.resolver({HOST: [second]}, address=ROUTER_FAR), block_page, edge(net, lab) as asked:
        yield quick(asked)


@row("one of two addresses has another certificate", also=("tls.one-address-bad",), order=(SERVER, SECOND), certificate="other")
@row("one of two addresses has expired, the one that programs use", "tls.one-address-bad", who="relay", order=(SECOND, SERVER), certificate="expired")
@row("one of two addresses speaks plain HTTP, the one that programs use", "tls.one-address-bad", order=(SECOND, SERVER), certificate="")
@row("IPv6 leads to somebody else", "tls.one-address-bad", order=(SERVER6, SERVER), certificate="other")
@row("healthy: two addresses with different certificates, both good", order=(SERVER, SECOND), certificate="small")
def two_addresses(net, lab, order, certificate):
    net.srv.ip(f"addr add {SECOND}/24 dev eth0")
    bad = next(each for each in order if each != SERVER)
    listen = f"[{bad}]:443" if ":" in bad else f"{bad}:443"
    with net.resolver({HOST: list(order)}), net.relay() as port:
        good = tls_server(lab.certificates["good"], forward(port)).replace("listen [::]:443 ssl;", "").replace("listen 443 ssl;", f"listen {SERVER}:443 ssl;")
        keys = lab.certificates[certificate or "good"]
        other = f"server {{ listen {listen} ssl; ssl_certificate {keys[0]}; ssl_certificate_key {keys[1]}; {forward(port)} }}"
        plain = f"server {{ listen {listen}; return 404; }}"
        with net.nginx(good, other if certificate else plain, plain_server("return 404;"), port=80):
            yield quick(Asked(flags=("--cacert", lab.chains.root)))


@row("an MTU hole over IPv6 alone", "net.mtu-blackhole-down", works="TLS works at 203.0.113.2")
def hole_over_v6(net, lab):
    net.rtr.ip(f"-6 route add {netlab.CLIENT6}/128 dev r0 mtu lock 1280")
    net.rtr.iptables("-A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP", version=6)
    with lab.relay(net) as asked:
        yield quick(asked)


# --- this machine's own doing -------------------------------------------------------------------------------------------------------------


@row("a search list whose domain answers for every name", "dns.search-list", who="you", options="ndots:5")
@row("healthy: the same list, and the name comes first", options="ndots:1")
def catching_search_list(net, lab, options):
    net.resolve_at(ROUTER_NEAR)
    net.write_etc("resolv.conf", f"search corp.example\nnameserver {ROUTER_NEAR}\noptions {options}\n")
    records = {HOST: [SERVER], f"{HOST}.corp.example": [ROUTER_FAR]}
    with net.resolver(records), edge(net, lab) as asked, net.nginx(tls_server(lab.certificates["other"], "return 200;"), where=net.rtr):
        yield quick(asked)


@row("healthy: a line of the hosts file that nothing uses")
def unused_hosts_line(net, lab):
    net.hosts(f"{NOBODY} {HOST}")
    net.write_etc("nsswitch.conf", "hosts: dns files\n")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("this machine's own resolver does not run", "dns.timeout", who="you", server="127.0.0.53")
def no_stub(net, lab, server):
    net.resolve_at(server)
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("answers too long for UDP, and TCP port 53 blocked", "dns.timeout", says="TCP port 53 is blocked")
def truncated_alone(net, lab):
    net.rtr.iptables("-A INPUT -p tcp --dport 53 -j DROP")
    with served_by(net, Truncating(ONLY_V4)), edge(net, lab) as asked:
        yield quick(asked)


@row("questions with EDNS are swallowed, and this machine asks so", "dns.local-lookup-fails", who="you", says="EDNS")
def edns_swallowed(net, lab):
    net.resolve_at(ROUTER_NEAR, options="edns0")
    with served_by(net, Upon(ONLY_V4)), edge(net, lab) as asked:
        yield quick(asked)


@row("the router of this network is off", "net.gateway-down")
@row("the router of this network is off, the name is in the hosts file", "net.gateway-down", hosts=True)
def dead_gateway(net, lab, hosts=False):
    net.cli.ip("route replace default via 198.51.100.99")
    if hosts:
        net.hosts(f"{SERVER} {HOST}")
    net.resolve_at("203.0.113.53")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("packets go in circles", "tcp.no-route", says="circles")
def in_circles(net, lab):
    net.srv.sysctl("net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0")
    net.rtr.ip(f"route add 198.18.0.0/15 via {SERVER}")
    with lab.relay(net, records={HOST: ["198.18.0.7"]}) as asked:
        yield quick(asked)


@row("no local port is left", "host.ports-few", who="you")
def no_ports(net, lab):
    ports = range(40000, 40040)
    net.cli.sysctl(f"net.ipv4.ip_local_port_range={ports[0]} {ports[-1]}")
    with lab.relay(net, records=ONLY_V4) as asked, contextlib.ExitStack() as stack:
        for port in ports:
            stack.enter_context(net.cli.call(socket.create_connection, (SERVER, 443), 5, (netlab.CLIENT, port)))
        yield quick(asked)


@row("this machine's own firewall forbids", "tcp.admin-prohibited", who="you", rule="-j REJECT --reject-with icmp-admin-prohibited")
def own_rule(net, lab, rule):
    net.cli.iptables(f"-A OUTPUT -p tcp --dport 443 {rule}")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@row("a firewall that refuses the protocol", "tcp.refused", says=ROUTER_NEAR)
def protocol_unreachable(net, lab):
    net.rtr.iptables("-A FORWARD -p tcp -j REJECT --reject-with icmp-proto-unreachable")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


# --- greetings that some devices do not take ------------------------------------------------------------------------------------------------


@row("greetings of TLS 1.3 dropped", "tls.new-version-dropped", who="your-network", match=BY_TEXT, hex="|002b0005040304|", target="DROP")
@row("greetings of TLS 1.3 reset", "tls.new-version-dropped", match=BY_TEXT, hex="|002b0005040304|", target="REJECT --reject-with tcp-reset")
@row("greetings of two packets dropped", also=("tls.large-greeting-dropped",), match=BY_TEXT, hex="|16030106|", target="DROP")
def greeting(net, lab, hex, target):  # noqa: A002 (the word of iptables)
    net.rtr.iptables(f"-A FORWARD -p tcp --dport 443 -m string --hex-string {hex} --algo bm -j {target}")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked)


@contextlib.contextmanager
def peer(net, serve):
    """At port 443 of the server: what `serve` does with each connection."""
    stop = threading.Event()

    def accept(listener):
        while not stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=answer, args=(connection,)))
                threads[-1].start()

    def answer(connection):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            serve(connection, stop)

    with net.resolver(ONLY_V4), net.srv.listener(SERVER, 443) as listener:
        listener.settimeout(0.1)
        threads = [threading.Thread(target=accept, args=(listener,))]
        threads[0].start()
        try:
            yield quick(Asked())
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def close_at_once(_connection, _stop):
    pass


def close_late(_connection, stop):
    stop.wait(2.5)


def speak_first(connection, _stop):
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    connection.recv(4096)


def bad_request(connection, _stop):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def refuse_protocols(connection, _stop):
    connection.recv(4096)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x78")  # fatal alert 120, no_application_protocol


@row("a load balancer with nobody behind it", "tls.closed-at-once", who="relay", serve=close_at_once)
@row("a forwarder that gives up after some seconds", "tls.closed-at-once", who="relay", serve=close_late)
@row("SSH at the port of TLS", "tls.not-tls", says="SSH-2.0", serve=speak_first)
@row("plain HTTP at the port of TLS, 400 for everything", "tls.plain-http", serve=bad_request)
@row("a server that takes no HTTP/1.1 in ALPN", "tls.refused", says="ALPN", serve=refuse_protocols)
def odd_peer(net, lab, serve):
    with peer(net, serve) as asked:
        yield asked


@row("a front end that says hand-shake failure to a name that it does not know", "tls.sni-unknown", who="relay")
def front_end(net, lab):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*lab.certificates["other"])
    context.sni_callback = lambda _session, name, _context: ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE if name == HOST else None

    def serve(connection, _stop):
        with context.wrap_socket(connection, server_side=True) as session:
            session.recv(4096)

    with peer(net, serve) as asked:
        yield asked


@row("a fifth of all packets is lost", one_of=("healthy", "net.flaky"), exits=(0, 98), may=LOSSY, match=AT_RANDOM,
     never=("net.mtu-blackhole-down", "tls.sni-drop", "tls.server-silent", "tls.greeting-dropped", "tls.new-version-dropped"))  # fmt: skip
def a_fifth_lost(net, lab):
    net.rtr.iptables(f"-A FORWARD -p tcp {AT_RANDOM.replace('0.03', '0.2')} -j DROP")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked, "--only", "tls.verify")  # what is beyond has other reasons to fail on such a line


# --- certificates that some programs take, and others do not --------------------------------------------------------------------------------


@row("a certificate without alternative names", also=("tls.common-name-only",), certificate="common name alone")
@row("an authority that ends in a week", also=("tls.expires-soon",), says="an authority", certificate="under a short authority")
@row("an authority for other names", "tls.unfit-certificate", says="subtree", certificate="constrained")
@row("healthy: an expired authority of the same key beside the good one", certificate="both authorities")
def odd_certificates(net, lab, certificate):
    with lab.relay(net, certificate, records=ONLY_V4) as asked:
        yield quick(asked)
