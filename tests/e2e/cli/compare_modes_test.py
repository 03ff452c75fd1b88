"""The ways of comparing: in turn, at once, until decided, and saved results."""

import json
import pathlib
import tempfile
import unittest

import harness

FAST = "embedded:fast?ttft=20ms&gap=2ms&tokens=5"
SLOW = "embedded:fast?ttft=30ms&gap=2ms&tokens=5"


def row_of(document, metric, quantile):
    (comparison,) = document["comparisons"]
    return next(row for row in comparison["rows"] if row["metric"] == metric and row["quantile"] == quantile)


class CompareModes(unittest.TestCase):
    def test_each_order_finds_the_difference_and_says_how_its_arms_were_started(self):
        for order, pairing in (("interleaved", "dealt"), ("simultaneous", "dealt"), ("sequential", "apart")):
            with self.subTest(order=order):
                document = harness.run_json("compare", f"a={FAST}", f"b={SLOW}", "--rate", "50/s", "-d", "2s", "--order", order)
                self.assertEqual(document["pairing"], pairing)
                self.assertEqual([arm["counters"]["started"] for arm in document["arms"]], [100, 100])
                row = row_of(document, "ttft", 0.5)
                self.assertEqual(row["finding"], "slower")
                self.assertLess(row["low"], 0.5)
                self.assertGreater(row["high"], 0.4)
                self.assertLess(row["p_adjusted"], 0.05)

    def test_until_decided_stops_at_the_wanted_width_or_says_that_it_could_not(self):
        arms = (f"a={FAST}", f"b={SLOW}")
        document = harness.run_json("compare", *arms, "-c", 10, "--until-decided", "40%", "-n", 20_000)
        self.assertIn("decided after", document["provenance"]["stop_reason"])
        self.assertGreater(document["confidence"], 0.95)
        row = row_of(document, "ttft", 0.99)
        self.assertLess(row["high"] - row["change"], 0.4)
        self.assertEqual(len({stream["arrival"] for stream in document["arms"][0]["streams"]}), len(document["arms"][0]["streams"]))
        harness.run("compare", *arms, "-c", 5, "--until-decided", "1%", "-n", 100, expect_exit=98)

    def test_saved_results_are_compared_and_unlike_ones_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, relay, rate in (("a", FAST, 50), ("b", SLOW, 50), ("c", SLOW, 60)):
                harness.run("run", relay, "--rate", f"{rate}/s", "-d", "2s", "--out", f"json={name}.json", folder=folder)
            harness.run("compare", "a.json", "b.json", "--out", "json=both.json", folder=folder)
            document = json.loads((pathlib.Path(folder) / "both.json").read_text())
            self.assertEqual([arm["name"] for arm in document["arms"]], ["a", "b"])
            self.assertEqual(row_of(document, "ttft", 0.5)["finding"], "slower")
            again = harness.run("report", "both.json", folder=folder)
            self.assertIn("b slower by", again.stdout)
            refused = harness.run("compare", "a.json", "c.json", expect_exit=2, folder=folder)
            self.assertEqual(len(refused.stderr.splitlines()), 1)
            self.assertIn("load", refused.stderr)
            harness.run("compare", "a.json", "c.json", "--force", folder=folder)
            harness.run("run", "embedded:fault:refuse", "--rate", "50/s", "-d", "2s", "--out", "json=dead.json", folder=folder, expect_exit=98)
            harness.run("compare", "a.json", "dead.json", folder=folder, expect_exit=98)
            harness.run("compare", "a.json", "b.json", "--gate", "ttft.p50 < 25ms", expect_exit=99, folder=folder)

    def test_what_does_not_go_together_is_refused_in_one_line(self):
        arms = (f"a={FAST}", f"b={SLOW}")
        for wrong in (
            ("-c", 2, "--order", "simultaneous"),
            ("--order", "sideways"),
            ("--order", "sequential", "--journal", "x"),
            ("--order", "sequential", "--until-decided", "5%"),
            ("--until-decided", "five"),
            ("--until-decided", "0%"),
            ("--until-decided", "5%", "--shard", "1/2"),
        ):
            with self.subTest(wrong=wrong):
                self.assertEqual(len(harness.run("compare", *arms, *wrong, expect_exit=2).stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
