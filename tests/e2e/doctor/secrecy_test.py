"""The key reaches nobody but a verified relay, whatever form of run it is: peers that record what they get are searched for it."""

import base64
import collections
import contextlib
import json
import pathlib
import socket
import ssl
import subprocess
import tarfile
import tempfile
import threading
import time
import unittest

import doctor_matrix
import harness
import lab
import wiretap
from canary import KEY, forms_of, holds
from doctor_matrix import environment_of
from hostile_test import Hostile, answer, header
from relay_process import relay

FORMS = {
    "table": ["--no-color"],
    "quick": ["--quick", "--json"],
    "json": ["--json"],
    "jsonl": ["--jsonl"],
    "bundle": ["--json", "--bundle", "{folder}/b.tar.gz"],
    "watch": ["--watch", "1s", "--for", "1s"],
}
JSON = "Content-Type: application/json"


class Recorder(Hostile):
    """Serves every connection with `serve(recorder, connection, head)` after its first request, and keeps all bytes that came."""

    def __init__(self, serve, tls=None):
        super().__init__(serve, tls)
        self.lock = threading.Lock()
        self.received = bytearray()
        self.connections = 0

    def note(self, data):
        with self.lock:
            self.received += data
        return data

    def talk(self, connection):
        with self.lock:
            self.connections += 1
        with contextlib.suppress(OSError, ssl.SSLError, ValueError):
            connection.settimeout(20)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            data = b""
            while b"\r\n\r\n" not in data:
                block = connection.recv(65536)
                if not block:
                    return
                data += self.note(block)
            self.serve(self, connection, data.split(b"\r\n\r\n", 1)[0].decode("latin-1"))
            connection.settimeout(1)
            while block := connection.recv(65536):
                self.note(block)
        with contextlib.suppress(OSError):
            connection.close()


def web_page(recorder, connection, head):
    connection.sendall(answer("200 OK", b"<html>welcome</html>", "Content-Type: text/html"))


def wrong_proof(recorder, connection, head):
    connection.sendall(answer("200 OK", b'{"doctor":1,"challenge":"of somebody else","received_headers":{}}', JSON))


def good_proof(recorder, connection, head):
    """All that a relay says, from one that no authority vouches for."""
    path = head.split(" ")[1]
    if path.startswith("/v1/doctor/hello"):
        body = json.dumps({"doctor": 1, "challenge": header(head, "x-hs-challenge"), "received_headers": {}}).encode()
        return connection.sendall(answer("200 OK", body, JSON))
    if path.startswith("/v1/models"):
        return connection.sendall(answer("401 Unauthorized", b'{"error":{"message":"no key","type":"invalid_request_error"}}', JSON))
    return connection.sendall(answer("404 Not Found", b'{"error":{"message":"no"}}', JSON))


def echoing_at(place):
    """A relay that sends the key back behind so much else that a text that is shortened is cut within it."""
    def serve(recorder, connection, head):
        key = header(head, "authorization").removeprefix("Bearer ")
        if not key:
            return good_proof(recorder, connection, head)
        told = "x" * place + key + "y" * 400
        return connection.sendall(answer("401 Unauthorized", json.dumps({"error": {"message": told}}).encode(), JSON, f"Server: {told}", f"Via: 1.1 {told}"))

    return serve


def refusing_proxy(recorder, connection, head):
    connection.sendall(answer("403 Filtered", b"<html>denied</html>", "Content-Type: text/html"))


def tunnelling_proxy(recorder, connection, head):
    """Forwards what it is asked to, and reads along."""
    host, port = head.split(" ")[1].rsplit(":", 1)
    with socket.create_connection((host.strip("[]"), int(port)), timeout=20) as onward:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")

        def back():
            with contextlib.suppress(OSError):
                while block := onward.recv(65536):
                    connection.sendall(block)
                connection.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=back, daemon=True)
        thread.start()
        with contextlib.suppress(OSError):
            while block := connection.recv(65536):
                onward.sendall(recorder.note(block))
            onward.shutdown(socket.SHUT_WR)
        thread.join(timeout=20)


def redirecting_to(target):
    return lambda recorder, connection, head: connection.sendall(answer("307 Temporary Redirect", b"", f"Location: http://127.0.0.1:{target.port}{head.split(' ')[1]}"))


def tls_of(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def outputs_of(arguments, form, folder, key_source):
    """Everything that a run gives out; the environment or a file holds the key."""
    key_file = pathlib.Path(folder, "the.key")
    key_file.write_text(KEY + "\n")
    told = environment_of()
    if key_source == "file":
        told.pop("LAB_KEY")
    flags = ["--key-env=LAB_KEY"] if key_source == "variable" else ["--key-file", str(key_file)]
    flags += [part.format(folder=folder) for part in FORMS[form]]
    with wiretap.tapped(told) as tape:
        done = subprocess.run([harness.binary(), "doctor", *map(str, arguments), *flags], capture_output=True, env=tape.environment, timeout=90, check=False)
    texts = {"stdout": done.stdout, "stderr": done.stderr}
    bundle = pathlib.Path(folder, "b.tar.gz")
    if bundle.exists():
        with tarfile.open(bundle, "r:gz") as archive:
            texts |= {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
        bundle.unlink()
    return done.returncode, texts


class Secrecy(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder.chmod(0o755)
        self.authority = lab.Authority(self.folder)

    def assert_kept(self, recorder, arguments, forms=FORMS, at_least=1):
        """Side by side in every form: neither the recorder nor an output gets the key, and the recorder was really asked."""
        jobs = []
        for number, form in enumerate(forms):
            folder = self.folder / f"{number}-{form}-{recorder.port}"
            folder.mkdir()
            jobs.append((form, folder, "variable" if number % 2 else "file"))
        results = {}

        def work(form, folder, source):
            results[form] = outputs_of(arguments, form, folder, source)

        threads = [threading.Thread(target=work, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        self.assertEqual(set(results), set(forms))
        for form, (code, texts) in results.items():
            with self.subTest(form=form):
                for name, data in texts.items():
                    self.assertFalse(holds(data, KEY), f"{name} holds the key: {data[-2000:]}")
        self.assertFalse(holds(bytes(recorder.received), KEY), bytes(recorder.received))
        self.assertGreaterEqual(recorder.connections, at_least)
        return {form: code for form, (code, _) in results.items()}

    def test_forms_of_a_key_are_found_where_they_are(self):
        for data in (KEY.encode(), b"x" + base64.b64encode(b"user:" + KEY.encode()), base64.b64encode(b"ab" + KEY.encode() + b"c")):
            self.assertTrue(holds(data, KEY))
        self.assertFalse(holds(b"hs_test_", KEY))
        self.assertGreaterEqual(len(forms_of(KEY)), 4)

    def test_a_verified_relay_does_get_it(self):
        with Recorder(good_proof, tls_of(*self.authority.issue_to_relay("good"))) as recorder:
            outputs_of([f"https://localhost:{recorder.port}/v1", "--cacert", self.authority.certificate], "quick", self.folder, "variable")
        self.assertIn(b"Bearer " + KEY.encode(), bytes(recorder.received))

    def test_a_self_signed_relay_that_answers_the_challenge(self):
        lab.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", "self.key", "-out", "self.pem", folder=self.folder)  # fmt: skip
        with Recorder(good_proof, tls_of(self.folder / "self.pem", self.folder / "self.key")) as recorder:
            codes = self.assert_kept(recorder, [f"https://localhost:{recorder.port}/v1"], at_least=len(FORMS))
        self.assertEqual(set(codes.values()), {99})
        self.assertIn(b"HEAD ", bytes(recorder.received))  # it was talked to, unverified, for its date

    def test_certificates_of_others_and_of_yesterday(self):
        for name, how in (("other", {"subject_alt_name": "DNS:other.test"}), ("old", {"days": -3})):
            with self.subTest(certificate=name), Recorder(good_proof, tls_of(*self.authority.issue(name, **how))) as recorder:
                self.assert_kept(recorder, [f"https://localhost:{recorder.port}/v1", "--cacert", self.authority.certificate], ["json", "bundle"])

    def test_a_verified_host_that_is_no_relay(self):
        for name, serve in (("page", web_page), ("proof", wrong_proof)):
            with self.subTest(peer=name), Recorder(serve, tls_of(*self.authority.issue(name))) as recorder:
                self.assert_kept(recorder, [f"https://localhost:{recorder.port}/v1", "--cacert", self.authority.certificate], ["json", "jsonl", "bundle"])

    def test_a_verified_relay_that_sends_it_back_where_texts_are_cut(self):
        beginning = KEY[:14].encode()  # its kind, which may be seen, and six characters
        for place in (20, 40, 86, 98):
            with self.subTest(place=place), Recorder(echoing_at(place)) as recorder, wiretap.genuine_port(recorder.port):
                folder = self.folder / str(place)
                folder.mkdir()
                code, texts = outputs_of([f"http://127.0.0.1:{recorder.port}/v1", "--quick"], "bundle", folder, "variable")
                self.assertEqual(code, 99)
                self.assertIn(KEY.encode(), bytes(recorder.received))
                self.assertIn(b"x" * place, texts["stdout"])
                for name, data in texts.items():
                    self.assertNotIn(beginning, data, name)

    def test_an_imposter_on_this_machine(self):
        for serve in (web_page, wrong_proof):
            with Recorder(serve) as recorder:
                self.assert_kept(recorder, [f"http://127.0.0.1:{recorder.port}/v1"])

    def test_the_target_of_a_redirect(self):
        with Recorder(good_proof) as target, Recorder(redirecting_to(target)) as recorder:
            self.assert_kept(recorder, [f"http://127.0.0.1:{recorder.port}/v1"])
            self.assertFalse(holds(bytes(target.received), KEY))

    def test_a_proxy_that_reads_along(self):
        with relay("fast", tls=self.authority.issue_to_relay("relay")) as server, Recorder(tunnelling_proxy) as recorder:
            codes = self.assert_kept(recorder, [f"https://localhost:{server.port}/v1", "--cacert", self.authority.certificate,
                                                "--proxy", f"http://127.0.0.1:{recorder.port}"])  # fmt: skip
            self.assertEqual(set(codes.values()), {0})
        self.assertGreater(len(recorder.received), 2000)

    def test_a_proxy_that_refuses(self):
        with Recorder(refusing_proxy) as recorder:
            self.assert_kept(recorder, ["https://localhost:1/v1", "--proxy", f"http://127.0.0.1:{recorder.port}"])

    def test_a_password_of_the_proxy_goes_to_the_proxy_and_nowhere_else(self):
        login = "somebody:pass-word-of-the-proxy"
        with Recorder(refusing_proxy) as recorder:
            told = {"https_proxy": f"http://{login}@127.0.0.1:{recorder.port}"}
            done = subprocess.run([harness.binary(), "doctor", "https://relay.example/v1", "--key-env=LAB_KEY", "--json"], capture_output=True,
                                  env=environment_of(told), timeout=60, check=False)  # fmt: skip
        self.assertIn(base64.b64encode(login.encode()), bytes(recorder.received))
        self.assertFalse(holds(done.stdout + done.stderr, "pass-word-of-the-proxy"))
        self.assertFalse(holds(bytes(recorder.received), KEY))

    def test_a_password_that_looks_like_the_end_of_a_host(self):
        for number, password in enumerate(("pa?ss-of-the-proxy", "12?ss-of-the-proxy", "pa/ss-of-the-proxy", "pa#ss-of-the-proxy")):
            folder = self.folder / f"proxy-{number}"
            folder.mkdir()
            told = environment_of({"https_proxy": f"http://somebody:{password}@proxy.example:3128",
                                   "ALL_PROXY": f"http://elsewhere:{password[:3]}another-of-the-proxy@proxy.example:1"})  # fmt: skip
            done = subprocess.run([harness.binary(), "doctor", "https://relay.example/v1", "--only", "proxy.env", "--json", "--bundle", folder / "b.tar.gz"],
                                  capture_output=True, env=told, timeout=60, check=False)  # fmt: skip
            texts = {"stdout": done.stdout, "stderr": done.stderr}
            if (folder / "b.tar.gz").exists():
                with tarfile.open(folder / "b.tar.gz", "r:gz") as archive:
                    texts |= {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
            for name, data in texts.items():
                with self.subTest(password=password, text=name):
                    self.assertNotIn(b"of-the-proxy", data)
                    self.assertNotIn(b"somebody", data)
                    self.assertNotIn(b"elsewhere", data)

    def test_no_command_line_and_no_child_holds_it(self):
        process = subprocess.Popen([harness.binary(), "doctor", "embedded", "--key-env", "LAB_KEY", "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env=environment_of())  # fmt: skip
        seen = {}
        while process.poll() is None:
            listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False).stdout.split()
            for pid in [str(process.pid), *listed]:
                with contextlib.suppress(OSError):
                    command, told = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes(), pathlib.Path(f"/proc/{pid}/environ").read_bytes()
                    self.assertFalse(holds(command, KEY), command)
                    if pid != str(process.pid) and b"--ready-fd" in command:
                        seen[pid] = told
            time.sleep(0.05)
        process.communicate()
        self.assertTrue(seen, "the embedded relay was never seen")
        for told in seen.values():
            self.assertFalse(holds(told, KEY))


@unittest.skipUnless(wiretap.is_tapped(), "a sanitizer is in the way")
class TheWiretap(unittest.TestCase):
    """What is written down is what arrives, and a key that arrives at the wrong place is noticed."""

    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.authority = lab.Authority(folder)

    def play(self, url, *more, judged=True):
        with wiretap.tapped(environment_of(), judged) as tape:
            done = subprocess.run([harness.binary(), "doctor", url, "--key-env=LAB_KEY", "--only", "http.auth", "--json", *map(str, more)],
                                  capture_output=True, env=tape.environment, timeout=60, check=False)  # fmt: skip
        return tape, json.loads(done.stdout)

    def assert_whole(self, recorder, tape, kind):
        """Byte for byte, though not connection by connection."""
        to = f"127.0.0.1:{recorder.port}"
        sent = b"".join(each.data for each in tape.sent if each.to == to and each.kind == kind)
        self.assertIn(b"Bearer " + KEY.encode(), sent)
        self.assertEqual(collections.Counter(sent), collections.Counter(bytes(recorder.received)))
        self.assertEqual({(each.kind, each.to) for each in tape.holding_key()}, {(kind, to)})

    def test_all_that_a_peer_gets_is_on_the_tape(self):
        with Recorder(good_proof) as recorder, wiretap.genuine_port(recorder.port):
            tape, document = self.play(f"http://127.0.0.1:{recorder.port}/v1")
            self.assert_whole(recorder, tape, "plain")

    def test_all_that_a_peer_gets_through_tls_is_on_the_tape(self):
        with Recorder(good_proof, tls_of(*self.authority.issue_to_relay("good"))) as recorder:
            tape, document = self.play(f"https://localhost:{recorder.port}/v1", "--cacert", self.authority.certificate)
            self.assert_whole(recorder, tape, "tls")
            self.assertTrue([each for each in tape.sent if each.kind == "name" and each.data == b"localhost"])

    def test_a_relay_that_accepts_a_key_was_seen_to_get_it(self):
        with relay("fast") as server:
            tape, document = self.play(f"http://127.0.0.1:{server.port}/v1")
            tape.check(document)
            self.assertTrue(tape.holding_key())
            tape.sent = []
            with self.assertRaisesRegex(AssertionError, "nothing was seen to be sent"):
                tape.check(document)

    def assert_noticed(self, url, *more):
        tape, _ = self.play(url, *more, judged=False)
        with self.assertRaisesRegex(AssertionError, "which nobody declared to be the relay"):
            tape.judge()

    def test_a_key_at_the_wrong_place_is_noticed(self):
        with Recorder(good_proof) as recorder:
            self.assert_noticed(f"http://127.0.0.1:{recorder.port}/v1")
        with Recorder(good_proof, tls_of(*self.authority.issue("somebody"))) as recorder:
            self.assert_noticed(f"https://localhost:{recorder.port}/v1", "--cacert", self.authority.certificate)
        with relay("fast") as server, lab.tinyproxy() as proxy:
            self.assert_noticed(f"http://127.0.0.1:{server.port}/v1", "--proxy", f"http://127.0.0.1:{proxy}")

    def test_a_tunnel_is_for_the_relay_alone(self):
        secrets = {KEY}
        head = b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n"
        with wiretap.genuine_tunnel(7), wiretap.genuine_port(8):
            self.assertTrue(wiretap.Sent("plain", "127.0.0.1:7", "", head % 8 + KEY.encode()).may_have(secrets))
            for data in (head % 9 + KEY.encode(), KEY.encode(), head.replace(b"\r\n\r\n", b"\r\nX: " + KEY.encode() + b"\r\n\r\n") % 8):
                self.assertFalse(wiretap.Sent("plain", "127.0.0.1:7", "", data).may_have(secrets))
            self.assertFalse(wiretap.Sent("plain", "203.0.113.2:8", "", KEY.encode()).may_have(secrets))
            self.assertFalse(wiretap.Sent("name", "the resolver", "", KEY.encode()).may_have(secrets))


if __name__ == "__main__":
    doctor_matrix.main()
