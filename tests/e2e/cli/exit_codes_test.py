"""Exit codes: gates, nothing to measure, saved results, and what an output that cannot be written does."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import harness

QUICK = "embedded:fast?ttft=20ms&gap=3ms&tokens=10"
# Slow enough that no noise of the machine can distort its figures, which would make gates inconclusive.
STEADY = "embedded:fast?ttft=400ms&gap=40ms&tokens=5"


class ExitCodes(unittest.TestCase):
    def test_gates_pass_fail_and_stay_inconclusive(self):
        harness.run("run", STEADY, "-c", 10, "-n", 20, "--gate", "ttft.p99 < 30s", "--gate", "errors.rate < 1%")
        failed = harness.run("run", STEADY, "-c", 5, "-n", 10, "--gate", "ttft.p50 < 1ms", "--gate", "errors.rate < 1%", expect_exit=99)
        self.assertIn("ttft.p50 < 1ms", failed.stdout)
        never_observed = harness.run("run", QUICK, "-c", 5, "-n", 50, "--gate", "heartbeat.p99 < 1s", expect_exit=98)
        self.assertIn("heartbeat.p99 < 1s", never_observed.stdout)

    def test_streams_that_all_failed_fail_a_latency_gate(self):
        harness.run("run", "embedded:fault:server-error", "-c", 2, "-n", 10, "--gate", "ttft.p99 < 30s", expect_exit=99)

    def test_k6_spelling_and_single_arms(self):
        harness.run("compare", "a=" + STEADY, "b=" + STEADY, "-c", 10, "-n", 20, "--gate", "ttft: p(99)<30000", "--gate", "arm(b).errors.rate < 1%")

    def test_without_a_gate_nothing_that_completed_is_inconclusive(self):
        harness.run("run", "embedded:fault:server-error", "-c", 2, "-n", 10, expect_exit=98)

    def test_an_undecided_comparison_without_a_gate_is_done(self):
        done = harness.run("compare", "a=" + QUICK, "b=" + QUICK, "-c", 2, "-n", 5)
        self.assertIn("too few streams", done.stdout)

    def test_gates_can_be_judged_again_from_a_saved_result(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "result.json"
            harness.run("run", STEADY, "-c", 10, "-n", 20, "--out", f"json={path}")
            harness.run("gate", path, "--gate", "ttft.p99 < 30s")
            harness.run("gate", path, "--gate", "ttft.p99 < 1ms", expect_exit=99)
            harness.run("gate", path, "--gate", "heartbeat.p99 < 1s", expect_exit=98)
            again = harness.run("report", path, "--out", f"json={folder}/again.json")
            self.assertIn("ttft", again.stdout)
            self.assertEqual(path.read_text(), (pathlib.Path(folder) / "again.json").read_text())

    def test_every_output_is_written_and_a_full_disk_is_an_error_that_keeps_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            done = harness.run(
                "run", QUICK, "-c", 2, "-n", 10, "--out", "json=/dev/full", "--out", f"csv={folder}/a.csv", "--out", f"hlog={folder}/a.hlog", expect_exit=1)
            self.assertIn("/dev/full", done.stderr)
            self.assertIn("ttft", done.stdout)
            self.assertIn("ttft", (pathlib.Path(folder) / "a.csv").read_text())
            self.assertIn("#[StartTime:", (pathlib.Path(folder) / "a.hlog").read_text())

    def test_results_go_to_stdout_and_everything_else_to_stderr(self):
        done = harness.run("run", QUICK, "-c", 2, "-n", 10)
        self.assertIn("ttft", done.stdout)
        self.assertNotIn("ttft", done.stderr)
        self.assertNotIn("\x1b", done.stdout)
        quiet = harness.run("run", QUICK, "-c", 2, "-n", 10, "-q", "--gate", "errors.rate < 1%")
        self.assertEqual(len(quiet.stdout.strip().splitlines()), 1, quiet.stdout)
        self.assertEqual(quiet.stderr, "")

    def test_a_dry_run_sends_nothing_and_says_what_it_would_cost(self):
        done = harness.run("run", "--url", "https://relay.invalid/v1", "-m", "gpt-4.1", "-c", 5, "-n", 100, "--max-tokens", 100, "--dry-run")
        self.assertIn("streams at most  100", done.stdout)
        self.assertIn("tokens at most   10000", done.stdout)
        self.assertIn("USD 0.08", done.stdout)

    def test_budgets_stop_a_run_cleanly(self):
        document = harness.run_json("run", QUICK, "-c", 2, "-n", 100, "--max-streams", 7)
        self.assertEqual(document["arms"][0]["outcomes"]["complete"], 7)
        document = harness.run_json("run", "embedded:fast?ttft=20ms&gap=20ms&tokens=50", "-c", 2, "-d", "60s", "--max-tokens-total", 150)
        self.assertTrue(document["provenance"]["partial"])
        self.assertEqual(document["provenance"]["stop_reason"], "token budget used up")

    def test_a_trace_is_a_timeline_of_one_stream(self):
        done = harness.run("run", QUICK, "-c", 1, "-n", 1, "--trace")
        for word in ["connected", "request written", "headers", "text", "finish"]:
            self.assertIn(word, done.stdout)

    def test_a_result_holds_what_the_format_promises(self):
        document = harness.run_json("compare", "a=" + QUICK, "b=" + QUICK, "-c", 3, "-n", 10)
        self.assertEqual((document["schema_version"], document["kind"]), (1, "compare"))
        self.assertEqual([arm["name"] for arm in document["arms"]], ["a", "b"])
        for name in ["seed", "scenario", "host", "started_at", "duration_s", "partial"]:
            self.assertIn(name, document["provenance"])
        for arm in document["arms"]:
            self.assertEqual(len(arm["streams"]), 10)
            self.assertTrue(arm["metrics"]["ttft"]["hdr"])
            self.assertTrue(arm["series"])

    def test_a_reader_that_goes_away_is_no_crash(self):
        done = subprocess.run(
            ["bash", "-c", f"'{harness.binary()}' scenarios | head -c 1; exit ${{PIPESTATUS[0]}}"], capture_output=True, timeout=30, check=False)
        self.assertIn(done.returncode, (0, 1))

    def test_the_ready_scenarios_are_listed_with_their_questions(self):
        listed = harness.run("scenarios").stdout
        for name in ["smoke", "steady-sse", "steady-ws", "ramp", "guides-models", "burst", "real-relay"]:
            self.assertIn(name, listed)
        self.assertIn("needs a key", listed)
        json.loads(harness.run("scenarios", "--schema").stdout)
        harness.run("run", "smoke", "-n", 5)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
