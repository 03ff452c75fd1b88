"""Components that stand between doctor and a relay: nginx, tinyproxy, certificates. Each ends with its block."""

import contextlib
import datetime
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import wiretap


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_listener(port, process, host="127.0.0.1"):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"{process.args[0]} did not start: {process.poll()}")


@contextlib.contextmanager
def running(port, command, host="127.0.0.1", **how):
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
    try:
        await_listener(port, process, host)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


NGINX = """
worker_processes 1;
daemon off;
error_log stderr crit;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {http}
}}
"""
NGINX_SERVER = "server {{ listen 127.0.0.1:{port} {listen}; {certificate} {server} }}"

# What a well-kept reverse proxy says before a relay.
FORWARD = """
proxy_pass http://127.0.0.1:{relay}; proxy_http_version 1.1; proxy_set_header Host $host;
proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_read_timeout 300s;
"""


@contextlib.contextmanager
def nginx(server, certificate=None, http="", listen="ssl"):
    """An nginx with these texts in its server and http blocks; gives its port. `certificate`: (certificate, key); `listen`: how, if there is one."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        lines = f"ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};" if certificate else ""
        config = folder / "nginx.conf"
        block = NGINX_SERVER.format(port=port, listen=listen if certificate else "", certificate=lines, server=server)
        config.write_text(NGINX.format(folder=folder, http=http.format(folder=folder) + block))
        with running(port, [shutil.which("nginx") or "/usr/sbin/nginx", "-p", folder, "-c", config]):
            with wiretap.genuine_forwarder(port, "" if certificate else server):
                yield port


@contextlib.contextmanager
def tinyproxy(*lines):
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        config = pathlib.Path(name) / "tinyproxy.conf"
        config.write_text("\n".join([f"Port {port}", "Listen 127.0.0.1", "Timeout 60", "MaxClients 100", "LogLevel Critical", *lines]) + "\n")
        with running(port, ["tinyproxy", "-d", "-c", config]):
            yield port


def openssl(*arguments, folder):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=folder)


CA_CONFIG = """
[ca]
default_ca = lab
[lab]
database = index.txt
rand_serial = yes
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
[any]
commonName = supplied
"""


class Authority:
    """A certificate authority for one test, and certificates by it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj", "/O=Lab/CN=Lab authority",
                "-keyout", "ca.key", "-out", "ca.pem", folder=self.folder)  # fmt: skip

    def issue(self, name, subject_alt_name="DNS:localhost,IP:127.0.0.1", days=20):
        """(certificate, key); `days` may be negative: expired then."""
        (self.folder / "ext").write_text(f"subjectAltName={subject_alt_name}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                "-out", f"{name}.csr", folder=self.folder)  # fmt: skip
        begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=10)
        end = begin + datetime.timedelta(days=10 + days)
        (self.folder / "index.txt").write_text("")
        (self.folder / "ca.cnf").write_text(CA_CONFIG)
        openssl("ca", "-batch", "-config", "ca.cnf", "-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "ext", "-notext",
                "-startdate", begin.strftime("%Y%m%d%H%M%SZ"), "-enddate", end.strftime("%Y%m%d%H%M%SZ"), folder=self.folder)  # fmt: skip
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def issue_to_relay(self, name, *subject_alt_name):
        """The same for the relay itself: whoever proves to have it may be sent a key."""
        certificate, key = self.issue(name, *subject_alt_name)
        wiretap.genuine_certificate(certificate)
        return certificate, key


@contextlib.contextmanager
def counting_listener():
    """A port, and how many connections came to it."""

    class Count:
        connections = 0

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    listener.setblocking(False)
    count = Count()
    count.port = listener.getsockname()[1]
    try:
        yield count
        with contextlib.suppress(BlockingIOError):
            while True:
                listener.accept()[0].close()
                count.connections += 1
    finally:
        listener.close()
