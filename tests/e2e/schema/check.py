"""Every ready scenario satisfies scenarios/schema.json, by a validator that this project did not write, and slips do not.

Usage: check.py SCENARIOS_FOLDER.
"""
import json
import pathlib
import sys

import jsonschema
import yaml

SLIPS = [
    "{}",
    "relays: embedded:fast",
    "relays: [{embedded: fast, url: 'https://h/v1'}]",
    "relays: [{name: a}]",
    "relays: [{embedded: fast, dialect: chat-wss}]",
    "{relays: [embedded], lod: {}}",
    "{relays: [embedded], load: {duration: 30}}",
    "{relays: [embedded], load: {streams: 5, rate: 20/s}}",
    "{relays: [embedded], load: {stages: [{rate: 5/s}]}}",
    "{relays: [embedded], timeouts: {idle: 3 fortnights}}",
    "{relays: [embedded], workers: 0}",
    "{relays: [embedded], max_tokens: lots}",
    "{relays: [embedded], name: 12}",
]

GOOD = [
    "relays: [embedded]",
    "{relays: [{embedded: fast, connect_to: 'a:1:b:2'}], prompts: [a, b], max_tokens: 10k, seed: 7}",
    "{relays: [embedded], load: {rate: 2.5, arrivals: poisson, duration: 1m30s}, prompts: {dataset: a.jsonl}}",
]


def main(folder):
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    validator_class = jsonschema.Draft202012Validator
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    failures = 0
    files = sorted(folder.glob("*.yaml"))
    cases = [(file.name, file.read_text(encoding="utf-8"), True) for file in files]
    cases += [(text, text, True) for text in GOOD] + [(text, text, False) for text in SLIPS]
    for name, text, expected in cases:
        errors = list(validator.iter_errors(yaml.safe_load(text)))
        if (not errors) != expected:
            failures += 1
            print(f"{name}: {'accepted, but it is a slip' if not expected else errors[0].message}")
    print(f"{len(cases) - failures} passed, {failures} failed")
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
