"""What relays, firewalls and gateways answer besides the obvious, and what doctor makes of it. The relays are played and have no pages for doctor;
rows run side by side. Prints the confusion matrix at the end."""

import concurrent.futures
import dataclasses
import gzip
import json
import unittest

import doctor_matrix
import hostile_test
from doctor_matrix import HEALTHY, KEY, MATRIX
from hostile_test import Hostile, answer, head_of

AT_ONCE = 6
OF_KEY = "http.auth,http.completion,http.ratelimit,model.list"
JSON = "Content-Type: application/json"
HTML = "Content-Type: text/html"


def says(status, document, *headers):
    return answer(status, json.dumps(document).encode(), JSON, *headers)


def error(status, message, code="", *headers):
    return says(status, {"error": {"message": message, "type": "x", "code": code}}, *headers)


def page(status, text, *headers):
    return answer(status, f"<html>{text}</html>".encode(), HTML, *headers)


NO_KEY = error("401 Unauthorized", "You didn't provide an API key.")
BAD_KEY = error("401 Unauthorized", "Incorrect API key provided.", "invalid_api_key")
MODELS = says("200 OK", {"object": "list", "data": [{"id": "gpt-4o"}, {"id": "gpt-4.1"}]})
EMPTY = error("400 Bad Request", "you must provide a model parameter", "invalid_request_error")
NOTHING = says("404 Not Found", {"detail": "Not Found"})


def played(models=MODELS, models_without=NO_KEY, completion=EMPTY, completion_without=NO_KEY, others=NOTHING, more=None):
    """A relay by what it answers with the key and without. `more`: {path: answer}."""

    def serve(_hostile, connection):
        head = head_of(connection)
        path = head.split(" ")[1]
        has_key = f"Bearer {KEY}" in head
        if path == "/v1/models":
            connection.sendall(models if has_key else models_without)
        elif path == "/v1/chat/completions" and head.startswith("POST"):
            connection.sendall(completion if has_key else completion_without)
        else:
            connection.sendall((more or {}).get(path, others))

    hostile_test.PLAY_RELAYS.add(serve)
    return serve


def endless(data):
    """More is announced than comes."""
    return data.replace(b"Connection: close\r\n", b"").replace(b"Content-Length: ", b"Content-Length: 9", 1)


LONG = says("200 OK", {"data": [{"id": f"model-{i}", "description": "x" * 900} for i in range(700)]})
PACKED = gzip.compress(MODELS.partition(b"\r\n\r\n")[2])
UNASKED_GZIP = answer("200 OK", PACKED, JSON, "Content-Encoding: gzip")
CHALLENGE = page("503 Service Unavailable", "<title>Just a moment...</title>", "cf-mitigated: challenge", "Server: cloudflare", "CF-RAY: 8a")
NO_PATH = answer("403 Forbidden", b'{"message":"Missing Authentication Token"}', JSON, "x-amzn-errortype: MissingAuthenticationTokenException")
ALIAS = {"/v1/models/gpt-4o-latest": says("200 OK", {"id": "gpt-4o-latest", "object": "model"})}
ONLY_COMPLETIONS = {"models": NOTHING, "models_without": NOTHING}


@dataclasses.dataclass
class Row:
    name: str
    root: str  # empty: nothing fails
    relay: object
    flags: tuple = ()
    says: str = ""  # in the cause of the root, or in what works and is not checked
    keyless: bool = False
    environment: dict = dataclasses.field(default_factory=dict)
    only: str = OF_KEY


ROWS = (
    Row("healthy: a list for those with a key", "", played(), says="a real completion"),
    Row("healthy: a list for anybody, completions with a key", "", played(models_without=MODELS)),
    Row("healthy: a list of 600 KiB", "", played(models=LONG, models_without=LONG), flags=("-m", "model-699")),
    Row("healthy: packed though nobody asked", "", played(models=UNASKED_GZIP)),
    Row("healthy: a model that is served and not listed", "", played(more=ALIAS), flags=("-m", "gpt-4o-latest")),
    Row("healthy: a proxy that has completions only", "", played(**ONLY_COMPLETIONS, completion_without=EMPTY), says="whether the key is good"),
    Row("healthy: no key is wanted and none configured", "", played(models_without=MODELS, completion_without=EMPTY), keyless=True,
        says="requests without a key are answered"),
    Row("a list for anybody, and a key that is none", "auth.invalid-key", played(models_without=MODELS, completion=BAD_KEY)),
    Row("the key for the list is not for completions", "auth.forbidden", played(completion=BAD_KEY)),
    Row("no credit, seen without spending any", "auth.quota", played(completion=error("402 Payment Required", "Insufficient credits"))),
    Row("no credit, said as 403", "auth.quota", played(models=error("403 Forbidden", "quota is not enough", "insufficient_user_quota"))),
    Row("a bad key, said as 400", "auth.invalid-key", played(models=error("400 Bad Request", "API key not valid.", "API_KEY_INVALID"))),
    Row("a bad key, said as 200", "auth.invalid-key", played(models=error("200 OK", "invalid token", "invalid_api_key"))),
    Row("a missing key is refused as 400", "auth.invalid-key", played(models=BAD_KEY, models_without=error("400 Bad Request", "No API key provided"))),
    Row("no key configured, and one is wanted", "key.missing", played(), keyless=True),
    Row("no key configured, and completions want one", "key.missing", played(models_without=MODELS), keyless=True),
    Row("a country that is kept out", "auth.forbidden", says="as without one",
        relay=played(models=error("403 Forbidden", "Country not supported"), models_without=error("403 Forbidden", "Country not supported"))),
    Row("a firewall's challenge", "net.waf-block", played(CHALLENGE, CHALLENGE, CHALLENGE, CHALLENGE, CHALLENGE)),
    Row("a path that Amazon's gateway does not know", "url.missing-v1", played(NO_PATH, NO_PATH, NO_PATH, NO_PATH, NO_PATH)),
    Row("a list shorter than it says", "relay.down", played(models=endless(MODELS))),
    Row("completions are dead behind their gateway", "relay.down", played(completion=page("502 Bad Gateway", "nginx", "Server: nginx"))),
    Row("POST is sent on and becomes GET", "http.redirected", played(completion=answer("301 Moved", b"", "Location: /v1/chat/completions/"))),
    Row("a page in place of the list", "http.not-relay", played(models=page("200 OK", "Sign in"))),
    Row("two answers to one origin", "cors.origin-not-allowed", flags=("--origin", "https://app.example"), only="cors.preflight", says="more than once",
        relay=played(others=answer("204 No Content", b"", "Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Origin: *"))),
    Row("two keys in one", "key.two-keys", played(), environment={"LAB_KEY": KEY + KEY}),
    Row("the variable holds the path of a file", "key.path", played(), environment={"LAB_KEY": "/run/secrets/relay"}),
)  # fmt: skip


class Answers(unittest.TestCase):
    def play(self, row):
        with Hostile(row.relay) as peer:
            flags = [] if row.keyless else ["--key-env=LAB_KEY"]
            for check in row.only.split(","):
                flags += ["--only", check]
            return doctor_matrix.run(f"http://127.0.0.1:{peer.port}/v1", *flags, *row.flags, "--json", environment=row.environment)

    def judge(self, row, done):
        document = json.loads(done.stdout)
        cause = document["summary"]["root_cause"]
        given = cause["code"] if cause else HEALTHY
        MATRIX.append((row.name, row.root or HEALTHY, given))
        trouble = f"{row.name}\n{doctor_matrix.troubled(document)}\n{done.stderr.decode()}"
        self.assertEqual(given, row.root or HEALTHY, trouble)
        self.assertEqual(done.returncode, 99 if row.root else 0, trouble)
        told = cause["cause"] if cause else " ".join(document["summary"]["works"] + document["summary"]["not_checked"])
        self.assertIn(row.says, told, trouble)

    def test_rows(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for row, future in [(row, pool.submit(self.play, row)) for row in ROWS]:
                with self.subTest(row=row.name):
                    self.judge(row, future.result())

    def test_what_costs_tokens_is_said_to_be_unchecked_in_every_form(self):
        text = doctor_matrix.run("embedded", "--quick").stdout.decode()
        self.assertIn("Not checked", text)
        self.assertIn("a real completion (add --real; it costs tokens)", " ".join(text.split()))
        for form in ("--json", "--jsonl"):
            done = doctor_matrix.run("embedded", "--quick", form).stdout.decode()
            document = json.loads(done if form == "--json" else done.splitlines()[-1])
            self.assertTrue(any("--real" in each for each in document["summary"]["not_checked"]), done)
        document = json.loads(doctor_matrix.run("embedded", "--only", "sse.real", "--real", "--json").stdout)
        self.assertFalse(any("--real" in each for each in document["summary"]["not_checked"]))


if __name__ == "__main__":
    doctor_matrix.main()
