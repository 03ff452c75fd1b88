"""The troubleshooting playbooks of the relay guides, a test a row: what a customer sees, played with real components, and what doctor names."""

import contextlib

import doctor_matrix
import harness
import lab
from hostile_test import Hostile, as_relay
from relay_process import relay

JSON_REFUSAL = "default_type application/json; return {status} '{{\"error\":{{\"message\":\"no\",\"type\":\"x\"}}}}';"


@contextlib.contextmanager
def path_to_relay(locations):
    """nginx before a relay, with more locations; gives the base URL. `{forward}` and `{relay}` are filled in."""
    with relay("fast") as server:
        forward = lab.FORWARD.format(relay=server.port)
        text = locations.replace("{forward}", forward).replace("{relay}", str(server.port))
        with lab.nginx(f"location / {{ {forward} proxy_buffering off; }} {text}") as port:
            yield f"http://127.0.0.1:{port}/v1"


class Playbooks(doctor_matrix.Faults):
    def test_401_the_relay_refuses_a_key_of_the_right_form(self):
        with path_to_relay(f"location /v1/models {{ {JSON_REFUSAL.format(status=401)} }}") as url:
            self.assert_root("401: revoked key", "auth.invalid-key", url)

    def test_401_the_key_was_never_right_and_nothing_is_sent(self):
        for key, code in (("sk-ant-api03-abcdefghijklmnop", "key.wrong-provider"), ("Bearer " + doctor_matrix.KEY, "key.bearer-prefix"),
                          (doctor_matrix.KEY + "\r", "key.whitespace"), ("\ufeff" + doctor_matrix.KEY, "key.invisible-char"), ("YOUR_KEY", "key.placeholder"),
                          ("${HS_KEY}", "key.unexpanded-variable"), (f"'{doctor_matrix.KEY}'", "key.quoted"), ("", "key.missing")):
            with self.subTest(code=code), lab.counting_listener() as listener:
                self.assert_root("401: " + code, code, f"http://127.0.0.1:{listener.port}/v1", environment={"LAB_KEY": key})
            self.assertEqual(listener.connections, 0)

    def test_wrong_base_url(self):
        for url, code in (("https://api.holysheep.com/v1", "url.wrong-host"), ("https://api.openai.com/v1", "url.other-provider"),
                          ("https://api.anthropic.com/v1", "url.other-provider"), ("https://api.holysheep.ai", "url.missing-v1"),
                          ("http://api.holysheep.ai/v1", "url.insecure-scheme"), ("https://api.holysheep.ai/v1/v1/chat/completions", "url.double-v1")):
            with self.subTest(url=url):
                self.assert_root("base URL: " + url, code, url)

    def test_wrong_base_url_that_only_the_relay_can_tell(self):
        # /v2 is as good a version as any other, until somebody asks for it.
        with relay("fast") as server:
            self.assert_root("base URL: /v2", "url.missing-v1", f"http://127.0.0.1:{server.port}/v2/v1x")

    def test_hand_shake_hangs_and_times_out(self):
        with Hostile(lambda hostile, connection: hostile.over.wait(30)) as peer:
            self.assert_root("hangs: TLS is never answered", "tls.server-silent", f"https://127.0.0.1:{peer.port}/v1")
        with relay("fast") as server:
            self.assert_root("hangs: https to a plain port", "tls.plain-http", f"https://127.0.0.1:{server.port}/v1")
        self.assert_root("hangs: closed port", "tcp.refused", f"https://127.0.0.1:{lab.free_port()}/v1")
        with lab.tinyproxy(f"ConnectPort {lab.free_port()}") as port:
            self.assert_root("hangs: the proxy forbids it", "proxy.policy-denied", "https://relay.example/v1", "--proxy", f"http://127.0.0.1:{port}")

    def test_model_not_found_after_a_good_connect(self):
        with relay("fast") as server:
            url = f"http://127.0.0.1:{server.port}/v1"
            for old, new in (("gpt-4-turbo", "gpt-4.1"), ("claude-3-opus-20240229", "claude-opus-4-20250514"), ("gemini-pro", "gemini-2.5-pro"),
                             ("deepseek-coder", "deepseek-coder-v3.2")):
                document = self.assert_root("model: " + old, "model.deprecated", url, "--only", "model.*", "-m", old)
                self.assertIn(new, document["summary"]["root_cause"]["cause"])
            document = self.assert_root("model: a slip", "model.unknown", url, "--only", "model.*", "-m", "gpt-4o-minii")
            self.assertIn("gpt-4o-mini", document["summary"]["root_cause"]["cause"])

    def test_stream_drops_after_60_to_90_s(self):
        if "--idle-for" not in harness.run("doctor", "--help").stdout:
            self.skipTest("no check of idle connections in this build")
        with relay("fast") as server:
            # 4 s in place of the usual 60.
            forward = lab.FORWARD.format(relay=server.port).replace("proxy_read_timeout 300s;", "proxy_read_timeout 4s;")
            with lab.nginx(f"location / {{ {forward} proxy_buffering off; }}") as port:
                self.assert_warned("drops: nginx closes after 4 s", "idle.proxy-timer", f"http://127.0.0.1:{port}/v1", "--idle-for", "10s")

    def test_429_by_the_relay_and_by_a_proxy(self):
        with path_to_relay(f"location /v1/models {{ add_header Retry-After 7 always; {JSON_REFUSAL.format(status=429)} }}") as url:
            document = self.assert_root("429: the relay", "rate.limited-by-relay", url, "--only", "http.ratelimit")
            self.assertIn("7", document["summary"]["root_cause"]["cause"])
        with path_to_relay("location /v1/models { default_type text/html; return 429 '<html>slow down</html>'; }") as url:
            self.assert_root("429: a proxy", "rate.limited-by-proxy", url, "--only", "http.ratelimit")

    def test_stream_is_cut_short(self):
        def cut(hostile, connection, head):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for i in range(6):
                event = f'data: {{"seq":{i + 1},"t_us":{i * 100000}}}\n\n'.encode()
                connection.sendall(f"{len(event):x}\r\n".encode() + event + b"\r\n")
                hostile.over.wait(0.1)

        with Hostile(as_relay({"/v1/doctor/stream": cut})) as peer:
            self.assert_root("cut short", "sse.truncated", f"http://127.0.0.1:{peer.port}/v1", "--only", "sse.*")

    def test_chunks_arrive_all_at_once(self):
        stored = "location /v1/doctor/stream { proxy_pass http://127.0.0.1:{relay}; proxy_ignore_headers X-Accel-Buffering; }"
        with path_to_relay(stored) as url:
            document = self.assert_root("all at once", "sse.buffered-full", url)
            self.assertIn("WebSocket works", document["summary"]["works"])

    def test_browser_sees_a_cors_error(self):
        origin = ["--origin", "https://app.example", "--only", "cors.*"]
        with path_to_relay("location /v1/chat/completions { return 204; }") as url:
            self.assert_root("CORS: no headers", "cors.origin-not-allowed", url, *origin)
        allowed = "add_header Access-Control-Allow-Origin https://app.example always; add_header Access-Control-Allow-Headers Content-Type always; return 204;"
        with path_to_relay(f"location /v1/chat/completions {{ {allowed} }}") as url:
            self.assert_root("CORS: no Authorization", "cors.header-not-allowed", url, *origin)
        with path_to_relay("location /v1/chat/completions { return 403; }") as url:
            self.assert_root("CORS: a proxy denies OPTIONS", "cors.blocked-by-proxy", url, *origin)


if __name__ == "__main__":
    doctor_matrix.main()
