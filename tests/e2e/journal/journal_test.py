"""The journal: a run that is killed with signal 9 at any moment leaves all but its last second behind."""

import concurrent.futures
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

import harness

RATE = 50
KILLS = 20
AT_ONCE = 4
# Beside the last second itself: how long a busy machine may take to write a line.
SLACK_S = 0.75
# Slow enough that no noise of the machine can distort its figures, which would make gates inconclusive.
STEADY = "embedded:fast?ttft=200ms&gap=50ms&tokens=3"
STREAM_S = 0.3
PLAN = ["run", STEADY, "--rate", f"{RATE}/s", "-d", "600s", "--gate", "ttft.p99 < 30s", "-q"]


def killed_run(path, moment_s):
    """Starts a journalled run, kills it so long after its journal has begun; gives the seconds that it had."""
    process = subprocess.Popen([harness.binary(), *PLAN, "--journal", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not (path.exists() and path.stat().st_size):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the run did not begin: exit code {process.poll()}")
            time.sleep(0.005)
        began = time.monotonic()
        time.sleep(moment_s)
    finally:
        process.kill()
        process.wait()
    return time.monotonic() - began


def report(path):
    out = path.with_suffix(".json")
    harness.run("report", path, "--out", f"json={out}")
    return json.loads(out.read_text())


class Journal(unittest.TestCase):
    def check_killed(self, folder, number, moment_s):
        path = pathlib.Path(folder) / f"{number}.journal"
        lived_s = killed_run(path, moment_s)
        document = report(path)
        self.assertTrue(document["provenance"]["partial"])
        self.assertTrue(document["provenance"]["stop_reason"].startswith("killed"), document["provenance"])
        arm = document["arms"][0]
        ended = sum(arm["outcomes"].values())
        self.assertLessEqual(ended, RATE * lived_s + 1)
        # What ended before the last second must be there.
        self.assertGreaterEqual(ended, RATE * (lived_s - STREAM_S - 1 - SLACK_S) - 1, f"killed after {lived_s:.2f} s")
        self.assertEqual(arm["counters"]["started"], ended)
        self.assertEqual(arm["metrics"].get("ttft", {"count": 0})["count"], ended)
        self.assertEqual(sum(point["completed"] + point["failed"] for point in arm["series"]), ended)
        if ended:
            harness.run("gate", path, "--gate", "ttft.p99 < 30s", "--gate", "errors.rate < 100%")
            harness.run("gate", path, "--gate", "ttft.p99 < 1ms", expect_exit=99)
        return f"killed after {lived_s:.2f} s: {ended} streams in {len(path.read_text().splitlines())} lines"

    def test_killed_at_random_moments_all_but_the_last_second_is_there(self):
        moments = random.Random(20)
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            runs = [pool.submit(self.check_killed, folder, number, moments.uniform(0, 4.5)) for number in range(KILLS)]
            for run in runs:
                print(run.result(), flush=True)

    def test_a_whole_journal_is_the_result(self):
        with tempfile.TemporaryDirectory() as folder:
            journal, result = pathlib.Path(folder) / "run.journal", pathlib.Path(folder) / "result.json"
            harness.run("compare", "a=" + STEADY, "b=embedded:fault:server-error", "-c", 3, "-d", "2500ms",
                        "--gate", "arm(a).ttft.p99 < 30s", "--journal", journal, "--out", f"json={result}")
            document, again = json.loads(result.read_text()), report(journal)
            self.assertFalse(again["provenance"]["partial"])
            self.assertEqual(again["provenance"], document["provenance"])
            self.assertEqual([gate["verdict"] for gate in again["gates"]], ["passed"])
            for arm, same in zip(document["arms"], again["arms"]):
                for field in ("name", "relay", "outcomes", "metrics", "counters", "series", "errors"):
                    self.assertEqual(same[field], arm[field], field)

    def test_a_torn_tail_and_a_damaged_line_are_told_of(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "run.journal"
            killed_run(path, 3.5)
            text = path.read_text()
            lines = text.splitlines(keepends=True)
            torn = path.with_name("torn.journal")
            torn.write_text("".join(lines[:-1]) + lines[-1][:-20])
            self.assertIn("is torn", harness.run("report", torn).stdout)
            damaged = path.with_name("damaged.journal")
            damaged.write_text("".join([lines[0], lines[1].replace('"number":1', '"number":8', 1), *lines[2:]]))
            self.assertIn("line 2 of", harness.run("report", damaged).stdout)

    def test_bad_journals_are_one_clear_line(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "old.journal").write_text("something")
            (pathlib.Path(folder) / "headless.journal").write_text('{"kind":"journal","schema_ver')
            (pathlib.Path(folder) / "empty.journal").write_text("")
            for arguments, says in (
                (["run", "embedded:fast", "--journal", "old.journal"], "exists already"),
                (["run", "embedded:fast", "--journal", "no-such-folder/x"], "does not exist"),
                (["run", "embedded:fast", "--journal", "."], "is a folder"),
                (["report", "headless.journal"], "first line is torn"),
                (["report", "empty.journal"], "is empty"),
                (["gate", "headless.journal", "--gate", "ttft.p99 < 1s"], "first line is torn"),
            ):
                with self.subTest(arguments=arguments):
                    done = harness.run(*arguments, expect_exit=2, folder=folder)
                    self.assertIn(says, done.stderr)
                    self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_full_disk_is_a_warning_and_the_run_goes_on(self):
        if not pathlib.Path("/dev/full").exists():
            self.skipTest("no /dev/full")
        document = harness.run_json("run", STEADY, "-c", 5, "-d", "1500ms", "--journal", "/dev/full")
        self.assertGreater(document["arms"][0]["outcomes"]["complete"], 10)
        self.assertIn("journal", [warning["code"] for warning in document["warnings"]])


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
