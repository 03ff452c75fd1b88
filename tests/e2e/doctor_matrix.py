"""What doctor's fault tests share: a run that is searched for its key, and the confusion matrix."""

import json
import os
import subprocess

import harness

KEY = "hs_test_CanaryKeyThatMustNeverBeSeenAnywhere42"
MATRIX = []


def doctor(*arguments, environment=None, expect_exit, forms=(["--quick"], ["--json"])):
    """The diagnosis of the last form, which must be JSON; every output is searched for the key."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    told = {**clean, "LAB_KEY": KEY, "NO_COLOR": "1", **(environment or {})}
    for form in forms:
        done = subprocess.run([harness.binary(), "doctor", *map(str, arguments), *form], capture_output=True, text=True, env=told, timeout=90, check=False)
        for text in (done.stdout, done.stderr):
            harness.check(f"the key is seen: {text}", told["LAB_KEY"].strip() not in text or told["LAB_KEY"].strip() == "")
    harness.check(f"exit code {done.returncode}, not {expect_exit}\n{done.stdout}\n{done.stderr}", done.returncode == expect_exit)
    return json.loads(done.stdout)


def print_matrix():
    right = sum(wanted == given for _, wanted, given in MATRIX)
    print("\nfault → root cause")
    for fault, wanted, given in MATRIX:
        print(f"  {'ok   ' if wanted == given else 'WRONG'} {fault:<28} {given}{'' if wanted == given else f' (wanted {wanted})'}")
    print(f"{right} of {len(MATRIX)} root causes right")
