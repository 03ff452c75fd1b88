"""Faults that no other matrix holds: two at once, other components and parameters, lines that lose packets, and many healthy paths that only look
odd. What is right was decided from the specification before a row was run. Rows run side by side; prints the confusion matrix at the end.

    ROWS=portal python3 combinations_test.py      plays the rows whose name holds the word
"""

import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing
import unittest

import combinations_lab
import combinations_loopback
import combinations_network
import combinations_proxy
import components
import doctor_matrix
import harness
import netlab
import wiretap
from doctor_matrix import HEALTHY, KEY
from relay_process import relay

AT_ONCE = 12
ALL = combinations_network.ROWS + combinations_proxy.NETWORK + combinations_loopback.ROWS + combinations_proxy.LOOPBACK
OF_THIS_MACHINE = ("env", "clock", "host", "key")  # what they warn of depends on where the test runs, and on its key
MATRIX = []  # (row, wanted, given, seconds)
SKIPPED = []


@dataclasses.dataclass
class Shared:
    """What rows use together."""

    relay: int
    network: typing.Any  # combinations_lab.Certified, where there can be namespaces
    no_network: str  # why there are none


def run_doctor(asked, words=()):
    """The finished process. `words`: a command that runs it."""
    command = [*words, *asked.before, harness.binary(), "doctor", asked.url, *map(str, asked.flags), "--json"]
    command += [] if any(str(flag).startswith("--key") for flag in asked.flags) else ["--key-env=LAB_KEY"]
    with doctor_matrix.searched_bundle(KEY) as bundle, wiretap.tapped(doctor_matrix.environment_of(asked.environment)) as tape:
        return subprocess.run([*command, *bundle], capture_output=True, text=True, env=tape.environment, timeout=150, check=False)


def play(row, shared):
    """(the process, seconds), or the reason why the row cannot be played here."""
    if row.place == "network" and (reason := shared.no_network or (netlab.why_no_match(row.match) if row.match else "")):
        return reason
    try:
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder.chmod(0o755)
            if row.place == "network":
                net = stack.enter_context(netlab.network())
                asked, words = stack.enter_context(row.make(net, shared.network)), net.cli.command()
            else:
                asked, words = row.make(combinations_lab.Place(shared.relay, folder, stack)), ()
            began = time.monotonic()
            done = run_doctor(asked, words)
            return done, time.monotonic() - began
    except components.Absent as absent:
        return str(absent)


def warnings_of(document):
    """The codes of what failed or warned and is about the path, the root cause's apart."""
    told = [check for check in document["checks"] if check["status"] in ("warn", "fail") and check["category"] not in OF_THIS_MACHINE]
    return {finding["code"] for check in told for finding in check["findings"]}


class Combinations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        network, reason = None, netlab.why_not()
        if not reason:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            pathlib.Path(folder).chmod(0o755)
            network = combinations_lab.Certified(folder)
        cls.shared = Shared(stack.enter_context(relay("fast")).port, network, reason)

    def judge(self, row, done, took):
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.assertIn(done.returncode, (0, 98, 99), f"{row.name}\n{done.stdout}\n{done.stderr}")
        document = json.loads(done.stdout)
        root = document["summary"]["root_cause"]
        given = root["code"] if root else HEALTHY
        MATRIX.append((row.name, row.wanted, given, took))
        trouble = f"{row.name}: exit code {done.returncode}, works: {document['summary']['works']}\n" + json.dumps(
            [check for check in document["checks"] if check["findings"] or check["status"] in ("inconclusive", "error")], indent=1)
        self.assertIn(given, row.roots, trouble)
        codes = doctor_matrix.codes(document)
        for code in row.also:
            self.assertIn(code, codes, trouble)
        unexpected = warnings_of(document) - {given} - set(row.also) - set(row.may)
        self.assertFalse(unexpected and given == HEALTHY, f"false alarm {unexpected} {trouble}")
        self.assertIn(done.returncode, (99,) if root else row.exits, trouble)
        for code in row.never:
            self.assertNotIn(code, codes, trouble)
        if row.works:
            self.assertIn(row.works, " ".join(document["summary"]["works"]), trouble)
        if row.says:
            told = " ".join(finding["cause"] for check in document["checks"] for finding in check["findings"] if finding["code"] in (given, *row.also))
            self.assertIn(row.says, told, trouble)
        if row.who:
            self.assertEqual(root["who"], row.who, trouble)

    def test_rows(self):
        word = os.environ.get("ROWS", "")
        rows = [row for row in ALL if word in row.name]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            playing = [(row, pool.submit(play, row, self.shared)) for row in rows]
            for row, future in playing:
                with self.subTest(row=row.name):
                    try:
                        outcome = future.result()
                    except Exception:
                        MATRIX.append((row.name, row.wanted, "no diagnosis", 0))
                        raise
                    if isinstance(outcome, str):
                        SKIPPED.append((row.name, outcome))
                    else:
                        self.judge(row, *outcome)


def print_matrix(right):
    print("\nwhat was played → root cause")
    for name, wanted, given, took in MATRIX:
        is_right = given in wanted.split(" or ")
        print(f"  {'ok   ' if is_right else 'WRONG'} {name:<62} {given:<28} {took:5.1f} s{'' if is_right else f' (wanted {wanted})'}")
    for name, reason in SKIPPED:
        print(f"  skip  {name:<62} {reason}")
    alarms = sum(wanted == HEALTHY != given for _, wanted, given, _ in MATRIX)
    print(f"{right} of {len(MATRIX)} root causes right, {alarms} false alarms among {sum(row[1] == HEALTHY for row in MATRIX)} healthy paths, "
          f"{len(SKIPPED)} skipped")  # fmt: skip


if __name__ == "__main__":
    outcome = unittest.main(verbosity=2, exit=False)
    print_matrix(sum(given in wanted.split(" or ") for _, wanted, given, _ in MATRIX))
    good = wiretap.print_summary() and outcome.result.wasSuccessful()
    sys.exit(77 if good and not MATRIX else not good)
