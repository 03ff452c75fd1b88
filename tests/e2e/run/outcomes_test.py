"""Each fault of the embedded relay gives exactly its outcome."""

import pathlib
import socket
import sys
import tempfile
import unittest

import harness
from relay_process import relay, self_signed

SHORT = ["--connect-timeout", "1s", "--first-token-timeout", "700ms", "--idle-timeout", "700ms"]

# fault: (outcome over chat-sse, outcome over stream-ws)
FAULTS = {
    "refuse": ("dropped", "dropped"),
    "close-on-accept": ("dropped", "dropped"),
    "unauthorized": ("auth", "auth"),
    "bad-key-close": ("auth", "auth"),
    "not-found": ("refused", "upgrade_failed"),
    "rate-limited": ("rate_limited", "rate_limited"),
    "quota-exhausted": ("refused", "refused"),
    "server-error": ("refused", "upgrade_failed"),
    "overloaded": ("refused", "upgrade_failed"),
    "html-200": ("refused", "upgrade_failed"),
    "wrong-accept": ("refused", "upgrade_failed"),
    "silence-before-first": ("timeout_first_token", "timeout_first_token"),
    "silence-mid-stream": ("timeout_idle", "timeout_idle"),
    "fin-mid-stream": ("dropped", "dropped"),
    "rst-mid-stream": ("dropped", "dropped"),
    "tls-cut": ("dropped", "dropped"),
    "cut-mid-chunk": ("dropped", "dropped"),
    "close-code": ("dropped", "dropped"),
    "no-finish": ("truncated", "truncated"),
    "done-without-finish": ("truncated", "truncated"),
    "finish-then-cut": ("truncated", "truncated"),
    "finish-then-reset": ("truncated", "truncated"),
    "error-event": ("error_in_stream", "error_in_stream"),
    "garbage-framing": ("bad_wire", "bad_wire"),
    "garbage-json": ("bad_wire", "bad_wire"),
}


def outcomes(document):
    return {outcome: count for outcome, count in document["arms"][0]["outcomes"].items() if count}


def nothing_listens_here():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Outcomes(unittest.TestCase):
    def run_fault(self, fault, dialect, *more):
        return harness.run_json("run", f"embedded:fault:{fault}", "--dialect", dialect, "-c", 2, "-n", 4, *(more or SHORT), expect_exit=98)

    def test_each_fault_gives_exactly_its_outcome(self):
        for fault, (sse, websocket) in FAULTS.items():
            for dialect, wanted in (("chat-sse", sse), ("stream-ws", websocket)):
                with self.subTest(fault=fault, dialect=dialect):
                    document = self.run_fault(fault, dialect)
                    self.assertEqual(outcomes(document), {wanted: 4}, document["arms"][0]["errors"])

    def test_failures_are_never_fast_successes(self):
        document = self.run_fault("server-error", "chat-sse")
        ttft = document["arms"][0]["metrics"]["ttft"]
        self.assertEqual((ttft["count"], ttft["never"], ttft["p50_us"]), (4, 4, None))

    def test_the_catalogue_of_faults_is_covered(self):
        listed = harness.run("run", "embedded:fault:no-such-fault", "-n", 1, expect_exit=2).stderr
        for fault in FAULTS:
            self.assertIn(fault, listed)

    def test_an_upgrade_that_is_never_answered_times_out_connecting(self):
        document = self.run_fault("slow-accept", "stream-ws", "--connect-timeout", "300ms")
        self.assertEqual(outcomes(document), {"timeout_connect": 4})

    def test_a_swallowed_pong_is_a_dropped_connection(self):
        document = harness.run_json(
            "run", "embedded:fault:swallowed-pong?gap=200ms&tokens=100", "--dialect", "stream-ws", "-c", 2, "-n", 2, "--heartbeat-interval", "100ms",
            "--heartbeat-dead-after", "500ms", expect_exit=98)
        self.assertEqual(outcomes(document), {"dropped": 2})
        self.assertIn("ping", document["arms"][0]["errors"][0]["samples"][0])

    def test_a_quiet_connection_that_a_proxy_cuts_is_dropped(self):
        document = self.run_fault("idle-cut?ttft=600s", "chat-sse", "--first-token-timeout", "20s")
        self.assertEqual(outcomes(document), {"dropped": 4})

    def test_a_closed_port_is_connect_failed(self):
        document = harness.run_json("run", "--url", f"http://127.0.0.1:{nothing_listens_here()}", "-c", 2, "-n", 4, expect_exit=98)
        self.assertEqual(outcomes(document), {"connect_failed": 4})
        self.assertIn("refused", document["arms"][0]["errors"][0]["samples"][0].lower())

    def test_an_untrusted_certificate_and_a_wrong_host_are_tls_failed(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = self_signed(pathlib.Path(folder))
            with relay("fast", tls=(certificate, key)) as server:
                untrusted = harness.run_json("run", "--url", server.url(), "-c", 1, "-n", 2, expect_exit=98)
                self.assertEqual(outcomes(untrusted), {"tls_failed": 2})
                wrong_host = harness.run_json(
                    "run", "--url", f"https://other.example:{server.port}", "--connect-to", f"::127.0.0.1:{server.port}", "--cacert", certificate, "-c", 1,
                    "-n", 2, expect_exit=98)
                self.assertEqual(outcomes(wrong_host), {"tls_failed": 2})
                insecure = harness.run_json("run", "--url", server.url(), "--insecure", "-c", 1, "-n", 2)
                self.assertEqual(outcomes(insecure), {"complete": 2})

    def test_tls_cut_without_close_notify_is_dropped(self):
        with tempfile.TemporaryDirectory() as folder:
            tls = self_signed(pathlib.Path(folder))
            with relay("fault:tls-cut", tls=tls) as server:
                document = harness.run_json("run", "--url", server.url(), "--insecure", "-c", 1, "-n", 2, expect_exit=98)
                self.assertEqual(outcomes(document), {"dropped": 2})

    def test_streams_that_the_end_of_the_run_cuts_off_are_cancelled_and_no_errors(self):
        document = harness.run_json("run", "embedded:fast?gap=1s&tokens=100", "-c", 3, "-d", "1s", "--drain", "500ms", expect_exit=98)
        self.assertEqual(outcomes(document), {"cancelled": 3})

    def test_a_rate_limited_relay_says_when_it_began(self):
        document = harness.run_json("run", "embedded:rate-limited", "-c", 10, "-n", 70)
        self.assertEqual(outcomes(document), {"complete": 60, "rate_limited": 10})
        self.assertIn("first_at_us", document["arms"][0]["errors"][0])


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
