"""`compare` prints the difference that the relays really made: within 2 % of their own stamps at p50 and p99, for ttft and gap.

The relays' account and ours differ by what the machine does in between, so the difference between the arms is the figure that is checked; a
machine so busy that the generator calls itself saturated decides nothing and is tried again.
"""

import json
import pathlib
import sys
import tempfile
import unittest

import harness
from relay_process import relay

ATTEMPTS = 3
METRICS = ("ttft", "gap")
QUANTILES = ("p50_us", "p99_us")


class Truth(unittest.TestCase):
    def measure(self, folder):
        """(what we measured, what the relays did) as {arm: {metric: {quantile: µs}}}, and whether the generator kept up."""
        truth = {name: folder / f"{name}.json" for name in ("fast", "slow")}
        with relay("fast", "--truth", truth["fast"]) as fast, relay("slow", "--truth", truth["slow"], "--seed", 2) as slow:
            document = harness.run_json("compare", f"fast={fast.url()}", f"slow={slow.url()}", "-c", 20, "-d", "20s", "--drain", "30s")
        measured = {arm["name"]: arm["metrics"] for arm in document["arms"]}
        return measured, {name: json.loads(path.read_text()) for name, path in truth.items()}, not document["audit"]["saturated"]

    def test_the_difference_of_two_relays_is_the_one_that_they_made(self):
        for attempt in range(ATTEMPTS):
            with tempfile.TemporaryDirectory() as folder:
                measured, truth, trusted = self.measure(pathlib.Path(folder))
            misses = []
            for metric in METRICS:
                for quantile in QUANTILES:
                    ours = measured["slow"][metric][quantile] - measured["fast"][metric][quantile]
                    theirs = truth["slow"][metric][quantile] - truth["fast"][metric][quantile]
                    print(f"{metric} {quantile}: measured difference {ours:.0f} µs, made {theirs:.0f} µs ({(ours / theirs - 1) * 100:+.2f} %)")
                    if abs(ours - theirs) > 0.02 * abs(theirs):
                        misses.append(f"{metric} {quantile}")
            if not misses:
                return
            print(f"attempt {attempt + 1}: {', '.join(misses)}; generator {'kept up' if trusted else 'was saturated'}")
        self.fail(f"more than 2 % off in each of {ATTEMPTS} attempts")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
