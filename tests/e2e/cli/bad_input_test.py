"""Bad input of many kinds: exit code 2, one clear line for each problem, nothing sent."""

import pathlib
import sys
import tempfile
import unittest

import harness

E = "embedded:fast"

# (arguments, what the line must say)
CASES = [
    (["rnu"], 'unknown argument "rnu" (did you mean "run"?)'),
    (["run", E, "--strems", "5"], 'unknown flag "--strems" (did you mean "--streams"?)'),
    (["run"], "no relay"),
    (["doctor", "--explain", "dns.nxdoman"], 'did you mean "dns.nxdomain"?'),
    (["doctor", "embedded", "--only", "tsl.*"], "--list-checks"),
    (["doctor", "embedded:fsat"], 'did you mean "fast"?'),
    (["doctor"], "which relay?"),
    (["doctor", "http://127.0.0.1:1/v1", "--proxy", "socks5://h:1"], "http://HOST:PORT"),
    (["doctor", "http://127.0.0.1:1/v1", "--key-file", "/no/such/file"], "/no/such/file"),
    (["run", "smok"], 'did you mean "smoke"?'),
    (["run", "nothing-like-it.yaml"], '"nothing-like-it.yaml" is neither a file'),
    (["run", "embedded:fsat"], 'did you mean "fast"?'),
    (["run", "embedded:fault:rst"], "rst"),
    (["run", "embedded:fast?gap=fast"], "gap"),
    (["run", "--url", "relay.example/v1"], "relay.example/v1"),
    (["run", "--url", "ftp://relay.example"], "ftp"),
    (["run", "--url", "http://u:p@127.0.0.1:1"], "user"),
    (["run", "--url", "http://127.0.0.1:99999"], "99999"),
    (["run", "--url", "http://no-such-host.invalid/v1", "-n", "1"], "no-such-host.invalid"),
    (["run", E, "--dialect", "chat-see"], '--dialect: unknown "chat-see" (did you mean "chat-sse"?)'),
    (["run", E, "-c", "0"], "streams"),
    (["run", E, "-c", "many"], "-c"),
    (["run", E, "-c", "1000000"], "ulimit -n"),
    (["run", E, "-n", "-5"], "-5"),
    (["run", E, "-d", "10"], "-d"),
    (["run", E, "-d", "10 parsecs"], "-d"),
    (["run", E, "--rate", "fast"], "--rate"),
    (["run", E, "-c", "5", "--rate", "5/s"], "exclude each other"),
    (["run", E, "--arrivals", "poisson"], "--arrivals"),
    (["run", E, "--ramp", "10s"], "--ramp"),
    (["run", E, "--warmup", "soon"], "--warmup"),
    (["run", E, "--connections", "pooled"], "--connections"),
    (["run", E, "--heartbeat", "yes"], "--heartbeat"),
    (["run", E, "--header", "NoColon"], "--header"),
    (["run", E, "--connect-to", "nonsense"], "--connect-to"),
    (["run", E, "--workers", "0"], "workers"),
    (["run", E, "--seed", "x"], "seed"),
    (["run", E, "--gate", "ttft.p99 < 800"], "unit"),
    (["run", E, "--gate", "tfft.p99 < 800ms"], 'did you mean "ttft"?'),
    (["run", E, "--gate", "ttft.p99 << 800ms"], "<<"),
    (["run", E, "--gate", "arm(nobody).ttft.p99 < 1s"], "nobody"),
    (["run", E, "--gate", "errors.rate < 5"], "%"),
    (["run", E, "--out", "result.json"], "--out"),
    (["run", E, "--out", "jsn=x"], 'did you mean "json"?'),
    (["run", E, "--out", "json=/no/such/folder/x.json"], "does not exist"),
    (["run", E, "--trace", "-c", "5"], "--trace"),
    (["run", E, "--dataset", "no-such-file.jsonl"], "no-such-file.jsonl"),
    (["run", E, "--audio", "no-such-file.wav", "--dialect", "stream-ws-audio"], "no-such-file.wav"),
    (["run", "--url", "https://relay.example/v1", "--key-env", "RELAYBENCH_TEST_UNSET", "-n", "1"], "RELAYBENCH_TEST_UNSET is not set"),
    (["run", "--url", "https://relay.example/v1", "--key-file", "no-such-key", "-n", "1"], "no-such-key"),
    (["run", "--url", "http://relay.example/v1", "--key-env", "HOME", "-n", "1"], "unencrypted"),
    (["run", "--url", "https://relay.example/v1", "-c", "5", "-n", "5000"], "--yes"),
    (["run", "--relay", "a=embedded:fast,key=sk-abcdefghijklmnopqrstuvwx"], "key_env"),
    (["compare", E], "at least two relays"),
    (["compare", "smoke", E], "give it alone"),
    (["compare", "a=embedded:fast", "a=embedded:slow"], "a"),
    (["gate", "no-such-result.json", "--gate", "ttft.p99 < 1s"], "no-such-result.json"),
    (["report", "no-such-result.json"], "no-such-result.json"),
    (["calibrate", "--dialect", "chat-see"], 'did you mean "chat-sse"?'),
    (["calibrate", "--dialect", "chat-json"], "chat-json does not stream"),
    (["calibrate", "--streams", "0"], "--streams"),
    (["calibrate", "-c", "1000000"], "ulimit -n"),
    (["calibrate", "--rate", "fast"], "--rate"),
    (["calibrate", "--rate", "0.1/s"], "give a longer -d"),
    (["calibrate", "-d", "10"], "-d"),
    (["calibrate", "--workers", "0"], "--workers"),
    (["calibrate", "--format", "html"], "--format"),
    (["calibrate", "--out", "csv=x.csv"], "JSON only"),
    (["calibrate", "--steams", "5"], 'did you mean "--streams"?'),
    (["scenarios", "smok"], "smok"),
    (["relay", "--listen", "nonsense"], "nonsense"),
    (["relay", "--listen", "127.0.0.1:0", "--tls", "only-one.pem"], "--tls"),
    (["relay", "--listen", "127.0.0.1:0", "--tls", "no.pem,no.key"], "no.pem"),
    (["relay", "--profile", "no-such-profile"], "no-such-profile"),
]

FILES = {
    "empty.yaml": ("", ""),
    "list.yaml": ("- a\n- b\n", "list.yaml"),
    "broken.yaml": ("relays: [", "broken.yaml:"),
    "unknown.yaml": ("relays: [embedded:fast]\nlaod: {streams: 5}\n", 'did you mean "load"?'),
    "type.yaml": ("relays: [embedded:fast]\nload: {streams: [1]}\n", "type.yaml:2:"),
    "two-patterns.yaml": ("relays: [embedded:fast]\nload: {streams: 5, rate: 5/s}\n", "rate"),
    "gate.yaml": ("relays: [embedded:fast]\ngates: ['ttft.p99 < 800']\n", "gate.yaml:2:"),
    "binary.yaml": ("\0\1\2\3", "binary.yaml"),
    "result.json": ('{"schema_version": 99}', "result.json"),
    "truncated.json": ('{"schema_version": 1, "kind": "ru', "truncated.json"),
}


class BadInput(unittest.TestCase):
    def assert_refused(self, arguments, says, **how):
        done = harness.run(*arguments, expect_exit=2, bound_s=30, **how)
        self.assertEqual(done.stdout, "")
        self.assertIn(says, done.stderr)
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith("relaybench: "), line)
            self.assertLess(len(line), 600)
        self.assertNotIn("sk-abcdefghijklmnopqrstuvwx", done.stderr)

    def test_arguments(self):
        with tempfile.TemporaryDirectory() as folder:
            for arguments, says in CASES:
                with self.subTest(arguments=" ".join(arguments)):
                    self.assert_refused(arguments, says, folder=folder)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, (text, says) in FILES.items():
                with self.subTest(file=name):
                    (pathlib.Path(folder) / name).write_text(text)
                    arguments = ["report", name] if name.endswith(".json") else ["run", name]
                    self.assert_refused(arguments, says, folder=folder)

    def test_all_problems_of_flags_are_told_at_once(self):
        done = harness.run("run", E, "-d", "10", "--warmup", "soon", "--dialect", "x", "--out", "y", expect_exit=2)
        for flag in ["-d", "--warmup", "--dialect"]:
            self.assertIn(f"relaybench: {flag}: ", done.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
