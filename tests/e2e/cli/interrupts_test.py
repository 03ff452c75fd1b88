"""Signals: a run that is interrupted writes what it knows; a parent that dies leaves no relay behind."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import harness

LONG = ["run", "embedded:fast?ttft=20ms&gap=20ms&tokens=20", "-c", "4", "-d", "600s"]


def children_of(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in listed.split()]


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(what, holds, bound_s=30):
    deadline = time.monotonic() + bound_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about within {bound_s} s")
        time.sleep(0.02)


class RelayByHand(unittest.TestCase):
    def test_it_says_where_it_listens_and_ends_at_ctrl_c(self):
        for flags, what in (([], "profile fast"), (["--profile", "jittery"], "profile jittery"), (["--doctor-endpoint"], "doctor's pages only")):
            with self.subTest(flags=flags):
                process = subprocess.Popen([harness.binary(), "relay", *flags], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
                line = process.stderr.readline()
                told = re.fullmatch(r"relaybench: relay listening on http://127\.0\.0\.1:(\d+)/v1, (.*); Ctrl-C ends it\n", line)
                if told is None:
                    process.kill()
                    self.fail(line)
                socket.create_connection(("127.0.0.1", int(told[1])), timeout=10).close()
                process.send_signal(signal.SIGINT)
                _, rest = process.communicate(timeout=30)
                self.assertEqual((told[2], process.returncode, rest), (what, 0, ""))

    def test_a_descriptor_is_told_instead(self):
        reads, writes = os.pipe()
        process = subprocess.Popen([harness.binary(), "relay", "--ready-fd", str(writes)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                   pass_fds=[writes])  # fmt: skip
        os.close(writes)
        with os.fdopen(reads) as ready:
            self.assertIn("port", json.loads(ready.readline()))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.communicate(timeout=30)[1], b"")


class Run:
    """A long run that has begun to stream."""

    def __init__(self, folder, *more):
        self.path = pathlib.Path(folder) / "result.json"
        self.process = subprocess.Popen(
            [harness.binary(), *LONG, "--out", f"json={self.path}", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        wait_until("an embedded relay", lambda: children_of(self.process.pid) or self.process.poll() is not None)
        self.relays = children_of(self.process.pid)
        time.sleep(1.0)  # some streams shall have ended; nothing depends on how many

    def finish(self):
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out.decode(), err.decode()

    def document(self):
        return json.loads(self.path.read_text())


class Interrupts(unittest.TestCase):
    def test_ctrl_c_drains_writes_and_marks_the_result_partial(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(signal=number), tempfile.TemporaryDirectory() as folder:
                run = Run(folder)
                run.process.send_signal(number)
                returncode, out, _ = run.finish()
                self.assertEqual(returncode, code)
                self.assertIn("ttft", out)
                document = run.document()
                self.assertTrue(document["provenance"]["partial"])
                self.assertEqual(document["provenance"]["stop_reason"], "interrupted")
                self.assertGreater(document["arms"][0]["outcomes"]["complete"], 0)

    def test_ctrl_c_twice_ends_at_once_and_still_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Run(folder, "--prompt", "x")
            run.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            run.process.send_signal(signal.SIGINT)
            returncode, _, _ = run.finish()
            self.assertEqual(returncode, 130)
            self.assertTrue(run.document()["provenance"]["partial"])

    def test_ctrl_c_of_a_terminal_reaches_the_run_but_not_its_relay(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "result.json"
            process = subprocess.Popen([harness.binary(), *LONG, "--out", f"json={path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       stdin=subprocess.DEVNULL, start_new_session=True)
            wait_until("an embedded relay", lambda: children_of(process.pid))
            time.sleep(1.0)
            os.killpg(process.pid, signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 130)
            outcomes = json.loads(path.read_text())["arms"][0]["outcomes"]
            self.assertEqual(outcomes["dropped"] + outcomes["connect_failed"], 0, outcomes)

    def test_no_relay_survives_its_parent_even_after_kill_9(self):
        for number in (signal.SIGKILL, signal.SIGINT):
            with self.subTest(signal=number), tempfile.TemporaryDirectory() as folder:
                run = Run(folder)
                self.assertTrue(run.relays)
                run.process.send_signal(number)
                run.finish()
                for relay in run.relays:
                    wait_until("the end of the relay", lambda relay=relay: not is_alive(relay))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
