"""A generator that is held up says so: it is stopped again and again while its streams run, and its gates must be inconclusive."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import harness
from relay_process import relay

PULSE_S = 0.15
RUN_S = 5


class Saturated(unittest.TestCase):
    def test_a_generator_that_is_stopped_in_pulses_is_saturated_and_its_gates_decide_nothing(self):
        with tempfile.TemporaryDirectory() as folder, relay("fast?ttft=50ms&gap=20ms&tokens=50") as server:
            path = pathlib.Path(folder) / "result.json"
            process = subprocess.Popen(
                [harness.binary(), "run", "--url", server.url(), "-c", "20", "-d", f"{RUN_S}s", "--gate", "ttft.p99 < 10s",
                 "--gate", "gap.p99 < 10s", "--out", f"json={path}"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
            end = time.monotonic() + RUN_S
            while time.monotonic() < end and process.poll() is None:
                for sign in (signal.SIGSTOP, signal.SIGCONT):
                    os.kill(process.pid, sign)
                    time.sleep(PULSE_S)
            shown, _ = process.communicate(timeout=harness.RUN_BOUND_S)
            document = json.loads(path.read_text())
        self.assertEqual(process.returncode, 98, shown)
        self.assertTrue(document["audit"]["saturated"])
        self.assertIn("gap", document["audit"]["distorted"])
        verdicts = {gate["expression"]: gate["verdict"] for gate in document["gates"]}
        self.assertEqual(verdicts["gap.p99 < 10s"], "inconclusive")
        self.assertIn("SATURATED", shown.splitlines()[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
