"""What closes, forgets or resets connections: proxies with short timers, a router with a short memory, a reaper, gateways. Each ends with its block."""

import asyncio
import contextlib
import itertools
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import lab
import netlab
import relay_process
import websockets
import wiretap

_lock = threading.Lock()
_ports = itertools.count(11000 + os.getpid() % 320 * 64)  # some for each process: HAProxy shares a port with whoever has it, and does not say so


def port():
    """A port that no connection of the cases beside this one takes meanwhile: it lies below those that the kernel gives out."""
    with _lock:
        for number in _ports:
            with contextlib.suppress(OSError), socket.socket() as probe:
                probe.bind(("127.0.0.1", number))
                return number


@contextlib.contextmanager
def configured(text, command, edge_of=""):
    """A server with this configuration ({port} and {folder} filled in); `command` is given the file. Gives the port. `edge_of`: the port, or the
    text that names it, to which it forwards what it is sent in the clear."""
    at = port()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o777)  # squid and Apache leave root behind
        config = folder / "server.conf"
        config.write_text(text.replace("{port}", str(at)).replace("{folder}", name) + "\n")
        with lab.running(at, command(config)), wiretap.genuine_forwarder(at, edge_of):
            yield at


def nginx(body, certificate=None):
    """An nginx with this text in its server block."""
    lines = f"ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};" if certificate else ""
    block = lab.NGINX_SERVER.format(port="{port}", listen="ssl" if certificate else "", certificate=lines, server=body)
    return configured(lab.NGINX.format(folder="{folder}", http=block), lambda config: [shutil.which("nginx") or "/usr/sbin/nginx", "-p", config.parent, "-c", config], edge_of="" if certificate else body)


def forward(to, read_timeout="300s"):
    """What a reverse proxy of nginx says before a relay, with the timer in question."""
    return lab.FORWARD.format(relay=to).replace("proxy_read_timeout 300s", f"proxy_read_timeout {read_timeout}")


def haproxy(to, **timeouts):
    """`timeouts`: client, server, tunnel."""
    named = {"connect": "5s", "client": "60s", "server": "60s", **timeouts}
    lines = "\n".join(f"  timeout {name} {time_text}" for name, time_text in named.items())
    text = (f"defaults\n  mode http\n  option http-no-delay\n{lines}\n"
            f"frontend f\n  bind 127.0.0.1:{{port}}\n  default_backend b\nbackend b\n  server s 127.0.0.1:{to}\n")  # fmt: skip
    return configured(text, lambda config: [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", config], edge_of=to)


def squid(timeout):
    text = (f"http_port 127.0.0.1:{{port}}\nhttp_access allow all\nread_timeout {timeout} seconds\naccess_log none\ncache_log {{folder}}/cache.log\n"
            "pid_filename {folder}/squid.pid\ncache deny all\nshutdown_lifetime 0 seconds\npinger_enable off\ncoredump_dir {folder}\n")  # fmt: skip
    return configured(text, lambda config: [shutil.which("squid") or "/usr/sbin/squid", "-N", "-f", config])


def tinyproxy(timeout):
    text = f"Port {{port}}\nListen 127.0.0.1\nTimeout {timeout}\nMaxClients 100\nLogLevel Critical"
    return configured(text, lambda config: ["tinyproxy", "-d", "-c", config])


def stunnel(to, certificate, timeout):
    text = (f"foreground = yes\npid =\nsyslog = no\ndebug = 2\n[relay]\naccept = 127.0.0.1:{{port}}\nconnect = 127.0.0.1:{to}\n"
            f"cert = {certificate[0]}\nkey = {certificate[1]}\nTIMEOUTidle = {timeout}\n")  # fmt: skip
    return configured(text, lambda config: ["stunnel", config])


def apache(to, timeout):
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
                        for name in ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_wstunnel"))  # fmt: skip
    text = (f"ServerRoot {{folder}}\nServerName localhost\nPidFile {{folder}}/pid\nErrorLog /dev/null\nDefaultRuntimeDir {{folder}}\n{modules}\n"
            f"Listen 127.0.0.1:{{port}}\nTimeout {timeout}\nProxyTimeout {timeout}\n"
            f"ProxyPass /v1/doctor/ws ws://127.0.0.1:{to}/v1/doctor/ws\nProxyPass / http://127.0.0.1:{to}/\n")  # fmt: skip
    return configured(text, lambda config: [shutil.which("apache2") or "/usr/sbin/apache2", "-X", "-f", config], edge_of=to)


@contextlib.contextmanager
def socat(*flags, to=None, command=None):
    """Serves each connection by itself: by one to the port `to`, or by a command."""
    at = port()
    target = f"EXEC:'{command}'" if command else f"TCP:127.0.0.1:{to}"
    with lab.running(at, ["socat", *flags, f"TCP-LISTEN:{at},bind=127.0.0.1,backlog=64,reuseaddr,fork", target]):
        with wiretap.genuine_forwarder(at, to or command.replace("TCP:", "")):
            yield at


class Served:
    """An event loop in a thread of its own, for servers that are written here."""

    @contextlib.contextmanager
    def running(self, start):
        """`start(port)`: a coroutine that gives a server. Gives the port."""
        at = port()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(start(at), loop).result(timeout=20)
        try:
            yield at
        finally:
            server.close()

            async def end():
                others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)

            asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=20)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def closing_websocket(code, reason, when_quiet=None, at_age=None):
    """An echo that closes connections with this code: after so long a quiet, or at an age."""

    async def serve(connection, _path=None):
        loop = asyncio.get_running_loop()
        born = loop.time()
        while True:
            left = when_quiet if at_age is None else born + at_age - loop.time()
            try:
                message = await asyncio.wait_for(connection.recv(), max(left, 0))
            except asyncio.TimeoutError:
                await connection.close(code, reason)
                return
            except websockets.ConnectionClosed:
                return
            await connection.send(message)

    async def start(at):
        return await websockets.serve(serve, "127.0.0.1", at, ping_interval=None, max_size=None, compression=None)

    return Served().running(start)


@contextlib.contextmanager
def without_comments(to):
    """A gateway that takes event streams apart and passes events on only; everything else is passed on as it is."""

    async def copy(reader, writer, strip):
        pending = b""
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(65536):
                if strip:
                    # The relay writes one chunk a comment: the chunk goes, and nobody misses it.
                    data, pending = re.sub(rb"[0-9a-f]+\r\n: [a-z]+\n\n\r\n", b"", pending + data), b""
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(ConnectionError, OSError):
            writer.close()

    async def connected(reader, writer):
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", to)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, upstream_writer, False), copy(upstream_reader, writer, True))

    async def start(at):
        return await asyncio.start_server(connected, "127.0.0.1", at)

    with Served().running(start) as at, wiretap.genuine_forwarder(at, to):
        yield at


@contextlib.contextmanager
def giving_up_in_words(to, after_s):
    """A gateway that ends event streams on which the relay was quiet for so long with an error of its own, and in order. All else passes."""
    error = b'data: {"error":{"message":"upstream was quiet"}}\n\ndata: [DONE]\n\n'

    async def answers(reader, writer):
        is_stream = False
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while True:
                try:
                    data = await asyncio.wait_for(reader.read(65536), after_s if is_stream else None)
                except asyncio.TimeoutError:
                    writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(error), error))
                    break
                if not data:
                    break
                is_stream = is_stream or b"text/event-stream" in data
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(ConnectionError, OSError):
            writer.close()

    async def questions(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(ConnectionError, OSError):
            writer.close()

    async def connected(reader, writer):
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(questions(reader, upstream_writer), answers(upstream_reader, writer))

    async def start(at):
        return await asyncio.start_server(connected, "127.0.0.1", at)

    with Served().running(start) as at, wiretap.genuine_forwarder(at, to):
        yield at


@contextlib.contextmanager
def reaper(at, after_s):
    """Resets connections of the server at this port on which nothing has flowed for so long, as a device with a table does: `ss -K`."""
    stop = threading.Event()

    def idle(line, name):
        found = re.search(rf"\b{name}:(\d+)", line)
        return int(found[1]) if found else 0

    def reap():
        while not stop.wait(0.05):
            listed = subprocess.run(["ss", "-tinHO", "state", "established", f"( sport = :{at} )"], capture_output=True, text=True, check=False)
            for line in listed.stdout.splitlines():
                if min(idle(line, "lastsnd"), idle(line, "lastrcv")) > after_s * 1000:
                    peer = line.split()[3].rsplit(":", 1)[1]
                    subprocess.run(["ss", "-K", f"( sport = :{at} and dport = :{peer} )"], capture_output=True, check=False)

    thread = threading.Thread(target=reap)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def forgetful_router(memory_s, then):
    """A relay behind a router that translates addresses and forgets a connection after so long a quiet. `then`: DROP, or REJECT with a
    reset. Gives (namespace of the client, URL)."""
    near, far, client, server = "10.1.0.1", "10.2.0.1", "10.1.0.2", "10.2.0.2"
    verdict = "DROP" if then == "DROP" else "REJECT --reject-with tcp-reset"
    with netlab.namespaces("cli", "rtr", "srv") as (cli, rtr, srv):
        rtr.ip(f"link add r0 type veth peer name eth0 netns {cli.name}")
        rtr.ip(f"link add r1 type veth peer name eth0 netns {srv.name}")
        for space, link, address in ((rtr, "r0", near), (rtr, "r1", far), (cli, "eth0", client), (srv, "eth0", server)):
            space.ip(f"addr add {address}/24 dev {link}")
            space.ip(f"link set {link} up")
        cli.ip(f"route add default via {near}")
        rtr.sysctl("net.ipv4.ip_forward=1")
        rtr.iptables("-t nat -A POSTROUTING -o r1 -j MASQUERADE")
        # What comes back for a connection that is forgotten is nobody's: a router does not answer it.
        for chain in ("FORWARD", "INPUT"):
            shown = verdict if chain == "FORWARD" else "DROP"
            rtr.iptables(f"-A {chain} -p tcp -m conntrack --ctstate INVALID -j {shown}")
            rtr.iptables(f"-A {chain} -p tcp ! --syn -m conntrack --ctstate NEW -j {shown}")
        rtr.sysctl(f"net.netfilter.nf_conntrack_tcp_timeout_established={memory_s}", "net.netfilter.nf_conntrack_tcp_loose=0")
        with relay_process.relay("fast", listen=f"{server}:0", prefix=srv.command()) as relay:
            yield cli, f"http://{server}:{relay.port}/v1"
