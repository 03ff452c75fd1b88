"""Doctor names the root cause of faults that are made with real components. Prints the confusion matrix at the end."""

import pathlib
import tempfile

import doctor_matrix
import lab
import wiretap
from doctor_matrix import KEY, doctor
from relay_process import relay


class ComponentFaults(doctor_matrix.Faults):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        pathlib.Path(self.folder).chmod(0o755)

    def test_the_embedded_relay_is_healthy_without_an_account(self):
        document = doctor("embedded", expect_exit=0)
        self.assertIn("WebSocket works", document["summary"]["works"])

    def test_a_healthy_path_through_nginx_and_tls(self):
        authority = lab.Authority(self.folder)
        with relay("fast") as server, lab.nginx(f"location / {{ {lab.FORWARD.format(relay=server.port)} proxy_buffering off; }}",
                                                authority.issue_to_relay("good")) as port:
            self.assert_healthy("F00 healthy", f"https://localhost:{port}/v1", "--cacert", authority.certificate)

    def test_bad_keys_send_nothing(self):
        for key, code in ((KEY + "\u00a0x", "key.invisible-char"), (f'"{KEY}"', "key.quoted"), ("Bearer " + KEY, "key.bearer-prefix"),
                          ("$HS_KEY", "key.unexpanded-variable"), ("YOUR_HOLYSHEEP_API_KEY", "key.placeholder"),
                          ("hs_live_****************************", "key.masked-copy"), ("", "key.missing")):
            with self.subTest(code=code), lab.counting_listener() as listener:
                self.assert_root("F01 " + code, code, f"http://127.0.0.1:{listener.port}/v1", environment={"LAB_KEY": key})
            self.assertEqual(listener.connections, 0)

    def test_urls(self):
        for url, code in (("htp://relay", "url.malformed"), ("https://api.holysheep.ai/v1/v1", "url.double-v1")):
            with self.subTest(url=url):
                self.assert_root("F03 " + url, code, url)

    def test_a_closed_port(self):
        self.assert_root("F08 closed port", "tcp.refused", f"http://127.0.0.1:{lab.free_port()}/v1")

    def test_tls_to_a_plain_port(self):
        with relay("fast") as server:
            self.assert_root("F04 TLS to plain", "tls.plain-http", f"https://127.0.0.1:{server.port}/v1")

    def test_certificates(self):
        authority = lab.Authority(self.folder)
        cases = (("expired", {"days": -3}, "tls.expired"), ("other", {"subject_alt_name": "DNS:other.test"}, "tls.wrong-host"))
        for name, how, code in cases:
            with self.subTest(code=code), relay("fast") as server, lab.nginx(
                    f"location / {{ {lab.FORWARD.format(relay=server.port)} }}", authority.issue(name, **how)) as port:
                self.assert_root("F16 " + name, code, f"https://localhost:{port}/v1", "--cacert", authority.certificate)

    def test_a_self_signed_certificate(self):
        folder = pathlib.Path(self.folder)
        lab.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 30, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", "self.key", "-out", "self.pem", folder=folder)
        with relay("fast") as server, lab.nginx(f"location / {{ {lab.FORWARD.format(relay=server.port)} }}", (folder / "self.pem", folder / "self.key")) as port:
            self.assert_root("F16 self-signed", "tls.self-signed", f"https://localhost:{port}/v1")

    def test_proxies(self):
        with relay("fast") as server:
            url = f"http://127.0.0.1:{server.port}/v1"
            self.assert_root("F21 unreachable", "proxy.refused", url, "--proxy", f"http://127.0.0.1:{lab.free_port()}")
            with lab.tinyproxy("BasicAuth somebody secret") as port:
                self.assert_root("F21 no credentials", "proxy.auth-required", url, "--proxy", f"http://127.0.0.1:{port}")
                self.assert_root("F21 wrong password", "proxy.auth-rejected", url, "--proxy", f"http://127.0.0.1:{port}", "--proxy-auth-env", "LOGIN",
                                 environment={"LOGIN": "somebody:wrong-one"})
            with lab.tinyproxy(f"ConnectPort {lab.free_port()}") as port:
                self.assert_root("F21 port denied", "proxy.policy-denied", url, "--proxy", f"http://127.0.0.1:{port}")
            with lab.nginx("location / { return 200; }") as port:
                self.assert_root("F21 not a proxy", "proxy.not-a-proxy", url, "--proxy", f"http://127.0.0.1:{port}")
            with lab.tinyproxy() as port, wiretap.genuine_tunnel(port):
                self.assert_healthy("F44 tinyproxy", url, "--proxy", f"http://127.0.0.1:{port}")

    def test_a_key_that_the_relay_refuses(self):
        refusal = "default_type application/json; return {} '{{\"error\":{{\"message\":\"no\",\"type\":\"x\"}}}}';"
        for status, code in ((401, "auth.invalid-key"), (403, "auth.forbidden"), (402, "auth.quota"), (429, "rate.limited-by-relay"), (503, "relay.down")):
            with self.subTest(status=status), relay("fast") as server, lab.nginx(
                    f"location / {{ {lab.FORWARD.format(relay=server.port)} }} location /v1/models {{ {refusal.format(status)} }}") as port:
                self.assert_root(f"F23 {status}", code, f"http://127.0.0.1:{port}/v1")

    def test_models(self):
        with relay("fast") as server:
            url = f"http://127.0.0.1:{server.port}/v1"
            self.assert_root("F25 deprecated", "model.deprecated", url, "-m", "gpt-4-turbo")
            self.assert_root("F25 unknown", "model.unknown", url, "-m", "gpt-4o-minii")

    def test_websockets_that_are_not_let_through(self):
        for name, block, code in (
                ("F30 stripped", "location / {{ proxy_pass http://127.0.0.1:{relay}; proxy_http_version 1.1; proxy_buffering off; }}", "ws.upgrade-stripped"),
                ("F31 web page", "location / {{ {forward} }} location /v1/doctor/ws {{ default_type text/html; return 200 '<html></html>'; }}",
                 "ws.answered-by-web-page"),
                ("F31 redirect", "location / {{ {forward} }} location /v1/doctor/ws {{ return 301 https://other.test/; }}", "ws.redirect"),
                ("F31 gateway", "location / {{ {forward} }} location /v1/doctor/ws {{ proxy_pass http://127.0.0.1:1; }}", "ws.gateway"),
                ("F31 policy", "location / {{ {forward} }} location /v1/doctor/ws {{ return 403; }}", "ws.policy-denied")):
            with self.subTest(name=name), relay("fast") as server:
                forward = lab.FORWARD.format(relay=server.port)
                with lab.nginx(block.format(relay=server.port, forward=forward)) as port:
                    document = self.assert_root(name, code, f"http://127.0.0.1:{port}/v1")
                    self.assertIn("SSE streams arrive as they are sent", document["summary"]["works"])

    def test_streams_that_are_buffered(self):
        with relay("fast") as server:
            forward = lab.FORWARD.format(relay=server.port)
            with lab.nginx(f"location / {{ proxy_pass http://127.0.0.1:{server.port}; proxy_ignore_headers X-Accel-Buffering; }} location /v1/doctor/ws {{ {forward} }}") as port:
                document = self.assert_root("F40 buffered", "sse.buffered-full", f"http://127.0.0.1:{port}/v1")
                self.assertIn("WebSocket works", document["summary"]["works"])
            with lab.nginx(f"location / {{ {forward} gzip on; gzip_types text/event-stream; proxy_buffering off; }}") as port:
                self.assert_healthy("F44 gzip, no buffering", f"http://127.0.0.1:{port}/v1")

    def test_limits_on_the_way(self):
        with relay("fast") as server:
            forward = lab.FORWARD.format(relay=server.port)
            with lab.nginx(f"client_max_body_size 1k; location / {{ {forward} }}") as port:
                self.assert_root("F24 body limit", "http.body-limit", f"http://127.0.0.1:{port}/v1")
            with lab.nginx(f"location / {{ limit_except GET POST {{ deny all; }} {forward} }}") as port:
                self.assert_root("F24 OPTIONS denied", "cors.blocked-by-proxy", f"http://127.0.0.1:{port}/v1", "--origin", "https://app.example")

    def test_what_answers_is_no_relay(self):
        with lab.nginx("location / { default_type text/html; return 200 '<html><script>alert(1)</script></html>'; }") as port:
            self.assert_root("web page", "http.not-relay", f"http://127.0.0.1:{port}/v1")
        with lab.nginx("return 301 https://portal.test/;") as port:
            self.assert_root("redirect", "http.redirected", f"http://127.0.0.1:{port}/v1")

    def test_two_faults_give_the_earlier_one(self):
        document = self.assert_root("F60 key and port", "key.quoted", f"http://127.0.0.1:{lab.free_port()}/v1", environment={"LAB_KEY": f"'{KEY}'"})
        states = {check["id"]: check["status"] for check in document["checks"]}
        self.assertEqual(states["tcp.443"], "skip")


if __name__ == "__main__":
    doctor_matrix.main()
