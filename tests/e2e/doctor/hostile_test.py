"""Peers that mean harm: doctor ends in time, within bounded memory, with a finding, and shows no control characters."""

import base64
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import random
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib

import doctor_matrix
import harness
import lab
import wiretap
from doctor_matrix import KEY, environment_of, holds

BOUND_S = 45
MOST_RSS_KIB = 64 << 10
AT_ONCE = 10
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m"


PLAY_RELAYS = set()  # those that serve as the relay, whose key they may have


class Hostile:
    """Serves every connection with `serve(connection)` in a thread, until the block ends."""

    def __init__(self, serve, tls=None):
        self.serve = serve
        self.tls = tls
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.over = threading.Event()
        self.declared = contextlib.ExitStack()

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        if self.serve in PLAY_RELAYS:
            self.declared.enter_context(wiretap.genuine_port(self.port))
        return self

    def __exit__(self, *_):
        self.declared.close()
        self.over.set()
        self.listener.close()

    def accept(self):
        while not self.over.is_set():
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with contextlib.suppress(OSError, ssl.SSLError, ValueError):
            connection.settimeout(BOUND_S)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self.serve(self, connection)
        with contextlib.suppress(OSError):
            connection.close()

    def flood(self, connection, block):
        """The same bytes until nobody listens."""
        while not self.over.is_set():
            connection.sendall(block)


def head_of(connection):
    data = b""
    while b"\r\n\r\n" not in data and len(data) < 65536:
        block = connection.recv(4096)
        if not block:
            raise OSError("closed")
        data += block
    return data.split(b"\r\n\r\n", 1)[0].decode("latin-1")


def header(head, name):
    return next((line.split(": ", 1)[1] for line in head.split("\r\n") if line.lower().startswith(name + ": ")), "")


def answer(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def as_relay(pages):
    """A relay that proves itself, so that doctor goes on to the pages that are hostile: {beginning of the path: serve(hostile, connection, head)}."""

    def serve(hostile, connection):
        head = head_of(connection)
        path = head.split(" ")[1]
        for beginning, page in pages.items():
            if path.startswith(beginning):
                return page(hostile, connection, head)
        if path.startswith("/v1/doctor/hello"):
            hello = {"doctor": 1, "challenge": header(head, "x-hs-challenge"), "received_headers": {"upgrade": "websocket"}}
            return connection.sendall(answer("200 OK", json.dumps(hello).encode(), "Content-Type: application/json"))
        if path.startswith("/v1/models"):
            return connection.sendall(answer("200 OK", b'{"data":[{"id":"gpt-4o"}]}', "Content-Type: application/json"))
        return connection.sendall(answer("404 Not Found", b'{"error":{"message":"no"}}', "Content-Type: application/json"))

    PLAY_RELAYS.add(serve)
    return serve


def page(data):
    return lambda hostile, connection, head: connection.sendall(data)


def everywhere(data):
    def serve(hostile, connection):
        head_of(connection)
        connection.sendall(data)

    return serve


def endless(opening, block):
    def serve(hostile, connection):
        head_of(connection)
        connection.sendall(opening)
        hostile.flood(connection, block)

    return serve


def endless_page(opening, block):
    def serve(hostile, connection, head):
        connection.sendall(opening)
        hostile.flood(connection, block)

    return serve


def drop_by_drop(hostile, connection):
    head_of(connection)
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
        connection.sendall(bytes([byte]))
        if hostile.over.wait(0.4):
            return


def good_stream(hostile, connection, head):
    """As the pages of a relay send it: whatever is told of such a peer is told of its WebSocket."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\n: ok\n\n")
    began = time.monotonic()
    for i in range(12):
        hostile.over.wait(max(0, began + 0.3 * i - time.monotonic()))
        connection.sendall(f'data: {{"seq":{i + 1},"t_us":{int((time.monotonic() - began) * 1e6)}}}\n\n'.encode())
    connection.sendall(b"data: [DONE]\n\n")


def websocket(frames, endless_frame=b""):
    def serve(hostile, connection, head):
        accept = base64.b64encode(hashlib.sha1(header(head, "sec-websocket-key").encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
        connection.sendall(f"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode() + frames)
        if endless_frame:
            hostile.flood(connection, endless_frame)
        hostile.over.wait(BOUND_S)

    return as_relay({"/v1/doctor/ws": serve, "/v1/doctor/body": page(answer("200 OK", b"{}")), "/v1/doctor/stream": good_stream})


def tls_garbage(opening):
    def serve(hostile, connection):
        connection.recv(2048)
        connection.sendall(opening)
        hostile.flood(connection, random.Random(7).randbytes(4096))

    return serve


def event_stream(lines):
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + lines


def bomb(unpacked_mib):
    """Made piece by piece: what a child process starts from counts into its memory."""
    packer = zlib.compressobj(wbits=31)
    return b"".join([packer.compress(b"\0" * (1 << 20)) for _ in range(unpacked_mib)] + [packer.flush()])


BOMB = bomb(64)
HTML = b"<html><script>alert(document.cookie)</script>" + ESCAPES.encode("latin-1") + b"</html>"

PLAIN = {
    "endless header": endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 65536),
    "endless headers": endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n" * 1000),
    "endless status line": endless(b"HTTP/1.1 200 ", b"OK" * 4096),
    "endless 100 Continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "error body of 1 GiB": endless(b"HTTP/1.1 500 Error\r\nContent-Length: 1073741824\r\n\r\n", b"\0" * 65536),
    "endless error body": endless(b"HTTP/1.1 500 Error\r\n\r\n", b"x" * 65536),
    "escapes everywhere": everywhere(answer(f"503 {ESCAPES}", ESCAPES.encode("latin-1") * 100, f"Server: {ESCAPES}", f"Via: {ESCAPES}", f"Content-Type: {ESCAPES}")),
    "escapes in headers": everywhere(answer("503 Busy", b"{}", f"Server: {ESCAPES}", f"Via: {ESCAPES}", "X-Cache: \xff\xfe", f"Content-Type: {ESCAPES}")),
    "bidirectional marks": everywhere(answer("503 Busy", b"{}", "Server: \xe2\x80\xaeevil\xe2\x80\xac", "Via: \xc2\x9b31m")),
    "the key sent back": as_relay({"/v1/models": page(answer("401 Unauthorized", b'{"error":{"message":"' + KEY.encode() + b'"}}', f"Server: {KEY}",
                                                             "Via: " + base64.b64encode(b"a:" + KEY.encode()).decode(), f"X-Cache: Bearer {KEY}",
                                                             f"Location: https://other.test/?key={KEY}", "Content-Type: application/json"))}),
    "escapes in a redirect": everywhere(answer("302 Found", b"", f"Location: https://other.test/{ESCAPES}?token=abc")),
    "redirect to itself": everywhere(answer("302 Found", b"", "Location: /v1/doctor/hello")),
    "HTML with scripts": everywhere(answer("200 OK", HTML, "Content-Type: text/html")),
    "invalid UTF-8": everywhere(answer("200 OK", b'{"challenge":"\xff\xfe\xc0\x80"}' * 50, "Content-Type: application/json; \xff\xfe")),
    "nested JSON": everywhere(answer("200 OK", b'{"challenge":' + b"[" * 200_000, "Content-Type: application/json")),
    "gzip bomb": everywhere(answer("200 OK", BOMB, "Content-Encoding: gzip", "Content-Type: application/json")),
    "chunk of 2^64": everywhere(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx"),
    "endless chunk extension": endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x" * 65536),
    "length of 2^64": everywhere(b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\nx"),
    "status out of range": everywhere(b"HTTP/1.1 99999999999999999999 X\r\n\r\n"),
    "zero bytes": endless(b"", b"\0" * 65536),
    "drop by drop": drop_by_drop,
    "closes at once": lambda hostile, connection: None,
    "escapes in the refusal of a key": as_relay({"/v1/models": page(answer(f"401 {ESCAPES}", b'{"error":{"message":"' + ESCAPES.encode("latin-1") + KEY.encode() + b'"}}',
                                                                           f"X-Request-Id: {ESCAPES}", f"Server: {KEY}", "Content-Type: application/json"))}),
    "escapes in names of models": as_relay({"/v1/models": page(answer("200 OK", json.dumps({"data": [{"id": f"gpt-4o-{ESCAPES}"}] * 1500}).encode()))}),
    "endless list of models": as_relay({"/v1/models": endless_page(b'HTTP/1.1 200 OK\r\n\r\n{"data":[', b'{"id":"gpt-4o"},' * 1000)}),
    "endless event": as_relay({"/v1/doctor/stream": endless_page(event_stream(b"data: "), b"x" * 65536)}),
    "endless events": as_relay({"/v1/doctor/stream": endless_page(event_stream(b""), b'data: {"seq":1,"t_us":-9223372036854775808}\n\n' * 100)}),
    "stream that is a gzip bomb": as_relay({"/v1/doctor/stream": page(answer("200 OK", BOMB, "Content-Encoding: gzip", "Content-Type: text/event-stream"))}),
    "events of mad times": as_relay({"/v1/doctor/stream": page(event_stream(b"".join(
        f'data: {{"seq":{i},"t_us":{t}}}\n\n'.encode() for i, t in enumerate([9223372036854775807, -9223372036854775808] * 6))))}),
    "WebSocket: reserved bits": websocket(b"\xf1\x05hello"),
    "WebSocket: masked by the server": websocket(b"\x81\x85\0\0\0\0hello"),
    "WebSocket: frame of 2^63": websocket(b"\x82\x7f" + struct.pack(">Q", (1 << 63) - 1), b"x" * 65536),
    "WebSocket: frame of 1 GiB": websocket(b"\x82\x7f" + struct.pack(">Q", 1 << 30), b"x" * 65536),
    "WebSocket: endless fragments": websocket(b"\x01\x01a", b"\x00\x7e\x40\x00" + b"x" * 0x4000),
    "WebSocket: empty fragments": websocket(b"\x01\x00", b"\x00\x00" * 4096),
    "WebSocket: endless pings": websocket(b"", b"\x89\x7d" + b"p" * 125),
    "WebSocket: endless messages": websocket(b"", b"\x81\x05hello" * 1000),
    "WebSocket: escapes in the close": websocket(b"\x88\x10\x03\xe8" + ESCAPES.encode()[:14].ljust(14, b"x")),
    "WebSocket: long control frame": websocket(b"\x89\x7e\x10\x00" + b"x" * 4096),
}  # fmt: skip
TLS = {
    "TLS: garbage": tls_garbage(b""),
    "TLS: records without end": tls_garbage(b"\x16\x03\x03\xff\xff"),
    "TLS: alerts without end": lambda hostile, connection: hostile.flood(connection, b"\x15\x03\x03\x00\x02\x01\x00" * 500),
    "TLS: a huge hello": lambda hostile, connection: (connection.sendall(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff"), hostile.flood(connection, b"\x16\x03\x03\x40\x00" + b"\0" * 16384)),
}  # fmt: skip
# What these send may be taken for less than harm: some doors stay open, and the rest of the path is fine.
MORE_FLAGS = {"escapes in names of models": ["-m", "gpt-4o-mini"], "endless list of models": ["-m", "gpt-4"]}


class Outcome:
    def __init__(self, code, out, err, seconds, rss_kib):
        self.code, self.out, self.err, self.seconds, self.rss_kib = code, out, err, seconds, rss_kib


def measured(*arguments):
    """One run, ended after the bound, with the most memory that it had."""
    with wiretap.tapped(environment_of()) as tape:
        return measured_in(tape.environment, *arguments)


def measured_in(environment, *arguments):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen([harness.binary(), "doctor", *map(str, arguments)], stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=environment)
        timer = threading.Timer(BOUND_S + 15, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)  # so that nobody waits for it again
        out.seek(0)
        err.seek(0)
        return Outcome(process.returncode, out.read(), err.read(), time.monotonic() - began, usage.ru_maxrss)


def strings_in(value):
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from strings_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings_in(each)
    elif isinstance(value, str):
        yield value


def is_control(character):
    """Of C0 and C1, and what turns the direction of text around."""
    code = ord(character)
    return code < 32 or 127 <= code < 160 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069


def problems_with(done, name, form):
    """What is wrong with the outcome of a run against a hostile peer."""
    text = (done.out + done.err).decode("utf-8", "strict")
    if done.code not in (98, 99):
        yield f"exit code {done.code}"
    if done.seconds > BOUND_S:
        yield f"took {done.seconds:.1f} s"
    if done.rss_kib > MOST_RSS_KIB and not harness.is_instrumented():
        yield f"took {done.rss_kib} KiB"
    if any(is_control(character) and character != "\n" for character in text):
        yield f"control characters in {text!r}"
    if holds(text, KEY):
        yield "the key"
    if form == "--json":
        document = json.loads(done.out)
        if any(is_control(character) for string in strings_in(document) for character in string):
            yield "control characters inside the document"
        root = document["summary"]["root_cause"]
        if done.code == 99 and not root["fix"]:
            yield "no fix"
        if name.startswith("WebSocket") and not (root and root["code"].startswith("ws.")):
            yield f"blames {root and root['code']}"


class HostilePeers(unittest.TestCase):
    def judge(self, runs):
        """{(name, form): arguments}, side by side."""
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            futures = {key: pool.submit(measured, *arguments) for key, arguments in runs.items()}
        for (name, form), future in futures.items():
            done = future.result()
            with self.subTest(peer=name, form=form):
                problems = list(problems_with(done, name, form))
                code = (json.loads(done.out)["summary"]["root_cause"] or {"code": "undecided"})["code"] if form == "--json" and done.out else ""
                if code:
                    print(f"  {name:<36} {done.code} {code:<28} {done.seconds:5.1f} s {done.rss_kib / 1024:5.1f} MiB", file=sys.stderr)
                self.assertEqual(problems, [])

    def test_none_hangs_crashes_swells_or_gets_at_the_terminal(self):
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            runs = {}
            peers = [(name, serve, None) for name, serve in {**PLAIN, **TLS}.items()]
            peers.append(("TLS: escapes in the certificate", everywhere(answer("200 OK", HTML)), self.evil_certificate(folder)))
            for name, serve, tls in peers:
                peer = stack.enter_context(Hostile(serve, tls))
                scheme = "https" if name.startswith("TLS") else "http"
                for form in ("--json", "--no-color"):
                    runs[name, form] = [f"{scheme}://127.0.0.1:{peer.port}/v1", "--key-env=LAB_KEY", form, *MORE_FLAGS.get(name, [])]
            for name in ("endless header", "endless headers", "escapes everywhere", "drop by drop", "zero bytes"):
                peer = stack.enter_context(Hostile(PLAIN[name]))
                runs["proxy: " + name, "--json"] = ["http://localhost:1/v1", "--key-env=LAB_KEY", "--proxy", f"http://127.0.0.1:{peer.port}", "--json"]
            self.judge(runs)

    def evil_certificate(self, folder):
        lab.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj", f"/O=x{ESCAPES[:4]}y/CN=l{ESCAPES[:4]}h",
                    "-addext", f"subjectAltName=DNS:e{ESCAPES[:4]}vil", "-keyout", "evil.key", "-out", "evil.pem", folder=folder)  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "evil.pem", folder / "evil.key")
        return context


if __name__ == "__main__":
    doctor_matrix.main()
