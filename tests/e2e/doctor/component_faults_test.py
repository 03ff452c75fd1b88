"""Doctor names the root cause of faults that real intermediaries make: nginx, HAProxy, Apache, squid, mitmproxy, tinyproxy, stunnel and men in the
middle of our own. Rows run side by side, as doctor mostly waits. Prints the confusion matrix at the end."""

import concurrent.futures
import contextlib
import dataclasses
import functools
import json
import pathlib
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import components
import doctor_matrix
import lab
import wiretap
from components import BINARY, PING, PONG, TEXT
from relay_process import relay

LIVE_KEY = "hs_live_CanaryKeyThatMustNeverBeSeenAnywhere42"
HOST = "relay.test"
AT_ONCE = 5
ROWS = []


@dataclasses.dataclass
class Lab:
    """What a row may use."""

    relay: int
    folder: pathlib.Path
    stack: contextlib.ExitStack

    def enter(self, manager):
        return self.stack.enter_context(manager)

    @property
    def forward(self):
        return lab.FORWARD.format(relay=self.relay)

    @property
    def stock(self):
        """nginx as it comes: HTTP/1.0 upstream, whose answers it gathers. (Chunks of HTTP/1.1 pass in time even with proxy_buffering on.)"""
        return f"proxy_pass http://127.0.0.1:{self.relay};"

    def stream(self, query, *lines, forward=None):
        """nginx's text that lets the relay's stream behave in another way than doctor asks for (the first of two parameters counts); all else is
        passed on well."""
        forward = forward or self.forward.replace("proxy_read_timeout 300s;", "")
        return (f"location / {{ {self.forward} proxy_buffering off; }} location /v1/doctor/stream {{ {forward} {' '.join(lines)} "
                f"set $args {query}&$args; }}")  # fmt: skip

    def nginx(self, server, **how):
        return f"http://127.0.0.1:{self.enter(lab.nginx(server, **how))}/v1"

    def haproxy(self, *arguments, **how):
        return f"http://127.0.0.1:{self.enter(components.haproxy(self.relay, *arguments, **how))}/v1"

    def middle(self, **how):
        return f"http://127.0.0.1:{self.enter(components.middleman(self.relay, **how))}/v1"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.relay}/v1"

    def authority(self, name="ca"):
        folder = self.folder / name
        folder.mkdir()
        folder.chmod(0o755)
        return lab.Authority(folder)

    def tls_relay(self):
        """The port of a relay that speaks TLS as relay.test."""
        authority = self.authority("edge")
        return self.enter(relay("fast", tls=authority.issue_to_relay("relay", f"DNS:{HOST},DNS:localhost"))).port


@dataclasses.dataclass
class Row:
    fault: str
    root: str  # empty: nothing failed
    make: object  # takes a Lab; gives the arguments of doctor, or those and its environment
    exit_code: int
    also: tuple = ()  # codes that must be found besides
    never: tuple = ()  # beginnings of codes that must not
    works: str = ""
    says: str = ""  # in the cause of the root, or of the first in `also`
    states: tuple = ()  # (check, status) that must be so


def row(fault, root="", exit_code=None, **more):
    """What Row does not take goes to the function."""
    fields = {field.name for field in dataclasses.fields(Row)}
    told = {name: value for name, value in more.items() if name in fields}
    parameters = {name: value for name, value in more.items() if name not in fields}

    def add(make):
        made = functools.partial(make, **parameters) if parameters else make
        ROWS.append(Row(fault, root, made, (99 if root else 0) if exit_code is None else exit_code, **told))
        return make

    return add


STREAMS_WELL = ("sse.", "ws.buffered", "ws.one-way", "ws.frame", "ws.ping", "net.flaky")


# --- interception -------------------------------------------------------------------------------------------------------------------------


def bumped(place, *lines, trusted):
    """doctor → squid that opens TLS → a relay that speaks TLS."""
    port = place.tls_relay()
    authority = place.authority("corporate")
    proxy = place.enter(components.squid_bump(authority, *lines, names=(HOST,)))
    trust = {"SSL_CERT_FILE": str(authority.certificate)} if trusted else {}
    return [f"https://{HOST}:{port}/v1", "--proxy", f"http://127.0.0.1:{proxy}"], {"LAB_KEY": LIVE_KEY, **trust}


WEBSOCKETS = "http_upgrade_request_protocols websocket allow all"


@row("F19 squid bump, untrusted", "tls.intercepted-untrusted")
def _(place):
    return bumped(place, trusted=False)


@row("F19 squid bump, trusted", exit_code=98, also=("tls.intercepted-trusted", "proxy.required", "http.intermediary"), never=STREAMS_WELL, works="SSE streams")
def _(place):
    return bumped(place, WEBSOCKETS, trusted=True)


@row("F19 squid bump, trusted: the key stays here", exit_code=98, states=(("http.auth", "skip"), ("http.ratelimit", "skip"), ("sse.timing", "pass")))
def _(place):
    arguments, environment = bumped(place, WEBSOCKETS, trusted=True)
    return [*arguments, "--real"], environment


@row("F19 squid bump, trusted and allowed", also=("auth.key-intercepted", "tls.intercepted-trusted"), never=STREAMS_WELL, works="through who opens TLS",
     says="Lab", states=(("sse.real", "pass"), ("model.list", "pass")))  # fmt: skip
def _(place):
    arguments, environment = bumped(place, WEBSOCKETS, trusted=True)
    proxy = arguments[arguments.index("--proxy") + 1]
    place.enter(wiretap.allowed_opener(int(proxy.rpartition(":")[2])))
    return [*arguments, "--allow-intercepted", "--real", "-m", "gpt-4o-mini"], environment


@row("F19 squid bump, untrusted though allowed", "tls.intercepted-untrusted", never=("auth.",), states=(("http.auth", "skip"),))
def _(place):
    arguments, environment = bumped(place, trusted=False)
    return [*arguments, "--allow-intercepted"], environment


@row("F33 squid bump blocks WS", "ws.upgrade-stripped", also=("tls.intercepted-trusted",), works="SSE streams")
def _(place):
    return bumped(place, trusted=True)


def inspected(place, *options):
    """doctor → mitmproxy, which this machine trusts → a relay that speaks TLS."""
    port = place.tls_relay()
    folder = place.folder / "mitm"
    folder.mkdir()
    proxy = place.enter(components.mitmdump(folder, *options))
    return [f"https://{HOST}:{port}/v1", "--proxy", f"http://127.0.0.1:{proxy}"], {
        "LAB_KEY": LIVE_KEY, "SSL_CERT_FILE": str(folder / "mitmproxy-ca-cert.pem")}  # fmt: skip


@row("F20 mitmproxy inspects", "tls.intercepted-trusted", also=("sse.buffered-full",), works="WebSocket")
def _(place):
    return inspected(place)


@row("F20 mitmproxy streams", exit_code=98, also=("tls.intercepted-trusted",), never=STREAMS_WELL, works="WebSocket")
def _(place):
    return inspected(place, "--set", "stream_large_bodies=1")


# --- proxies ------------------------------------------------------------------------------------------------------------------------------


def through(place, port, **environment):
    return [place.url, "--proxy", f"http://127.0.0.1:{port}"], environment


def tunnelled(place, port):
    """The same by one that is to let everything pass."""
    place.enter(wiretap.genuine_tunnel(port))
    return through(place, port)


@row("F21 squid, no credentials", "proxy.auth-required", also=("proxy.unneeded",))
def _(place):
    return through(place, place.enter(components.squid_with_login("somebody", "secret")))


@row("F21 squid, wrong password", "proxy.auth-rejected")
def _(place):
    arguments, _ = through(place, place.enter(components.squid_with_login("somebody", "secret")))
    return [*arguments, "--proxy-auth-env", "LOGIN"], {"LOGIN": "somebody:wrong-one"}


@row("F44 squid, right password", never=STREAMS_WELL, works="WebSocket")
def _(place):
    arguments, _ = tunnelled(place, place.enter(components.squid_with_login("somebody", "secret-9")))
    return [*arguments, "--proxy-auth-env", "LOGIN"], {"LOGIN": "somebody:secret-9"}


@row("F21 squid, port denied", "proxy.policy-denied")
def _(place):
    return through(place, place.enter(components.squid("acl tls port 443", "http_access deny CONNECT !tls", components.SQUID_OPEN)))


@row("F21 nginx as a proxy", "proxy.not-a-proxy")
def _(place):
    return through(place, place.enter(lab.nginx("location / { return 404; }")))


@row("F21 the relay as a proxy", "proxy.not-a-proxy")
def _(place):
    return through(place, place.relay)


@row("slow proxy", also=("proxy.slow",))
def _(place):
    behind = place.enter(lab.tinyproxy())
    return tunnelled(place, place.enter(components.middleman(behind, down=lambda: components.FirstLate(1.3))))


@row("a proxy that holds streams", "sse.proxy-buffered", works="WebSocket")
def _(place):
    folder = place.folder / "mitm"
    folder.mkdir()
    return tunnelled(place, place.enter(components.mitmdump(folder)))


# --- hosts to compare with ----------------------------------------------------------------------------------------------------------------


def control(port):
    return "--control", f"127.0.0.1:{port}"


@row("relay and control host through a proxy", states=(("tcp.control", "pass"),))
def _(place):
    arguments, environment = through(place, place.enter(lab.tinyproxy()))
    return [*arguments, *control(place.enter(lab.nginx("return 204;"))), "--only", "tcp.control"], environment


@row("F21 squid denies the relay's port alone", "proxy.policy-denied", also=("net.relay-only-blocked",), states=(("tcp.control", "warn"),))
def _(place):
    squid = place.enter(components.squid(f"acl relay port {place.relay}", "http_access deny relay", components.SQUID_OPEN))
    arguments, environment = through(place, squid)
    return [*arguments, *control(place.enter(lab.nginx("return 204;")))], environment


@row("F21 squid denies everything", "proxy.policy-denied", never=("net.",), states=(("tcp.control", "info"),))
def _(place):
    arguments, environment = through(place, place.enter(components.squid("http_access deny all")))
    return [*arguments, *control(place.enter(lab.nginx("return 204;")))], environment


@row("F21 a proxy without a way out", "net.offline", also=("proxy.upstream-fail",), says="though the proxy itself is")
def _(place):
    arguments = [f"http://127.0.0.1:{lab.free_port()}/v1", "--proxy", f"http://127.0.0.1:{place.enter(components.squid(components.SQUID_OPEN))}"]
    return [*arguments, *control(lab.free_port())]


@row("F21 the proxy is down, the direct way works", "proxy.refused", never=("net.",), states=(("tcp.control", "info"),))
def _(place):
    arguments, environment = through(place, lab.free_port())
    return [*arguments, *control(place.enter(lab.nginx("return 204;")))], environment


SK_KEY = "sk-CanaryKeyOfAGatewayOfOnesOwn42"


@row("F01 another provider's key", "key.wrong-provider")
def _(place):
    return [place.url], {"LAB_KEY": SK_KEY}


@row("F01 control: such keys are taken here", never=("key.",))
def _(place):
    return [place.url, "--key-format", "^sk-[A-Za-z0-9]+$"], {"LAB_KEY": SK_KEY}


# --- real completions ---------------------------------------------------------------------------------------------------------------------


@row("a real completion in time", states=(("sse.real", "pass"),))
def _(place):
    return [place.url, "--real"]


CALM = "fast?ttft=100ms&gap=40ms&tokens=40"
GATHERED = "proxy_ignore_headers X-Accel-Buffering; proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;"


@row("a relay that gathers its completions", "sse.real-at-once", works="SSE streams", states=(("sse.timing", "pass"),))
def _(place):
    place.relay = place.enter(relay(CALM)).port
    return [place.nginx(f"location / {{ {place.forward} proxy_buffering off; }} location /v1/chat/completions {{ {place.stock} {GATHERED} }}"), "--real"]


@row("everything gathered: the synthetic verdict stands", "sse.buffered-full", never=("sse.real",), states=(("sse.real", "info"),))
def _(place):
    place.relay = place.enter(relay(CALM)).port
    held = f"{place.stock} {GATHERED}"
    return [place.nginx(f"location / {{ {held} }} location /v1/doctor/ws {{ {place.forward} }}"), "--real"]


@row("few tokens decide nothing", states=(("sse.real", "inconclusive"),))
def _(place):
    return [f"http://127.0.0.1:{place.enter(relay('fast?tokens=5')).port}/v1", "--real"]


@row("a completion that is cut", "sse.truncated", states=(("sse.finish", "pass"),))
def _(place):
    cut = place.enter(relay("fault:fin-mid-stream")).port
    return [place.nginx(f"location / {{ {place.forward} }} location /v1/chat/completions {{ {lab.FORWARD.format(relay=cut)} }}"), "--real"]


@row("quota that only a completion shows", "auth.quota", states=(("http.auth", "pass"),))
def _(place):
    body = '{"error":{"message":"no credit","type":"insufficient_quota","code":"insufficient_quota"}}'
    refuse = f"default_type application/json; return 429 '{body}';"
    return [place.nginx(f"location / {{ {place.forward} }} location /v1/chat/completions {{ {refuse} }}"), "--real"]


@row("a completion that is refused", "sse.real-refused", says="max_tokens")
def _(place):
    refuse = """default_type application/json; return 400 '{"error":{"message":"max_tokens is not supported","type":"invalid_request_error"}}';"""
    return [place.nginx(f"location / {{ {place.forward} }} location /v1/chat/completions {{ {refuse} }}"), "--real"]


@row("as configured: a WebSocket dialect and a control host", states=(("sse.real", "pass"), ("tcp.control", "pass")))
def _(place):
    folder = place.folder / "relaybench"
    folder.mkdir()
    (folder / "config.yaml").write_text(f"""relays:
  - {{name: lab, url: "ws://127.0.0.1:{place.relay}/v1/stream", dialect: stream-ws, key_env: LAB_KEY, control: "127.0.0.1:{place.relay}"}}
""")
    return ["lab", "--real"], {"XDG_CONFIG_HOME": str(place.folder)}


# --- who limits, who redirects ------------------------------------------------------------------------------------------------------------


def used_up(url):
    """Takes the one request that the limit allows."""
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(url, timeout=10).close()


LIMIT = "limit_req_zone $binary_remote_addr zone=few:1m rate=1r/m;"


@row("F24 429 by nginx, with the key", "rate.limited-by-proxy")
def _(place):
    limit = f"location /v1/models {{ limit_req zone=few; limit_req_status 429; {place.forward} }}"
    url = place.nginx(f"location / {{ {place.forward} }} {limit}", http=LIMIT)
    used_up(f"{url}/models")
    return [url]


@row("F24 429 by nginx, at once", "rate.limited-by-proxy", says="nginx")
def _(place):
    url = place.nginx(f"location / {{ limit_req zone=few; limit_req_status 429; {place.forward} }}", http=LIMIT)
    used_up(f"{url}/models")
    return [url]


@row("rate limit almost used up", also=("rate.nearly-used",))
def _(place):
    headers = "add_header x-ratelimit-limit-requests 60; add_header x-ratelimit-remaining-requests 3;"
    return [place.nginx(f"location / {{ {place.forward} }} location /v1/models {{ {place.forward} {headers} }}")]


@row("quota used up", "auth.quota")
def _(place):
    body = '{"error":{"message":"no credit","type":"insufficient_quota","code":"insufficient_quota"}}'
    return [place.nginx(f"location / {{ {place.forward} }} location /v1/models {{ default_type application/json; return 429 '{body}'; }}")]


@row("key lost on a redirect", "auth.dropped-by-redirect")
def _(place):
    return [place.nginx(f"location / {{ {place.forward} }} location /v1/models {{ return 301 https://other.test/v1/models; }}")]


@row("F02 http to https", "url.insecure-scheme")
def _(place):
    return [place.nginx("return 301 https://$host$request_uri;")]


@row("model not for this key", "model.not-entitled")
def _(place):
    models = """default_type application/json; return 200 '{"data":[{"id":"gpt-4o"}]}';"""
    return [place.nginx(f"location / {{ {place.forward} }} location = /v1/models {{ {models} }}"), "-m", "gpt-4.1"]


@row("deprecated and still listed", also=("model.deprecated",))
def _(place):
    models = """default_type application/json; return 200 '{"data":[{"id":"gpt-4-turbo"}]}';"""
    return [place.nginx(f"location / {{ {place.forward} }} location = /v1/models {{ {models} }}"), "-m", "gpt-4-turbo"]


@row("no keep-alive", also=("http.no-keepalive",))
def _(place):
    return [place.nginx(f"keepalive_timeout 0; location / {{ {place.forward} }}")]


@row("a WebSocket that is opened late", also=("ws.upgrade-slow",), works="WebSocket")
def _(place):
    return [place.middle(up=LateUpgrade)]


class LateUpgrade(components.Passing):
    def feed(self, data):
        if b"Upgrade: websocket" in data:
            time.sleep(2.3)
        return data


# --- gateways that answer in the relay's place --------------------------------------------------------------------------------------------


def page(status, text, *headers):
    lines = " ".join(f"add_header {header} always;" for header in headers)
    return f"location / {{ default_type text/html; {lines} return {status} '<html><body>{text}</body></html>'; }}"


@row("F56 Cloudflare 524", "relay.down", says="Cloudflare")
def _(place):
    return [place.nginx(page(524, "error code: 524", "cf-ray 8a1b2c3d4e5f-FRA"))]


@row("F56 AWS load balancer", "relay.down", says="AWS load balancer")
def _(place):
    behind = place.enter(lab.nginx(page(504, "504 Gateway Time-out")))
    return [f"http://127.0.0.1:{place.enter(components.haproxy(behind, backend='http-response set-header Server awselb/2.0'))}/v1"]


@row("F56 block page", "http.not-relay", says="Zscaler")
def _(place):
    return [place.nginx(page(403, "This page is blocked by Zscaler"))]


@row("F31 HAProxy, nobody behind", "relay.down", says="HAProxy")
def _(place):
    return [f"http://127.0.0.1:{place.enter(components.haproxy(lab.free_port()))}/v1"]


# --- WebSockets ---------------------------------------------------------------------------------------------------------------------------

PLAIN = "proxy_pass http://127.0.0.1:{relay}; proxy_buffering off; proxy_set_header Host $host;"
UPGRADE = "proxy_set_header Upgrade $http_upgrade;"


@row("F30 nginx, no headers", "ws.upgrade-stripped", works="SSE streams")
def _(place):
    return [place.nginx(f"location / {{ {PLAIN.format(relay=place.relay)} }}")]


@row("F30 nginx, only Upgrade", "ws.upgrade-stripped", works="SSE streams")
def _(place):
    return [place.nginx(f"location / {{ {PLAIN.format(relay=place.relay)} proxy_http_version 1.1; {UPGRADE} }}")]


@row("F30 nginx, HTTP/1.0 upstream", "ws.upgrade-stripped", works="SSE streams")
def _(place):
    return [place.nginx(f"location / {{ {PLAIN.format(relay=place.relay)} {UPGRADE} proxy_set_header Connection upgrade; }}")]


@row("F30 HAProxy del-header", "ws.upgrade-stripped", works="requests with this key")
def _(place):
    return [place.haproxy(frontend="http-request del-header Upgrade")]


@row("F30 Apache ProxyPass", "ws.upgrade-stripped", works="SSE streams")
def _(place):
    return [f"http://127.0.0.1:{place.enter(components.apache(f'ProxyPass / http://127.0.0.1:{place.relay}/'))}/v1"]


@row("F30 squid, reverse", "ws.upgrade-stripped", works="SSE streams")
def _(place):
    port = place.enter(components.squid(f"cache_peer 127.0.0.1 parent {place.relay} 0 no-query originserver no-digest", "never_direct allow all",
                                        components.SQUID_OPEN, port_options="accel defaultsite=127.0.0.1"))  # fmt: skip
    place.enter(wiretap.genuine_forwarder(port, place.relay))
    return [f"http://127.0.0.1:{port}/v1"]


@row("F30 tinyproxy, reverse", "ws.upgrade-stripped", works="SSE streams")
def _(place):
    port = place.enter(lab.tinyproxy(f'ReversePath "/" "http://127.0.0.1:{place.relay}/"', "ReverseOnly Yes", 'ReverseBaseURL "http://127.0.0.1/"'))
    place.enter(wiretap.genuine_forwarder(port, place.relay))
    return [f"http://127.0.0.1:{port}/v1"]


def socket_path(place, text):
    return [place.nginx(f"location / {{ {place.forward} }} location /v1/doctor/ws {{ {text} }}")]


@row("F31 HAProxy deny", "ws.policy-denied", says="HAProxy")
def _(place):
    return [place.haproxy(defaults="option http-no-delay", frontend="http-request deny if { path_beg /v1/doctor/ws }")]


@row("F31 502", "ws.gateway", says="nginx")
def _(place):
    return socket_path(place, f"proxy_pass http://127.0.0.1:{lab.free_port()};")


@row("F31 504", "ws.gateway", says="proxy_read_timeout")
def _(place):
    return socket_path(place, f"proxy_pass http://127.0.0.1:{place.enter(components.silent_server())}; proxy_read_timeout 1s;")


@row("F31 a page of error", "ws.answered-by-web-page")
def _(place):
    return socket_path(place, "return 404;")


@row("F31 cut off", "ws.policy-denied")
def _(place):
    return socket_path(place, "return 444;")


@row("F31 429", "rate.limited-by-proxy")
def _(place):
    return socket_path(place, "default_type text/html; return 429 '<html>slow down</html>';")


@row("F32 h2 and h1", also=("ws.h2-mismatch",), never=STREAMS_WELL)
def _(place):
    authority = place.authority()
    port = place.enter(lab.nginx(f"location / {{ {place.forward} proxy_buffering off; }}", authority.issue_to_relay("edge"), listen="ssl http2"))
    return [f"https://localhost:{port}/v1", "--cacert", authority.certificate]


@row("F32 RFC 8441", also=("ws.rfc8441-available",), never=STREAMS_WELL)
def _(place):
    authority = place.authority()
    port = place.enter(components.haproxy(place.relay, certificate=authority.issue_to_relay("edge"), alpn="h2,http/1.1"))
    return [f"https://localhost:{port}/v1", "--cacert", authority.certificate]


@row("F32 no h2 (stunnel)", also=("http.no-h2",), never=STREAMS_WELL)
def _(place):
    authority = place.authority()
    port = place.enter(components.stunnel(place.relay, authority.issue_to_relay("edge")))
    return [f"https://localhost:{port}/v1", "--cacert", authority.certificate]


@row("F34 pings swallowed", "ws.ping-swallowed")
def _(place):
    return [place.middle(up=lambda: components.FrameFilter(PING))]


@row("F34 pongs swallowed", "ws.ping-swallowed", says="arrive at the relay")
def _(place):
    return [place.middle(down=lambda: components.FrameFilter(PONG))]


@row("F34 one way, to the relay", "ws.one-way")
def _(place):
    return [place.middle(down=lambda: components.FrameFilter(TEXT, BINARY))]


@row("F34 one way, to the client", "ws.one-way")
def _(place):
    return [place.middle(up=lambda: components.FrameFilter(TEXT, BINARY))]


@row("binary messages dropped", "ws.frame-blocked", says="binary")
def _(place):
    return [place.middle(up=lambda: components.FrameFilter(BINARY))]


@row("large messages dropped", "ws.frame-blocked", says="16 KiB did not come back")
def _(place):
    return [place.middle(up=LargeFrames)]


class LargeFrames(components.FrameFilter):
    """Drops frames of more than 8 KiB."""

    def drops(self, frame):
        return len(frame) > 8192


@row("WebSocket held back", "ws.buffered")
def _(place):
    return [place.middle(down=lambda: Dam(b"101 Switching", b"t_us", 3.4))]


class Dam(components.Passing):
    """Holds what follows the first part that holds the second text, for some seconds, on connections whose answer begins with the first."""

    def __init__(self, kind, text, wait_s):
        self.kind, self.text, self.wait_s = kind, text, wait_s
        self.is_mine = None

    def feed(self, data):
        if self.is_mine is None:
            self.is_mine = self.kind in data
        if self.is_mine and self.text in data and self.wait_s:
            time.sleep(self.wait_s)
            self.wait_s = 0
        return data


# --- streams ------------------------------------------------------------------------------------------------------------------------------


@row("F40 nginx stock", "sse.buffered-full", works="WebSocket")
def _(place):
    return [place.nginx(place.stream("buffering=default", forward=place.stock))]


@row("F40 nginx ignores X-Accel", "sse.buffered-full", works="WebSocket")
def _(place):
    return [place.nginx(place.stream("buffering=no", "proxy_ignore_headers X-Accel-Buffering;", forward=place.stock))]


@row("F44 nginx heeds X-Accel", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [place.nginx(place.stream("buffering=no", forward=place.stock))]


@row("F40 nginx proxy_cache", "sse.buffered-full", works="WebSocket")
def _(place):
    cache = "proxy_cache kept; proxy_cache_methods GET HEAD POST; proxy_cache_valid 200 1m; proxy_ignore_headers Cache-Control;"
    return [place.nginx(place.stream("buffering=default", cache, forward=place.stock), http="proxy_cache_path {folder}/cache keys_zone=kept:1m;")]


@row("F40 HAProxy wait-for-body", "sse.buffered-full", works="WebSocket")
def _(place):
    held = "http-response wait-for-body time 20s if { var(txn.path) -m beg /v1/doctor/stream }"
    return [place.haproxy(frontend="http-request set-var(txn.path) path", backend=held)]


@row("F41 nginx, 4 KB quanta", "sse.buffered-chunks", works="WebSocket")
def _(place):
    return [place.nginx(place.stream("buffering=default&pad_bytes=600", forward=place.stock))]


@row("F42 gzip without flush", "sse.compression-buffered")
def _(place):
    return [place.nginx(place.stream("gzip=unflushed", "proxy_buffering off;"))]


@row("F42 nginx gzip of its own", "sse.compression-buffered")
def _(place):
    """nginx compresses what it is allowed to gather: only clients that accept gzip wait."""
    return [place.nginx(place.stream("buffering=default", "gzip on; gzip_types text/event-stream; gzip_min_length 1; gzip_proxied any;"))]


@row("flushed every second", "sse.buffered-chunks")
def _(place):
    return [place.middle(down=lambda: components.Flushes(1.0))]


@row("F44 gzip with flush", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [place.nginx(place.stream("gzip=flushed", "proxy_buffering off;"))]


@row("streams by GET held back", also=("sse.get-buffered",))
def _(place):
    held = f"rewrite ^/get/(.*)$ /$1 break; {place.stock} proxy_ignore_headers X-Accel-Buffering;"
    choose = "if ($request_method = GET) { rewrite ^/(.*)$ /get/$1 last; }"
    return [place.nginx(f"location / {{ {place.forward} }} location = /v1/doctor/stream {{ {choose} {place.forward} }} location /get/ {{ internal; {held} }}")]


@row("buffer of 1 KB", "sse.buffer-threshold")
def _(place):
    return [place.middle(down=lambda: components.Quantum(1024))]


@row("F43 HAProxy coalesces", also=("sse.coalesced",), works="WebSocket")
def _(place):
    return [place.haproxy()]


@row("F44 HAProxy no-delay", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [place.haproxy(defaults="option http-no-delay")]


@row("F44 nginx gzip", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [place.nginx(f"location / {{ {place.forward} gzip on; gzip_types text/event-stream; gzip_min_length 1; proxy_buffering off; }}")]


@row("F44 Apache deflate", never=STREAMS_WELL, works="SSE streams")
def _(place):
    lines = (f"ProxyPass / http://127.0.0.1:{place.relay}/ upgrade=websocket", "SetOutputFilter DEFLATE")
    return [f"http://127.0.0.1:{place.enter(components.apache(*lines))}/v1"]


@row("F44 squid CONNECT", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return tunnelled(place, place.enter(components.squid(components.SQUID_OPEN)))


@row("F44 socat", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [f"http://127.0.0.1:{place.enter(components.socat(place.relay))}/v1"]


@row("F44 slow first token", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [place.nginx(place.stream("lead_ms=4000", "proxy_buffering off;"))]


@row("F44 150 ms jitter", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [place.middle(down=lambda: components.Jitter(0.15))]


@row("F44 slow to begin", never=STREAMS_WELL, works="SSE streams")
def _(place):
    """Each connection's first answer comes 250 ms late: distance, not a hold."""
    return [place.middle(down=lambda: components.FirstLate(0.25))]


@row("F44 thin line, 64 kbit/s", never=STREAMS_WELL, works="WebSocket", line=("64kbit",))
@row("F44 thin line both ways, 64 kbit/s", never=STREAMS_WELL, works="WebSocket", line=("64kbit", components.Ways.BOTH))
@row("F44 thin line that drops, 64 kbit/s", never=("net.mtu", "ws.frame", "ws.one-way"), works="WebSocket", line=("64kbit", components.Ways.BOTH, "1s"))
def _(place, line):
    authority, host = place.authority(), components.thin_host()
    edge = place.enter(lab.nginx(f"location / {{ {place.forward} proxy_buffering off; }}", authority.issue_to_relay("edge", f"IP:{host}")))
    port = place.enter(components.thin_line(host, edge, *line))
    return [f"https://{host}:{port}/v1", "--cacert", authority.certificate]


@row("F44 one pause of a second", never=STREAMS_WELL, works="SSE streams")
def _(place):
    return [place.middle(down=lambda: Dam(b"text/event-stream", b'"seq":4', 1.0))]


@row("F45 truncated", "sse.truncated")
def _(place):
    return [place.nginx(place.stream("interval_ms=3000", "proxy_read_timeout 1s;", "proxy_buffering off;"))]


@row("streams never answered", "sse.not-a-stream", works="WebSocket")
def _(place):
    silent = place.enter(components.silent_server())
    return [place.nginx(f"location / {{ {place.forward} }} location = /v1/doctor/stream {{ proxy_pass http://127.0.0.1:{silent}; }}")]


@row("held for longer than 10 s", "sse.buffered-full", works="WebSocket", says="not even the head", text=b"text/event-stream")
@row("body held for longer", "sse.buffered-full", works="WebSocket", says="0 came", text=b'"seq":1')
def _(place, text):
    dams = StreamDams(text)
    return [place.middle(up=dams.up, down=dams.down)]


class StreamDams:
    """Hold what follows a text for 12 s, on connections on which a stream of twelve events was asked for: neither of those that end at once
    nor of long answers."""

    def __init__(self, text):
        self.text = text
        self.last = None  # of a connection `up` is made first, then `down`

    def up(self):
        self.last = Asking(b"events=12")
        return self.last

    def down(self):
        return StreamDam(self.text, self.last)


class Asking(components.Passing):
    """Remembers whether something was asked for."""

    def __init__(self, text):
        self.text = text
        self.is_asked = False

    def feed(self, data):
        self.is_asked = self.is_asked or self.text in data
        return data


class StreamDam(Dam):
    def __init__(self, text, asking):
        super().__init__(b"", text, 12)
        self.asking = asking

    def feed(self, data):
        return super().feed(data) if self.asking.is_asked else data


@row("no [DONE]", also=("sse.no-done",))
def _(place):
    return [place.middle(down=lambda: components.Replace(b"e\r\ndata: [DONE]\n\n\r\n", b""))]


@row("no Cache-Control", also=("sse.hint-missing",), works="SSE streams")
def _(place):
    return [place.nginx(place.stream("buffering=no", "proxy_hide_header Cache-Control;"))]


# --- browsers -----------------------------------------------------------------------------------------------------------------------------

ORIGIN = ("--origin", "https://app.example")


@row("preflight needs a key", "cors.options-needs-auth")
def _(place):
    refuse = """if ($request_method = OPTIONS) { return 403 '{"error":{"message":"no key"}}'; }"""
    return [place.nginx(f"default_type application/json; location / {{ {refuse} {place.forward} }}"), *ORIGIN]


@row("preflight is never kept", also=("cors.not-cached",))
def _(place):
    again = "proxy_hide_header Access-Control-Max-Age; add_header Access-Control-Max-Age 0;"
    return [place.nginx(f"location / {{ {place.forward} {again} }}"), *ORIGIN]


@row("star and credentials", also=("cors.wildcard-with-credentials",))
def _(place):
    star = "proxy_hide_header Access-Control-Allow-Origin; add_header Access-Control-Allow-Origin *;"
    return [place.nginx(f"location / {{ {place.forward} {star} }}"), *ORIGIN]


# ------------------------------------------------------------------------------------------------------------------------------------------


def codes_of(document):
    return [finding["code"] for check in document["checks"] for finding in check["findings"]]


def cause_of(document, code):
    return " ".join(finding["cause"] for check in document["checks"] for finding in check["findings"] if finding["code"] == code)


def play(each, relay_port):
    """The diagnosis of a row, or the reason why it cannot be played here."""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        try:
            made = each.make(Lab(relay_port, folder, stack))
        except components.Absent as absent:
            return absent
        arguments, environment = made if isinstance(made, tuple) else (made, {})
        key = [] if "--key-env" in arguments else ["--key-env=LAB_KEY"]
        return doctor_matrix.doctor(*arguments, *key, environment=environment, expect_exit=each.exit_code, forms=(["--json"],))


class ComponentFaults(unittest.TestCase):
    def judge(self, each, document):
        root = document["summary"]["root_cause"]
        given = root["code"] if root else "healthy"
        doctor_matrix.MATRIX.append((each.fault, each.root or "healthy", given))
        trouble = json.dumps([check for check in document["checks"] if check["findings"]], indent=1)
        self.assertEqual(given, each.root or "healthy", trouble)
        codes = codes_of(document)
        for code in each.also:
            self.assertIn(code, codes, trouble)
        for beginning in each.never:
            self.assertFalse([code for code in codes if code.startswith(beginning)], trouble)
        if each.works:
            self.assertIn(each.works, " ".join(document["summary"]["works"]), trouble)
        states = {check["id"]: check["status"] for check in document["checks"]}
        for check, status in each.states:
            self.assertEqual(states.get(check), status, (check, document["checks"]))
        if each.says:
            self.assertIn(each.says, cause_of(document, each.root or each.also[0]), trouble)

    def test_rows(self):
        chosen = [each for each in ROWS if not WANTED or any(word in each.fault for word in WANTED)]
        with relay("fast") as server, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            playing = [(each, pool.submit(play, each, server.port)) for each in chosen]
            for each, future in playing:
                with self.subTest(fault=each.fault):
                    try:
                        document = future.result()
                    except Exception:
                        doctor_matrix.MATRIX.append((each.fault, each.root or "healthy", "no diagnosis"))
                        raise
                    if isinstance(document, components.Absent):
                        SKIPPED.append((each.fault, str(document)))
                        print(f"skipped: {each.fault}: {document}")
                    else:
                        self.judge(each, document)


WANTED = []  # words of the faults to play, from the command line; empty: all
SKIPPED = []

if __name__ == "__main__":
    WANTED = sys.argv[1:]
    outcome = unittest.main(verbosity=2, exit=False, argv=sys.argv[:1])
    searched = doctor_matrix.print_matrix()
    print(f"{len(SKIPPED)} rows skipped")
    right = outcome.result.wasSuccessful() and searched
    sys.exit(77 if right and not doctor_matrix.MATRIX else not right)
