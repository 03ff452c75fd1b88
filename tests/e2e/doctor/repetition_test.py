"""No false alarm in many runs: healthy paths and those that only look odd, several runs at a time on a machine that has other things to do."""

import concurrent.futures
import contextlib
import json
import tempfile
import time
import unittest

import doctor_matrix
import lab
import wiretap
from doctor_matrix import run
from relay_process import relay

RUNS = 20
AT_ONCE = 5


class Repetition(unittest.TestCase):
    def test_healthy_paths_are_healthy_every_time(self):
        with contextlib.ExitStack() as stack:
            authority = lab.Authority(stack.enter_context(tempfile.TemporaryDirectory()))
            server = stack.enter_context(relay("fast"))
            forward = lab.FORWARD.format(relay=server.port)
            tls = stack.enter_context(lab.nginx(f"location / {{ {forward} proxy_buffering off; }}", authority.issue_to_relay("good")))
            gzip = stack.enter_context(lab.nginx(f"location / {{ {forward} gzip on; gzip_types text/event-stream; proxy_buffering off; }}"))
            proxy = stack.enter_context(lab.tinyproxy())
            stack.enter_context(wiretap.genuine_tunnel(proxy))
            paths = {
                "F00 nginx and TLS": [f"https://localhost:{tls}/v1", "--cacert", authority.certificate],
                "F44 gzip, no buffering": [f"http://127.0.0.1:{gzip}/v1"],
                "F44 tinyproxy": [f"http://127.0.0.1:{server.port}/v1", "--proxy", f"http://127.0.0.1:{proxy}"],
            }
            self.assert_always_healthy(paths)

    def assert_always_healthy(self, paths):
        began = time.monotonic()
        alarms = {name: [] for name in paths}
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [(name, pool.submit(run, *arguments, "--key-env=LAB_KEY", "--json")) for _ in range(RUNS) for name, arguments in paths.items()]
            for name, future in futures:
                done = future.result()
                document = json.loads(done.stdout)
                if done.returncode != 0 or document["summary"]["root_cause"] is not None:
                    alarms[name].append(doctor_matrix.troubled(document))
        for name in paths:
            print(f"  {name:<28} {RUNS - len(alarms[name])} of {RUNS} healthy")
        print(f"  {len(paths) * RUNS} runs in {time.monotonic() - began:.0f} s")
        self.assertEqual(alarms, {name: [] for name in paths})


if __name__ == "__main__":
    doctor_matrix.main()
