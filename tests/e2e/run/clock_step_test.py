"""The calendar clock is set by ten seconds in the middle of a run, forwards and backwards: no latency moves, and the result says what happened.

The step is made where the program reads the clock and where the kernel's stamps enter (stepped_clock.cpp, preloaded); the sandbox's own clock
stays as it is. The relay is started beforehand and knows nothing of it.
"""

import unittest

import harness
from relay_process import relay

PROFILE = "fast?ttft=50ms&gap=20ms&tokens=20"
STAMPED = ("-H", "X-Relaybench-Stamp: 1")


def stepped(by_ms=0, ppm=0, after_ms=2500):
    shim = harness.build_dir() / "tests" / "e2e" / "run" / "libstepped_clock.so"
    return {
        "LD_PRELOAD": str(shim),
        "STEPPED_CLOCK_AFTER_MS": str(after_ms),
        "STEPPED_CLOCK_BY_MS": str(by_ms),
        "STEPPED_CLOCK_PPM": str(ppm),
    }


def measure(environment):
    with relay(PROFILE) as server:
        document = harness.run_json("run", "--url", server.url(), *STAMPED, "-c", 10, "-d", "5s", environment=environment)
    (arm,) = document["arms"]
    return document, arm


class ClockStep(unittest.TestCase):
    def check_latencies(self, document, arm):
        # Bounds far beyond what noise does and far below ten seconds; how exact the mapping is, tests/unit/net/kernel_clock_test.cpp shows.
        self.assertEqual(arm["outcomes"]["complete"], arm["counters"]["started"])
        for metric in ("connect", "headers", "ttft", "ttft_intended", "gap", "e2e"):
            self.assertLess(arm["metrics"][metric]["max_us"], 2_500_000, metric)
            self.assertGreaterEqual(arm["metrics"][metric]["min_us"], 0, metric)
        self.assertGreater(arm["metrics"]["ttft"]["min_us"], 45_000)
        self.assertGreater(arm["metrics"]["gap"]["mean_us"], 18_000)
        self.assertLess(arm["stamp_error"]["ttft"]["max_us"], 1_000_000)
        self.assertGreater(document["audit"]["kernel_stamped_reads"], document["audit"]["user_stamped_reads"])

    def test_a_step_either_way_is_survived_and_reported(self):
        for by_ms in (10_000, -10_000):
            with self.subTest(by_ms=by_ms):
                document, arm = measure(stepped(by_ms=by_ms))
                self.check_latencies(document, arm)
                self.assertEqual(document["audit"]["clock_steps"], 1)
                self.assertIn("clock_stepped", [warning["code"] for warning in document["warnings"]])
                self.assertGreater(document["audit"]["user_stamped_reads"], 0)

    def test_a_slow_drift_is_followed_without_a_word(self):
        document, arm = measure(stepped(ppm=500))
        self.check_latencies(document, arm)
        self.assertEqual(document["audit"]["clock_steps"], 0)
        self.assertEqual(document["audit"]["user_stamped_reads"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
