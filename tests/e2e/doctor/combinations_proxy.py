"""Rows of combinations_test.py about proxies that answer in odd ways, pages in everybody's place, control hosts, and what this machine lacks."""

import contextlib
import pathlib
import tempfile
import time

import components
import lab
import network_faults_test
import wiretap
from combinations_lab import Asked, proxy_at, rows_of
from combinations_loopback import own_proxy, says
from combinations_network import quick
from hostile_test import answer, head_of
from netlab import HOST, NOBODY, ROUTER_FAR, SERVER, forward, plain_server, tls_server
from network_faults_test import ONLY_V4

LOOPBACK, NETWORK = [], []
here = rows_of("loopback", LOOPBACK)
row = rows_of("network", NETWORK)
HTML = "Content-Type: text/html"

# --- what answers CONNECT -----------------------------------------------------------------------------------------------------------------


def page_later(_hostile, connection):
    """A yes with a page behind it that comes in a packet of its own."""
    head_of(connection)
    head, _, page = answer("200 OK", b"<html>It works!</html>", HTML).partition(b"\r\n\r\n")
    connection.sendall(head + b"\r\n\r\n")
    connection.settimeout(0.2)
    with contextlib.suppress(TimeoutError):
        connection.recv(1)
    connection.sendall(page)


def socks(_hostile, connection):
    """Hangs up on whoever begins otherwise (RFC 1928)."""
    if connection.recv(1) == b"\x05":
        connection.sendall(b"\x05\x00")
        connection.recv(16)


@here("a web server says yes to CONNECT", "proxy.not-a-proxy", serve=says(answer("200 OK", b"<html>It works!</html>", HTML)))
@here("a web server says yes to CONNECT, and shows its page later", "proxy.not-a-proxy", serve=page_later)
@here("a gateway says yes and shows a page that forbids", "proxy.policy-denied", serve=says(answer("200 OK", b"<html>Access denied</html>", HTML)))
@here("a gateway sends browsers to its login", "proxy.auth-required", says="gateway.example",
      serve=says(answer("307 Temporary Redirect", b"", "Location: https://gateway.example/login?to=relay")))
@here("a proxy says 511", "net.captive-portal", serve=says(answer("511 Network Authentication Required", b"<html>Welcome</html>", HTML)))
@here("a proxy limits requests", "proxy.policy-denied", says="limits", serve=says(answer("429 Too Many Requests", b"", "Retry-After: 5")))
@here("a proxy that takes Negotiate alone", "proxy.auth-required", says="Negotiate only",
      serve=says(answer("407 Proxy Authentication Required", b"", "Proxy-Authenticate: Negotiate")))
@here("a SOCKS port that hangs up on HTTP", "proxy.not-a-proxy", says="speaks SOCKS", who="you", serve=socks)
@here("a proxy that finds the relay's port closed", "proxy.upstream-fail", says="reached without it", who="your-network",
      serve=says(answer("502 Bad Gateway", b"dial tcp 192.0.2.1:443: connect: connection refused")))
def _(place, serve):
    return own_proxy(place, serve)


@here("a proxy whose port wants TLS", "proxy.not-a-proxy", says="TLS from the first byte")
def _(place):
    certificate = place.authority().issue("edge")
    port = place.enter(components.stunnel(place.enter(lab.tinyproxy()), certificate))
    return Asked(url=place.url, flags=("--quick", "--proxy", f"http://127.0.0.1:{port}"))


@here("healthy: a proxy whose yes has the headers of a page")
def _(place):
    def down():
        return components.Replace(b"Proxy-agent:", b"Content-Type: text/html\r\nContent-Length: 39\r\nProxy-agent:")

    port = place.enter(components.middleman(place.enter(lab.tinyproxy()), down=down))
    place.enter(wiretap.genuine_tunnel(port))
    return Asked(url=place.url, flags=("--quick", "--proxy", f"http://127.0.0.1:{port}"))


@here("healthy: the first tunnel is slow, as where a packet was lost")
def _(place):
    waits = [1.4]

    class OnceLate(components.Passing):
        def feed(self, data):
            time.sleep(waits.pop() if waits else 0)
            return data

    port = place.enter(components.middleman(place.enter(lab.tinyproxy()), down=OnceLate))
    place.enter(wiretap.genuine_tunnel(port))
    return Asked(url=place.url, flags=("--only", "proxy.connect", "--proxy", f"http://127.0.0.1:{port}"))


@here("squid finds the relay's port closed", "proxy.upstream-fail", who="you", says="refuses its connections, and those from here")
def _(place):
    port = place.enter(components.squid(components.SQUID_OPEN))
    return place.asked(lab.free_port(), "--quick", "--proxy", f"http://127.0.0.1:{port}")


# --- variables ----------------------------------------------------------------------------------------------------------------------------


@here("a proxy variable in quotes", "proxy.env-malformed", says="quotes", value='"http://127.0.0.1:1"')
@here("a proxy variable that names a PAC file", "proxy.env-malformed", says="PAC", value="http://wpad.example/wpad.dat")
@here("a proxy variable with a line end", "proxy.env-malformed", says="line end", value="http://127.0.0.1:1\r")
def _(place, value):
    return Asked(url="https://relay.example/v1", flags=("--quick",), environment={"https_proxy": value})


# --- what this machine lacks --------------------------------------------------------------------------------------------------------------


@here("a bundle for Python that does not know the relay's authority", also=("env.ca-lacks-authority",), says="Python requests refuses it")
def _(place):
    trusted, other = place.authority("trusted"), place.authority("other")
    port = place.enter(lab.nginx(f"location / {{ {place.forward} proxy_buffering off; }}", trusted.issue_to_relay("edge")))
    variables = {"SSL_CERT_FILE": str(trusted.certificate), "REQUESTS_CA_BUNDLE": str(other.certificate)}
    return place.asked(port, "--quick", scheme="https", host="localhost", **variables)


@row("no local port is left", "host.ports-few", who="you", never=("proxy.timeout",))
def no_port(net, lab):
    net.cli.sysctl("net.ipv4.ip_local_port_range=40000 40001")
    with net.cli.listener("0.0.0.0", 40000), net.cli.listener("0.0.0.0", 40001), lab.relay(net, records=ONLY_V4) as asked:
        yield quick(asked, "--proxy", f"http://{ROUTER_FAR}:3128")


# --- pages in everybody's place -----------------------------------------------------------------------------------------------------------

BLOCK_PAGE = "return 302 http://blockpage.corp.example/denied;"


@contextlib.contextmanager
def plain_http_of_everybody(net, page):
    net.rtr.iptables("-t nat -A PREROUTING -i r0 -p tcp --dport 80 -j REDIRECT --to-ports 8000")
    with net.nginx(plain_server(page, port=8000), where=net.rtr, port=8000):
        yield


@row("plain HTTP is forbidden by a page, and TLS passes", also=("net.block-page",))
def forbidden_but_tls(net, lab):
    with lab.relay(net, records=ONLY_V4) as asked, plain_http_of_everybody(net, BLOCK_PAGE):
        yield quick(asked)


@row("everything is answered by a page that forbids", "net.block-page")
def forbidden(net, lab):
    with lab.relay(net, records=ONLY_V4) as asked, network_faults_test.portal(net, lab, page=BLOCK_PAGE):
        yield quick(asked)


@row("a page that forbids, and the company's proxy is down", "proxy.timeout", says="words of refusal", never=("net.captive-portal",), rule="-j DROP")
@row("a page that forbids, and the company's proxy refuses", "proxy.refused", says="words of refusal", never=("net.captive-portal",),
     rule="-j REJECT --reject-with tcp-reset")
def forbidden_and_proxy(net, lab, rule):
    net.rtr.iptables(f"-A FORWARD -p tcp --dport 3128 {rule}")
    with lab.relay(net, records=ONLY_V4) as asked, plain_http_of_everybody(net, BLOCK_PAGE):
        yield quick(asked, "--proxy", f"http://{NOBODY}:3128")


@row("a web site at port 80, and the wrong host", "tls.wrong-host", page="default_type text/html; return 200 '<html>Our product</html>';")
@row("port 80 leads to another of the company's sites, and the wrong host", "tls.wrong-host", page="return 301 https://console.vendor.example/;")
def site_and_certificate(net, lab, page):
    with net.resolver(ONLY_V4), net.relay() as port, net.nginx(tls_server(lab.certificates["other"], forward(port)), plain_server(page)):
        yield quick(Asked(flags=("--cacert", lab.chains.root)))


# --- control hosts ------------------------------------------------------------------------------------------------------------------------


@row("no names, and a control host by its address", "dns.timeout", never=("net.relay-only-blocked", "net.offline"))
def names_fail(net, lab):
    with lab.relay(net, records=ONLY_V4, silent=("udp", "tcp")) as asked:
        yield quick(asked, "--control", f"{SERVER}:443")


@row("the relay's port dropped, its port 80 leads elsewhere, and a control host answers", "tcp.timeout-dropped", also=("net.relay-only-blocked",))
def suspected_portal(net, lab):
    net.rtr.iptables("-A FORWARD -p tcp --dport 443 -j DROP")
    with net.resolver(ONLY_V4), net.nginx(plain_server("return 302 http://login.vendor.example/;"), port=80), net.nginx(
            plain_server("return 204;", port=8000), where=net.rtr, port=8000):
        yield quick(Asked(), "--control", f"{ROUTER_FAR}:8000")


# --- proxies with a view of their own -----------------------------------------------------------------------------------------------------


@row("the proxy does not find the relay, which is reached from here", "proxy.upstream-fail", who="your-network", also=("proxy.unneeded",),
     says="reached without it")
def proxy_without_names(net, lab):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asked = stack.enter_context(lab.relay(net, records=ONLY_V4))
        yield quick(asked, "--proxy", stack.enter_context(proxy_at(net.rtr, folder, ROUTER_FAR)))


@row("the proxy leads the relay's name to somebody else", "proxy.leads-elsewhere", who="your-network", never=("tls.wrong-host",))
def proxy_with_other_names(net, lab):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asked = stack.enter_context(lab.relay(net, records=ONLY_V4))
        stack.enter_context(net.nginx(tls_server(lab.certificates["other"], "return 404;"), where=net.rtr))
        yield quick(asked, "--proxy", stack.enter_context(proxy_at(net.rtr, folder, ROUTER_FAR, names=f"127.0.0.1 {HOST}")))
