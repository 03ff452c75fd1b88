"""The outputs that docs/doctor.md and README.md show are those of the program: each block behind a mark `<!-- doctor: NAME COLUMNS -->` is compared
with a run made now. RELAYBENCH_REGENERATE=1 writes them anew. Times, dates, ports and what this machine is like may differ."""

import contextlib
import os
import pathlib
import re
import unittest

import harness
import lab
from doctor_matrix import run
from relay_process import relay

ROOT = pathlib.Path(__file__).parents[3]
PAGES = ("docs/doctor.md", "README.md")
BLOCK = re.compile(r"(<!-- doctor: (?P<name>[a-z-]+) (?P<columns>\d+) -->\n```text\n)(?P<output>.*?)(```)", re.S)
# What these checks see is this machine's, and no fault of the relay.
OF_THIS_MACHINE = ("clock.local", "host.limits", "env.ca")
FINDINGS_OF_THIS_MACHINE = ("clock.", "host.", "env.")


@contextlib.contextmanager
def healthy():
    yield ["embedded"]


@contextlib.contextmanager
def buffered():
    """A proxy that stores every answer before it hands it on, and lets WebSockets through."""
    with relay("fast") as server:
        forward = lab.FORWARD.format(relay=server.port)
        store = f"proxy_pass http://127.0.0.1:{server.port}; proxy_ignore_headers X-Accel-Buffering;"
        with lab.nginx(f"location / {{ {store} }} location /v1/doctor/ws {{ {forward} }}") as port:
            yield [f"http://127.0.0.1:{port}/v1"]


@contextlib.contextmanager
def bad_url():
    yield ["https://api.holysheep.ai"]


SHOWN_KEY = "hs_live_" + "0123456789abcdefABCDEF0123456789"
SCENES = {"healthy": healthy, "buffered": buffered, "bad-url": bad_url}


def output_of(name, columns):
    with SCENES[name]() as arguments:
        done = run(*arguments, environment={"COLUMNS": str(columns), "LC_ALL": "C.UTF-8", "RELAY_API_KEY": SHOWN_KEY})
    return done.stdout.decode().rstrip("\n")


def without_this_machine(text):
    """Without the lines of such checks and findings, and those that continue them (deeper indented)."""
    kept, dropped_indent = [], None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if dropped_indent is not None and line.strip() and indent > dropped_indent:
            continue
        dropped_indent = None
        words = line.split()
        is_check = any(word in OF_THIS_MACHINE for word in words[:4])
        is_finding = any(word.startswith(FINDINGS_OF_THIS_MACHINE) and word.endswith(":") for word in words[:3])
        if is_check or is_finding:
            dropped_indent = indent
            continue
        kept.append(line)
    return "\n".join(kept)


def normalised(text):
    text = without_this_machine(text)
    text = re.sub(r"^(✓ pass|! warn) .*$", "VERDICT", text, flags=re.M)
    text = re.sub(r"^(clock|host|env)$", "", text, flags=re.M)
    text = re.sub(r"\s+", " ", text)
    for pattern, by in (
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "DATE"),
            (r"\b\d+ m \d+ s\b|\b\d+(\.\d+)? (ns|µs|us|ms|s)\b", ""),
            (r"\b\d+ bursts?\b|\bbursts: \d+", "BURSTS"),
            (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
            (r"\bPort \d+", "Port PORT"),
            (r"\bRun [0-9a-f]+", "Run ID"),
            (r" +", " ")):
        text = re.sub(pattern, by, text)
    return text


class Page(unittest.TestCase):
    def test_the_outputs_that_are_shown_are_the_program_s(self):
        blocks = 0
        for page in PAGES:
            path = ROOT / page
            text = path.read_text()
            fresh = BLOCK.sub(lambda block: block[1] + output_of(block["name"], block["columns"]) + "\n" + block[5], text)
            if os.environ.get("RELAYBENCH_REGENERATE"):
                path.write_text(fresh)
            for old, new in zip(BLOCK.finditer(text), BLOCK.finditer(fresh)):
                blocks += 1
                with self.subTest(page=page, name=old["name"], columns=old["columns"]):
                    self.assertLessEqual(max(map(len, new["output"].splitlines())), int(old["columns"]) + 40)
                    if not os.environ.get("RELAYBENCH_REGENERATE"):
                        self.assertEqual(normalised(old["output"]), normalised(new["output"]))
        self.assertGreaterEqual(blocks, 4)

    def test_every_flag_is_explained(self):
        flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", harness.run("doctor", "--help").stdout))
        text = (ROOT / "docs/doctor.md").read_text()
        self.assertEqual({flag for flag in flags - {"--help"} if f"`{flag}" not in text}, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
