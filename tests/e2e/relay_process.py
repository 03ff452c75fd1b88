"""The embedded relay started by hand, as a server under test."""

import contextlib
import json
import os
import subprocess

import harness
import wiretap


class Relay:
    def __init__(self, process, port, scheme):
        self.process = process
        self.port = port
        self.scheme = scheme

    def url(self, websocket=False):
        scheme = {"http": "ws", "https": "wss"}[self.scheme] if websocket else self.scheme
        return f"{scheme}://127.0.0.1:{self.port}"


@contextlib.contextmanager
def relay(profile, *arguments, tls=None, listen="127.0.0.1:0", prefix=()):
    """`relaybench relay` with this profile; it ends with the block (and its truth file is then written). `prefix`: a command that runs it."""
    ready, says_ready = os.pipe()
    extra = ["--tls", ",".join(map(str, tls))] if tls else []
    process = subprocess.Popen(
        [*prefix, harness.binary(), "relay", "--listen", listen, "--profile", profile, "--ready-fd", str(says_ready), *extra, *map(str, arguments)],
        pass_fds=[says_ready],
        stdin=subprocess.DEVNULL,
    )
    os.close(says_ready)
    try:
        with os.fdopen(ready) as lines:
            line = lines.readline()
        if not line:
            raise AssertionError(f"relay {profile} did not start: exit code {process.wait(timeout=10)}")
        port = json.loads(line)["port"]
        # In another network namespace the same port of loopback is somebody else's.
        with contextlib.nullcontext() if tls or prefix or not listen.startswith("127.") else wiretap.genuine_port(port):
            yield Relay(process, port, "https" if tls else "http")
    finally:
        process.terminate()
        process.wait(timeout=20)


def self_signed(folder):
    """(certificate, key) for localhost and 127.0.0.1, made now."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate, key
