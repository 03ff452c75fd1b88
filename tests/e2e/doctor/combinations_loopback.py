"""Rows of combinations_test.py that are played on loopback."""

import socket
import urllib.parse

import component_faults_test
import components
import hostile_test
import lab
import wiretap
from combinations_lab import (Asked, Reset, STREAM_HEAD, after, after_text, chunk, first_bytes_gathered, hold, later, of_event, on_each, one_behind, only_on,
                              replaced, reset, rows_of, shred, stream_page, whole)  # fmt: skip
from doctor_matrix import KEY
from hostile_test import Hostile, answer, as_relay, head_of

ROWS = []
row = rows_of("loopback", ROWS)
FLAKY = ("net.flaky",)

# --- this machine itself ------------------------------------------------------------------------------------------------------------------


@row("nothing listens on loopback", "tcp.refused", who="you", says="On this machine nothing listens", host="127.0.0.1")
@row("nothing listens on loopback, by name", "tcp.refused", who="you", host="localhost")
@row("nothing listens on loopback, IPv6", "tcp.refused", who="you", host="[::1]")
def _(place, host):
    return place.asked(lab.free_port(), "--quick", host=host)


@row("no proxy program on loopback", "proxy.refused", who="you", also=("proxy.unneeded",))
def _(place):
    return Asked(url=place.url, flags=("--quick", "--proxy", f"http://127.0.0.1:{lab.free_port()}"))


@row("healthy: localhost, and only IPv4 listens")
def _(place):
    return place.asked(place.relay, host="localhost")


@row("healthy: a proxy called localhost that only IPv4 has")
def _(place):
    port = place.enter(lab.tinyproxy())
    place.enter(wiretap.genuine_tunnel(port))
    return Asked(url=place.url, flags=("--proxy", f"http://localhost:{port}"))


@row("healthy: IPv6 loopback")
def _(place):
    path, port = components.program("socat"), lab.free_port()
    place.enter(lab.running(port, [path, f"TCP6-LISTEN:{port},bind=[::1],fork,reuseaddr", f"TCP:127.0.0.1:{place.relay}"], host="::1"))
    place.enter(wiretap.genuine_port(port))
    return place.asked(port, host="[::1]")


# --- healthy paths of other makes ---------------------------------------------------------------------------------------------------------


@row("healthy: nginx, large buffers", text="proxy_buffering on; proxy_buffers 16 64k; proxy_buffer_size 64k;")
@row("healthy: nginx, small buffers", text="proxy_buffering on; proxy_buffers 8 1k; proxy_buffer_size 1k; proxy_busy_buffers_size 2k;")
@row("healthy: nginx, requests passed on unbuffered", text="proxy_request_buffering off; tcp_nopush on; proxy_buffering off;")
@row("healthy: nginx, many headers", text="".join(f"add_header Set-Cookie 'c{i}=1'; add_header X-More-{i} value;" for i in range(40)))
@row("healthy: nginx with a Via of its own", text="add_header Via '1.1 front' always;")
@row("healthy: nginx cuts the challenge out", text="proxy_set_header X-HS-Challenge '';", also=("http.intermediary",))
@row("healthy: a generous limit of requests", text="limit_req zone=many burst=200 nodelay;")
@row("healthy: nginx cache and gzip that heed the relay", text="proxy_cache kept; gzip on; gzip_types text/event-stream application/json;")
def _(place, text):
    zones = "limit_req_zone $binary_remote_addr zone=many:1m rate=200r/s; proxy_cache_path {folder}/cache keys_zone=kept:1m;"
    return place.behind_nginx(f"location / {{ {place.forward} {text} }}", http=zones)


@row("healthy: another spelling of the stream's type", works="SSE streams")
def _(place):
    spelled = "proxy_hide_header Content-Type; add_header Content-Type 'Text/Event-Stream;Charset=UTF-8';"
    return place.behind_nginx(f"location / {{ {place.forward} }} location = /v1/doctor/stream {{ {place.forward} {spelled} }}")


@row("healthy: three nginx in a row")
def _(place):
    port = place.relay
    for _each in range(3):
        port = place.enter(lab.nginx(f"location / {{ {lab.FORWARD.format(relay=port)} }}"))
    return place.asked(port)


@row("healthy: under a path of its own", path="/relay/v1", server="location /relay/ {{ {forward_to}/; }}")
@row("healthy: another version", path="/api/v3", server="location /api/v3/ {{ {forward_to}/v1/; }}")
@row("healthy: a path behind the version", path="/v1/relay", server="location /v1/relay/ {{ {forward_to}/v1/; }}")
@row("healthy: the endpoint's URL", path="/relay/v1/chat/completions", server="location /relay/ {{ {forward_to}/; }}", may=("url.endpoint-in-base",))
@row("wrong path behind the version", "url.missing-v1", path="/v1/beta", server="location / {{ {forward_to}; }}")
@row("wrong version", "url.missing-v1", path="/v3", server="location / {{ {forward_to}; }}")
def _(place, path, server):
    forward = place.forward.replace(f"proxy_pass http://127.0.0.1:{place.relay};", "")
    port = place.enter(lab.nginx(server.format(forward_to=f"{forward} proxy_pass http://127.0.0.1:{place.relay}")))
    return place.asked(port, "--quick", path=path)


@row("healthy: HAProxy, TCP only", defaults="mode tcp")
@row("healthy: HAProxy, a connection each", defaults="option http-no-delay\n  option http-server-close")
@row("healthy: HAProxy closes each connection", defaults="option http-no-delay\n  option httpclose", also=("http.no-keepalive",))
@row("healthy: HAProxy compresses what it may", defaults="option http-no-delay", backend="compression algo gzip\n  compression type application/json")
def _(place, **how):
    return Asked(url=place.haproxy(**how))


@row("healthy: HAProxy, h2 frontend, TLS 1.2 alone", alpn="h2,http/1.1 ssl-max-ver TLSv1.2")
@row("healthy: HAProxy, TLS 1.3 alone", alpn="http/1.1 ssl-min-ver TLSv1.3")
def _(place, alpn):
    authority = place.authority()
    port = place.enter(components.haproxy(place.relay, certificate=authority.issue_to_relay("edge"), alpn=alpn))
    return place.asked(port, "--cacert", authority.certificate, scheme="https", host="localhost")


@row("healthy: HAProxy behind nginx")
def _(place):
    inner = place.enter(components.haproxy(place.relay, defaults="option http-no-delay"))
    return place.behind_nginx(f"location / {{ {lab.FORWARD.format(relay=inner)} proxy_buffering off; }}")


@row("healthy: nginx, TLS 1.2 and one cipher", text="ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;")
@row("healthy: nginx, no tickets, no sessions", text="ssl_session_tickets off; ssl_session_cache off; ssl_buffer_size 1k;")
@row("healthy: an address in the certificate", text="", host="127.0.0.1")
@row("healthy: the host's name in capitals", text="", host="LOCALHOST", may=("url.untidy",))
@row("healthy: a dot at the end of the name", text="", host="localhost.", may=("url.untidy",))
def _(place, text, host="localhost"):
    authority = place.authority()
    port = place.enter(lab.nginx(f"{text} location / {{ {place.forward} proxy_buffering off; }}", authority.issue_to_relay("edge")))
    return place.asked(port, "--quick", "--cacert", authority.certificate, scheme="https", host=host)


@row("healthy: Apache with TLS and h2")
def _(place):
    authority = place.authority()
    certificate, key = authority.issue_to_relay("edge")
    modules = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in ("ssl", "http2")]
    port = place.enter(components.apache(*modules, "Protocols h2 http/1.1", "SSLEngine on", f"SSLCertificateFile {certificate}", f"SSLCertificateKeyFile {key}",
                                         f"ProxyPass / http://127.0.0.1:{place.relay}/ upgrade=websocket"))  # fmt: skip
    return place.asked(port, "--cacert", authority.certificate, scheme="https", host="localhost")


@row("healthy: bytes in shreds of seven", how=shred)
@row("healthy: everything 150 ms later", how=later(0.15))
@row("healthy: a hint before each answer", how=None)
def _(place, how):
    if how:
        return place.asked(place.line(up=lambda number: how, down=lambda number: how))
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\nHTTP/1.1 "
    return place.asked(place.line(down=lambda number: replaced(b"HTTP/1.1 ", early)))


@row("healthy: Connection named twice in the 101")
def _(place):
    def how(data):
        head, found, rest = data.partition(b"\r\n\r\n")
        if found and head.startswith(b"HTTP/1.1 101"):
            head = head.replace(b"101 ", b"101 Switching\r\nConnection: keep-alive\r\nX-Reason: ", 1)
        yield head + found + rest

    return place.asked(place.line(down=lambda number: how))


@row("healthy: two proxies in a row")
def _(place):
    outer = place.enter(lab.tinyproxy())
    inner = place.enter(components.squid(f"cache_peer 127.0.0.1 parent {outer} 0 no-query no-digest", "never_direct allow all", components.SQUID_OPEN))
    place.enter(wiretap.genuine_tunnel(inner))
    return Asked(url=place.url, flags=("--proxy", f"http://127.0.0.1:{inner}"))


@row("healthy: the first token after 8 s")
def _(place):
    return place.behind_nginx(place.stream("lead_ms=8000", "proxy_buffering off;"))


DATA = b'data: {"seq":%d,"t_us":%d}'
STREAMS = {
    "line ends of two bytes": {"render": lambda n, t: DATA % (n, t) + b"\r\n\r\n", "opening": b": ok\r\n\r\n", "done": b"data: [DONE]\r\n\r\n"},
    "line ends of a carriage return": {"render": lambda n, t: DATA % (n, t) + b"\r\r", "opening": b": ok\r\r", "done": b"data: [DONE]\r\r"},
    "all fields": {"render": lambda n, t: b"event: message\nid: %d\nretry: 3000\n" % n + DATA % (n, t) + b"\n\n"},
    "comments between": {"render": lambda n, t: b": ping\n\n" + DATA % (n, t) + b"\n\n: after\n\n"},
    "data in two lines": {"render": lambda n, t: b'data: {"seq":%d,\ndata: "t_us":%d}\n\n' % (n, t)},
    "no blank behind the colon": {"render": lambda n, t: b'data:{"seq":%d,"t_us":%d}\n\n' % (n, t), "done": b"data:[DONE]\n\n"},
    "a byte-order mark": {"render": lambda n, t: DATA % (n, t) + b"\n\n", "opening": b"\xef\xbb\xbf: ok\n\n"},
    "chunks with extensions, and trailers": {
        "render": lambda n, t: DATA % (n, t) + b"\n\n", "head": STREAM_HEAD + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
        "framed": lambda data: chunk(data).replace(b"\r\n", b";name=value\r\n", 1), "end": b"0\r\nX-Sum: 1\r\n\r\n"},
    "HTTP/1.0": {"render": lambda n, t: DATA % (n, t) + b"\n\n", "head": STREAM_HEAD.replace(b"1.1", b"1.0") + b"Connection: close\r\n"},
}  # fmt: skip


def of_make(page):
    def make(place):
        peer = place.enter(Hostile(as_relay({"/v1/doctor/stream": page})))
        return place.asked(peer.port, "--only", "sse.*")

    return make


for name, how in STREAMS.items():
    row(f"healthy: a stream with {name}", works="SSE streams")(of_make(stream_page(**how)))


# --- two at once --------------------------------------------------------------------------------------------------------------------------

BUFFERED = "location /v1/doctor/stream {{ {stock} proxy_ignore_headers X-Accel-Buffering; }}"


@row("streams buffered and upgrades stripped", "sse.buffered-full", also=("ws.upgrade-stripped",))
def _(place):
    plain = component_faults_test.PLAIN.format(relay=place.relay)
    return place.behind_nginx(f"location / {{ {plain} proxy_http_version 1.1; }} {BUFFERED.format(stock=place.stock)}")


@row("streams buffered and long requests refused", "http.body-limit", also=("sse.buffered-full",), works="WebSocket")
def _(place):
    return place.behind_nginx(f"client_max_body_size 1k; location / {{ {place.forward} }} {BUFFERED.format(stock=place.stock)}")


@row("a limit of requests and of their length", "rate.limited-by-proxy", also=("http.body-limit",))
def _(place):
    limited = "default_type text/html; return 429 '<html>slow down</html>';"
    return place.behind_nginx(f"client_max_body_size 1k; location / {{ {place.forward} }} location /v1/models {{ {limited} }}", "--quick")


REFUSAL = "location /v1/models {{ default_type application/json; return {status} '{{\"error\":{{\"message\":\"no\"}}}}'; }}"


@row("a refused key and buffered streams", "auth.invalid-key", also=("sse.buffered-full",))
def _(place):
    return place.behind_nginx(f"location / {{ {place.forward} }} {REFUSAL.format(status=401)} {BUFFERED.format(stock=place.stock)}")


@row("an expired certificate and a refused key", "tls.expired", never=("auth.invalid-key",))
def _(place):
    authority = place.authority()
    port = place.enter(lab.nginx(f"location / {{ {place.forward} }} {REFUSAL.format(status=401)}", authority.issue("edge", days=-3)))
    return place.asked(port, "--quick", "--cacert", authority.certificate, scheme="https", host="localhost")


@row("no /v1 and a model that nobody has", "url.missing-v1")
def _(place):
    return place.asked(place.relay, "--quick", "-m", "gpt-4o-minii", path="")


@row("an unknown model and upgrades stripped", "model.unknown", also=("ws.upgrade-stripped",))
def _(place):
    plain = component_faults_test.PLAIN.format(relay=place.relay)
    return place.behind_nginx(f"location / {{ {plain} proxy_http_version 1.1; }}", "--quick", "-m", "gpt-4o-minii")


@row("a proxy wants a login, and the URL is not encrypted", "url.insecure-scheme")
def _(place):
    port = place.enter(lab.tinyproxy("BasicAuth somebody secret"))
    return Asked(url="http://relay.example/v1", flags=("--quick", "--proxy", f"http://127.0.0.1:{port}"))


@row("a proxy wants a login, and streams are buffered behind it", "proxy.auth-required", also=("proxy.unneeded",))
def _(place):
    url = place.nginx(f"location / {{ {place.forward} }} {BUFFERED.format(stock=place.stock)}")
    return Asked(url=url, flags=("--quick", "--proxy", f"http://127.0.0.1:{place.enter(lab.tinyproxy('BasicAuth somebody secret'))}"))


@row("inspection, an untrusted authority, and a refused key", "tls.intercepted-untrusted", never=("auth.invalid-key", "http.not-relay"))
def _(place):
    arguments, environment = component_faults_test.bumped(place, trusted=False)
    return Asked(url=arguments[0], flags=("--quick", *arguments[1:]), environment=environment)


# --- who answers in the relay's place -----------------------------------------------------------------------------------------------------


def models_answer(place, text, *flags):
    return place.behind_nginx(f"location / {{ {place.forward} }} location /v1/models {{ {text} }}", "--quick", *flags)


HTML = "default_type text/html; {more} return {status} '<html><body>{text}</body></html>';"
JSON = "default_type application/json; {more} return {status} '{{\"error\":{{\"message\":\"no\",\"type\":\"x\"}}}}';"


@row("401 as a page", "auth.invalid-key", says="not in the relay's way", text=HTML.format(status=401, text="Authorization Required", more=""))
@row("403 as a page", "net.waf-block", text=HTML.format(status=403, text="Forbidden", more=""))
@row("403 as JSON", "auth.forbidden", text=JSON.format(status=403, more=""))
@row("429 as JSON, until a date", "rate.limited-by-relay", says="GMT", text=JSON.format(status=429, more="add_header Retry-After 'Fri, 31 Dec 2027 23:59:59 GMT' always;"))
@row("429 as JSON, nothing said", "rate.limited-by-relay", text=JSON.format(status=429, more=""))
@row("429 as a page that says when", "rate.limited-by-proxy", text=HTML.format(status=429, text="slow down", more="add_header Retry-After 7 always;"))
@row("503 as JSON", "relay.down", says="The relay answers", text=JSON.format(status=503, more=""))
@row("503 as a page", "relay.down", says="nginx", text=HTML.format(status=503, text="Service Temporarily Unavailable", more=""))
@row("a login page in place of the models", "auth.dropped-by-redirect", text="return 302 https://login.example/;")
@row("402 as a page", "auth.quota", text=HTML.format(status=402, text="Payment Required", more=""))
def _(place, text):
    return models_answer(place, text)


@row("429 by HAProxy", "rate.limited-by-proxy")
def _(place):
    return Asked(url=place.haproxy(frontend="http-request deny deny_status 429 if { path_beg /v1/models }"), flags=("--quick",))


@row("HAProxy denies bodies of some length", "http.body-limit")
def _(place):
    return Asked(url=place.haproxy(defaults="option http-no-delay", frontend="http-request deny deny_status 403 if { req.body_size gt 10000 }\n  option http-buffer-request"),
                 flags=("--quick",))  # fmt: skip


@row("a password of the web server before everything", "http.not-relay")
def _(place):
    (place.folder / "users").write_text("somebody:{PLAIN}secret\n")
    return place.behind_nginx(f"auth_basic private; auth_basic_user_file {place.folder}/users; location / {{ {place.forward} }}", "--quick")


# --- cut, held and kept -------------------------------------------------------------------------------------------------------------------


@row("reset after 8 kB upwards", "http.body-limit", up=after(8192, reset))
@row("silence after 8 kB upwards", "http.body-limit", up=after(8192, hold))
def _(place, up):
    return place.asked(place.line(up=on_each(up)), "--quick")


@row("413 said early, and the connection closed", "http.body-limit")
def _(place):
    def page(_hostile, connection, head):
        length = int(hostile_test.header(head, "content-length") or 0)
        connection.sendall(answer("413 Too Large", b"{}") if length > 1000 else answer("200 OK", b"{}"))

    return place.asked(place.enter(Hostile(as_relay({"/v1/doctor/body": page}))).port, "--only", "http.body")


@row("streams cut after five events", "sse.truncated", then=reset)
@row("streams silent after five events", "sse.truncated", then=hold)
def _(place, then):
    return place.asked(place.line(down=on_each(after_text(b'"seq"', 5, then, only=b"text/event-stream"))))


@row("WebSockets cut after five messages", "ws.cut")
def _(place):
    return place.asked(place.line(down=on_each(after_text(b'"seq"', 5, reset, only=b"101 Switching"))))


@row("streams are cut once", also=FLAKY, only=b"text/event-stream", cuts=3, check="sse.finish")
@row("a WebSocket is cut once", also=FLAKY, only=b"101 Switching", cuts=1, check="ws.stream")
def _(place, only, cuts, check):
    """`cuts`: as many as are played at the same time."""
    struck = []

    def make(_number):
        how = after_text(b'"seq"', 5, reset, only=only)()

        def bounded(data):
            try:
                yield from how(data) if len(struck) < cuts else whole(data)
            except Reset:
                struck.append(True)
                raise

        return bounded

    return place.asked(place.line(down=make), "--only", check)


@row("the first answer never comes", also=FLAKY, then=hold)
@row("the first answer is cut off", also=FLAKY, then=reset)
def _(place, then):
    struck = []

    def up(number):
        def how(data):
            if b"/doctor/hello" in data and not struck:
                struck.append(number)
            yield data

        return how

    def down(number):
        return lambda data: (then if struck == [number] else whole)(data)

    return place.asked(place.line(up=up, down=down), "--quick", "--only", "http.identity")


@row("one of two servers is ill", one_of=("healthy", "relay.down", "ws.gateway"), exits=(0, 98), also=FLAKY)
def _(place):
    servers = f"upstream both {{ server 127.0.0.1:{place.relay} max_fails=0; server 127.0.0.1:{lab.free_port()} max_fails=0; }}"
    forward = place.forward.replace(f"http://127.0.0.1:{place.relay}", "http://both")
    asked = place.behind_nginx(f"location / {{ {forward} proxy_next_upstream off; }}", "--quick", http=servers.replace("{", "{{").replace("}", "}}"))
    place.enter(wiretap.genuine_port(urllib.parse.urlsplit(asked.url).port))
    return asked


# --- streams that are taken apart, and the beginning or the next event waited for -----------------------------------------------------------

EVENTS = b"text/event-stream"
ERROR = b'data: {"error":{"message":"upstream gone"}}\n\n'


@row("an event is lost", "sse.altered", says="event 5 did not come", how=of_event(b"5", lambda event: b""))
@row("events come twice", "sse.altered", says="came twice", how=of_event(rb"\d+", lambda event: chunk(event) * 2))
@row("a gateway's own error ends streams", "sse.truncated", says="upstream gone",
     how=after_text(b'"seq":6', 0, lambda data: iter((chunk(ERROR) + b"0\r\n\r\n",)), only=EVENTS))  # fmt: skip
@row("streams wait for their first 350 bytes", also=("sse.held-at-first",), says="The first", how=only_on(EVENTS, first_bytes_gathered(350)))
@row("each event waits for the next", also=("sse.one-behind",), says="the last one in time", how=only_on(EVENTS, one_behind(b"0\r\n\r\n")))
def _(place, how):
    return place.asked(place.line(down=on_each(how)))


@row("a coding that nobody offered", "sse.compression-broken", works="WebSocket")
def _(place):
    coded = "set $coding ''; if ($http_accept_encoding = gzip) { set $coding br; } add_header Content-Encoding $coding;"
    return place.behind_nginx(f"location / {{ {place.forward} }} location = /v1/doctor/stream {{ {place.forward} {coded} }}")


@row("healthy: every answer up to 400 ms late")
def _(place):
    return Asked(url=place.middle(down=lambda: components.Jitter(0.4)))


@row("long answers are held, and streams are not", "http.answer-held", never=("net.mtu-blackhole-down",), works="SSE streams")
def _(place):
    held = set()

    def up(number):
        def how(data):
            if b"pad_bytes=12000" in data:
                held.add(number)
            yield data

        return how

    def down(number):
        return lambda data: (hold if number in held else whole)(data)

    return place.asked(place.line(up=up, down=down))


# --- WebSockets that open and then do not do -----------------------------------------------------------------------------------------------

SHUT = {"opened and closed with 1013": ("ws.gateway", b"\x88\x02\x03\xf5"), "opened and closed with 1008": ("ws.policy-denied", b"\x88\x02\x03\xf0")}


def opened_with(frames):
    return lambda place: place.asked(place.enter(Hostile(hostile_test.websocket(frames))).port, "--only", "ws.echo")


for name, (code, frame) in SHUT.items():
    row(f"WebSockets {name}", code)(opened_with(frame))


WEBSOCKET = b"101 Switching"


@row("WebSockets die of their first frame", "ws.cut")
def _(place):
    def strict(_number):
        seen = []

        def how(data):
            seen.append(b"Upgrade: websocket" in data)
            yield from (reset if seen[0] and len(seen) > 1 else whole)(data)

        return how

    return place.asked(place.line(up=strict), "--quick")


@row("WebSockets die of more than 8 kB", "ws.frame-blocked", says="small messages come back")
def _(place):
    return place.asked(place.line(up=on_each(only_on(b"Upgrade: websocket", after(8192, reset)))), "--quick")


@row("WebSocket messages of more than 64 KiB get lost", "ws.frame-blocked", says="65 KiB")
def _(place):
    return Asked(url=place.middle(up=LongFrames), flags=("--quick",))


class LongFrames(components.FrameFilter):
    """Drops frames of more than 64 KiB."""

    def drops(self, frame):
        return len(frame) > 65536


@row("the last WebSocket frame waits for the next", "ws.buffered", says="only when more was sent")
def _(place):
    return Asked(url=place.middle(down=LastFrame), flags=("--quick",))


class LastFrame(components.FrameFilter):
    """Lets a frame go when it has the next one."""

    kept = b""

    def feed(self, data):
        out = super().feed(data)
        if self.in_head or not self.is_websocket or out.startswith(b"HTTP/"):
            return out
        kept, self.kept = self.kept, out or self.kept
        return kept if out else b""


# --- proxies that are none, or want other things ------------------------------------------------------------------------------------------


def own_proxy(place, serve, *flags, **environment):
    peer = place.enter(Hostile(serve))
    return Asked(url=place.url, flags=("--quick", "--proxy", f"http://127.0.0.1:{peer.port}", *flags), environment=environment)


def says(data):
    def serve(_hostile, connection):
        head_of(connection)
        connection.sendall(data)

    return serve


NTLM = answer("407 Proxy Authentication Required", b"", "Proxy-Authenticate: Negotiate", "Proxy-Authenticate: NTLM")


@row("a proxy that wants NTLM", "proxy.auth-required", serve=says(NTLM))
@row("a proxy that closes at once", "proxy.closed", serve=lambda hostile, connection: head_of(connection))
@row("a proxy that redirects", "proxy.not-a-proxy", serve=says(answer("302 Found", b"", "Location: http://intranet.example/")))
@row("a proxy that never answers", "proxy.upstream-fail", serve=lambda hostile, connection: hostile.over.wait(30))
@row("a mail server for a proxy", "proxy.not-a-proxy", serve=says(b"220 mail.example ESMTP\r\n500 what?\r\n"))
@row("a secure shell for a proxy", "proxy.not-a-proxy", serve=says(b"SSH-2.0-OpenSSH_9.2p1\r\n"))
def _(place, serve):
    return own_proxy(place, serve)


@row("a login for a proxy that wants NTLM", "proxy.auth-rejected", says="Negotiate, NTLM")
def _(place):
    return own_proxy(place, says(NTLM), "--proxy-auth-env", "LOGIN", LOGIN="somebody:secret-9")


@row("squid that finds no such name", "proxy.upstream-fail")
def _(place):
    port = place.enter(components.squid(components.SQUID_OPEN, "dns_timeout 2 seconds"))
    return Asked(url="https://nowhere.invalid/v1", flags=("--quick", "--proxy", f"http://127.0.0.1:{port}"))


@row("a TLS port for a proxy", "proxy.not-a-proxy")
def _(place):
    authority = place.authority()
    port = place.enter(lab.nginx("location / { return 200; }", authority.issue("edge")))
    return Asked(url=place.url, flags=("--quick", "--proxy", f"http://127.0.0.1:{port}"))


# --- keys and URLs as people have them ----------------------------------------------------------------------------------------------------


def with_key_file(place, data):
    path = place.folder / "key"
    path.write_bytes(data)
    return path


@row("healthy: a key file with a line end", data=KEY.encode() + b"\n", may=("key.whitespace",))
@row("a key file from Windows", "key.whitespace", data=KEY.encode() + b"\r\n")
@row("a key file with a byte-order mark", "key.invisible-char", data=b"\xef\xbb\xbf" + KEY.encode())
@row("a key file in UTF-16", "key.invisible-char", data=("\ufeff" + KEY).encode("utf-16-le"))
@row("a key file with a second line", "key.whitespace", data=KEY.encode() + b"\nold: none\n")
@row("a key file with a whole header", "key.bearer-prefix", data=b"Authorization: Bearer " + KEY.encode())
def _(place, data):
    return place.asked(place.relay, "--quick", "--key-file", with_key_file(place, data))


@row("a SOCKS server for a proxy", one_of=("proxy.not-a-proxy", "proxy.closed"))
def _(place):
    def serve(_hostile, connection):
        connection.recv(3)
        connection.sendall(b"\x05\xff")
        connection.shutdown(socket.SHUT_RDWR)

    return own_proxy(place, serve)
