"""Where reports and documents go and in which characters: standard output as a file, pipes, ASCII, full disks, few descriptors."""

import json
import os
import pathlib
import resource
import subprocess
import tempfile
import unittest

import harness

QUICK = "embedded:fast?ttft=20ms&gap=3ms&tokens=10"
RUN = ("run", QUICK, "-c", 2, "-n", 10)
C_LOCALE = {"LC_ALL": "C"}


def is_ascii(text):
    return all(ord(character) < 128 for character in text)


class StandardOutput(unittest.TestCase):
    def test_a_document_may_go_there_in_every_format_and_the_table_then_goes_to_stderr(self):
        with tempfile.TemporaryDirectory() as folder:
            done = harness.run(*RUN, "--out", "json=-", "--out", "csv=beside.csv", folder=folder)
            self.assertEqual(json.loads(done.stdout)["arms"][0]["outcomes"]["complete"], 10)
            self.assertIn("ttft_intended", done.stderr)
            for form, opening in (("csv", "arm,"), ("hlog", "#")):
                self.assertEqual(harness.run(*RUN, "-q", "--out", f"{form}=-", folder=folder).stdout[: len(opening)], opening)
            self.assertEqual(os.listdir(folder), ["beside.csv"])

    def test_every_command_that_writes_results_does_so(self):
        with tempfile.TemporaryDirectory() as folder:
            harness.run(*RUN, "-q", "--out", "json=a.json", folder=folder)
            document = (pathlib.Path(folder) / "a.json").read_text()
            self.assertEqual(harness.run("report", "a.json", "--out", "json=-", folder=folder).stdout, document)
            both = harness.run("compare", "a.json", "a.json", "--out", "json=-", "--gate", "errors.rate < 1%", folder=folder)
            self.assertEqual(json.loads(both.stdout)["kind"], "compare")
            self.assertIn("passed", both.stderr)
            for shard in (1, 2):
                harness.run(*RUN, "-q", "--shard", f"{shard}/2", "--out", f"json={shard}.json", folder=folder)
            merged = harness.run("merge", "1.json", "2.json", "--out", "json=-", folder=folder)
            self.assertEqual(json.loads(merged.stdout)["arms"][0]["outcomes"]["complete"], 10)

    def test_one_document_only_and_no_journal(self):
        twice = harness.run(*RUN, "--out", "json=-", "--out", "csv=-", expect_exit=2)
        self.assertIn("standard output takes one document", twice.stderr)
        self.assertIn("new file", harness.run(*RUN, "--journal", "-", expect_exit=2).stderr)

    def test_a_document_that_is_not_written_in_full_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([harness.binary(), *map(str, RUN), "-q", "--out", "json=-"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "relaybench: the output could not be written in full\n"))

    def test_a_journal_on_a_full_disk_is_told_of_even_when_quiet(self):
        done = harness.run(*RUN, "-q", "--journal", "/dev/full")
        self.assertIn("The journal could not be written", done.stderr)

    def test_a_closed_standard_output_is_an_error_and_no_crash(self):
        done = subprocess.run(["bash", "-c", f"'{harness.binary()}' {' '.join(map(repr, map(str, RUN)))} -q --out json=- >&-"],
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)  # fmt: skip
        self.assertEqual(done.returncode, 1, done.stderr)


class Tables(unittest.TestCase):
    def test_in_a_pipe_nothing_is_cut_and_in_few_columns_it_goes_on_below(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, relay in (("a", QUICK), ("b", "embedded:fast?ttft=22ms&gap=3ms&tokens=10")):
                harness.run("run", relay, "-c", 5, "-n", 40, "-q", "--out", f"json={name}.json", folder=folder)
            compared = ("compare", "a.json", "b.json", "--force")
            piped = harness.run(*compared, folder=folder, environment={"COLUMNS": ""}).stdout
            self.assertNotIn("…\n", piped)
            self.assertEqual(len([line for line in piped.splitlines() if " p50 " in line]), 5)
            for columns in (50, 80, 140):
                narrow = harness.run(*compared, folder=folder, environment={"COLUMNS": str(columns)}).stdout
                self.assertNotIn("…\n", narrow)
                self.assertLessEqual(max(map(len, narrow.splitlines())), max(columns, 60))

    def test_ascii_by_flag_and_by_locale(self):
        with tempfile.TemporaryDirectory() as folder:
            for number, (told, flags, plain) in enumerate(
                ((C_LOCALE, [], True), ({"LC_ALL": "C.UTF-8"}, ["--ascii"], True), ({"LC_ALL": "C.UTF-8"}, [], False))
            ):
                with self.subTest(told=told, flags=flags):
                    out = f"{number}.json"
                    shown = harness.run("compare", f"a={QUICK}", f"b={QUICK}", "-c", 2, "-n", 10, "--out", f"json={out}", *flags, folder=folder, environment=told).stdout
                    again = harness.run("report", out, *flags, folder=folder, environment=told).stdout
                    gate = harness.run("gate", out, "--gate", "ttft.p99 < 30s", *flags, folder=folder, environment=told).stdout
                    self.assertEqual([is_ascii(text) for text in (shown, again, gate)], [plain] * 3, shown)
        self.assertTrue(is_ascii(harness.run("run", "--help", environment=C_LOCALE).stdout))
        self.assertTrue(is_ascii(harness.run("run", "--url", "https://…", expect_exit=2, environment=C_LOCALE).stderr))


class FewDescriptors(unittest.TestCase):
    def test_too_many_streams_for_the_limit_are_refused_with_what_to_do(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        done = subprocess.run([harness.binary(), "run", QUICK, "-c", "200", "-n", "200"], preexec_fn=few, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("ulimit -n", done.stderr)


class Relays(unittest.TestCase):
    def test_a_url_takes_the_place_of_a_scenarios_relay(self):
        planned = harness.run("run", "smoke", "--url", "http://127.0.0.1:9/v1", "--dry-run").stdout
        self.assertIn("http://127.0.0.1:9/v1", planned)
        self.assertNotIn("embedded", planned)
        planned = harness.run("run", "smoke", "--relay", "a=embedded:slow", "--relay", "b=embedded:jittery", "--dry-run").stdout
        self.assertEqual([name in planned for name in ("embedded:slow", "embedded:jittery", "embedded:fast")], [True, True, False])

    def test_a_relay_that_fails_is_not_called_faster(self):
        for fault in ("server-error", "rst-mid-stream", "no-finish", "unauthorized"):
            with self.subTest(fault=fault):
                document = harness.run_json("compare", "steady=embedded:fast?ttft=200ms&gap=10ms&tokens=10", f"broken=embedded:fault:{fault}", "-c", 8, "-d", "2s", expect_exit=98)
                (comparison,) = document["comparisons"]
                self.assertEqual([row for row in comparison["rows"] if row["finding"] == "faster"], [])
                self.assertEqual(comparison["failures"]["finding"], "slower")

    def test_a_price_of_ones_own_is_counted_and_an_unknown_one_is_said_to_be_unknown(self):
        plan = ("run", "--url", "https://relay.invalid/v1", "-m", "my-model", "-c", 5, "-n", 100, "--max-tokens", 100, "--dry-run")
        self.assertIn("no price for my-model; give --price USD", harness.run(*plan).stdout)
        self.assertIn("USD 0.02 of output tokens, at USD 2.00 a million", harness.run(*plan, "--price", "2").stdout)
        self.assertIn("USD 0.00 of output tokens, at USD 0.00 a million", harness.run(*plan, "--price", "0").stdout)
        self.assertIn("price", harness.run(*plan, "--price", "-1", expect_exit=2).stderr)

    def test_a_plan_leaves_standard_output_to_the_report_that_takes_it(self):
        planned = harness.run("run", QUICK, "-n", 2, "--dry-run", "--out", "json=-")
        self.assertEqual(planned.stdout, "")
        self.assertIn("plan (nothing was sent)", planned.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
