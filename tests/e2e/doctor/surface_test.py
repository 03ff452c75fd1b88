"""What people and programs hold of doctor: its flags, its exit codes, lines of JSON, bundles, watches, and how it ends when it is told to."""

import contextlib
import gzip
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
import unittest

import doctor_matrix
import harness
import lab
from doctor_matrix import KEY, environment_of, holds, run
from relay_process import relay

SCHEMA = pathlib.Path(__file__).parents[3] / "docs" / "doctor.schema.json"


@contextlib.contextmanager
def silent_listener():
    """Accepts, reads and never answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept = []

    def accept():
        with contextlib.suppress(OSError):
            while True:
                kept.append(listener.accept()[0])

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)
        for connection in kept:
            connection.close()


def lines_of(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def members_of(path):
    with tarfile.open(path, "r:gz") as archive:
        return {member.name.split("/", 1)[1]: archive.extractfile(member).read() for member in archive.getmembers()}


def start(*arguments, environment=None):
    return subprocess.Popen([harness.binary(), "doctor", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            stdin=subprocess.DEVNULL, env=environment_of(environment))  # fmt: skip


def refused(case, done, *words):
    """Bad usage: one line that holds the words, and nothing else."""
    case.assertEqual(done.returncode, 2, done.stderr)
    case.assertEqual(done.stdout, b"")
    case.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
    for word in words:
        case.assertIn(word, done.stderr.decode())


class ExitCodes(unittest.TestCase):
    def test_0_when_nothing_failed(self):
        self.assertEqual(run("embedded", "--quick").returncode, 0)

    def test_1_when_the_report_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            for form in ([], ["--json"], ["--jsonl"]):
                done = subprocess.run([harness.binary(), "doctor", "embedded", "--quick", *form], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr.decode()), (1, "relaybench: the output could not be written in full\n"))

    def test_99_when_a_check_failed_and_for_warnings_when_strict(self):
        self.assertEqual(run(f"http://127.0.0.1:{lab.free_port()}/v1", "--key-env=LAB_KEY").returncode, 99)
        with relay("fast") as server:
            url = f"http://127.0.0.1:{server.port}/v1/"
            self.assertEqual(run(url, "--key-env=LAB_KEY", "--quick").returncode, 0)
            self.assertEqual(run(url, "--key-env=LAB_KEY", "--quick", "--strict").returncode, 99)

    def test_98_when_a_required_check_cannot_decide(self):
        answer = "default_type application/json; return 401 '{\"error\":{\"message\":\"no key\",\"type\":\"auth\"}}';"
        with lab.nginx(f"location / {{ {answer} }}") as port:
            done = run(f"http://127.0.0.1:{port}/v1", "--key-env=LAB_KEY", "--only", "sse.*", "--json")
        self.assertEqual(done.returncode, 98, done.stdout)
        self.assertIsNone(json.loads(done.stdout)["summary"]["root_cause"])

    def test_2_for_bad_usage_before_anything_is_sent(self):
        with lab.counting_listener() as listener:
            url = f"http://127.0.0.1:{listener.port}/v1"
            refused(self, run(url, "--key-file", "/nowhere/key"), "/nowhere/key")
            refused(self, run(url, "--proxy", "http://user:secret-of-mine@127.0.0.1:1"), "a password does not belong here", "proxy_auth_env")
            refused(self, run(url, "--key-env", KEY), "looks like a key itself")
            refused(self, run(url, "--only", "tsl.verify"), "no check is called", 'did you mean "tls.verify"')
            refused(self, run(url, "--quick", "--only", "sse.*"), "--quick")
            refused(self, run(url, "--json", "--jsonl"), "--json")
            refused(self, run(url, "--watch", "1"), "--watch")
            refused(self, run(url, "--watch", "10ms"), "at least 1s")
            refused(self, run(url, "--watch", "--bundle", "x.tar.gz"), "--watch")
            refused(self, run(url, "--no-mask"), "--bundle")
            refused(self, run(url, "--bundle", "/nowhere/b.tar.gz"), "--bundle", "does not exist")
            refused(self, run(url, "--bundle", "/tmp"), "--bundle", "is a folder")
            refused(self, run(url, "--cacert", "/nowhere/ca.pem"), "--cacert", "cannot be read")
            refused(self, run(url, "--cacert", "/tmp"), "--cacert", "is a folder")
            for origin in ("nonsense", "https://app.example/page", "wss://app.example", ""):
                refused(self, run(url, "--origin", origin), "--origin", "expected SCHEME://HOST[:PORT]")
            refused(self, run(url, "--control", "https://one.example/x"), "--control", "expected HOST")
            refused(self, run(url, *(["--control", "one.example"] * 5)), "--control", "at most 4")
            refused(self, run(url, "--key-format", "["), "--key-format", "no regular expression")
            refused(self, run(url, "--real", "--quick"), "--quick")
            refused(self, run(url, "--only", "sse.real"), "add --real")
            refused(self, run(url, "--only", "tcp.control"), "add --control HOST")
        self.assertEqual(listener.connections, 0)

    def test_130_when_interrupted_with_what_is_known(self):
        with silent_listener() as port:
            process = start(f"http://127.0.0.1:{port}/v1", "--key-env=LAB_KEY", "--json")
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        document = json.loads(out)
        self.assertIn("interrupted", {check["blocked_by"] for check in document["checks"]})
        self.assertEqual(document["summary"]["status"], "inconclusive")

    def test_the_second_interrupt_ends_at_once_with_what_is_known(self):
        with silent_listener() as port, tempfile.TemporaryDirectory() as folder:
            bundle = pathlib.Path(folder, "b.tar.gz")
            process = start(f"http://127.0.0.1:{port}/v1", "--key-env=LAB_KEY", "--json", "--quiet", "--bundle", bundle)
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            again = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            took = time.monotonic() - again
            self.assertFalse(bundle.exists())
        self.assertEqual(process.returncode, 130)
        self.assertLess(took, 3)
        self.assertEqual(err.decode().count("\n"), 1, err)
        self.assertIn("--bundle", err.decode())
        states = {check["id"]: check for check in json.loads(out)["checks"]}
        self.assertEqual(states["tcp.443"]["status"], "pass")
        self.assertEqual(states["http.identity"]["blocked_by"], "interrupted")


class Lines(unittest.TestCase):
    def test_each_check_is_a_line_and_the_summary_is_the_last(self):
        with relay("fast") as server:
            done = run(f"http://127.0.0.1:{server.port}/v1", "--key-env=LAB_KEY", "--quick", "--jsonl")
            document = json.loads(run(f"http://127.0.0.1:{server.port}/v1", "--key-env=LAB_KEY", "--quick", "--json").stdout)
        lines = lines_of(done)
        self.assertEqual(done.returncode, 0)
        self.assertEqual([line["kind"] for line in lines], ["check"] * (len(lines) - 1) + ["summary"])
        self.assertEqual({line["id"] for line in lines[:-1]}, {check["id"] for check in document["checks"]})
        self.assertEqual(len({line["run_id"] for line in lines}), 1)
        self.assertEqual(lines[-1]["summary"]["status"], document["summary"]["status"])

    def test_lines_come_while_checks_run(self):
        with silent_listener() as port:
            process = start(f"http://127.0.0.1:{port}/v1", "--key-env=LAB_KEY", "--jsonl")
            first = json.loads(process.stdout.readline())
            self.assertIsNone(process.poll())
            self.assertEqual(first["id"], "key.present")
            process.kill()
            process.communicate()

    def test_lines_satisfy_the_schema(self):
        import jsonschema

        schema = json.loads(SCHEMA.read_text())
        validator = jsonschema.Draft202012Validator({"$ref": "#/$defs/check", "$defs": schema["$defs"]})
        lines = lines_of(run(f"http://127.0.0.1:{lab.free_port()}/v1", "--key-env=LAB_KEY", "--jsonl"))
        for line in lines[:-1]:
            self.assertEqual(list(validator.iter_errors(line)), [])
        jsonschema.Draft202012Validator(schema["properties"]["summary"] | {"$defs": schema["$defs"]}).validate(lines[-1]["summary"])

    def test_the_catalogue_as_a_document(self):
        catalogue = json.loads(harness.run("doctor", "--list-checks", "--json").stdout)
        ids = {check["id"] for check in catalogue["checks"]}
        self.assertEqual(ids, {line.split()[0] for line in harness.run("doctor", "--list-checks").stdout.splitlines()})
        self.assertTrue(all(set(check["needs"]) <= ids for check in catalogue["checks"]))
        self.assertIn("tls.wrong-host", {finding["code"] for finding in catalogue["findings"]})


class Bundles(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.path = self.folder / "b.tar.gz"

    def test_it_holds_what_support_needs_and_says_so(self):
        authority = lab.Authority(self.folder)
        login = {"https_proxy": "http://someone:hidden-pass@proxy.corp:3128", "no_proxy": "localhost"}
        with relay("fast") as server, lab.nginx(f"location / {{ {lab.FORWARD.format(relay=server.port)} proxy_buffering off; }}",
                                                authority.issue_to_relay("good")) as port:
            done = run(f"https://localhost:{port}/v1", "--key-env=LAB_KEY", "--cacert", authority.certificate, "--bundle", self.path, environment=login)
        self.assertEqual(done.returncode, 0, done.stdout)
        members = members_of(self.path)
        manifest = json.loads(members["manifest.json"])
        self.assertEqual({entry["file"] for entry in manifest["files"] if entry["status"] == "collected"}, set(members) - {"manifest.json"})
        left_out = [entry for entry in manifest["files"] if entry["status"] != "collected"]
        self.assertEqual([(entry["file"], entry["status"]) for entry in left_out], [("certificates.pem", "left-out")])  # a private authority's
        for entry in manifest["files"]:
            self.assertIn(entry["file"], done.stderr.decode())
            if entry in left_out:
                continue
            self.assertEqual(entry["sha256"], hashlib.sha256(members[entry["file"]]).hexdigest())
        self.assertIn(json.loads(members["report.json"])["summary"]["status"], ("pass", "warn"))
        self.assertIn("sse.timing", members["report.txt"].decode())
        lines = [json.loads(line) for line in members["timeline.jsonl"].decode().splitlines()]
        timeline = [each for each in lines if each["stream"] == "sse"]
        self.assertGreaterEqual(len(timeline), 10)
        self.assertEqual(sorted(timeline, key=lambda each: each["at_ms"]), timeline)
        self.assertIn("127.0.0.1", json.loads(members["dns.json"])["addresses"])
        self.assertEqual(json.loads(members["tcp.json"])["port"], port)
        self.assertIn("http.auth", json.loads(members["headers.json"]))
        self.assertNotIn(b"hidden-pass", b"".join(members.values()))
        self.assertNotIn(b"proxy.corp", b"".join(members.values()))
        self.assertIn("host-", json.loads(members["proxy.json"])["variables"]["https_proxy"])
        for name, data in members.items():
            self.assertFalse(holds(data, KEY), name)
        self.assertFalse(holds(gzip.decompress(self.path.read_bytes()), KEY))

    def test_names_are_masked_unless_asked_for(self):
        told = {"HOME": "/home/jdoe77", "USER": "jdoe77", "HTTPS_PROXY": "http://gw7.office.lan:3128", "no_proxy": "10.20.30.40"}
        url = "https://10.20.30.40:1/v1"
        arguments = [url, "--key-env=LAB_KEY", "--only", "proxy.env", "--bundle", self.path]
        run(*arguments, environment=told)
        masked = b"".join(members_of(self.path).values())
        for name in (b"jdoe77", b"gw7", b"10.20.30.40"):
            self.assertNotIn(name, masked)
        self.assertIn(b"10.x.x.x", masked)
        run(*arguments, "--no-mask", environment=told)
        shown = b"".join(members_of(self.path).values())
        self.assertIn(b"gw7.office.lan", shown)
        self.assertIn(b"10.20.30.40", shown)

    def test_no_other_variable_of_the_environment_is_in_it(self):
        run("embedded", "--quick", "--bundle", self.path, "--no-mask", environment={"SOME_PASSWORD": "hunter2-and-more", "AWS_SECRET": "qwertz-uiop"})
        everything = b"".join(members_of(self.path).values())
        self.assertNotIn(b"hunter2", everything)
        self.assertNotIn(b"qwertz", everything)

    def test_a_path_that_cannot_be_written_loses_no_report(self):
        done = run("embedded", "--quick", "--json", "--bundle", "/dev/full")
        self.assertIn(json.loads(done.stdout)["summary"]["status"], ("pass", "warn"))
        lines = [line for line in done.stderr.decode().splitlines() if "waiting for" not in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("--bundle", lines[0])
        self.assertEqual(done.returncode, 1)

    def test_a_full_disk_leaves_the_old_bundle(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small disk")
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["unshare", "-m", "sh", "-c",
                                  f"mount -t tmpfs -o size=8k none {disk} && echo old > {disk}/b.tar.gz && head -c 4096 /dev/zero > {disk}/fill; "
                                  f"{harness.binary()} doctor embedded --quick --json --bundle {disk}/b.tar.gz; echo \"exit $?\"; cat {disk}/b.tar.gz; ls {disk}"],
                                 capture_output=True, text=True, env=environment_of(), timeout=60, check=False)  # fmt: skip
        if "mount" in mounted.stderr and "--bundle" not in mounted.stderr:
            self.skipTest(f"no mount here: {mounted.stderr.strip()}")
        self.assertIn("No space left on device", mounted.stderr)
        self.assertTrue(mounted.stdout.rstrip().endswith("exit 1\nold\nb.tar.gz\nfill"), mounted.stdout[-200:])


class Symbols(unittest.TestCase):
    def test_ascii_where_the_locale_is_no_utf_8_or_when_asked_for(self):
        url = ["https://relay.example", "--only", "url.path"]
        for told, flags, plain in (({"LC_ALL": "C"}, [], True), ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "en_US.ISO-8859-1"}, [], True),
                                   ({"LC_ALL": "C.UTF-8"}, ["--ascii"], True), ({"LC_ALL": "en_US.utf8"}, [], False)):  # fmt: skip
            with self.subTest(told=told, flags=flags):
                self.assertEqual(run(*url, *flags, environment=told).stdout.isascii(), plain)

    def test_lines_fit_the_width(self):
        for columns in (80, 120):
            done = run("https://relay.example", "--key-env=LAB_KEY", environment={"COLUMNS": str(columns), "LC_ALL": "C.UTF-8"})
            self.assertLessEqual(max(map(len, done.stdout.decode().splitlines())), columns)


class Watches(unittest.TestCase):
    def test_it_says_when_the_verdict_changes_and_ends_with_the_last_one(self):
        port = lab.free_port()
        process = start(f"http://127.0.0.1:{port}/v1", "--key-env=LAB_KEY", "--watch", "1s", "--jsonl")
        rounds = [json.loads(process.stdout.readline())]
        with relay("fast", listen=f"127.0.0.1:{port}"):
            while rounds[-1]["summary"]["status"] == "fail":
                rounds.append(json.loads(process.stdout.readline()))
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        rounds += [json.loads(line) for line in out.decode().splitlines()]
        self.assertEqual([line["round"] for line in rounds], list(range(1, len(rounds) + 1)))
        self.assertEqual(rounds[0]["summary"]["root_cause"]["code"], "tcp.refused")
        self.assertTrue(rounds[0]["changed"])
        changes = [line for line in rounds if line["changed"]]
        self.assertIn(changes[-1]["summary"]["status"], ("pass", "warn"))
        self.assertEqual(process.returncode, 0)

    def test_it_ends_after_the_time_that_was_given_and_people_read_changes_only(self):
        done = run(f"http://127.0.0.1:{lab.free_port()}/v1", "--key-env=LAB_KEY", "--watch=1s", "--for", "2500ms")
        self.assertEqual(done.returncode, 99)
        text = done.stdout.decode()
        self.assertEqual(text.count("is watched"), 1)
        self.assertEqual(text.count("tcp.refused"), 1)
        self.assertEqual(len(re.findall(r"^\d{4}-\d\d-\d\dT", text, re.M)), 1)

    def test_it_ends_when_its_reader_goes_away(self):
        for flags in (["--jsonl"], []):
            with self.subTest(flags=flags):
                process = start(f"http://127.0.0.1:{lab.free_port()}/v1", "--key-env=LAB_KEY", "--watch", "1s", *flags)
                process.stdout.readline()
                process.stdout.close()
                _, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 99)
                self.assertNotIn(b"could not be written", err)

    def test_it_ends_when_nothing_can_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([harness.binary(), "doctor", f"http://127.0.0.1:{lab.free_port()}/v1", "--watch", "1s", "--jsonl"],
                                  stdout=full, stderr=subprocess.PIPE, env=environment_of(), timeout=60, check=False)  # fmt: skip
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"could not be written", done.stderr)

    def test_what_follows_may_be_the_relay(self):
        done = run("--watch", "embedded", "--for", "1s")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_each_round_looks_at_this_machine_s_clock(self):
        shim = harness.build_dir() / "tests" / "e2e" / "run" / "libstepped_clock.so"
        if harness.is_instrumented():
            self.skipTest("a sanitizer's runtime wants to be loaded first")
        years_ms = 30 * 365 * 24 * 3600 * 1000
        told = {"LD_PRELOAD": str(shim), "STEPPED_CLOCK_AFTER_MS": "2500", "STEPPED_CLOCK_BY_MS": str(years_ms)}
        with relay("fast") as server:
            done = run(f"http://127.0.0.1:{server.port}/v1", "--key-env=LAB_KEY", "--watch", "1s", "--for", "6s", "--jsonl", environment=told)
        roots = [(line["summary"]["root_cause"] or {"code": ""})["code"] for line in lines_of(done)]
        self.assertEqual((roots[0], roots[-1]), ("", "clock.implausible"))

    def test_no_stream_is_opened(self):
        done = run("embedded", "--watch", "1s", "--for", "1s", "--jsonl")
        self.assertEqual(lines_of(done)[0]["mode"], "quick")


class Sources(unittest.TestCase):
    def codes(self, *arguments, environment=None, folder=None):
        done = subprocess.run([harness.binary(), "doctor", *map(str, arguments), "--json"], capture_output=True, env=environment_of(environment),
                              cwd=folder, timeout=60, check=False)  # fmt: skip
        self.assertFalse(holds(done.stdout + done.stderr, KEY))
        return {check["id"]: [finding["code"] for finding in check["findings"]] for check in json.loads(done.stdout)["checks"]}

    def test_a_second_key_somewhere_else_is_told(self):
        other = "hs_test_AnotherKeyThatIsNotTheSameAtAll00042"
        with tempfile.TemporaryDirectory() as folder:
            url = ["https://127.0.0.1:1/v1", "--only", "key.*"]
            self.assertEqual(self.codes(*url, "--key-env=LAB_KEY", folder=folder)["key.present"], [])
            self.assertEqual(self.codes(*url, "--key-env=LAB_KEY", environment={"RELAY_API_KEY": other}, folder=folder)["key.present"], ["key.shadowed"])
            self.assertEqual(self.codes(*url, "--key-env=LAB_KEY", environment={"RELAY_API_KEY": KEY}, folder=folder)["key.present"], [])
            pathlib.Path(folder, ".env").write_text(f'RELAY_API_KEY="{other}"\n')
            self.assertEqual(self.codes(*url, "--key-env=LAB_KEY", folder=folder)["key.present"], ["key.shadowed"])
            self.assertEqual(self.codes(*url, folder=folder)["key.present"], ["key.missing"])
            pathlib.Path(folder, ".env").unlink()
            key_file = pathlib.Path(folder, "key")
            key_file.write_text(KEY)
            self.assertEqual(self.codes(*url, "--key-file", key_file, environment={"RELAYBENCH_API_KEY": other}, folder=folder)["key.present"],
                             ["key.shadowed"])  # fmt: skip

    def test_a_proxy_that_cannot_be_used_is_told_and_none_goes_without_a_word(self):
        url = ["https://relay.example/v1", "--key-env=LAB_KEY", "--only", "proxy.env"]
        self.assertEqual(self.codes(*url, environment={"https_proxy": "socks5://127.0.0.1:1"})["proxy.env"], ["proxy.unsupported-kind"])
        self.assertEqual(self.codes(*url, environment={"https_proxy": "http://127.0.0.1"})["proxy.env"], ["proxy.env-malformed"])
        told = {"https_proxy": "socks5://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:2"}
        self.assertEqual(self.codes(*url, "--proxy", "none", environment=told)["proxy.env"], [])


class DoctorEndpoint(unittest.TestCase):
    def test_it_serves_the_pages_beside_a_relay_and_nothing_else(self):
        with relay("fast", "--doctor-endpoint") as pages, relay("fast") as real:
            with socket.create_connection(("127.0.0.1", pages.port), timeout=5) as client:
                client.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                answer = b"".join(iter(lambda: client.recv(4096), b""))
            self.assertTrue(answer.startswith(b"HTTP/1.1 404"), answer)
            self.assertIn(b'"error"', answer)
            server = f"""
                location / {{ proxy_pass http://127.0.0.1:{real.port}; }}
                location /v1/doctor/ {{ {lab.FORWARD.format(relay=pages.port)} proxy_buffering off; }}
            """
            with lab.nginx(server) as port:
                done = run(f"http://127.0.0.1:{port}/v1", "--key-env=LAB_KEY", "--json")
            self.assertEqual(done.returncode, 0, doctor_matrix.troubled(json.loads(done.stdout)))
            alone = run(f"http://127.0.0.1:{pages.port}/v1", "--key-env=LAB_KEY", "--only", "http.auth")
            self.assertEqual(alone.returncode, 99)


if __name__ == "__main__":
    unittest.main(verbosity=2)
