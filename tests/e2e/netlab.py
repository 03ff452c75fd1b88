"""A network of three namespaces for one test: client – router – server, with a resolver, faults in the router and servers on real ports.

    with netlab.network() as net:
        with net.resolver() as names, net.relay("fast") as port, net.nginx(...):
            net.rtr.iptables("-A FORWARD -p tcp --dport 443 -j DROP")
            net.cli.run([...])

Addresses are of the blocks for documentation: public as far as programs can tell, and nobody's. Nothing outside of the namespaces is
touched but /etc/netns/NAME, which `ip netns exec` lays over /etc; it goes with the block, as the namespaces do.
"""

import contextlib
import ctypes
import functools
import itertools
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import lab
import relay_process
from dns_responder import Responder

CLIENT, ROUTER_NEAR, ROUTER_FAR, SERVER = "198.51.100.2", "198.51.100.1", "203.0.113.1", "203.0.113.2"
CLIENT6, ROUTER_NEAR6, ROUTER_FAR6, SERVER6 = "2001:db8:1::2", "2001:db8:1::1", "2001:db8:2::1", "2001:db8:2::2"
NOBODY = "203.0.113.77"  # in the server's network, where nobody answers for it
HOST = "relay.example.net"

ETC = pathlib.Path("/etc/netns")
RUN = pathlib.Path("/run/netns")
CLONE_NEWNET = 0x40000000
_numbers = itertools.count()


def _birth_of(pid):
    """When a process began, in the kernel's ticks: with its number, what no other process has. None: there is no such process, or it is over."""
    try:
        state, *fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if state == "Z" else fields[18]


@functools.cache
def _prefix():
    return f"rb{os.getpid()}.{_birth_of(os.getpid())}-"


@functools.cache
def bury_the_dead():
    """A test that was killed leaves its namespaces, and servers in them: those whose test is no more go."""
    names = {each.name for folder in (RUN, ETC) if folder.exists() for each in folder.iterdir()}
    for name in names:
        owner = re.match(r"rb(\d+)\.(\d+)-", name)
        if owner and _birth_of(owner[1]) != owner[2]:
            left = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False).stdout.split()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            _remove(Namespace(name))


def why_not():
    """Why there can be no network here; empty when there can."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    for program in ("ip", "iptables", "ip6tables", "nginx", "openssl", "sysctl"):
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            return f"needs {program}"
    bury_the_dead()
    name = f"{_prefix()}{next(_numbers)}-probe"
    added = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if added.returncode != 0:
        return f"no network namespaces here: {added.stderr.strip()}"
    try:
        rule = ["ip", "netns", "exec", name, "iptables", "-A", "FORWARD", "-j", "DROP"]
        filtered = subprocess.run(rule, capture_output=True, text=True, check=False)
        return "" if filtered.returncode == 0 else f"no iptables in namespaces: {filtered.stderr.strip()}"
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


@functools.cache
def why_no_match(match):
    """Why iptables cannot take this match here ("-m string …"), which depends on the kernel; empty when it can."""
    with namespaces("match") as (space,):
        done = subprocess.run(space.command(*f"iptables -A OUTPUT -p tcp {match} -j ACCEPT".split()), capture_output=True, check=False)
        return "" if done.returncode == 0 else f"no iptables {match} here"


class Namespace:
    """One machine of the network."""

    def __init__(self, name):
        self.name = name
        self.etc = ETC / name

    def command(self, *words):
        """The command that runs `words` here: it becomes that program, so its process can be ended as any other."""
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def run(self, *words, **how):
        return subprocess.run(self.command(*words), **{"check": True, "capture_output": True, "text": True, **how})

    def ip(self, line):
        subprocess.run(["ip", "-n", self.name, *line.split()], check=True, capture_output=True, text=True)

    def iptables(self, line, version=4):
        """A line of iptables (6: ip6tables) as one types it."""
        self.run("iptables" if version == 4 else "ip6tables", *line.split())

    def sysctl(self, *settings):
        self.run("sysctl", "-q", "-w", *settings)

    def call(self, function, *arguments):
        """What `function` gives when a thread of this namespace calls it: its sockets stay here whoever uses them later."""
        outcome = {}

        def inside():
            try:
                descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
                try:
                    if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                finally:
                    os.close(descriptor)
                outcome["value"] = function(*arguments)
            except Exception as error:  # noqa: BLE001 (handed to the caller's thread)
                outcome["error"] = error

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]

    def listener(self, address, port):
        """A listening TCP socket here."""
        return self.call(_listener, address, port)

    def accepts(self, address, port):
        """Whether something here takes connections there."""
        try:
            self.call(socket.create_connection, (address, port), 1).close()
        except OSError:
            return False
        return True

    @contextlib.contextmanager
    def late_forward(self, listen, to, first_after_s):
        """Forwards connections; the first one on which the client says something waits for this long."""
        stop, waits = threading.Event(), [first_after_s]

        def forward(client):
            with client, self.call(socket.create_connection, to) as server:
                while not stop.is_set():
                    for ready in select.select([client, server], [], [], 0.1)[0]:
                        data = ready.recv(65536)
                        if not data:
                            return
                        if ready is client and waits:
                            stop.wait(waits.pop())
                        (server if ready is client else client).sendall(data)

        def accept():
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    threads.append(threading.Thread(target=forward, args=(listener.accept()[0],)))
                    threads[-1].start()

        with self.listener(*listen) as listener:
            listener.settimeout(0.1)
            threads = [threading.Thread(target=accept)]
            threads[0].start()
            try:
                yield
            finally:
                stop.set()
                for thread in threads:
                    thread.join()

    @contextlib.contextmanager
    def running(self, *words, ready=None):
        """A server of this namespace, until the block ends. `ready`: (address, port) that it listens at."""
        process = subprocess.Popen(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            for _ in range(200):
                if ready is None or self.accepts(*ready):
                    break
                if process.poll() is not None:
                    raise AssertionError(f"{words[0]} ended with {process.returncode}: {process.stderr.read()}")
                time.sleep(0.05)
            else:
                raise AssertionError(f"{words[0]} does not listen at {ready}")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stderr.close()


def _listener(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.listen(64)
    return made


@contextlib.contextmanager
def namespaces(*roles):
    """Namespaces whose names no other process has; they and their /etc go with the block."""
    bury_the_dead()
    number = next(_numbers)
    with contextlib.ExitStack() as stack:
        made = []
        for role in roles:
            space = Namespace(f"{_prefix()}{number}-{role}")
            subprocess.run(["ip", "netns", "add", space.name], check=True, capture_output=True)
            stack.callback(_remove, space)
            space.ip("link set lo up")
            made.append(space)
        yield tuple(made)


def _remove(space):
    subprocess.run(["ip", "netns", "del", space.name], check=False, capture_output=True)
    shutil.rmtree(space.etc, ignore_errors=True)
    with contextlib.suppress(OSError):
        ETC.rmdir()  # when it was the last one


def tls_server(certificate, body, port=443, extra=""):
    """A server block that speaks TLS at this port, IPv4 and IPv6. `certificate`: (file, key); `extra`: more lines."""
    return (f"server {{ listen {port} ssl; listen [::]:{port} ssl; ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};\n"
            f"{extra}\n{body} }}\n")  # fmt: skip


def plain_server(body, port=80, extra=""):
    return f"server {{ listen {port}; listen [::]:{port};\n{extra}\n{body} }}\n"


def forward(port):
    """The location block of a well-kept reverse proxy before the relay at this port."""
    return f"location / {{ {lab.FORWARD.format(relay=port)} proxy_buffering off; }}"


class Network:
    """cli –r0[rtr]r1– srv. The client resolves names at the router."""

    def __init__(self, cli, rtr, srv):
        self.cli, self.rtr, self.srv = cli, rtr, srv

    def build(self):
        for space in (self.cli, self.rtr, self.srv):
            # Else no address of IPv6 is used before it was looked for on the link for a second or two.
            space.sysctl("net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0")
        self.rtr.ip(f"link add r0 type veth peer name eth0 netns {self.cli.name}")
        self.rtr.ip(f"link add r1 type veth peer name eth0 netns {self.srv.name}")
        # Limits on ICMP would make the second of two equal questions go unanswered.
        self.rtr.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
        for space, link, address, address6 in ((self.rtr, "r0", ROUTER_NEAR, ROUTER_NEAR6), (self.rtr, "r1", ROUTER_FAR, ROUTER_FAR6),
                                               (self.cli, "eth0", CLIENT, CLIENT6), (self.srv, "eth0", SERVER, SERVER6)):  # fmt: skip
            space.ip(f"addr add {address}/24 dev {link}")
            space.ip(f"addr add {address6}/64 dev {link} nodad")
            space.ip(f"link set {link} up")
        for space, gateway, gateway6 in ((self.cli, ROUTER_NEAR, ROUTER_NEAR6), (self.srv, ROUTER_FAR, ROUTER_FAR6)):
            space.ip(f"route add default via {gateway}")
            space.ip(f"-6 route add default via {gateway6}")
        self.resolve_at(ROUTER_NEAR)

    def resolve_at(self, *servers, options=""):
        """Writes the client's resolv.conf, and what else decides how it finds names."""
        lines = [f"nameserver {server}" for server in servers] + ([f"options {options}"] if options else [])
        self.write_etc("resolv.conf", "\n".join(lines) + "\n")
        self.write_etc("nsswitch.conf", "hosts: files dns\n")
        self.hosts()

    def hosts(self, *lines):
        """The client's hosts file, with these lines in it."""
        self.write_etc("hosts", "\n".join(["127.0.0.1 localhost", "::1 localhost", *lines]) + "\n")

    def write_etc(self, name, text):
        self.cli.etc.mkdir(parents=True, exist_ok=True)
        (self.cli.etc / name).write_text(text)

    @contextlib.contextmanager
    def resolver(self, records=None, address=ROUTER_NEAR, **behaviour):
        """A resolver in the router that knows these names (default: HOST at the server); see Responder for how it may misbehave."""
        responder = Responder({HOST: [SERVER, SERVER6]} if records is None else records, **behaviour)
        with responder.serving(lambda: self.rtr.call(_datagrams, address), lambda: self.rtr.listener(address, 53)):
            yield responder

    @contextlib.contextmanager
    def relay(self, profile="fast", *arguments, where=None):
        """The embedded relay on a loopback port of the server; gives the port."""
        prefix = (where or self.srv).command()
        with relay_process.relay(profile, *arguments, prefix=prefix) as server:
            yield server.port

    @contextlib.contextmanager
    def nginx(self, *servers, where=None, port=443, before=()):
        """An nginx with these server blocks (tls_server(), plain_server()); it is ready when it listens at `port`. `before`: what runs it."""
        where = where or self.srv
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            folder.chmod(0o755)
            (folder / "nginx.conf").write_text(lab.NGINX.format(folder=folder, http="\n".join(servers)))
            program = shutil.which("nginx") or "/usr/sbin/nginx"
            with where.running(*before, program, "-p", folder, "-c", folder / "nginx.conf", ready=("127.0.0.1", port)):
                yield


def _datagrams(address):
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, 53))
    return made


@contextlib.contextmanager
def network():
    with namespaces("cli", "rtr", "srv") as spaces:
        net = Network(*spaces)
        net.build()
        yield net
