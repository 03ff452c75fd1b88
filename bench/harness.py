"""What the measuring programs share: the release build, an embedded relay on a core of its own, a pinned client and what /proc says of it."""

import contextlib
import json
import os
import pathlib
import resource
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
RELAYBENCH = BUILD / "relaybench"
INCONCLUSIVE = 98  # a saturated run: its figures still count here


def fail(text):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {text}")


def build():
    script = ". scripts/lib/packages.sh; . scripts/lib/build.sh; need_packages scripts/packages.txt build test; build_preset release"
    if subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        fail("the release build failed")


def cores():
    """One core for the relay, one for the client; the same one where there is no other."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def self_signed(folder):
    """(certificate, key) for 127.0.0.1, made now."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@contextlib.contextmanager
def relay(profile, core, tls=None):
    """An embedded relay in a process of its own; gives its port."""
    reading, writing = os.pipe()
    command = [RELAYBENCH, "relay", "--listen", "127.0.0.1:0", "--profile", profile, "--ready-fd", str(writing), "--cpu", str(core)]
    if tls:
        command += ["--tls", ",".join(map(str, tls))]
    process = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as ready:
            line = ready.readline()
        if not line:
            fail("the embedded relay did not start")
        yield json.loads(line)["port"]
    finally:
        process.terminate()
        process.wait(timeout=20)


class Client:
    """A started client, pinned to its core, and what /proc says about it."""

    def __init__(self, command, core, environment=None, descriptors=None):
        """`core`: where it runs, or several; `descriptors`: how many it may open."""
        cores_of_client = core if isinstance(core, set) else {core}

        def prepare():
            os.sched_setaffinity(0, cores_of_client)
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
            preexec_fn=prepare,
        )

    def proc(self, name):
        return (pathlib.Path("/proc") / str(self.process.pid) / name).read_text()

    def cpu_s(self):
        tasks = pathlib.Path("/proc") / str(self.process.pid) / "task"
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9

    def peak_kib(self):
        (line,) = [line for line in self.proc("status").splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1])

    def finish(self, bound_s):
        out, err = self.process.communicate(timeout=bound_s)
        if self.process.returncode not in (0, INCONCLUSIVE):
            fail(f"the client ended with {self.process.returncode}:\n{out[-2000:]}\n{err[-2000:]}")
        return out
