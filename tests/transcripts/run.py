"""Runs the commands of the documents: every ```console block of README.md and docs/*.md.

A line `$ relaybench …` (continued after a backslash) is run by bash in a fresh folder that holds the scenarios; it must end with code 0, or
with the code that a trailing `# exit N` names. `# not run: REASON` leaves out what needs somebody's relay or key. Lines below a command are
its documented output: figures vary, but the first word of each must occur in what the command printed.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import harness

COMMAND_BOUND_S = 90


class Command:
    def __init__(self, document, line, text):
        self.place = f"{document}:{line}"
        self.output = []
        exit_note = re.search(r"\s+# exit (\d+)$", text)
        skip_note = re.search(r"\s+# not run: (.+)$", text)
        self.exit_code = int(exit_note.group(1)) if exit_note else 0
        self.skipped = skip_note.group(1) if skip_note else ""
        self.text = re.sub(r"\s+# (exit \d+|not run: .+)$", "", text)


def commands_of(document, text):
    """The commands of all console blocks in order, each with its documented output."""
    commands, inside, continued = [], False, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line.strip() == "```console"
        elif not inside:
            continue
        elif continued or line.startswith("$ "):
            continued += line.removeprefix("$ ") if not continued else line.lstrip()
            if continued.endswith("\\"):
                continued = continued[:-1]
                continue
            commands.append(Command(document, number, continued))
            continued = ""
        elif commands:
            commands[-1].output.append(line)
    return [command for command in commands if command.text.startswith("relaybench")]


def problem_with(command, folder):
    """None, or what differs between the document and the program."""
    environment = {**os.environ, "NO_COLOR": "1", "PATH": f"{pathlib.Path(harness.binary()).parent}:{os.environ['PATH']}"}
    try:
        done = subprocess.run(
            ["bash", "-c", command.text],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_BOUND_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"did not end within {COMMAND_BOUND_S} s"
    printed = done.stdout + done.stderr
    if done.returncode != command.exit_code:
        return f"ended with {done.returncode}, not {command.exit_code}\n{printed}"
    for line in command.output:
        first_word = re.match(r"\W*([A-Za-z][\w.-]*)", line)
        if first_word and first_word.group(1) not in printed:
            return f"does not print {first_word.group(1)!r} of the documented line {line!r}\n{printed}"
    return None


def main(root):
    documents = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    passed, failed, skipped = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(root / "scenarios", pathlib.Path(folder) / "scenarios")
        for document in filter(pathlib.Path.exists, documents):
            for command in commands_of(document.relative_to(root), document.read_text()):
                if command.skipped:
                    skipped += 1
                    print(f"not run  {command.place}: {command.text} ({command.skipped})")
                elif problem := problem_with(command, folder):
                    failed += 1
                    print(f"FAILED   {command.place}: {command.text}\n{problem}")
                else:
                    passed += 1
                    print(f"ok       {command.place}: {command.text}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} not run")
    return 0 if passed > 0 and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
