"""What the rows of combinations_test.py are made of: rows, certificates of odd kinds, resolvers and lines that misbehave."""

import contextlib
import dataclasses
import re
import select
import socket
import struct
import threading
import time
import typing
import urllib.parse

import component_faults_test
import components
import lab
import network_faults_test
import wiretap
from doctor_matrix import HEALTHY
from dns_responder import AAAA, NOERROR, Responder, question_of
from network_faults_test import Asked  # noqa: F401 (rows yield it)


@dataclasses.dataclass
class Row:
    name: str
    place: str  # "loopback" or "network"
    make: typing.Callable
    root: str = ""  # code of the root cause; empty: nothing fails
    one_of: tuple = ()  # where chance decides: these roots, or HEALTHY
    exits: tuple = (0,)  # where nothing fails
    also: tuple = ()  # codes that must be found besides
    may: tuple = ()  # warnings that a healthy row may show
    never: tuple = ()
    works: str = ""
    says: str = ""  # in the cause of the root or of what must be found besides
    who: str = ""  # of the root
    match: str = ""  # of iptables, which not every kernel has

    @property
    def roots(self):
        return self.one_of or (self.root or HEALTHY,)

    @property
    def wanted(self):
        return " or ".join(self.roots)


def rows_of(place, rows):
    """The decorator that puts rows of this place into the list: name, root, what Row takes; other parameters go to the function."""
    fields = {field.name for field in dataclasses.fields(Row)}

    def row(name, root="", **more):
        told = {key: value for key, value in more.items() if key in fields}
        parameters = {key: value for key, value in more.items() if key not in fields}

        def add(build):
            made = contextlib.contextmanager(build) if place == "network" else build
            rows.append(Row(name, place, lambda *where: made(*where, **parameters), root, **told))
            return build

        return add

    return row


@dataclasses.dataclass
class Place(component_faults_test.Lab):
    """Of a row on loopback."""

    def asked(self, port, *flags, scheme="http", host="127.0.0.1", path="/v1", **environment):
        return Asked(url=f"{scheme}://{host}:{port}{path}", flags=flags, environment=environment)

    def behind_nginx(self, server, *flags, **how):
        return Asked(url=self.nginx(server, **how), flags=flags)

    def line(self, up=None, down=None, to=None):
        return self.enter(line(to or self.relay, up or (lambda number: whole), down or (lambda number: whole)))


# --- lines: what a man in the middle of TCP does to the bytes of one direction ------------------------------------------------------------


class Reset(Exception):
    """Raised by what is done to bytes: the connection ends by RST on both sides."""


def whole(data):
    yield data


def shred(data):
    """In pieces of seven bytes."""
    for at in range(0, len(data), 7):
        yield data[at : at + 7]


def later(seconds):
    def how(data):
        time.sleep(seconds)
        yield data

    return how


def on_each(make):
    """For each connection what `make` makes."""
    return lambda number: make()


def after(most, then):
    """Lets so many bytes of a connection through; what `then` does with the rest."""

    def make():
        seen = [0]

        def how(data):
            seen[0] += len(data)
            yield from (whole if seen[0] <= most else then)(data)

        return how

    return make


def after_text(text, count, then, only=b""):
    """Lets data through until it has held `text` so many times; only on connections whose data has held `only`."""

    def make():
        seen = {"count": 0, "mine": not only}

        def how(data):
            seen["mine"] = seen["mine"] or only in data
            seen["count"] += data.count(text)
            yield from (then if seen["mine"] and seen["count"] > count else whole)(data)

        return how

    return make


def reset(_data):
    raise Reset


def hold(_data):
    """For ever."""
    yield from ()


def replaced(old, new):
    def how(data):
        yield data.replace(old, new)

    return how


def only_on(text, make):
    """`make` on connections whose first data holds the text; nothing on others."""

    def outer():
        inner = []

        def how(data):
            if not inner:
                inner.append(make() if text in data else whole)
            yield from inner[0](data)

        return how

    return outer


def first_bytes_gathered(most):
    """So many bytes are waited for, or the end of the body; what follows goes at once."""

    def make():
        held = []

        def how(data):
            if not how.gathers:
                yield data
                return
            held.append(data)
            if sum(map(len, held)) >= most or data.endswith(b"0\r\n\r\n"):
                how.gathers = False
                yield b"".join(held)

        how.gathers = True
        return how

    return make


def one_behind(end=b""):
    """Each piece goes when the next one is there; behind the one that holds `end`, none is waited for."""

    def make():
        kept = []

        def how(data):
            kept.append(data)
            is_last = end and end in data
            for _ in range(len(kept) - (0 if is_last else 1)):
                yield kept.pop(0)

        return how

    return make


EVENT = rb"[0-9a-f]+\r\n(data: \{\"seq\":%s,[^\n]*\n\n)\r\n"


def of_event(number, change):
    """The relay's chunk of this event (a regular expression of its number) replaced by what `change` makes of the event."""

    def how(data):
        yield re.sub(EVENT % number, lambda found: change(found[1]), data)

    return lambda: how


class Connection:
    """Both directions of one; the sockets are closed when both are over, or at once by RST."""

    def __init__(self, client, server):
        self.ends = (client, server)
        self.lock = threading.Lock()
        self.running = 2
        self.is_reset = False

    def over(self):
        with self.lock:
            self.running -= 1
            if self.running > 0:
                return
            for end in self.ends:
                if self.is_reset:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()

    def carry(self, source, sink, how, stop):
        try:
            while not (self.is_reset or stop.is_set()):
                if select.select([source], [], [], 0.05)[0]:
                    data = source.recv(65536)
                    if not data:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    for piece in how(data):
                        sink.sendall(piece)
        except Reset:
            self.is_reset = True
        except OSError:
            pass
        finally:
            self.over()


@contextlib.contextmanager
def line(target_port, up, down):
    """`up` and `down` are given the connection's number and give what is done to its bytes to and from the target. Gives the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    listener.settimeout(0.1)
    stop, threads = threading.Event(), []

    def serve():
        while not stop.is_set():
            with contextlib.suppress(OSError):
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", target_port))
                for end in (client, server):
                    end.settimeout(None)
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                number, connection = len(threads) // 2, Connection(client, server)
                for way in ((client, server, up(number)), (server, client, down(number))):
                    threads.append(threading.Thread(target=connection.carry, args=(*way, stop), daemon=True))
                    threads[-1].start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        with wiretap.genuine_forwarder(listener.getsockname()[1], target_port):
            yield listener.getsockname()[1]
    finally:
        stop.set()
        accepting.join(timeout=5)
        listener.close()
        for thread in threads:
            thread.join(timeout=5)


# --- streams of other makes ---------------------------------------------------------------------------------------------------------------

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def stream_page(render, opening=b": ok\n\n", done=b"data: [DONE]\n\n", head=STREAM_HEAD, framed=lambda data: data, end=b""):
    """A page of hostile_test.as_relay that plays the relay's stream; `render` makes an event of its number and time."""

    def serve(hostile, connection, text):
        asked = urllib.parse.urlsplit(text.split(" ")[1])
        query = urllib.parse.parse_qs(asked.query)
        began, interval = time.monotonic(), int(query.get("interval_ms", ["0"])[0]) / 1000
        connection.sendall(head + b"\r\n" + framed(opening))
        for i in range(int(query.get("events", ["0"])[0])):
            hostile.over.wait(max(0, began + interval * (i + 1) - time.monotonic()))
            connection.sendall(framed(render(i + 1, int((time.monotonic() - began) * 1e6))))
        connection.sendall(framed(done) + end)

    return serve


# --- resolvers ----------------------------------------------------------------------------------------------------------------------------


class Truncating(Responder):
    """Says over UDP that the answer is too long."""

    def _serve_datagrams(self, datagrams):
        self.by_udp = threading.get_ident()
        super()._serve_datagrams(datagrams)

    def _serve_stream(self, listener):
        """Several questions on a connection, as the C library asks them."""
        listener.settimeout(0.1)
        while not self._stop.is_set():
            with contextlib.suppress(OSError, struct.error):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(1)
                    while size := connection.recv(2):
                        answer = self.answer(connection.recv(struct.unpack("!H", size)[0]))
                        connection.sendall(struct.pack("!H", len(answer)) + answer)

    def answer(self, packet):
        full = super().answer(packet)
        if threading.get_ident() != self.by_udp:
            return full
        end = question_of(packet)[2]
        return packet[:2] + struct.pack("!HHHHH", 0x8380, 1, 0, 0, 0) + packet[12:end]


class Aliased(Responder):
    """The name is an alias of an alias of the name that has addresses; records may not be kept (TTL 0)."""

    def answer(self, packet):
        name, kind, end = question_of(packet)
        plain = super().answer(packet)
        count = struct.unpack_from("!H", plain, 6)[0]
        if count == 0:
            return plain
        aliases = [b"\x05edge1\x03cdn\x07example\x00", b"\x05edge2\x03cdn\x07example\x00"]
        owner, records = struct.pack("!H", 0xC00C), b""
        for alias in aliases:
            records += owner + struct.pack("!HHIH", 5, 1, 0, len(alias)) + alias
            owner = alias
        size = {1: 4, AAAA: 16}[kind]
        data = [plain[end + i * (12 + size) + 12 :][:size] for i in range(count)]
        records += b"".join(owner + struct.pack("!HHIH", kind, 1, 0, size) + each for each in data)
        return plain[:6] + struct.pack("!H", count + len(aliases)) + plain[8:end] + records


class Upon(Responder):
    """Answers questions of one type with this code, in capitals' stead small letters, and nothing that carries EDNS."""

    def __init__(self, records, kind=AAAA, rcode_of_kind=NOERROR, **behaviour):
        super().__init__(records, **behaviour)
        self.kind, self.rcode_of_kind = kind, rcode_of_kind

    def answer(self, packet):
        _, kind, end = question_of(packet)
        if struct.unpack_from("!H", packet, 10)[0] > 0:
            return None
        answer = super().answer(packet)
        answer = answer[:12] + answer[12 : end - 4].lower() + answer[end - 4 :]
        if kind == self.kind and self.rcode_of_kind != NOERROR:
            return packet[:2] + struct.pack("!HHHHH", 0x8180 | self.rcode_of_kind, 1, 0, 0, 0) + packet[12:end]
        return answer


class EverySecond(Responder):
    """Every second question gets this code, or no answer."""

    def __init__(self, records, bad_rcode=None, **behaviour):
        super().__init__(records, **behaviour)
        self.bad_rcode, self.count = bad_rcode, 0

    def answer(self, packet):
        answer = super().answer(packet)
        self.count += 1
        if self.count % 2 == 0:
            return answer
        end = question_of(packet)[2]
        return None if self.bad_rcode is None else packet[:2] + struct.pack("!HHHHH", 0x8180 | self.bad_rcode, 1, 0, 0, 0) + packet[12:end]


# --- certificates -------------------------------------------------------------------------------------------------------------------------


class Certified(network_faults_test.Lab):
    """With more certificates, all of the same root."""

    def __init__(self, folder):
        super().__init__(folder)
        chain, host = self.chains, network_faults_test.HOST
        parent = host.partition(".")[2]
        self._authority("second", "intermediate")
        self._authority("third", "second")
        self._authority("old", "root", days=(-60, -3))
        self._authority("short", "root", days=(-60, 7))
        self._authority("narrow", "root", more="nameConstraints=critical,permitted;DNS:other.example\n")
        self._authority("ended", "root", days=(-60, -3), subject="/O=Lab/CN=Lab intermediate", key="intermediate.key")
        self.certificates |= {
            "wildcard": chain.issue("wildcard", f"*.{parent}"),
            "wildcard too high": chain.issue("high", f"*.{parent.partition('.')[2]}"),
            "parent alone": chain.issue("parent", parent),
            "long chain": chain.issue("long", host, by="third", send=("third", "second", "intermediate", "root")),
            "shuffled": chain.issue("shuffled", host, by="second", send=("root", "intermediate", "second")),
            "of others too": chain.issue("more", host, send=("old", "intermediate", "third")),
            "expired authority": chain.issue("under-old", host, by="old", send=("old",)),
            "for clients": self._leaf("clients", f"subjectAltName=DNS:{host}\nextendedKeyUsage=clientAuth\n"),
            "weak": self._weak(host),
            "common name alone": self._leaf("cn", "basicConstraints=CA:FALSE\n", subject=host),
            "under a short authority": chain.issue("under-short", host, by="short", send=("short",)),
            "constrained": chain.issue("constrained", host, by="narrow", send=("narrow",)),
            "both authorities": chain.issue("both", host, send=("ended", "intermediate")),
        }
        for name in ("wildcard", "long chain", "shuffled", "of others too", "common name alone", "under a short authority", "both authorities"):
            wiretap.genuine_certificate(self.certificates[name][0])

    def _authority(self, name, by, days=(-3650, 3650), more="", subject="", key=""):
        if not key:
            lab.openssl("genrsa", "-out", f"{name}.key", 2048, folder=self.chains.folder)
        extensions = network_faults_test.chains.AUTHORITY + more
        self.chains._sign(name, subject or f"/O=Lab/CN={name}", extensions, by, days, key=key or f"{name}.key")  # noqa: SLF001

    def _leaf(self, name, extensions, key="leaf.key", subject=""):
        chain = self.chains
        chain._sign(name, f"/CN={subject or name}", extensions, "intermediate", (-10, 60), key=key)  # noqa: SLF001
        sent = chain.folder / f"{name}.chain.pem"
        sent.write_text((chain.folder / f"{name}.pem").read_text() + (chain.folder / "intermediate.pem").read_text())
        return sent, chain.folder / key

    def _weak(self, host):
        lab.openssl("genrsa", "-out", "weak.key", 1024, folder=self.chains.folder)
        return self._leaf("weak", f"subjectAltName=DNS:{host}\n", key="weak.key")


# --- proxies ------------------------------------------------------------------------------------------------------------------------------

TINYPROXY = "Port {port}\nListen {address}\nTimeout 60\nMaxClients 100\nLogLevel Critical\n"


@contextlib.contextmanager
def proxy_at(space, folder, address, port=3128, names=""):
    """A tinyproxy in this namespace, which finds the relay by its own hosts file."""
    program = components.program("tinyproxy")
    space.etc.mkdir(parents=True, exist_ok=True)
    (space.etc / "hosts").write_text(f"127.0.0.1 localhost\n{names}\n")
    config = folder / f"tinyproxy-{space.name}.conf"
    config.write_text(TINYPROXY.format(port=port, address=address))
    with space.running(program, "-d", "-c", config, ready=(address, port)):
        yield f"http://{address}:{port}"
