"""What the tests of doctor share: runs in every form of output that are searched for the key, assertions about the root cause, and the
confusion matrix that they fill."""

import base64
import contextlib
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import harness

KEY = "hs_test_CanaryKeyThatMustNeverBeSeenAnywhere42"
MATRIX = []  # (fault, wanted code, given code)
HEALTHY = "healthy"


def forms_of(secret):
    """The ways in which a secret could stand in bytes that left the machine or were printed."""
    raw = secret.encode()
    # Base64 depends on what stands before: three alignments, without the characters that the neighbours decide.
    cut = [base64.b64encode(b"\0" * shift + raw)[(shift * 8 + 5) // 6 : -4] for shift in range(3)]
    return {raw, urllib.parse.quote(secret, safe="").encode(), *(each for each in cut if len(each) > 8)}


def holds(data, secret):
    """Whether bytes or text hold the secret in any of its forms."""
    data = data.encode() if isinstance(data, str) else data
    return secret.strip() != "" and any(form in data for form in forms_of(secret.strip()))


def environment_of(told=None):
    """A machine without proxies, with the canary key in LAB_KEY."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
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
    """One run of doctor, both outputs searched for the key."""
    told = environment_of(environment)
    done = subprocess.run([harness.binary(), "doctor", *map(str, arguments)], capture_output=True, env=told, timeout=timeout, check=False)
    for data in (done.stdout, done.stderr):
        harness.check(f"the key is seen: {data}", not holds(data, told["LAB_KEY"]))
    return done


def doctor(*arguments, environment=None, expect_exit, forms=(["--quick"], ["--json"])):
    """The diagnosis of the last form, which must be JSON; the outputs of all, and a bundle of it, are searched for the key."""
    for form in forms[:-1]:
        run(*arguments, *form, environment=environment)
    with searched_bundle(environment_of(environment)["LAB_KEY"]) as bundle:
        done = run(*arguments, *forms[-1], *bundle, environment=environment)
    harness.check(f"exit code {done.returncode}, not {expect_exit}\n{done.stdout.decode()}\n{done.stderr.decode()}", done.returncode == expect_exit)
    return json.loads(done.stdout)


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
    right = sum(wanted == given for _, wanted, given in MATRIX)
    print("\nfault → root cause")
    for fault, wanted, given in MATRIX:
        print(f"  {'ok   ' if wanted == given else 'WRONG'} {fault:<36} {given}{'' if wanted == given else f' (wanted {wanted})'}")
    false_alarms = sum(wanted == HEALTHY != given for _, wanted, given in MATRIX)
    print(f"{right} of {len(MATRIX)} root causes right, {false_alarms} false alarms")


def main():
    """Runs the tests of the calling script and prints the matrix."""
    outcome = unittest.main(module="__main__", verbosity=2, exit=False)
    print_matrix()
    sys.exit(not outcome.result.wasSuccessful())
