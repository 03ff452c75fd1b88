"""What the end-to-end tests share: running the binary within a bound of time, servers that end with the test, small assertions."""

import contextlib
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

RUN_BOUND_S = 120


def binary():
    """The relaybench under test: the environment variable RELAYBENCH, set by ctest."""
    path = os.environ.get("RELAYBENCH", "")
    if not os.access(path, os.X_OK):
        sys.exit(f"RELAYBENCH={path!r} is no program; run this through ctest, or set it to build/release/relaybench")
    return path


def build_dir():
    return pathlib.Path(os.environ["RELAYBENCH_BUILD_DIR"])


@functools.cache
def is_instrumented():
    """Whether the build has a sanitizer in it."""
    return "RELAYBENCH_SANITIZE:STRING=\n" not in (build_dir() / "CMakeCache.txt").read_text()


def run(*arguments, expect_exit=0, stdin="", bound_s=RUN_BOUND_S, environment=None, folder=None):
    """Runs relaybench and returns the finished process; fails with both outputs when the exit code is another one."""
    done = subprocess.run(
        [binary(), *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=bound_s,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        check=False,
    )
    if done.returncode != expect_exit:
        raise AssertionError(
            f"relaybench {' '.join(map(str, arguments))}\nended with {done.returncode}, not {expect_exit}\n"
            f"--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"
        )
    return done


def run_json(*arguments, **how):
    """Runs relaybench with `--out json=…` and returns the document."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "result.json"
        run(*arguments, "--out", f"json={path}", **how)
        return json.loads(path.read_text())


@contextlib.contextmanager
def server(*command, environment=None):
    """Starts a server that prints its port first and ends when its stdin closes; gives the port, and ends the server afterwards."""
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    try:
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise AssertionError(f"{command[0]} announced {line!r} instead of its port")
        yield int(line)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def check_equal(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what} is {got!r}, not {wanted!r}")


def check(what, holds):
    if not holds:
        raise AssertionError(what)
