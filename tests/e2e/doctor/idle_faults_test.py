"""How doctor --idle names what ends quiet connections: proxies' timers, routers that forget, resets, caps, swallowed comments, the relay itself.
All cases run side by side, as they mostly wait."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import unittest

import doctor_matrix
import harness
import idle_lab
import lab
import netlab
import wiretap
from doctor_matrix import HEALTHY, KEY, MATRIX
from relay_process import relay

LENGTH_S = 10  # of the ladder: pings each 1.9 s, comments each 1.2 s, messages each 0.2 s
T = 4  # the timers in question
TIMER, RESET, DROP, CAP, SWALLOWED, CLOSED = ("idle.proxy-timer", "idle.l4-reset", "idle.nat-silent-drop", "net.absolute-cap",
                                              "idle.keepalive-swallowed", "idle.relay-closed")  # fmt: skip
UNITS = {"ms": 0.001, "s": 1, "m": 60}


def climb(url, *arguments, inside=(), expect_exit, length_s=LENGTH_S):
    """The diagnosis of doctor --idle, run by the command `inside`."""
    command = [*inside, harness.binary(), "doctor", url, "--key-env=LAB_KEY", f"--idle-for={length_s}s", "--json", *map(str, arguments)]
    with doctor_matrix.searched_bundle() as bundle, wiretap.tapped(doctor_matrix.environment_of()) as tape:
        done = subprocess.run([*command, *bundle], capture_output=True, text=True, env=tape.environment, timeout=150, check=False)
    for text in (done.stdout, done.stderr):
        harness.check(f"the key is seen: {text}", KEY not in text)
    document = json.loads(done.stdout)
    tape.check(document)
    harness.check(f"exit code {done.returncode}, not {expect_exit}\n{doctor_matrix.troubled(document)}", done.returncode == expect_exit)
    harness.check_equal("mode", document["mode"], "idle")
    return document


def check_of(document, name):
    return next(check for check in document["checks"] if check["id"] == name)


def codes_of(check):
    return [finding["code"] for finding in check["findings"]]


def seconds(text):
    """Of "4.00 s" and "812 ms"."""
    number, unit = re.fullmatch(r"([\d.]+) (ms|s|m)\b.*", text).groups()
    return float(number) * UNITS[unit]


CASES = []


def case(function):
    """Runs beside the others; a test of its own."""
    CASES.append(function)
    return function


class Expectations:
    """What a case may ask for. `fault` is the row in the matrix."""

    def expect(self, fault, document, check, code, status, limit_s=None, within_s=0.2):
        """The check has this status for this reason; the limit that it measured is near."""
        found = check_of(document, check)
        given = (codes_of(found) or [HEALTHY])[0]
        MATRIX.append((f"{fault} ({check})", code, given))
        shown = json.dumps(found, indent=1)
        harness.check(f"{fault}: {given}, not {code}\n{shown}", given == code)
        harness.check(f"{fault}: {found['status']}, not {status}\n{shown}", found["status"] == status)
        if limit_s is not None:
            measured = seconds(found["evidence"]["limit"])
            harness.check(f"{fault}: {measured} s, not {limit_s} s\n{shown}", abs(measured - limit_s) <= within_s)
        return found

    def healthy(self, fault, document, check):
        self.expect(fault, document, check, HEALTHY, "pass")


_expect = Expectations()


def both_warn(fault, document, limit_s=T, within_s=0.2, code=TIMER):
    """Heartbeats live, quiet connections do not: a warning of both checks, and a way that works."""
    for check in ("idle.ws", "idle.sse"):
        found = _expect.expect(fault, document, check, code, "warn", limit_s, within_s)
        harness.check(f"{fault}: no distance is advised: {found['findings'][0]['fix']}", "every " in found["findings"][0]["fix"])
    works = " ".join(document["summary"]["works"])
    harness.check(f"{fault}: what works is not told: {works}", "pings every" in works and "comments every" in works)


@contextlib.contextmanager
def certified():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder).chmod(0o755)
        authority = lab.Authority(folder)
        certificate = authority.issue_to_relay("idle")
        for file in certificate:
            file.chmod(0o644)
        yield authority, certificate


def url_of(port, scheme="http"):
    host = "localhost" if scheme == "https" else "127.0.0.1"
    return f"{scheme}://{host}:{port}/v1"


# --- nothing is wrong


@case
def healthy_direct():
    with relay("fast") as server:
        document = climb(url_of(server.port), expect_exit=0)
        for check in ("idle.ws", "idle.sse"):
            _expect.healthy("F00 direct", document, check)
        works = " ".join(document["summary"]["works"])
        harness.check(f"works: {works}", "quiet WebSockets live" in works and "quiet event streams live" in works)


@case
def healthy_behind_a_proxy_over_tls():
    with certified() as (authority, certificate), relay("fast") as server, idle_lab.nginx(f"location / {{ {idle_lab.forward(server.port)} }}", certificate) as port:
        document = climb(url_of(port, "https"), "--cacert", authority.certificate, expect_exit=0)
        for check in ("idle.ws", "idle.sse"):
            _expect.healthy("F00 nginx, TLS", document, check)


# --- F45, F50: timers of proxies


@case
def nginx_read_timeout():
    with relay("fast") as server, idle_lab.nginx(f"location / {{ {idle_lab.forward(server.port, f'{T}s')} }}") as port:
        document = climb(url_of(port), expect_exit=0)
        both_warn("F45 F50 nginx", document)
        harness.check("nginx is named", "nginx" in check_of(document, "idle.ws")["evidence"]["answered by"])


@case
def nginx_read_timeout_shorter_than_heartbeats():
    with relay("fast") as server, idle_lab.nginx(f"location / {{ {idle_lab.forward(server.port, '1s')} }}") as port:
        document = climb(url_of(port), expect_exit=99)
        for check in ("idle.ws", "idle.sse"):
            _expect.expect("F50 nginx, 1 s", document, check, TIMER, "fail", 1)
        harness.check_equal("root cause", document["summary"]["root_cause"]["code"], TIMER)


@case
def haproxy_client():
    with relay("fast") as server, idle_lab.haproxy(server.port, client=f"{T}s", server="30s") as port:
        document = climb(url_of(port), expect_exit=0)
        _expect.expect("F50 HAProxy client", document, "idle.ws", TIMER, "warn", T)


@case
def haproxy_server():
    with relay("fast") as server, idle_lab.haproxy(server.port, server=f"{T}s") as port:
        both_warn("F50 HAProxy server", climb(url_of(port), expect_exit=0))


@case
def haproxy_tunnel():
    with relay("fast") as server, idle_lab.haproxy(server.port, tunnel=f"{T}s") as port:
        document = climb(url_of(port), expect_exit=0)
        _expect.expect("F50 HAProxy tunnel", document, "idle.ws", TIMER, "warn", T)
        _expect.healthy("F50 HAProxy tunnel", document, "idle.sse")


@case
def squid():
    with relay("fast") as server, idle_lab.squid(5) as port, wiretap.genuine_tunnel(port):
        both_warn("F50 squid", climb(url_of(server.port), "--proxy", f"http://127.0.0.1:{port}", expect_exit=0), 5, 2)


@case
def tinyproxy():
    with relay("fast") as server, idle_lab.tinyproxy(T) as port, wiretap.genuine_tunnel(port):
        both_warn("F50 tinyproxy", climb(url_of(server.port), "--proxy", f"http://127.0.0.1:{port}", expect_exit=0))


@case
def stunnel():
    with certified() as (authority, certificate), relay("fast") as server, idle_lab.stunnel(server.port, certificate, T) as port:
        # It closes by RST, but bare TCP without a hand-shake has a timer of its own.
        both_warn("F50 stunnel", climb(url_of(port, "https"), "--cacert", authority.certificate, expect_exit=0))


@case
def apache():
    with relay("fast") as server, idle_lab.apache(server.port, T) as port:
        both_warn("F50 Apache", climb(url_of(port), expect_exit=0))


@case
def socat():
    with relay("fast") as server, idle_lab.socat(f"-T{T}", to=server.port) as port:
        both_warn("F50 socat -T", climb(url_of(port), expect_exit=0))


@case
def a_gateway_that_gives_up_in_words():
    """An event of its own and [DONE] are no sign of life."""
    with relay("fast") as server, idle_lab.giving_up_in_words(server.port, T) as port:
        document = climb(url_of(port), "--only", "idle.sse", expect_exit=0)
        found = _expect.expect("F50 an error event", document, "idle.sse", TIMER, "warn", T)
        harness.check(f"its words are quoted: {found['evidence']['quiet']}", "upstream was quiet" in found["evidence"]["quiet"])


# --- F51, F52: routers and devices that work below HTTP


def needs_network():
    if Idle.no_network:
        raise unittest.SkipTest(Idle.no_network)


@case
def forgotten_silently():
    needs_network()
    with idle_lab.forgetful_router(3, "DROP") as (client, url):
        document = climb(url, "--only", "idle.*", inside=client.command(), expect_exit=0)
        found = _expect.expect("F51 NAT forgets", document, "idle.ws", DROP, "warn")
        harness.check(f"retransmits are told: {found['evidence']['quiet']}", "retransmits" in found["evidence"]["quiet"])
        _expect.expect("F51 NAT forgets", document, "idle.sse", DROP, "warn")


@case
def forgotten_sooner_than_heartbeats():
    needs_network()
    with idle_lab.forgetful_router(1, "DROP") as (client, url):
        document = climb(url, "--only", "idle.*", inside=client.command(), expect_exit=99)
        _expect.expect("F51 NAT forgets in 1 s", document, "idle.ws", DROP, "fail")
        harness.check_equal("root cause", document["summary"]["root_cause"]["code"], DROP)


@case
def forgotten_and_reset():
    needs_network()
    with idle_lab.forgetful_router(3, "REJECT") as (client, url):
        document = climb(url, "--only", "idle.*", inside=client.command(), expect_exit=0)
        for check in ("idle.ws", "idle.sse"):
            found = _expect.expect("F52 RST to the next packet", document, check, RESET, "warn")
            harness.check(f"how it was reset: {found['summary']}", "in answer" in found["summary"])


@case
def reset_at_idle():
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root for ss -K")
    with relay("fast") as server, idle_lab.reaper(server.port, 3):
        both_warn("F52 RST at idle", climb(url_of(server.port), expect_exit=0), 3, 0.5, RESET)


@case
def reset_at_idle_through_tls():
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root for ss -K")
    with certified() as (authority, certificate), relay("fast") as server, idle_lab.nginx(
            f"location / {{ {idle_lab.forward(server.port)} }}", certificate) as port, idle_lab.reaper(port, 3):
        both_warn("F52 RST at idle, TLS", climb(url_of(port, "https"), "--cacert", authority.certificate, expect_exit=0), 3, 0.5, RESET)


# --- F53: limits on age, and what looks like one


@case
def absolute_cap():
    with relay("fast") as server, idle_lab.socat(command=f"timeout 5 socat -t0.05 STDIO TCP:127.0.0.1:{server.port}") as port:
        document = climb(url_of(port), expect_exit=99)
        for check in ("idle.ws", "idle.sse"):
            _expect.expect("F53 cap of 5 s", document, check, CAP, "fail")
        harness.check_equal("root cause", document["summary"]["root_cause"]["code"], CAP)


@case
def cap_shorter_than_the_streams_of_other_checks():
    with relay("fast") as server, idle_lab.socat(command=f"timeout 2 socat -t0.05 STDIO TCP:127.0.0.1:{server.port}") as port:
        document = climb(url_of(port), expect_exit=99)
        harness.check_equal("root cause", document["summary"]["root_cause"]["code"], CAP)
        for check in ("idle.ws", "idle.sse"):
            _expect.expect("F53 cap of 2 s", document, check, CAP, "fail")


@case
def cap_and_timer():
    """A timer of 3 s behind a cap of 7 s: both are told."""
    with relay("fast") as server, idle_lab.nginx(f"location / {{ {idle_lab.forward(server.port, '3s')} }}") as inner, idle_lab.socat(
            "-t0.05", command=f"timeout 7 socat -t0.05 STDIO TCP:127.0.0.1:{inner}") as port:
        document = climb(url_of(port), expect_exit=99)
        for check in ("idle.ws", "idle.sse"):
            found = _expect.expect("F53 cap and timer", document, check, CAP, "fail", 3)
            harness.check_equal("findings", codes_of(found), [CAP, TIMER])


@case
def an_outage_is_no_cap():
    with relay("fast") as server, idle_lab.socat(command=f"socat STDIO TCP:127.0.0.1:{server.port}") as port:
        killed = threading.Event()

        def kill():
            # Everything that this socat has opened, at one moment.
            time.sleep(6)
            found = subprocess.run(["pgrep", "-f", f"socat STDIO TCP:127.0.0.1:{server.port}$"], capture_output=True, text=True, check=False)
            for process in map(int, found.stdout.split()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, 9)
            killed.set()

        thread = threading.Thread(target=kill)
        thread.start()
        document = climb(url_of(port), "--only", "idle.*", expect_exit=98)
        thread.join()
        for check in ("idle.ws", "idle.sse"):
            _expect.expect("F53 control: outage", document, check, HEALTHY, "inconclusive")


# --- F54: comments that do not arrive


def buffering(port):
    """HTTP/1.0 to the relay, as nginx does unless it is told otherwise: with chunks it flushes each."""
    return (f"location / {{ proxy_pass http://127.0.0.1:{port}; proxy_ignore_headers X-Accel-Buffering; }} "
            f"location /v1/doctor/ws {{ {idle_lab.forward(port)} }}")  # fmt: skip


@case
def swallowed_by_a_buffer():
    with relay("fast") as server, idle_lab.nginx(buffering(server.port)) as inner, idle_lab.haproxy(inner, server="3s", tunnel="60s") as port:
        document = climb(url_of(port), expect_exit=99)
        _expect.expect("F54 buffer", document, "idle.sse", SWALLOWED, "fail")
        harness.check_equal("root cause", document["summary"]["root_cause"]["code"], SWALLOWED)
        _expect.healthy("F54 buffer", document, "idle.ws")


@case
def not_swallowed_when_the_header_is_obeyed():
    with relay("fast") as server, idle_lab.nginx(f"location / {{ {idle_lab.forward(server.port)} }}") as inner, idle_lab.haproxy(
            inner, server="3s", tunnel="60s") as port:
        document = climb(url_of(port), expect_exit=0)
        _expect.expect("F54 control", document, "idle.sse", TIMER, "warn", 3)


@case
def swallowed_by_a_gateway_that_drops_comments():
    with relay("fast") as server, idle_lab.without_comments(server.port) as inner, idle_lab.nginx(
            f"location / {{ {idle_lab.forward(inner, f'{T}s')} }}") as port:
        document = climb(url_of(port), expect_exit=99)
        _expect.expect("F54 comments dropped", document, "idle.sse", SWALLOWED, "fail")
        harness.check_equal("root cause", document["summary"]["root_cause"]["code"], SWALLOWED)


@case
def comments_dropped_without_a_timer():
    with relay("fast") as server, idle_lab.without_comments(server.port) as port:
        _expect.healthy("F54 control: no timer", climb(url_of(port), expect_exit=0), "idle.sse")


# --- F55: the relay itself


def beside_the_relay(relay_port, socket_port):
    """The arms' WebSockets go to a server of their own."""
    plain = lab.FORWARD.format(relay=relay_port)
    routed = plain.replace(f"proxy_pass http://127.0.0.1:{relay_port};", "proxy_pass http://127.0.0.1:$to;")
    return (f"location / {{ {plain} }} location = /v1/doctor/ws {{ set $to {relay_port}; if ($arg_mode = '') {{ set $to {socket_port}; }} {routed} }}")


def closed_when_quiet(code):
    with relay("fast") as server, idle_lab.closing_websocket(code, "too quiet", when_quiet=3) as inner, idle_lab.nginx(
            beside_the_relay(server.port, inner)) as port:
        # Pings of the protocol are no messages to this server.
        document = climb(url_of(port), expect_exit=99)
        found = _expect.expect(f"F55 {code} when quiet", document, "idle.ws", CLOSED, "fail", 3)
        harness.check(f"the code is told: {found['findings'][0]['cause']}", str(code) in found["findings"][0]["cause"])
        harness.check(f"messages are advised: {found['findings'][0]['fix']}", "message" in found["findings"][0]["fix"])
        _expect.healthy(f"F55 {code} when quiet", document, "idle.sse")


@case
def closed_by_the_relay_that_goes_away():
    closed_when_quiet(1001)


@case
def closed_by_the_relay_for_its_rules():
    closed_when_quiet(1008)


@case
def closed_by_the_relay_for_its_load():
    closed_when_quiet(1013)


@case
def closed_by_the_relay_at_an_age():
    with relay("fast") as server, idle_lab.closing_websocket(1001, "", at_age=4) as inner, idle_lab.nginx(beside_the_relay(server.port, inner)) as port:
        document = climb(url_of(port), expect_exit=99)
        found = _expect.expect("F55 1001 at an age", document, "idle.ws", CLOSED, "fail")
        harness.check(f"the age is told: {found['findings'][0]['cause']}", "whatever flows" in found["findings"][0]["cause"])


# --- what cannot be decided, and who gives up


@case
def a_relay_without_doctor_pages():
    with relay("fast") as server, idle_lab.nginx(f"location / {{ {idle_lab.forward(server.port)} }} location /v1/doctor/ {{ return 404; }}") as port:
        began = time.monotonic()
        document = climb(url_of(port), expect_exit=98)
        for check in ("idle.ws", "idle.sse"):
            found = _expect.expect("no doctor pages", document, check, HEALTHY, "inconclusive")
            harness.check("what would decide", "/v1/doctor/" in found["evidence"]["would decide"])
        harness.check("nothing is waited for in vain", time.monotonic() - began < LENGTH_S)


@case
def websockets_that_are_not_let_through():
    block = "location / {{ proxy_pass http://127.0.0.1:{relay}; proxy_http_version 1.1; proxy_buffering off; }}"
    with relay("fast") as server, idle_lab.nginx(block.format(relay=server.port)) as port:
        document = climb(url_of(port), expect_exit=99)
        harness.check_equal("root cause", document["summary"]["root_cause"]["code"], "ws.upgrade-stripped")
        _expect.expect("F30 with --idle", document, "idle.ws", HEALTHY, "inconclusive")
        _expect.healthy("F30 with --idle", document, "idle.sse")


@case
def an_interrupt_ends_the_wait():
    with relay("fast") as server, wiretap.tapped(doctor_matrix.environment_of()) as tape:
        began = time.monotonic()
        process = subprocess.Popen([harness.binary(), "doctor", url_of(server.port), "--key-env=LAB_KEY", "--idle", "--json", "--only", "idle.*"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=tape.environment)  # fmt: skip
        time.sleep(4)
        process.terminate()
        out, _ = process.communicate(timeout=60)
        harness.check("it does not wait on", time.monotonic() - began < 40)
        harness.check_equal("status", check_of(json.loads(out), "idle.ws")["status"], "inconclusive")


@case
def lengths_that_make_no_sense():
    for length in ("1s", "2h", "soon"):
        done = subprocess.run([harness.binary(), "doctor", "http://127.0.0.1:1/v1", f"--idle-for={length}"], capture_output=True, text=True, timeout=60,
                              check=False, env=doctor_matrix.environment_of())  # fmt: skip
        harness.check_equal("exit code", done.returncode, 2)
        harness.check(f"what would be accepted: {done.stderr}", "--idle-for" in done.stderr and "130s" in done.stderr)


class Idle(unittest.TestCase):
    """One test a case; many of them run at a time."""

    @classmethod
    def setUpClass(cls):
        cls.no_network = netlab.why_not()
        cls.pool = concurrent.futures.ThreadPoolExecutor(max_workers=14)
        cls.running = {function.__name__: cls.pool.submit(function) for function in CASES}

    @classmethod
    def tearDownClass(cls):
        cls.pool.shutdown()


for each in CASES:
    setattr(Idle, f"test_{each.__name__}", lambda self, name=each.__name__: self.running[name].result())


if __name__ == "__main__":
    doctor_matrix.main()
