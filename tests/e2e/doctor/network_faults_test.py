"""Faults of names, TCP, IPv6, portals, MTU and TLS, made between namespaces, and the root cause that doctor names for each.

Each row builds a network of its own; rows run side by side, for doctor mostly waits. Prints the confusion matrix at the end.
"""

import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import typing
import unittest

import chains
import doctor_matrix
import harness
import netlab
import wiretap
from dns_responder import AAAA, REFUSED, SERVFAIL
from doctor_matrix import KEY
from netlab import HOST, NOBODY, ROUTER_NEAR, SERVER, SERVER6, forward, plain_server, tls_server

URL = f"https://{HOST}/v1"
CONTROL = "control.example.org"
SIDE_BY_SIDE = 8
QUICK_BOUND_S = 20
SLACK_S = 2  # of a busy machine
OF_THIS_MACHINE = ("env", "clock", "host", "key")  # what they warn of depends on where the test runs, and on its key
MATRIX = []
ROWS = []
SKIPPED = []
BY_TEXT = "-m string --string x --algo bm"
BY_COUNT = "-m statistic --mode nth --every 2 --packet 0"
BY_PORTS = "-m multiport --dports 80"


@dataclasses.dataclass
class Row:
    fault: str
    code: str  # of the root cause, or of the only warning, or "healthy"
    exit: int
    build: typing.Callable
    says: str = ""  # what the cause must contain
    match: str = ""  # of iptables, that not every kernel has
    program: str = ""  # that not every machine has
    also: tuple = ()  # codes that must be found besides

    def why_not(self):
        if self.program and not shutil.which(self.program):
            return f"needs {self.program}"
        return netlab.why_no_match(self.match) if self.match else ""


@dataclasses.dataclass
class Asked:
    """What doctor is asked in a row."""

    url: str = URL
    flags: tuple = ()
    before: tuple = ()  # a program that runs doctor
    environment: dict = dataclasses.field(default_factory=dict)


def row(fault, code, exit=99, says="", match="", program="", also=(), **parameters):  # noqa: A002 (the word of the matrix)
    """The decorated generator gets the network, sets the fault up and yields what is asked."""

    def add(build):
        ROWS.append(Row(fault, code, exit, lambda net, lab: contextlib.contextmanager(build)(net, lab, **parameters), says, match, program, also))
        return build

    return add


class Lab:
    """What all rows share: certificates."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.chains = chains.Chains(folder)
        self.strangers = chains.Chains(folder, "Strangers")
        issue = self.chains.issue
        self.certificates = {
            "good": issue("good", HOST),
            "small": issue("small", HOST, by="root", send=(), small=True),
            "future": issue("future", HOST, days=(5, 60)),
            "expired": issue("expired", HOST, days=(-60, -3)),
            "soon": issue("soon", HOST, days=(-80, 6)),
            "of a year": issue("year", HOST, days=(-345, 20)),
            "of three months": issue("quarter", HOST, days=(-70, 20)),
            "control": issue("control", CONTROL),
            "alone": issue("alone", HOST, send=()),
            "other": issue("other", "other.example"),
            "stranger": self.strangers.issue("stranger", HOST, send=("intermediate", "root")),
        }
        for name in ("good", "small", "soon", "of a year", "of three months"):  # the others are the relay's too, and nobody can know
            wiretap.genuine_certificate(self.certificates[name][0])

    @contextlib.contextmanager
    def relay(self, net, certificate="good", extra="", records=None, **behaviour):
        """A healthy relay at 443 and 80, and a resolver that knows it."""
        with net.resolver(records, **behaviour), net.relay() as port:
            tls = tls_server(self.certificates[certificate], forward(port), extra=extra)
            with net.nginx(tls, plain_server(forward(port)), plain_server("return 404;", port=8080)):
                yield Asked(flags=("--cacert", self.chains.root))


ONLY_V4, ONLY_V6 = {HOST: [SERVER]}, {HOST: [SERVER6]}
BOTH_NAMES = {HOST: [SERVER], CONTROL: [SERVER6]}


@row("F00 healthy over IPv4 and IPv6", "healthy", exit=0)
@row("F00 healthy, IPv4 alone", "healthy", exit=0, records=ONLY_V4)
@row("F00 healthy, IPv6 alone", "healthy", exit=0, records=ONLY_V6)
@row("F05 SERVFAIL", "dns.servfail", rcode=SERVFAIL)
@row("F05 REFUSED", "dns.refused", rcode=REFUSED)
@row("F05 NXDOMAIN", "dns.nxdomain", records={})
@row("F05 NODATA", "dns.nodata", records={HOST: []})
@row("F05 no answer", "dns.timeout", silent=("udp", "tcp"))
@row("F05 no answer over UDP", "dns.timeout", says="UDP port 53 is blocked", silent=("udp",))
@row("F06 AAAA dropped", "dns.aaaa-dropped", exit=0, drop=(AAAA,))
@row("F06 slow resolver", "dns.slow", exit=0, delay_s=1.5)
@row("F07 sinkhole 0.0.0.0", "dns.sinkhole", records={HOST: ["0.0.0.0"]})
@row("F07 sinkhole 127.0.0.1", "dns.sinkhole", records={HOST: ["127.0.0.1"]})
@row("F07 answers for every name", "dns.wildcard-hijack", exit=0, wildcard="203.0.113.66")
def with_resolver(net, lab, **behaviour):
    with lab.relay(net, **behaviour) as asked:
        yield asked


@row("F00 no global IPv6, AAAA present", "healthy", exit=0)
def no_global_v6(net, lab):
    # The address of the link stays, so programs are still told of the relay's IPv6 addresses.
    net.cli.ip("-6 route del default")
    net.cli.ip(f"-6 addr del {netlab.CLIENT6}/64 dev eth0")
    with lab.relay(net) as asked:
        yield asked


@row("F05 port 53 closed", "dns.timeout", says="refused")
def no_resolver(net, lab):
    yield Asked()


@row("F06 first resolver dead", "dns.one-resolver-dead", exit=0)
def dead_resolver(net, lab):
    net.rtr.iptables("-A FORWARD -p udp --dport 53 -j DROP")
    net.resolve_at(SERVER, ROUTER_NEAR)
    with lab.relay(net) as asked:
        yield asked


@row("F06 second resolver closed", "dns.one-resolver-dead", exit=0)
def closed_resolver(net, lab):
    net.resolve_at(ROUTER_NEAR, SERVER)
    with lab.relay(net) as asked:
        yield asked


@row("F07 known relay at a private address", "dns.sinkhole")
def known_relay_private(net, lab):
    with net.resolver({"api.holysheep.ai": ["10.9.9.9"]}):
        yield Asked("https://api.holysheep.ai/v1")


@row("F07 hosts file, null address", "dns.hosts-override", line="0.0.0.0")
@row("F07 hosts file, stale address", "dns.hosts-override", line=NOBODY)
@row("F07 hosts file, right address", "dns.hosts-override", exit=0, line=SERVER)
def hosts_file(net, lab, line):
    net.hosts(f"{line} {HOST}")
    with lab.relay(net) as asked:
        yield asked


@row("F07 hosts file, another server", "dns.hosts-override")
def hosts_file_other_server(net, lab):
    net.hosts(f"{netlab.ROUTER_FAR} {HOST}")
    with lab.relay(net) as asked, net.nginx(tls_server(lab.certificates["other"], "return 200;"), where=net.rtr):
        yield asked


@row("F16 hosts file of a developer, unknown root", "tls.intercepted-untrusted")
def hosts_file_of_developer(net, lab):
    net.hosts(f"{SERVER} {HOST}")
    with lab.relay(net, "stranger", records={}) as asked:
        yield asked


@row("F08 DROP", "tcp.timeout-dropped", rule="-j DROP")
@row("F08 REJECT tcp-reset", "tcp.refused", rule="-j REJECT --reject-with tcp-reset")
@row("F08 REJECT port-unreachable", "tcp.refused", says=f"{ROUTER_NEAR} says so", rule="-j REJECT --reject-with icmp-port-unreachable")
@row("F08 REJECT admin-prohibited", "tcp.admin-prohibited", rule="-j REJECT --reject-with icmp-admin-prohibited")
@row("F08 REJECT host-unreachable", "tcp.admin-prohibited", rule="-j REJECT --reject-with icmp-host-unreachable")
@row("F08 REJECT host-prohibited", "tcp.admin-prohibited", rule="-j REJECT --reject-with icmp-host-prohibited")
@row("F08 REJECT net-unreachable", "tcp.no-route", rule="-j REJECT --reject-with icmp-net-unreachable")
def every_connection(net, lab, rule):
    net.rtr.iptables(f"-A FORWARD -p tcp {rule}")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield asked


def with_controls(asked, *hosts, flags=()):
    words = [word for host in hosts for word in ("--control", host)]
    return dataclasses.replace(asked, flags=(*asked.flags, *words, *flags))


@row("control: DROP of the relay's port alone", "tcp.timeout-dropped", also=("net.relay-only-blocked",), rule="-p tcp --dport 443 -j DROP",
     hosts=(f"{SERVER}:8080",))  # fmt: skip
@row("control: over IPv6 by name, IPv4 dropped", "tcp.timeout-dropped", also=("net.relay-only-blocked",), rule="-p tcp -j DROP", hosts=(CONTROL,))
@row("control: DROP of everything", "net.offline", also=("tcp.timeout-dropped",), rule="-p tcp -j DROP", hosts=(f"{SERVER}:8080", NOBODY))
@row("control: everything rejected", "net.offline", rule="-p tcp -j REJECT --reject-with tcp-reset", hosts=(f"{SERVER}:8080", NOBODY))
@row("control: refused and dropped", "tcp.refused", rule="-p tcp --dport 443 -j REJECT --reject-with tcp-reset", hosts=(f"{NOBODY}:81",))
def with_control(net, lab, rule, hosts):
    net.rtr.iptables(f"-A FORWARD {rule}")
    with lab.relay(net, records=BOTH_NAMES) as asked:
        yield with_controls(asked, *hosts)


@row("control: reached, as the relay is", "healthy", exit=0, hosts=(CONTROL, f"[{SERVER6}]:80"))
@row("control: one of two is down", "healthy", exit=0, hosts=(CONTROL, NOBODY))
def control_and_relay(net, lab, hosts):
    with lab.relay(net, records=BOTH_NAMES) as asked:
        yield with_controls(asked, *hosts)


@row("control: no resolver answers", "net.offline", also=("dns.timeout",), records=BOTH_NAMES, silent=("udp", "tcp"))
@row("control: the relay's name alone is unknown", "dns.nxdomain", also=("net.relay-only-blocked",), records={CONTROL: [SERVER]})
def control_by_name(net, lab, **behaviour):
    with lab.relay(net, **behaviour) as asked:
        yield with_controls(asked, CONTROL)


SYNS_LOST = "-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 3 --hashlimit-mode srcip,srcport --hashlimit-name syns"


@row("slow: three greetings lost, and --slow", "healthy", exit=0, match=SYNS_LOST, flags=("--slow",))
def lossy_beginning(net, lab, flags=()):
    # Of each connection; the fourth greeting, 7 s after the first, passes.
    net.rtr.iptables(f"-A FORWARD -p tcp --dport 443 --syn {SYNS_LOST} -j DROP")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield dataclasses.replace(asked, flags=(*asked.flags, *flags, "--only", "tcp.443"))


@row("F08 closed port", "tcp.refused")
def closed_port(net, lab):
    with net.resolver():
        yield Asked()


@row("F08 no route", "tcp.no-route")
def no_route(net, lab):
    net.cli.ip("route del default")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield asked


@row("F08 dead host", "tcp.host-down")
def dead_host(net, lab):
    with net.resolver({HOST: [NOBODY]}):
        yield Asked()


@row("F08 no network", "net.offline")
def offline(net, lab):
    net.cli.ip("addr flush dev eth0")
    yield Asked()


@row("F08 one address of two", "tcp.one-address-dead", exit=0)
def one_address(net, lab):
    with lab.relay(net, records={HOST: [SERVER, NOBODY]}) as asked:
        yield asked


@row("F09 only 443 blocked", "tcp.timeout-dropped", says="443 blocked, 80 and 8080 open", ports="443", match=BY_PORTS)
@row("F09 only 443 open", "healthy", exit=0, ports="80,8080", match=BY_PORTS)
def by_port(net, lab, ports):
    net.rtr.iptables(f"-A FORWARD -p tcp -m multiport --dports {ports} -j DROP")
    with lab.relay(net, records=ONLY_V4) as asked:
        yield asked


@row("F10 IPv6 dropped", "ipv6.broken-fallback", exit=0, rule="-j DROP")
@row("F10 IPv6 rejected", "ipv6.broken-fallback", exit=0, rule="-j REJECT")
@row("F10 IPv6 alone, dropped", "ipv6.only-and-broken", rule="-j DROP", records=ONLY_V6)
@row("F10 IPv6 alone, no route", "ipv6.only-and-broken", rule="-j REJECT --reject-with icmp6-no-route", records=ONLY_V6)
@row("F10 IPv6 alone, prohibited", "tcp.admin-prohibited", rule="-j REJECT --reject-with icmp6-adm-prohibited", records=ONLY_V6)
def broken_v6(net, lab, rule, records=None):
    net.rtr.iptables(f"-A FORWARD {rule}", version=6)
    with lab.relay(net, records=records) as asked:
        yield asked


@row("F10 IPv6 alone, none here", "ipv6.only-and-broken")
def no_v6_here(net, lab):
    net.cli.sysctl("net.ipv6.conf.all.disable_ipv6=1")
    with lab.relay(net, records=ONLY_V6) as asked:
        yield asked


@contextlib.contextmanager
def portal(net, lab, https="-j REDIRECT --to-ports 8001", page="return 302 http://login.hotel.example/;"):
    """A captive portal in the router: port 80 of every address is its own, and 443 is not the relay's either."""
    net.rtr.iptables("-t nat -A PREROUTING -i r0 -p tcp --dport 80 -j REDIRECT --to-ports 8000")
    if "REDIRECT" in https:
        net.rtr.iptables(f"-t nat -A PREROUTING -i r0 -p tcp --dport 443 {https}")
    else:
        net.rtr.iptables(f"-A FORWARD -p tcp --dport 443 {https}")
    servers = plain_server(page, port=8000), tls_server(lab.certificates["other"], page, port=8001)
    with net.nginx(*servers, where=net.rtr, port=8000):
        yield


@row("F11 portal", "net.captive-portal")
@row("F11 portal that drops 443", "net.captive-portal", https="-j DROP")
@row("F11 portal that resets 443", "net.captive-portal", https="-j REJECT")
@row("F11 portal with a page", "net.captive-portal", page="default_type text/html; return 200 '<html>Welcome to the hotel</html>';")
def captive(net, lab, **how):
    with lab.relay(net, records=ONLY_V4) as asked, portal(net, lab, **how):
        yield asked


@row("F11 portal by names", "net.captive-portal")
def captive_by_names(net, lab):
    page = "return 302 http://login.hotel.example/;"
    with net.resolver({}, wildcard=ROUTER_NEAR), net.nginx(
            plain_server(page), tls_server(lab.certificates["other"], page), where=net.rtr):
        net.rtr.iptables("-t nat -A PREROUTING -i r0 -p tcp --dport 80 -j REDIRECT --to-ports 80")
        yield Asked()


COMPANY = "10.9.9.9"  # an address of the server's that only this network knows
ANY_PAGE = "default_type text/html; return 200 '<html>Our relay</html>';"


@row("F11 portal by names, at a private address", "net.captive-portal", certificate="other", page="return 302 http://login.hotel.example/;")
@row("F11 control: a company's relay, port 80 with a page for everything", "healthy", exit=0, page=ANY_PAGE)
@row("F11 control: a company's relay, port 80 sends to a login", "healthy", exit=0, page="return 302 https://login.example/;")
@row("F16 a company's relay, unknown root", "tls.intercepted-untrusted", certificate="stranger", page=ANY_PAGE)
def at_private_address(net, lab, page, certificate="good"):
    net.srv.ip(f"addr add {COMPANY}/32 dev lo")
    net.rtr.ip(f"route add {COMPANY} via {SERVER}")
    with net.resolver({HOST: [COMPANY]}), net.relay() as port, net.nginx(
            tls_server(lab.certificates[certificate], forward(port)), plain_server(page)):
        yield Asked(flags=("--cacert", lab.chains.root))


@row("F11 control: port 80 redirects to another site", "healthy", exit=0)
def not_captive(net, lab):
    with net.resolver(ONLY_V4), net.relay() as port, net.nginx(
            tls_server(lab.certificates["good"], forward(port)), plain_server("return 301 https://console.example/;")):
        yield Asked(flags=("--cacert", lab.chains.root))


NO_ICMP = "-A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP"
NEAR, FAR = "198.51.100.0/24 dev r0", "203.0.113.0/24 dev r1"


@row("F12 MTU hole down", "net.mtu-blackhole-down", route=NEAR, rule=NO_ICMP)
@row("F12 MTU hole down, small certificate", "net.mtu-blackhole-down", route=NEAR, rule=NO_ICMP, certificate="small")
@row("F12 control: ICMP allowed", "healthy", exit=0, route=NEAR)
@row("F13 MTU hole up", "net.mtu-blackhole-up", route=FAR, rule=NO_ICMP)
@row("F13 MTU hole up, small certificate", "net.mtu-blackhole-up", route=FAR, rule=NO_ICMP, certificate="small")
@row("F13 control: ICMP allowed", "healthy", exit=0, route=FAR)
def mtu(net, lab, route, rule="", certificate="good"):
    # By the route, for one direction: a device of this MTU would drop what comes the other way too, and say nothing.
    net.rtr.ip(f"route replace {route} mtu lock 1280")
    if rule:
        net.rtr.iptables(rule)
    with lab.relay(net, certificate, records=ONLY_V4) as asked:
        yield asked


@row("F12 MTU hole down, of a link", "net.mtu-blackhole-down")
def mtu_of_link(net, lab):
    net.rtr.ip("link set r0 mtu 1280")
    net.rtr.iptables(NO_ICMP)
    with lab.relay(net, records=ONLY_V4) as asked:
        yield asked


@row("F14 name dropped", "tls.sni-drop", match=BY_TEXT, rule="-j DROP")
@row("F14 name reset", "tls.reset-after-clienthello", match=BY_TEXT, rule="-j REJECT --reject-with tcp-reset")
def by_name(net, lab, rule):
    with lab.relay(net, records=ONLY_V4) as asked:
        net.rtr.iptables(f"-A FORWARD -p tcp --dport 443 -m string --string {HOST} --algo bm {rule}")
        yield asked


@row("F14 every greeting dropped", "tls.greeting-dropped", match=BY_TEXT)
def every_greeting(net, lab):
    with lab.relay(net, records=ONLY_V4) as asked:
        # The first bytes of a TLS record that holds a ClientHello.
        net.rtr.iptables("-A FORWARD -p tcp --dport 443 -m string --hex-string |160301| --algo bm -j DROP")
        yield asked


@row("F15 silent server", "tls.server-silent")
def silent_server(net, lab):
    with net.resolver(), net.srv.listener(SERVER, 443):
        yield Asked()


@row("F04 plain HTTP at the port of TLS", "tls.plain-http")
def plain_http(net, lab):
    with net.resolver(), net.relay() as port, net.nginx(plain_server(forward(port), port=443)):
        yield Asked()


@row("F16 future", "tls.not-yet-valid", certificate="future")
@row("F16 expired", "tls.expired", certificate="expired")
@row("F16 wrong host", "tls.wrong-host", certificate="other")
@row("F16 no intermediate", "tls.missing-intermediate", certificate="alone")
@row("F16 unknown root", "tls.intercepted-untrusted", certificate="stranger")
@row("F16 expires soon", "tls.expires-soon", exit=0, certificate="soon")
@row("F16 a year's certificate, 20 days left", "tls.expires-soon", exit=0, certificate="of a year")
@row("F16 control: three months' certificate, 20 days left", "healthy", exit=0, certificate="of three months")
@row("F18 TLS 1.1 alone", "tls.version-blocked", extra="ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;")
@row("F18 unknown name", "tls.sni-unknown", extra="ssl_reject_handshake on;")
def certificates(net, lab, **how):
    with lab.relay(net, **how) as asked:
        yield asked


@row("F18 certificate of the client, TLS 1.2", "tls.client-cert-required", protocol="TLSv1.2")
@row("F18 certificate of the client, TLS 1.3", "tls.client-cert-required", protocol="TLSv1.3")
def client_certificate(net, lab, protocol):
    extra = f"ssl_verify_client on; ssl_client_certificate {lab.chains.root}; ssl_protocols {protocol};"
    with lab.relay(net, extra=extra) as asked:
        yield asked


@row("F18 certificate asked for, not insisted on", "healthy", exit=0)
def client_certificate_optional(net, lab):
    with lab.relay(net, extra=f"ssl_verify_client optional; ssl_client_certificate {lab.chains.root};") as asked:
        yield asked


@row("F18 strict server, TLS 1.2", "tls.client-cert-required", version="-tls1_2")
@row("F18 strict server, TLS 1.3", "tls.client-cert-required", version="-tls1_3")
def strict_server(net, lab, version):
    certificate, key = lab.certificates["good"]
    server = ("openssl", "s_server", "-accept", 443, "-cert", certificate, "-key", key, "-cert_chain", certificate, "-Verify", 3,
              "-verify_return_error", "-CAfile", lab.chains.root, "-www", "-quiet", version)  # fmt: skip
    with net.resolver(ONLY_V4), net.srv.running(*server, ready=("127.0.0.1", 443)):
        yield Asked(flags=("--cacert", lab.chains.root))


@row("F17 clock 3 years ahead", "clock.skewed", offset="+3y", program="faketime")
@row("F17 clock 2 years behind", "clock.skewed", offset="-2y", program="faketime")
@row("F60 AAAA dropped and the clock wrong", "clock.skewed", offset="+3y", drop=(AAAA,), program="faketime")
def clock(net, lab, offset, **behaviour):
    with lab.relay(net, **behaviour) as asked:
        yield dataclasses.replace(asked, before=("faketime", "-f", offset), environment={"DONT_FAKE_MONOTONIC": "1"})


@row("F17 clock 10 minutes ahead", "clock.skewed", offset="+600", program="faketime", hosts=(CONTROL,))
@row("F17 clock a minute behind", "clock.skewed", exit=0, offset="-60", program="faketime", hosts=(CONTROL,))
@row("F17 one clock against another, two days too late", "healthy", exit=98, offset="+62d", program="faketime")
@row("F17 one clock against another, 10 minutes", "healthy", exit=0, offset="+600", program="faketime")
@row("F17 3 years ahead, by the certificate's last day", "clock.skewed", offset="+3y", program="faketime", rule="-p tcp --dport 80 -j DROP")
@row("F17 2 years behind, by the certificate's first day", "clock.skewed", offset="-2y", program="faketime", rule="-p tcp --dport 80 -j DROP")
@row("F17 3 years ahead, by a control host", "clock.skewed", offset="+3y", program="faketime", rule="-p tcp --dport 80 -j DROP", hosts=(CONTROL,))
def other_clocks(net, lab, offset, rule="", hosts=()):
    if rule:
        net.rtr.iptables(f"-A FORWARD {rule}")
    with lab.relay(net, records=BOTH_NAMES) as asked:
        yield dataclasses.replace(with_controls(asked, *hosts), before=("faketime", "-f", offset), environment={"DONT_FAKE_MONOTONIC": "1"})


@row("F17 the relay's clock is wrong, and so is its port 80", "healthy", exit=0, program="faketime")
@row("F17 the relay's clock is wrong, by a control host", "clock.relay-wrong", exit=0, hosts=(f"{CONTROL}:8443",), program="faketime")
def relay_clock(net, lab, hosts=()):
    with net.resolver(BOTH_NAMES), net.relay() as port, net.nginx(
            tls_server(lab.certificates["control"], "return 204;", port=8443), port=8443), net.nginx(
            tls_server(lab.certificates["good"], forward(port)), plain_server(forward(port)), before=("faketime", "-f", "+3600")):
        yield with_controls(Asked(flags=("--cacert", lab.chains.root)), *hosts)


@row("F17 control: expired by every clock", "tls.expired", program="faketime")
def expired_by_every_clock(net, lab):
    with lab.relay(net, "expired") as asked:
        yield dataclasses.replace(asked, before=("faketime", "-f", "+1y"), environment={"DONT_FAKE_MONOTONIC": "1"})


@row("F60 portal and clock", "net.captive-portal", program="faketime")
def captive_and_clock(net, lab):
    with lab.relay(net, records=ONLY_V4) as asked, portal(net, lab):
        yield dataclasses.replace(asked, before=("faketime", "-f", "+3y"), environment={"DONT_FAKE_MONOTONIC": "1"})


@row("F60 portal and a quoted key", "key.quoted")
def captive_and_key(net, lab):
    with lab.relay(net, records=ONLY_V4) as asked, portal(net, lab):
        yield dataclasses.replace(asked, environment={"LAB_KEY": f'"{KEY}"'})


@row("F60 IPv6 dropped and the name dropped", "tls.sni-drop", match=BY_TEXT)
def v6_and_name(net, lab):
    net.rtr.iptables("-A FORWARD -j DROP", version=6)
    with lab.relay(net) as asked:
        net.rtr.iptables(f"-A FORWARD -p tcp --dport 443 -m string --string {HOST} --algo bm -j DROP")
        yield asked


@row("F61 every second SYN dropped", "net.flaky", exit=0, match=BY_COUNT, rule=f"--dport 443 {BY_COUNT} -j DROP")
@row("F61 every second SYN dropped, all ports", "net.flaky", exit=0, match=BY_COUNT, rule=f"{BY_COUNT} -j DROP")
@row("F61 every second SYN dropped, IPv6 fine", "net.flaky", exit=0, match=BY_COUNT, rule=f"--dport 443 {BY_COUNT} -j DROP", records=None)
def flapping(net, lab, rule, records=ONLY_V4):
    net.rtr.iptables(f"-A FORWARD -p tcp --syn {rule}")
    with lab.relay(net, records=records) as asked:
        yield asked


@row("tls.slow: a greeting that waits", "tls.slow", exit=0)
def slow_handshake(net, lab):
    with net.resolver(ONLY_V4), net.relay() as port, net.nginx(tls_server(lab.certificates["good"], forward(port), port=8443), port=8443):
        with net.srv.late_forward(("0.0.0.0", 443), ("127.0.0.1", 8443), first_after_s=2.5):
            yield Asked(flags=("--cacert", lab.chains.root))


def doctor(net, asked):
    words = net.cli.command(*asked.before, harness.binary(), "doctor", asked.url, "--key-env=LAB_KEY", "--json", "--quick", *asked.flags)
    with doctor_matrix.searched_bundle(KEY) as bundle, wiretap.tapped(doctor_matrix.environment_of(asked.environment)) as tape:
        done = by_another_number(lambda: subprocess.run([*words, *bundle], capture_output=True, text=True, env=tape.environment, timeout=120, check=False))
    done.tape = tape
    return done


def by_another_number(run):
    """faketime names what it shares by its process number, and does not start where an earlier one of that number was killed."""
    done = run()
    return run() if "sem_open: File exists" in done.stderr else done


def verdict_of(document):
    """The root cause's finding; without one, the only warning."""
    if document["summary"]["root_cause"]:
        return document["summary"]["root_cause"]
    seen = [check for check in document["checks"] if check["status"] == "warn" and check["category"] not in OF_THIS_MACHINE]
    warnings = {finding["code"]: finding for check in seen for finding in check["findings"]}
    return next(iter(warnings.values())) if len(warnings) == 1 else {"code": " and ".join(warnings) or "healthy", "cause": ""}


def run(each, shared):
    with netlab.network() as net, each.build(net, shared) as asked:
        began = time.monotonic()
        done = doctor(net, asked)
        return done, time.monotonic() - began


class NetworkFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        reason = netlab.why_not()
        if reason:
            SKIPPED.extend((each.fault, reason) for each in ROWS)
            raise unittest.SkipTest(reason)
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        pathlib.Path(folder).chmod(0o755)
        cls.shared = Lab(folder)

    def check(self, each, done, took):
        text = f"{each.fault}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.assertIn(done.returncode, (0, 98, 99), text)
        document = json.loads(done.stdout)
        done.tape.check(document)
        verdict = verdict_of(document)
        MATRIX.append((each.fault, each.code, verdict["code"], took))
        seen = json.dumps([check for check in document["checks"] if check["status"] not in ("pass", "skip")], indent=1)
        self.assertEqual(verdict["code"], each.code, f"{each.fault}\n{seen}")
        self.assertEqual(done.returncode, each.exit, f"{each.fault}\n{seen}")
        self.assertIn(each.says, verdict.get("cause", ""), each.fault)
        self.assertLessEqual(set(each.also), doctor_matrix.codes(document), f"{each.fault}\n{seen}")
        self.assertLess(max(check["started_ms"] + check["duration_ms"] for check in document["checks"]), 1000 * (QUICK_BOUND_S + SLACK_S), each.fault)

    def test_each_fault_gets_its_root_cause(self):
        named = [each for each in ROWS if os.environ.get("ROWS", "") in each.fault]
        SKIPPED.extend((each.fault, each.why_not()) for each in named if each.why_not())
        wanted = [each for each in named if not each.why_not()]
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as together:
            runs = [(each, together.submit(run, each, self.shared)) for each in wanted]
            for each, pending in runs:
                with self.subTest(each.fault):
                    self.check(each, *pending.result())


if __name__ == "__main__":
    outcome = unittest.main(verbosity=2, exit=False)
    right = sum(wanted == given for _, wanted, given, _ in MATRIX)
    print("\nfault → root cause or warning")
    for fault, wanted, given, took in MATRIX:
        print(f"  {'ok   ' if wanted == given else 'WRONG'} {fault:<44} {given:<28} {took:4.1f} s{'' if wanted == given else f' (wanted {wanted})'}")
    for fault, reason in SKIPPED:
        print(f"  skip  {fault:<44} {reason}")
    print(f"{right} of {len(MATRIX)} root causes right, {len(SKIPPED)} skipped")
    good = wiretap.print_summary() and outcome.result.wasSuccessful()
    sys.exit(77 if good and not MATRIX else not good)
