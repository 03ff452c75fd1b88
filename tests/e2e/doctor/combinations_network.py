"""Rows of combinations_test.py that need a network of their own: names, losses, several addresses, portals, certificates, proxies by name."""

import contextlib
import dataclasses
import pathlib
import tempfile

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
@row("the first resolver refuses, the second knows", first={}, rcode=REFUSED, may=("dns.one-resolver-dead", "dns.slow"))
@row("the first resolver fails, the second knows", first={}, rcode=SERVFAIL, may=("dns.one-resolver-dead", "dns.slow"))
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
@row("a wrong clock and an untrusted authority", "tls.intercepted-untrusted", also=("clock.skewed",), certificate="stranger", offset="+1y")
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
