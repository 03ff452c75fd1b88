"""What doctor sends and to whom, written down by a library that is loaded into its process (doctor/wiretap.cpp), and the judgement whether the
key went where it may.

    told = environment_of(...)
    with wiretap.tapped(told) as tape:
        done = subprocess.run([...], env=tape.environment)
    tape.check(document)

Nobody may have the key but those whom the lab declared to be the relay, or the relay's own edge: in the clear on loopback (genuine_port), or
behind this certificate (genuine_certificate). Whoever forwards to such a port stands before the relay and is declared by the helper that
made it (genuine_forwarder); forward proxies (but genuine_tunnel), portals, resolvers, interceptors and imposters are not.
"""

import collections
import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import ssl
import tempfile
import threading

import harness
from canary import KEY, holds

LOOPBACK = ("127.0.0.1", "[::1]")
TALKS = ("tls", "http", "sse", "ws", "idle", "browser")  # categories of checks that send something


@dataclasses.dataclass
class Searched:
    """Of all runs of this process; the lock is for those that go on side by side."""

    runs: int = 0
    untapped: int = 0
    connections: int = 0
    peers: set = dataclasses.field(default_factory=set)
    with_key: collections.Counter = dataclasses.field(default_factory=collections.Counter)


_lock = threading.Lock()
_ports = collections.Counter()
_tunnels = collections.Counter()
_openers = collections.Counter()
_certificates = set()
_searched = Searched()


@contextlib.contextmanager
def _counted(ports, port):
    with _lock:
        ports[port] += 1
    try:
        yield
    finally:
        with _lock:
            ports[port] -= 1


def genuine_port(port):
    """The relay, or its edge, listens in the clear at this port of loopback, until the block ends."""
    return _counted(_ports, port)


def genuine_tunnel(port):
    """A forward proxy of this machine opens the way to a relay of this machine, which is talked to in the clear: what is for the relay may
    pass, in a tunnel to a genuine port."""
    return _counted(_tunnels, port)


def allowed_opener(port):
    """A proxy of this machine opens TLS, and the row allows it to see the key (--allow-intercepted)."""
    return _counted(_openers, port)


@contextlib.contextmanager
def genuine_forwarder(port, text):
    """What listens at this port is the relay's edge exactly when its configuration, or the port that it leads to, names a genuine port."""
    named = [int(text)] if isinstance(text, int) else [int(each) for each in re.findall(r"\b127\.0\.0\.1:(\d+)", text)]
    with genuine_port(port) if any(_ports[each] > 0 for each in named) else contextlib.nullcontext():
        yield


def genuine_certificate(path):
    """The relay, or its edge, proves itself by the first certificate of this file."""
    end = "-----END CERTIFICATE-----"
    first = pathlib.Path(path).read_text().split(end)[0] + end + "\n"
    first = first[first.index("-----BEGIN CERTIFICATE-----") :]
    _certificates.add(hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest())


class Sent:
    """All that went to one peer over one connection. Of much only the beginning and the end is kept, and whether a secret was in it."""

    KEPT = 1 << 18
    SEAM = 1 << 10  # a secret may be cut there

    def __init__(self, kind, to, certificate="", data=b""):
        self.kind = kind  # "plain", "tls" (what TLS was given) or "name" (what was to be looked up)
        self.to = to
        self.certificate = certificate
        self.beginning = bytes(data[: self.SEAM])
        self.data = bytearray(data)
        self.had_secret = False

    def add(self, data, secrets):
        if len(self.data) > self.KEPT:
            self.had_secret = self.holds(secrets)
            del self.data[: -self.SEAM]
        self.data += data
        self.beginning = self.beginning if len(self.beginning) >= self.SEAM else bytes(self.data[: self.SEAM])

    def holds(self, secrets):
        return self.had_secret or any(holds(self.data, secret) for secret in secrets)

    def may_have(self, secrets):
        host, _, port = self.to.rpartition(":")
        if self.kind == "tls":
            return self.certificate in _certificates or (host in LOOPBACK and _openers[int(port)] > 0)
        if self.kind != "plain" or host not in LOOPBACK:
            return False
        return _ports[int(port)] > 0 or (_tunnels[int(port)] > 0 and self.is_tunnelled(secrets))

    def is_tunnelled(self, secrets):
        """To a genuine port, without a word of it to the proxy itself."""
        head, _, _ = self.beginning.partition(b"\r\n\r\n")
        asked = re.match(rb"CONNECT 127\.0\.0\.1:(\d+) HTTP/1\.1(?:\r\n|$)", head)
        return asked is not None and _ports[int(asked[1])] > 0 and not any(holds(head, secret) for secret in secrets)


class Tape:
    """What one run sent. `environment`: to run doctor with."""

    def __init__(self, environment, path):
        self.environment = environment
        self.path = path
        self.secrets = {KEY, environment.get("LAB_KEY", "")}
        self.sent = []

    def read(self):
        """Of connections that had the same ends one after the other, all is taken together."""
        found = {}
        with open(self.path if self.path.exists() else os.devnull, "rb") as tape:
            while line := tape.readline():
                head = json.loads(line)
                key = (head["kind"], head["from"], head["to"], head["certificate"])
                sent = found.setdefault(key, Sent(head["kind"], head["to"], head["certificate"]))
                sent.add(tape.read(head["size"] + 1)[:-1], self.secrets)
        self.sent = list(found.values())

    def holding_key(self):
        return [each for each in self.sent if each.holds(self.secrets)]

    def judge(self):
        """Fails when somebody has the key who is not known to be the relay."""
        with_key = self.holding_key()
        for each in with_key:
            harness.check(f"the key went to {each.to} ({each.kind}, certificate {each.certificate or 'none'}), which nobody declared to be the "
                          f"relay (wiretap.genuine_port, genuine_certificate): {bytes(each.data[:2000])}", each.may_have(self.secrets))  # fmt: skip
        with _lock:
            _searched.runs += 1
            _searched.connections += len(self.sent)
            _searched.peers |= {each.to for each in self.sent}
            _searched.with_key.update("its own certificate" if each.kind == "tls" else "its own port on loopback" for each in with_key)

    def check(self, document, sends_key=True):
        """That nothing was missed: what the diagnosis says to have done is on the tape. `sends_key`: the run's key is one that is searched."""
        if not is_tapped():
            return
        talked = [check["id"] for check in document["checks"] if check["category"] in TALKS and check["status"] in ("pass", "info", "warn", "fail")]
        harness.check(f"{talked} are decided, and nothing was seen to be sent", self.sent or not talked)
        accepted = any(check["id"] == "http.auth" and check["status"] == "pass" for check in document["checks"])
        harness.check("the relay accepted a key that nobody saw", not accepted or not sends_key or self.holding_key())


def is_tapped():
    """A sanitizer's runtime wants to be loaded first, so that builds with one go without."""
    return not harness.is_instrumented()


def library():
    path = harness.build_dir() / "tests" / "e2e" / "doctor" / "libwiretap.so"
    harness.check(f"{path} is not built", path.exists())
    return path


@contextlib.contextmanager
def tapped(environment, judged=True):
    """A Tape for one run in this environment, read and judged when the block ends well."""
    if not is_tapped():
        _searched.untapped += 1
        yield Tape(environment, pathlib.Path(os.devnull))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sent"
        preload = ":".join(filter(None, [environment.get("LD_PRELOAD"), str(library())]))
        tape = Tape({**environment, "LD_PRELOAD": preload, "WIRETAP_FILE": str(path)}, path)
        yield tape
        tape.read()
        if judged:
            tape.judge()


def print_summary():
    """What was searched by now; False when nothing was, though there were runs."""
    where = ", ".join(f"{name} ({count} times)" for name, count in sorted(_searched.with_key.items())) or "nowhere"
    print(f"{_searched.connections} connections to {len(_searched.peers)} peers searched in {_searched.runs} runs, key seen only where it may be: "
          f"the relay by {where}" + (f"; {_searched.untapped} runs not searched: a sanitizer is in the way" if _searched.untapped else ""))  # fmt: skip
    return _searched.connections > 0 or _searched.runs == 0
