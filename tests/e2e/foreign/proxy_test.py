"""Streams through a forward proxy that this project did not write (tinyproxy)."""

import contextlib
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

import harness
import lab
from relay_process import relay, self_signed

QUICK = "fast?ttft=20ms&gap=3ms&tokens=20"
LOGIN = "somebody:correct-horse-battery"


@contextlib.contextmanager
def proxy(*lines):
    """A tinyproxy with these lines in its configuration; gives its URL."""
    with lab.tinyproxy(*lines) as port:
        yield f"http://127.0.0.1:{port}"


class Proxies(unittest.TestCase):
    def assert_streamed(self, document, streams=8):
        arm = document["arms"][0]
        self.assertEqual(arm["outcomes"]["complete"], streams, arm["errors"])
        self.assertIn(" through http://127.0.0.1:", arm["relay"])
        self.assertGreater(arm["counters"]["kernel_stamped"], 0)
        self.assertEqual(arm["counters"]["user_stamped"], 0)

    def assert_refused(self, status, *arguments, environment=None):
        document = harness.run_json("run", *arguments, "-c", 1, "-n", 1, environment=environment, expect_exit=98)
        arm = document["arms"][0]
        self.assertEqual(arm["outcomes"]["connect_failed"], 1, arm)
        self.assertIn(status, arm["errors"][0]["samples"][0])
        return document

    def test_plain_and_tls_streams_of_both_carriers(self):
        with tempfile.TemporaryDirectory() as folder, proxy() as way:
            certificate, key = self_signed(pathlib.Path(folder))
            for tls in (None, (certificate, key)):
                with relay(QUICK, tls=tls) as server:
                    for dialect in ("chat-sse", "stream-ws"):
                        with self.subTest(dialect=dialect, tls=tls is not None):
                            self.assert_streamed(harness.run_json(
                                "run", "--url", server.url(websocket="ws" in dialect), "--dialect", dialect, "--proxy", way,
                                *(["--cacert", certificate] if tls else []), "-c", 4, "-n", 8))

    def test_the_proxy_is_asked_for_the_name_and_it_resolves_it(self):
        with relay(QUICK) as server, proxy() as way:
            self.assert_streamed(harness.run_json("run", "--url", f"http://localhost:{server.port}", "--proxy", way, "-c", 4, "-n", 8))

    def test_credentials_come_from_the_environment_and_appear_nowhere(self):
        user, password = LOGIN.split(":")
        with relay(QUICK) as server, proxy(f"BasicAuth {user} {password}") as way:
            arguments = ["--url", server.url(), "--proxy", way]
            self.assert_refused("407", *arguments)
            self.assert_refused("401", *arguments, "--proxy-auth-env", "LOGIN", environment={"LOGIN": "somebody:wrong"})
            document = harness.run_json("run", *arguments, "--proxy-auth-env", "LOGIN", "-c", 4, "-n", 8, environment={"LOGIN": LOGIN})
            self.assert_streamed(document)
            self.assertNotIn(password, json.dumps(document))

    def test_the_environment_names_the_proxy_and_the_exceptions(self):
        with proxy() as way:
            dead = f"http://relay.invalid:{lab.free_port()}"
            said = {"http_proxy": way, "no_proxy": "other.invalid"}
            # tinyproxy cannot resolve the name: its answer shows that it was asked.
            self.assert_refused("500", "--url", dead, environment=said)
            done = harness.run("run", "--url", dead, "-c", 1, "-n", 1, environment={**said, "no_proxy": ".invalid"}, expect_exit=2)
            self.assertIn("does not resolve", done.stderr)
            done = harness.run("run", "--url", dead, "-c", 1, "-n", 1, "--proxy", "none", environment=said, expect_exit=2)
            self.assertIn("does not resolve", done.stderr)

    def test_a_password_on_the_command_line_is_refused_and_not_repeated(self):
        done = harness.run("run", "--url", "http://127.0.0.1:1", "--proxy", f"http://{LOGIN}@127.0.0.1:1", expect_exit=2)
        self.assertIn("proxy_auth_env", done.stderr)
        self.assertNotIn("battery", done.stderr)


if __name__ == "__main__":
    if shutil.which("tinyproxy") is None:
        print("tinyproxy is not installed (scripts/packages.txt)")
        sys.exit(1)
    unittest.main(verbosity=2)
