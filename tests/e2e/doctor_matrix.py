"""What the tests of doctor share: runs in every form of output that are searched for the key, assertions about the root cause, and the
confusion matrix that they fill."""

import contextlib
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

import harness
import wiretap
from canary import KEY, holds

MATRIX = []  # (fault, wanted code, given code)
HEALTHY = "healthy"


def environment_of(told=None):
    """A machine without proxies and bundles of certificates of its own, with the canary key in LAB_KEY."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith(("_proxy", "_ca_bundle"))}
    return {**clean, "LAB_KEY": KEY, "NO_COLOR": "1", **(told or {})}


@contextlib.contextmanager
def searched_bundle(secret=KEY):
    """Flags that make a bundle with nothing masked; when the block ends, it must be there without the secret."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bundle.tar.gz")
        yield ["--bundle", path, "--no-mask"]
        with gzip.open(path, "rb") as file:
            data = file.read()
        harness.check(f"the key is in the bundle: {data}", b"manifest.json" in data and not holds(data, secret))


def run(*arguments, environment=None, timeout=90):
    """One run of doctor, both outputs and all that it sent searched for the key. The outcome has the tape of what was sent."""
    with wiretap.tapped(environment_of(environment)) as tape:
        done = subprocess.run([harness.binary(), "doctor", *map(str, arguments)], capture_output=True, env=tape.environment, timeout=timeout, check=False)
    for data in (done.stdout, done.stderr):
        harness.check(f"the key is seen: {data}", not holds(data, tape.environment["LAB_KEY"]))
    done.tape = tape
    return done


def doctor(*arguments, environment=None, expect_exit, forms=(["--quick"], ["--json"])):
    """The diagnosis of the last form, which must be JSON; the outputs of all, and a bundle of it, are searched for the key."""
    for form in forms[:-1]:
        run(*arguments, *form, environment=environment)
    with searched_bundle(environment_of(environment)["LAB_KEY"]) as bundle:
        done = run(*arguments, *forms[-1], *bundle, environment=environment)
    harness.check(f"exit code {done.returncode}, not {expect_exit}\n{done.stdout.decode()}\n{done.stderr.decode()}", done.returncode == expect_exit)
    document = json.loads(done.stdout)
    done.tape.check(document, sends_key="embedded" not in arguments)
    return document


def troubled(document):
    return json.dumps([check for check in document["checks"] if check["status"] not in ("pass", "info", "skip")], indent=1)


def codes(document):
    """Of all findings."""
    return {finding["code"] for check in document["checks"] for finding in check["findings"]}


class Faults(unittest.TestCase):
    """`fault` is the row's name in the matrix."""

    def assert_root(self, fault, code, *arguments, environment=None, key="--key-env=LAB_KEY"):
        document = doctor(*arguments, *([key] if key else []), environment=environment, expect_exit=99)
        cause = document["summary"]["root_cause"]
        MATRIX.append((fault, code, cause["code"]))
        self.assertEqual(cause["code"], code, troubled(document))
        self.assertTrue(cause["fix"])
        return document

    def assert_healthy(self, fault, *arguments, environment=None):
        document = doctor(*arguments, "--key-env=LAB_KEY", environment=environment, expect_exit=0)
        MATRIX.append((fault, HEALTHY, (document["summary"]["root_cause"] or {"code": HEALTHY})["code"]))
        return document

    def assert_warned(self, fault, code, *arguments, environment=None, key="--key-env=LAB_KEY"):
        """Nothing failed, and the finding is there."""
        document = doctor(*arguments, *([key] if key else []), environment=environment, expect_exit=0)
        MATRIX.append((fault, code, code if code in codes(document) else HEALTHY))
        self.assertIn(code, codes(document), troubled(document))
        return document


def print_matrix():
    """Gives whether what was sent was searched as well."""
    if MATRIX:
        print_verdicts()
    return wiretap.print_summary()


def print_verdicts():
    right = sum(wanted == given for _, wanted, given in MATRIX)
    print("\nfault → root cause")
    for fault, wanted, given in MATRIX:
        print(f"  {'ok   ' if wanted == given else 'WRONG'} {fault:<36} {given}{'' if wanted == given else f' (wanted {wanted})'}")
    false_alarms = sum(wanted == HEALTHY != given for _, wanted, given in MATRIX)
    print(f"{right} of {len(MATRIX)} root causes right, {false_alarms} false alarms")


def main():
    """Runs the tests of the calling script and prints the matrix."""
    outcome = unittest.main(module="__main__", verbosity=2, exit=False)
    searched = print_matrix()
    sys.exit(not (outcome.result.wasSuccessful() and searched))
