"""What doctor writes satisfies docs/doctor.schema.json, by a validator that this project did not write, and slips do not.

Usage: doctor.py SCHEMA SAMPLE.... The samples are kept equal to the writer's output by tests/unit/result.
"""
import copy
import json
import pathlib
import sys

import jsonschema


def slips(sample):
    """Documents that are each wrong in one place."""
    for path, value in [
        (("schema_version",), 2),
        (("kind",), "run"),
        (("mode",), "slow"),
        (("started_at",), "yesterday"),
        (("summary", "status"), "skip"),
        (("summary", "root_cause"), {}),
        (("checks", 0, "status"), "ok"),
        (("checks", 0, "id"), "Key Present"),
        (("checks", 0, "evidence"), {"length": 40}),
        (("checks", 0, "duration_ms"), -1),
        (("checks", 4, "status"), "skip"),
    ]:
        document = copy.deepcopy(sample)
        place = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        if path[-1] == "status" and value == "skip":
            place["blocked_by"] = ""
        yield "/".join(map(str, path)), document


def main(schema_path, sample_paths):
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    validator_class = jsonschema.Draft202012Validator
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    samples = [(path, json.loads(pathlib.Path(path).read_text(encoding="utf-8"))) for path in sample_paths]
    cases = [(name, document, True) for name, document in samples]
    cases += [(name, document, False) for name, document in slips(samples[0][1])]
    failures = 0
    for name, document, expected in cases:
        errors = list(validator.iter_errors(document))
        if (not errors) != expected:
            failures += 1
            print(f"{name}: {'accepted, but it is a slip' if not expected else errors[0].message}")
    print(f"{len(cases) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
