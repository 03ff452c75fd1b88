"""The network of the tests leaves nothing behind, also when a test is killed."""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import harness
import netlab

KILLED = """
import os, signal, subprocess, netlab
with netlab.namespaces("cli", "srv") as (cli, srv):
    cli.etc.mkdir(parents=True)
    server = subprocess.Popen(srv.command("sleep", "600"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while str(server.pid) not in subprocess.run(["ip", "netns", "pids", srv.name], capture_output=True, text=True).stdout.split():
        pass
    print(cli.name, srv.name, server.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Leftovers(unittest.TestCase):
    def setUp(self):
        if reason := netlab.why_not():
            self.skipTest(reason)

    def names(self):
        return {each.name for each in netlab.RUN.iterdir()}

    def test_namespaces_of_a_test_that_was_killed_go_and_others_stay(self):
        with netlab.namespaces("mine") as (mine,):
            killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(killed.returncode, -signal.SIGKILL, killed.stderr)
            client, server, pid = killed.stdout.split()
            self.assertLessEqual({client, server, mine.name}, self.names())
            netlab.bury_the_dead.__wrapped__()
            self.assertEqual({client, server, mine.name} & self.names(), {mine.name})
            self.assertFalse((netlab.ETC / client).exists())
            with self.assertRaises(ProcessLookupError):
                self.wait_for_end_of(int(pid))

    def wait_for_end_of(self, pid):
        """A process that was killed is a zombie until its new parent looks."""
        for _ in range(200):
            os.kill(pid, 0)
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            if state == "Z":
                raise ProcessLookupError
            time.sleep(0.05)
        harness.check(f"process {pid} lives on", False)


if __name__ == "__main__":
    unittest.main(verbosity=2)
