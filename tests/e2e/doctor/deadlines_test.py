"""Doctor keeps its own limits, 20 s with --quick and 45 s without, on paths where everything comes late: each step a little before it would be
given up, or never after a good beginning. All paths side by side, as doctor mostly waits."""

import concurrent.futures
import contextlib
import functools
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import components
import doctor_matrix
import harness
import lab
import netlab
import wiretap
from hostile_test import Hostile, answer, as_relay, event_stream
from relay_process import relay

LIMITS_S = {"--quick": 20, "": 45}
DECIDED = ("pass", "info", "warn", "fail")
PATHS = {}


class Drip(components.Passing):
    """The first so many bytes take so long, a little at a time; without a number it is so with whatever comes at once."""

    STEPS = 25

    def __init__(self, seconds, most_bytes=None):
        self.seconds, self.most_bytes = seconds, most_bytes
        self.left = most_bytes or 1 << 20

    def pass_on(self, data, sink):
        slow, rest = data[: self.left], data[self.left :]
        self.left -= len(slow)
        whole = self.most_bytes or len(slow)
        size = max(1, whole // self.STEPS)
        for at in range(0, len(slow), size):
            part = slow[at : at + size]
            time.sleep(self.seconds * len(part) / whole)
            sink.sendall(part)
        if rest:
            sink.sendall(rest)


class Stall(components.Passing):
    """Nothing more comes from the first text on, and the connection stands."""

    def __init__(self, text):
        self.text, self.is_over = text, False

    def feed(self, data):
        self.is_over = self.is_over or self.text in data
        return b"" if self.is_over else data


class Trickle(components.Passing):
    """Frames of WebSockets come byte by byte; everything else flows."""

    def __init__(self, every_s):
        self.every_s, self.is_socket = every_s, False

    def pass_on(self, data, sink):
        if not self.is_socket:
            self.is_socket = b"101 Switching" in data
            return sink.sendall(data)
        for byte in data:
            time.sleep(self.every_s)
            sink.sendall(bytes([byte]))


def path(name, modes=tuple(LIMITS_S)):
    """The decorated generator sets up a path, bad in these modes, and yields (arguments of doctor, the command that runs it)."""

    def add(build):
        PATHS[name] = contextlib.contextmanager(build), modes
        return build

    return add


@contextlib.contextmanager
def behind(**how):
    with relay("fast") as server, components.middleman(server.port, **how) as port:
        yield [f"http://127.0.0.1:{port}/v1"], ()


@contextlib.contextmanager
def tls_edge(relay_port):
    """(port, flags) of an nginx that speaks TLS before the relay, whose streams stall."""
    with tempfile.TemporaryDirectory() as name:
        pathlib.Path(name).chmod(0o755)
        authority = lab.Authority(name)
        certificate = authority.issue_to_relay("edge")
        with components.middleman(relay_port, down=lambda: Stall(b'"seq":5')) as stalling:
            with lab.nginx(f"location / {{ {lab.FORWARD.format(relay=stalling)} proxy_buffering off; }}", certificate) as port:
                yield port, ["--cacert", authority.certificate]


@contextlib.contextmanager
def relay_with(pages):
    with Hostile(as_relay(pages)) as peer:
        yield [f"http://127.0.0.1:{peer.port}/v1"], ()


def silence(hostile, connection, head):
    hostile.over.wait(60)


@path("answers begin late, within the time for bodies")
def _():
    with behind(down=lambda: components.FirstLate(3.9)) as asked:
        yield asked


@path("answers begin late, within the time for upgrades")
def _():
    with behind(down=lambda: components.FirstLate(4.7)) as asked:
        yield asked


@path("answers begin late, within the time for the key")
def _():
    with behind(down=lambda: components.FirstLate(9.5)) as asked:
        yield asked


@path("heads and bodies drip")
def _():
    with behind(down=lambda: Drip(4.6)) as asked:
        yield asked


@path("requests drip away", modes=("--quick",))  # with more time everything arrives
def _():
    with behind(up=lambda: Drip(3.9)) as asked:
        yield asked


@path("every second connection is silent")
def _():
    numbers = itertools.count()
    with behind(down=lambda: components.Passing() if next(numbers) % 2 == 0 else Stall(b"")) as asked:
        yield asked


@path("streams stall", modes=("",))
def _():
    with behind(down=lambda: Stall(b'"seq":5')) as asked:
        yield asked


@path("a WebSocket that stands and says nothing")
def _():
    with behind(down=lambda: components.FrameFilter(*range(16))) as asked:
        yield asked


@path("WebSockets trickle")
def _():
    with behind(down=lambda: Trickle(0.9)) as asked:
        yield asked


@path("the proof, and then nothing")
def _():
    with relay_with({"/v1/doctor/stream": silence, "/v1/doctor/ws": silence, "/v1/doctor/body": silence, "/v1/models": silence}) as asked:
        yield asked


@path("streams that never end")
def _():
    def drone(hostile, connection, head):
        connection.sendall(event_stream(b""))
        while not hostile.over.wait(0.5):
            connection.sendall(b": still here\n\n")

    with relay_with({"/v1/doctor/stream": drone, "/v1/doctor/body": lambda _, connection, head: connection.sendall(answer("200 OK", b"{}"))}) as asked:
        yield asked


@path("TLS drips")
def _():
    with relay("fast") as server, tls_edge(server.port) as (edge, flags), components.middleman(edge, down=lambda: Drip(3.8, 1500)) as port:
        yield [f"https://localhost:{port}/v1", *flags], ()


@path("TLS drips through a late proxy")
def _():
    with relay("fast") as server, tls_edge(server.port) as (edge, flags), components.middleman(edge, down=lambda: Drip(1.9, 1500)) as port:
        with lab.tinyproxy() as proxy, components.middleman(proxy, down=lambda: components.FirstLate(1.9)) as late:
            yield [f"https://localhost:{port}/v1", *flags, "--proxy", f"http://127.0.0.1:{late}"], ()


@path("a late resolver, and a server that says nothing")
def _():
    if reason := netlab.why_not():
        raise components.Absent(reason)
    with netlab.network() as net, net.resolver({netlab.HOST: [netlab.SERVER]}, delay_s=1.9), net.srv.listener(netlab.SERVER, 443):
        yield [f"https://{netlab.HOST}/v1"], net.cli.command()


class Run:
    """One path in one mode: what came of it, and after how long."""

    def __init__(self, name, mode):
        with PATHS[name][0]() as (arguments, inside), doctor_matrix.searched_bundle() as bundle, wiretap.tapped(doctor_matrix.environment_of()) as tape:
            words = [*inside, harness.binary(), "doctor", *arguments, "--key-env=LAB_KEY", "--json", *([mode] if mode else []), *bundle]
            began = time.monotonic()
            self.done = subprocess.run([str(word) for word in words], capture_output=True, env=tape.environment, timeout=90, check=False)
            self.seconds = time.monotonic() - began
        self.document = json.loads(self.done.stdout)
        tape.check(self.document)

    def timed_out(self):
        return [check["id"] for check in self.document["checks"] if check["summary"].startswith("time was up")]


@functools.cache
def ids_of(mode):
    """What is examined in this mode."""
    listed = json.loads(harness.run("doctor", "--list-checks", "--json").stdout)["checks"]
    left_out = ("idle", "control", "real") + (("stream",) if mode == "--quick" else ())
    return [check["id"] for check in listed if check["kind"] not in left_out]


class Deadlines(unittest.TestCase):
    def check(self, run, mode):
        self.assertLessEqual(run.seconds, LIMITS_S[mode])
        self.assertIn(run.done.returncode, (98, 99), doctor_matrix.troubled(run.document))
        self.assertEqual([check["id"] for check in run.document["checks"]], ids_of(mode))
        for check in run.document["checks"]:
            reason = {"skip": check["blocked_by"], "inconclusive": check["evidence"].get("would decide")}.get(check["status"], "none is needed")
            self.assertTrue(reason, check)
            self.assertTrue(check["status"] in (*DECIDED, "skip", "inconclusive"), check)
        ended = max(check["started_ms"] + check["duration_ms"] for check in run.document["checks"])
        self.assertLessEqual(ended, 1000 * LIMITS_S[mode])

    def test_the_limits_are_kept(self):
        cut = dict.fromkeys(LIMITS_S, 0)
        with concurrent.futures.ThreadPoolExecutor(len(PATHS) * len(LIMITS_S)) as together:
            runs = [(name, mode, together.submit(Run, name, mode)) for name, (_, modes) in PATHS.items() for mode in modes]
            for name, mode, pending in runs:
                with self.subTest(path=name, mode=mode or "default"):
                    try:
                        run = pending.result()
                    except components.Absent as absent:
                        print(f"  skip  {name}: {absent}", file=sys.stderr)
                        continue
                    root = (run.document["summary"]["root_cause"] or {"code": "undecided"})["code"]
                    print(f"  {name:<50} {mode or 'default':<8} {run.seconds:5.1f} s  {run.done.returncode} {root}", file=sys.stderr)
                    cut[mode] += 1 if run.timed_out() else 0
                    self.check(run, mode)
        # Else none of them comes near the limits, and nothing is seen of how they are kept.
        self.assertGreater(min(cut.values()), 0, cut)


if __name__ == "__main__":
    doctor_matrix.main()
