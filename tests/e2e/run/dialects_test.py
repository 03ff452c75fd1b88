"""Every dialect streams through `run` against the embedded relay, plain and over TLS."""

import pathlib
import sys
import tempfile
import unittest

import harness
from relay_process import relay, self_signed

QUICK = "fast?ttft=20ms&gap=3ms&tokens=20"
DIALECTS = ["chat-sse", "proxy-sse", "chat-json", "chat-ws", "stream-ws", "stream-ws-audio", "ws-stream"]


class Dialects(unittest.TestCase):
    def assert_streamed(self, document, streams, tokens_each):
        arm = document["arms"][0]
        self.assertEqual(arm["outcomes"]["complete"], streams, arm["errors"])
        self.assertEqual(sum(arm["outcomes"].values()), streams)
        self.assertEqual(arm["counters"]["chunks"], streams * tokens_each)
        self.assertGreater(arm["metrics"]["ttft"]["p50_us"], 19_000)
        self.assertEqual(arm["metrics"]["ttft"]["count"], streams)

    def test_each_dialect_completes_with_every_chunk(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                document = harness.run_json("run", f"embedded:{QUICK}", "--dialect", dialect, "-c", 4, "-n", 12)
                self.assert_streamed(document, 12, 1 if dialect == "chat-json" else 20)

    def test_ws_stream_with_zstd(self):
        document = harness.run_json("run", f"embedded:{QUICK}", "--dialect", "ws-stream", "--compression", "zstd", "-c", 4, "-n", 12)
        self.assert_streamed(document, 12, 20)

    def test_plain_connections_are_stamped_by_the_kernel(self):
        for dialect in ["chat-sse", "stream-ws"]:
            with self.subTest(dialect=dialect):
                document = harness.run_json("run", f"embedded:{QUICK}", "--dialect", dialect, "-c", 4, "-n", 12)
                self.assertEqual(document["arms"][0]["counters"]["kernel_stamped"], 12)

    def test_kept_alive_connections_are_reused_unless_fresh_ones_are_asked_for(self):
        reused = harness.run_json("run", f"embedded:{QUICK}", "-c", 2, "-n", 20)
        self.assertEqual(reused["arms"][0]["counters"]["reused_connections"], 18)
        fresh = harness.run_json("run", f"embedded:{QUICK}", "-c", 2, "-n", 20, "--connections", "fresh")
        self.assertEqual(fresh["arms"][0]["counters"]["reused_connections"], 0)
        self.assertEqual(fresh["arms"][0]["metrics"]["connect"]["count"], 20)

    def test_heartbeats_of_both_levels_are_answered_and_timed(self):
        for level in ["protocol", "json"]:
            with self.subTest(level=level):
                document = harness.run_json(
                    "run", "embedded:fast?ttft=20ms&gap=20ms&tokens=40", "--dialect", "stream-ws", "-c", 2, "-n", 4, "--heartbeat", level,
                    "--heartbeat-interval", "100ms")
                self.assertGreater(document["arms"][0]["metrics"]["heartbeat"]["count"], 4)
                self.assertEqual(document["arms"][0]["outcomes"]["complete"], 4)

    def test_over_tls_with_a_trusted_authority(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = self_signed(pathlib.Path(folder))
            with relay(QUICK, tls=(certificate, key)) as server:
                for dialect in ["chat-sse", "chat-ws", "ws-stream"]:
                    with self.subTest(dialect=dialect):
                        document = harness.run_json(
                            "run", "--url", server.url(websocket="ws" in dialect), "--dialect", dialect, "--cacert", certificate, "-c", 4, "-n", 12)
                        self.assert_streamed(document, 12, 20)
                        self.assertEqual(document["arms"][0]["metrics"]["tls"]["count"] > 0, True)

    def test_connect_to_and_ipv6(self):
        with relay(QUICK) as server:
            document = harness.run_json(
                "run", "--url", "http://relay.invalid:80", "--connect-to", f"relay.invalid:80:127.0.0.1:{server.port}", "-c", 2, "-n", 4)
            self.assertEqual(document["arms"][0]["outcomes"]["complete"], 4)
        with relay(QUICK, listen="[::1]:0") as server:
            document = harness.run_json("run", "--url", f"http://[::1]:{server.port}", "-c", 2, "-n", 4)
            self.assertEqual(document["arms"][0]["outcomes"]["complete"], 4)

    def test_every_profile_of_the_guides_model_comparison(self):
        document = harness.run_json("compare", "guides-models", "-c", 2, "-n", 3)
        self.assertEqual(len(document["arms"]), 4)
        for arm in document["arms"]:
            self.assertEqual(arm["outcomes"]["complete"], 3, arm["errors"])


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
