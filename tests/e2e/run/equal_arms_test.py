"""Forty compares of an embedded relay with itself, on real sockets: no more false alarms than 5 % of compares explain.

One process serves both arms: two would differ by where the system runs them, and compare would find that.
"""

import math
import unittest

import harness
from relay_process import relay

COMPARES = 40
RISK = 0.05
PROFILE = "jittery?tokens=8"
DIFFERENT = {"faster", "slower"}


def most_by_chance(trials, risk, certainty=0.99):
    """The smallest number that chance does not pass in `certainty` of cases."""
    total = 0.0
    for count in range(trials + 1):
        total += math.comb(trials, count) * risk**count * (1 - risk) ** (trials - count)
        if total >= certainty:
            return count
    return trials


class EqualArms(unittest.TestCase):
    def test_equal_relays_are_called_different_no_more_often_than_stated(self):
        alarms = []
        for seed in range(1, COMPARES + 1):
            with relay(PROFILE, "--seed", seed) as server:
                arms = (f"a={server.url()}", f"b={server.url()}")
                document = harness.run_json("compare", *arms, "--rate", "60/s", "-d", "2s", "--seed", seed)
            (comparison,) = document["comparisons"]
            rows = [f"{row['metric']} {row['quantile']}" for row in comparison["rows"] if row["finding"] in DIFFERENT]
            if rows:
                print(f"compare {seed}: {', '.join(rows)}")
                alarms.append(seed)
        print(f"{len(alarms)} of {COMPARES} compares raised an alarm; {most_by_chance(COMPARES, RISK)} are within chance")
        self.assertLessEqual(len(alarms), most_by_chance(COMPARES, RISK))


if __name__ == "__main__":
    unittest.main(verbosity=2)
