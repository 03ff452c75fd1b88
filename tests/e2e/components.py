"""More components that stand between doctor and a relay: HAProxy, Apache, squid, mitmproxy, stunnel, socat, and men in the middle of our own.

Each is a context manager that gives its port, runs in the foreground with a private folder on a loopback port, and ends with its block. Where
the program is not installed, Absent is raised with the reason."""

import contextlib
import enum
import itertools
import os
import pathlib
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import lab
import netlab
import wiretap


class Absent(Exception):
    """Something that a row needs is not on this machine; the text says what."""


def program(*names):
    """The path of the first of these programs."""
    for name in names:
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/lib/squid")
        if path:
            return path
    raise Absent(f"{names[0]} is not installed")


@contextlib.contextmanager
def private_folder(owner=None):
    """A folder that a server may use after it gave up being root."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        if owner:
            hand_over(folder, owner)
        yield folder


def hand_over(path, owner):
    if os.geteuid() != 0:
        return
    try:
        entry = pwd.getpwnam(owner)
    except KeyError as missing:
        raise Absent(f"there is no user {owner}") from missing
    for each in [path, *pathlib.Path(path).rglob("*")]:
        os.chown(each, entry.pw_uid, entry.pw_gid)


HAPROXY = """
global
  maxconn 200
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  {defaults}
frontend doctor
  bind 127.0.0.1:{port} {bind}
  {frontend}
  default_backend relay
backend relay
  {backend}
  server relay 127.0.0.1:{relay}
"""


@contextlib.contextmanager
def haproxy(relay_port, defaults="", frontend="", backend="", certificate=None, alpn=""):
    path, port = program("haproxy"), lab.free_port()
    with private_folder() as folder:
        bind = ""
        if certificate:
            (folder / "both.pem").write_text(pathlib.Path(certificate[0]).read_text() + pathlib.Path(certificate[1]).read_text())
            bind = f"ssl crt {folder}/both.pem {f'alpn {alpn}' if alpn else ''}"
        config = folder / "haproxy.cfg"
        config.write_text(HAPROXY.format(port=port, bind=bind, defaults=defaults, frontend=frontend, backend=backend, relay=relay_port))
        with lab.running(port, [path, "-db", "-f", config]), wiretap.genuine_forwarder(port, "" if certificate else relay_port):
            yield port


APACHE_MODULES = ("mpm_event", "authz_core", "proxy", "proxy_http", "filter", "deflate")
APACHE = """
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
Mutex posixsem
Listen 127.0.0.1:{port}
ServerName localhost
{modules}
User www-data
Group www-data
{lines}
"""


@contextlib.contextmanager
def apache(*lines):
    path, port = program("apache2"), lab.free_port()
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in APACHE_MODULES)
    with private_folder() as folder:
        config = folder / "apache.conf"
        config.write_text(APACHE.format(folder=folder, port=port, modules=modules, lines="\n".join(lines)))
        with lab.running(port, [path, "-DFOREGROUND", "-f", config]), wiretap.genuine_forwarder(port, "".join(lines)):
            yield port


SQUID_USER = "proxy"
SQUID = """
pid_filename {folder}/squid.pid
cache_log {folder}/cache.log
access_log none
cache_store_log none
coredump_dir {folder}
netdb_filename none
pinger_enable off
cache deny all
cache_mem 4 MB
memory_cache_shared off
sslproxy_session_cache_size 0
max_filedescriptors 1024
cache_effective_user {user}
visible_hostname squid.test
shutdown_lifetime 0 seconds
hosts_file {folder}/hosts
dns_nameservers 127.0.0.1
forward_timeout 10 seconds
{lines}
"""


@contextlib.contextmanager
def squid(*lines, port_options="", names=(), prepare=None):
    """`names`: hosts that it finds on loopback. `prepare`: called with its folder before it starts."""
    path, port = program("squid"), lab.free_port()
    with private_folder() as folder:
        (folder / "hosts").write_text("127.0.0.1 localhost " + " ".join(names) + "\n")
        if prepare:
            prepare(folder)
        config = folder / "squid.conf"
        text = SQUID.format(folder=folder, user=SQUID_USER, lines="\n".join([f"http_port 127.0.0.1:{port} {port_options}", *lines]))
        config.write_text(text.replace("FOLDER", str(folder)))
        hand_over(folder, SQUID_USER)
        with lab.running(port, [path, "-N", "-n", f"doctor{port}", "-f", config]):
            yield port


SQUID_OPEN = "http_access allow all"


@contextlib.contextmanager
def squid_with_login(user, password):
    program("basic_ncsa_auth")

    def passwords(folder):
        crypted = subprocess.run(["openssl", "passwd", "-apr1", password], capture_output=True, text=True, check=True).stdout
        (folder / "passwords").write_text(f"{user}:{crypted}")

    with squid("auth_param basic program /usr/lib/squid/basic_ncsa_auth FOLDER/passwords", "auth_param basic children 1",
               "acl known proxy_auth REQUIRED", "http_access allow known", "http_access deny all", prepare=passwords) as port:  # fmt: skip
        yield port


@contextlib.contextmanager
def squid_bump(authority, *lines, names=()):
    """An interceptor: opens TLS and signs certificates by `authority` (lab.Authority)."""
    certgen = program("security_file_certgen")

    def certificates(folder):
        (folder / "ca.pem").write_text(authority.certificate.read_text() + (authority.folder / "ca.key").read_text())
        subprocess.run([certgen, "-c", "-s", folder / "db", "-M", "4MB"], check=True, capture_output=True)

    with squid(f"sslcrtd_program {certgen} -s FOLDER/db -M 4MB", "sslcrtd_children 2 startup=1 idle=1", "acl step1 at_step SslBump1",
               "acl step2 at_step SslBump2", "ssl_bump peek step1", "ssl_bump stare step2", "ssl_bump bump all", "sslproxy_cert_error allow all",
               "tls_outgoing_options flags=DONT_VERIFY_PEER", SQUID_OPEN, *lines,
               port_options="ssl-bump tls-cert=FOLDER/ca.pem generate-host-certificates=on dynamic_cert_mem_cache_size=4MB", names=names,
               prepare=certificates) as port:  # fmt: skip
        yield port


# Only where the connection goes is changed; who is asked for stays, as in a network with its own name server.
MITM_ADDON = """
def server_connect(data):
    data.server.address = ("127.0.0.1", data.server.address[1])
"""


@contextlib.contextmanager
def mitmdump(folder, *options):
    """mitmproxy as it is installed: it reads a whole answer before it passes it on. Its authority: FOLDER/mitmproxy-ca-cert.pem."""
    path, port = program("mitmdump"), lab.free_port()
    addon = pathlib.Path(folder) / "addon.py"
    addon.write_text(MITM_ADDON)
    with lab.running(port, [path, "-q", "--listen-host", "127.0.0.1", "-p", port, "--set", f"confdir={folder}", "--set", "connection_strategy=lazy",
                            "--ssl-insecure", "-s", addon, *options]):  # fmt: skip
        yield port


@contextlib.contextmanager
def stunnel(relay_port, certificate, *lines):
    """TLS in front of a plain port."""
    path, port = program("stunnel4", "stunnel"), lab.free_port()
    with private_folder() as folder:
        config = folder / "stunnel.conf"
        config.write_text("\n".join(["foreground = yes", "pid =", "[relay]", f"accept = 127.0.0.1:{port}", f"connect = 127.0.0.1:{relay_port}",
                                     f"cert = {certificate[0]}", f"key = {certificate[1]}", *lines]) + "\n")  # fmt: skip
        with lab.running(port, [path, config]):
            yield port


@contextlib.contextmanager
def socat(relay_port, *options):
    path, port = program("socat"), lab.free_port()
    with lab.running(port, [path, *options, f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr", f"TCP:127.0.0.1:{relay_port}"]):
        with wiretap.genuine_forwarder(port, relay_port):
            yield port


_thin_networks = itertools.count()


def thin_host():
    """An address for thin_line(), in a network of its own."""
    number = next(_thin_networks) % 250
    return f"10.{100 + os.getpid() % 100}.{number}.2"


class Ways(enum.Enum):
    """Which of a line's directions are thin."""

    DOWN = enum.auto()
    BOTH = enum.auto()


@contextlib.contextmanager
def thin_line(host, target_port, rate, ways=Ways.DOWN, patience="20s"):
    """A port at `host`, which is one of thin_host(), from which answers come no faster than `rate` ("64kbit"), nor do questions go if both ways are thin: a network
    namespace of its own behind a token bucket. What would wait for longer than `patience` is dropped."""
    ip, tc, path = program("ip"), program("tc"), program("socat")
    if reason := netlab.why_not():
        raise Absent(reason)
    port = lab.free_port()
    outer, inner = f"to{port}", f"ti{port}"
    with netlab.namespaces("thin") as (space,), private_folder() as folder, contextlib.ExitStack() as stack:
        name = space.name

        def do(*words):
            done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Absent(f"{' '.join(map(str, words))}: {done.stderr.strip()}")

        do(ip, "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name)
        do(ip, "addr", "add", f"{host[:-1]}1/30", "dev", outer)
        do(ip, "link", "set", outer, "up")
        do(ip, "-n", name, "addr", "add", f"{host}/30", "dev", inner)
        do(ip, "-n", name, "link", "set", inner, "up")
        bucket = ("root", "tbf", "rate", rate, "burst", "1600", "latency", patience)
        do(tc, "-n", name, "qdisc", "add", "dev", inner, *bucket)
        if ways is Ways.BOTH:
            do(tc, "qdisc", "add", "dev", outer, *bucket)
        # A socket of the file system reaches from one namespace into the other.
        way = folder / "way"
        stack.enter_context(child([path, f"UNIX-LISTEN:{way},fork,backlog=128", f"TCP:127.0.0.1:{target_port},nodelay"]))
        stack.enter_context(lab.running(port, [ip, "netns", "exec", name, path, f"TCP-LISTEN:{port},bind={host},fork,reuseaddr,nodelay,backlog=128",
                                               f"UNIX-CONNECT:{way}"], host=host))  # fmt: skip
        yield port


@contextlib.contextmanager
def child(command):
    process = subprocess.Popen([str(word) for word in command])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextlib.contextmanager
def silent_server():
    """Accepts connections and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


class Passing:
    """What a man in the middle does with the bytes of one direction of one connection: nothing. Subclasses change feed(), or pass_on() when
    bytes are to go in pieces."""

    def feed(self, data):
        return data

    def pass_on(self, data, sink):
        if out := self.feed(data):
            sink.sendall(out)


class Jitter(Passing):
    def __init__(self, most_s):
        self.most_s = most_s
        self.random = random.Random(20)

    def feed(self, data):
        time.sleep(self.random.uniform(0, self.most_s))
        return data


class FirstLate(Passing):
    """The first bytes come late: a proxy that takes its time."""

    def __init__(self, wait_s):
        self.wait_s = wait_s

    def feed(self, data):
        time.sleep(self.wait_s)
        self.wait_s = 0
        return data


class Quantum(Passing):
    """Lets bodies of event streams go when so many bytes have gathered, and at their end."""

    def __init__(self, size):
        self.size = size
        self.held = b""
        self.streaming = False

    def feed(self, data):
        self.streaming = self.streaming or b"text/event-stream" in data
        self.held += data
        if self.streaming and len(self.held) < self.size and not self.held.endswith(b"0\r\n\r\n"):
            return b""
        out, self.held = self.held, b""
        return out


class Flushes(Passing):
    """Sends what it has at fixed times only."""

    def __init__(self, period_s):
        self.period_s = period_s

    def feed(self, data):
        time.sleep(self.period_s - time.monotonic() % self.period_s)
        return data


class Replace(Passing):
    def __init__(self, old, new):
        self.old, self.new = old, new

    def feed(self, data):
        return data.replace(self.old, self.new)


class FrameFilter(Passing):
    """Drops the WebSocket frames of some kinds (RFC 6455 §5.2); what is no WebSocket passes."""

    def __init__(self, *opcodes):
        self.opcodes = opcodes
        self.pending = b""
        self.in_head = True
        self.is_websocket = True

    def feed(self, data):
        if not self.is_websocket:
            return data
        self.pending += data
        out = b""
        if self.in_head:
            if b"\r\n\r\n" not in self.pending:
                return b""
            head, _, rest = self.pending.partition(b"\r\n\r\n")
            if b"websocket" not in head.lower():
                self.is_websocket = False
                return self.pending
            self.in_head, self.pending, out = False, rest, head + b"\r\n\r\n"
        while (size := self.frame_size()) is not None and len(self.pending) >= size:
            frame, self.pending = self.pending[:size], self.pending[size:]
            out += b"" if self.drops(frame) else frame
        return out

    def drops(self, frame):
        return frame[0] & 0x0F in self.opcodes

    def frame_size(self):
        """Of the first frame; None while that is not known."""
        bytes_ = self.pending
        if len(bytes_) < 2:
            return None
        length, at = bytes_[1] & 0x7F, 2
        if length >= 126:
            wide = 2 if length == 126 else 8
            if len(bytes_) < 2 + wide:
                return None
            length, at = int.from_bytes(bytes_[2 : 2 + wide], "big"), 2 + wide
        return at + (4 if bytes_[1] & 0x80 else 0) + length


TEXT, BINARY, PING, PONG = 0x1, 0x2, 0x9, 0xA


class Pump(threading.Thread):
    def __init__(self, source, sink, way):
        super().__init__(daemon=True)
        self.source, self.sink, self.way = source, sink, way

    def run(self):
        with contextlib.suppress(OSError):
            while data := self.source.recv(65536):
                self.way.pass_on(data, self.sink)
        with contextlib.suppress(OSError):
            self.sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def middleman(target_port, up=Passing, down=Passing):
    """A man in the middle of TCP. `up` and `down` make what is done with each connection's bytes to and from the target."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    open_sockets = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", target_port))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                open_sockets.extend((client, server))
                Pump(client, server, up()).start()
                Pump(server, client, down()).start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        with wiretap.genuine_forwarder(listener.getsockname()[1], target_port):
            yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(timeout=5)
        for each in open_sockets:
            each.close()
