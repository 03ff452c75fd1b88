"""relaybench streams from servers of other makers: Node's http, the npm package ws, Python's websockets."""

import pathlib
import sys
import unittest

import harness

HERE = pathlib.Path(__file__).parent
STREAMS = 20
TOKENS = 8
GAP_MS = 5


class ForeignServers(unittest.TestCase):
    def measure(self, port, scheme, dialect):
        document = harness.run_json(
            "run", "--url", f"{scheme}://127.0.0.1:{port}", "--dialect", dialect, "--model", "gpt-4o-mini", "-c", 5, "-n", STREAMS
        )
        (arm,) = document["arms"]
        return arm

    def check_streams(self, arm):
        self.assertEqual({name: count for name, count in arm["outcomes"].items() if count}, {"complete": STREAMS}, arm["errors"])
        metrics, counters = arm["metrics"], arm["counters"]
        self.assertEqual(metrics["ttft"]["count"], STREAMS)
        self.assertEqual(metrics["ttft"]["never"], 0)
        self.assertEqual(counters["chunks"], STREAMS * TOKENS)
        # Each token but the first makes a gap, unless it came in the same read as the one before.
        self.assertEqual(metrics["gap"]["count"] + counters["coalesced"], STREAMS * (TOKENS - 1))
        # The server waits before every token, by a timer of milliseconds that may fire up to one early.
        self.assertGreater(metrics["ttft"]["min_us"], (GAP_MS - 1) * 1000)
        self.assertGreater(metrics["e2e"]["min_us"], (GAP_MS - 1) * TOKENS * 1000)
        self.assertLessEqual(metrics["ttft"]["max_us"], metrics["e2e"]["max_us"])

    def test_chat_sse_from_node_http(self):
        with harness.server("node", HERE / "sse_server.mjs", TOKENS, GAP_MS) as port:
            self.check_streams(self.measure(port, "http", "chat-sse"))

    def test_websocket_dialects_from_npm_ws(self):
        modules = harness.build_dir() / "npm" / "foreign" / "node_modules"
        for dialect in ("chat-ws", "stream-ws"):
            with self.subTest(dialect=dialect):
                with harness.server("node", HERE / "ws_server.mjs", TOKENS, GAP_MS, environment={"NODE_MODULES": str(modules)}) as port:
                    self.check_streams(self.measure(port, "ws", dialect))

    def test_ws_stream_from_python_websockets(self):
        with harness.server(sys.executable, HERE / "ws_server.py", TOKENS, GAP_MS) as port:
            self.check_streams(self.measure(port, "ws", "ws-stream"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
