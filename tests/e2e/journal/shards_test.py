"""Shards: several processes play one plan between them, and merge makes one result of theirs."""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import harness

# Slow enough that no noise of the machine can distort its figures, which would make gates inconclusive; spread over many buckets, so that two
# shards that play different dice never fill the same ones.
RELAY = "embedded:fast?ttft=300ms/900ms&gap=40ms&tokens=5"
PLAN = ["run", RELAY, "--rate", "60/s", "--arrivals", "poisson", "-n", "150", "--gate", "ttft.p99 < 30s", "--gate", "errors.rate < 1%"]
SHARDS = 4


def play_shards(folder, *more):
    """Plays all shards at once; their files."""
    paths = [pathlib.Path(folder) / f"shard-{number}.json" for number in range(1, SHARDS + 1)]
    running = [
        subprocess.Popen([harness.binary(), *PLAN, "--shard", f"{number}/{SHARDS}", "--start-at", "+2s", "--out", f"json={path}", *more],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number, path in enumerate(paths, 1)
    ]
    for process in running:
        out, err = process.communicate(timeout=120)
        harness.check_equal("exit code of a shard", process.returncode, 0)
        harness.check("a shard shows its own verdict: " + out, "passed" in out)
        harness.check("a shard says that it waits: " + err, "waiting for --start-at" in err)
    return paths


class Shards(unittest.TestCase):
    def test_four_shards_are_one_run(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = play_shards(folder)
            parts = [json.loads(path.read_text()) for path in paths]
            merged_path = pathlib.Path(folder) / "merged.json"
            done = harness.run("merge", *reversed(paths), "--out", f"json={merged_path}")
            self.assertIn("4 shards", done.stdout)
            self.assertIn("passed", done.stdout)
            merged = json.loads(merged_path.read_text())
            arm = merged["arms"][0]
            self.assertEqual(arm["outcomes"]["complete"], 150)
            self.assertEqual([stream["arrival"] for stream in arm["streams"]], list(range(150)))
            self.assertEqual(arm["counters"]["chunks"], sum(part["arms"][0]["counters"]["chunks"] for part in parts))
            self.assertEqual([shard["index"] for shard in merged["provenance"]["shards"]], [1, 2, 3, 4])
            self.assertEqual(sum(point["starts"] for point in arm["series"]), 150)
            # Started together: nobody is warned that their seconds do not line up.
            self.assertNotIn("shards_apart", [warning["code"] for warning in merged["warnings"]])
            # Embedded relays of different shards play different dice, and prompts and arrivals are dealt, so no two shards are alike.
            self.assertEqual(len({json.dumps(part["arms"][0]["metrics"]["ttft"]["hdr"]) for part in parts}), SHARDS)
            harness.run("gate", merged_path, "--gate", "ttft.p99 < 30s")
            harness.run("report", merged_path)

            for arguments, says in (
                (paths[:3], "shard 4/4 is missing"),
                ([*paths, paths[1]], "shard 2/4 is there twice"),
                ([*paths[:3], merged_path], "already merged"),
                ([*paths, "nothing.json"], "nothing.json"),
            ):
                with self.subTest(says=says):
                    refused = harness.run("merge", *arguments, expect_exit=2)
                    self.assertIn(says, refused.stderr)
                    self.assertEqual(len(refused.stderr.splitlines()), 1, refused.stderr)

    def test_one_verdict_over_the_union(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number in (1, 2):
                paths.append(pathlib.Path(folder) / f"{number}.json")
                harness.run("run", RELAY, "-c", 4, "-n", 8, "--gate", "ttft.p50 < 1ms", "--shard", f"{number}/2",
                            "--out", f"json={paths[-1]}", expect_exit=99)
            done = harness.run("merge", *paths, "-q", expect_exit=99)
            self.assertEqual(len(done.stdout.splitlines()), 1, done.stdout)

    def test_shards_of_unlike_plans_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            one, other = pathlib.Path(folder) / "one.json", pathlib.Path(folder) / "other.json"
            harness.run("run", RELAY, "-c", 2, "-n", 4, "--shard", "1/2", "--out", f"json={one}")
            harness.run("run", RELAY, "-c", 2, "-n", 6, "--shard", "2/2", "--out", f"json={other}")
            refused = harness.run("merge", one, other, expect_exit=2)
            self.assertIn("is of another scenario than", refused.stderr)

    def test_bad_input(self):
        for arguments, says in (
            (["--shard", "0/4"], "0/4"),
            (["--shard", "5/4"], "5/4"),
            (["--shard", "x"], "want i/n"),
            (["--shard", "1/100000"], "at most 1000"),
            (["--start-at", "2020-01-01T00:00:00Z"], "ago"),
            (["--start-at", "1000"], "ago"),
            (["--start-at", "noon"], "noon"),
            (["--start-at", "+10"], "--start-at"),
            (["--start-at", "+9000h"], "a week"),
        ):
            with self.subTest(arguments=arguments):
                refused = harness.run("run", RELAY, *arguments, expect_exit=2)
                self.assertIn(says, refused.stderr)
                self.assertEqual(len(refused.stderr.splitlines()), 1, refused.stderr)
        self.assertIn("files", harness.run("merge", expect_exit=2).stderr)

    def test_ctrl_c_ends_the_waiting(self):
        process = subprocess.Popen([harness.binary(), "run", RELAY, "--start-at", "+600s"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()
        self.assertIn("waiting for --start-at", line)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - began, 20)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
