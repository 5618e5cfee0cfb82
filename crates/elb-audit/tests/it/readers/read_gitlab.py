"""GitLab's code quality report by the rules of its documentation: keys, severities, paths, fingerprints."""

import json
import re

from common import counted, neutral, read_all, same

# The worst first.
SEVERITIES = ["blocker", "critical", "major", "minor", "info"]


def keep_the_rules(item):
    same(list(item), ["description", "check_name", "fingerprint", "severity", "location"], "keys")
    for key in ("description", "check_name", "fingerprint"):
        assert isinstance(item[key], str) and item[key], (key, item[key])
    assert item["severity"] in SEVERITIES, item["severity"]
    same(list(item["location"]), ["path", "lines"], "keys of a place")
    same(item["location"]["lines"], {"begin": 1}, "lines")
    path = item["location"]["path"]
    assert re.fullmatch(r"aws(/[A-Za-z0-9_~%.-]+){4}", path), path
    assert not any(part.startswith(".") for part in path.split("/")), path


def read(text, expected):
    items = json.loads(text)
    assert isinstance(items, list)
    for item in items:
        keep_the_rules(item)
    same(counted("fault" for _ in items), expected["sums"], "sums")
    prints = [item["fingerprint"] for item in items]
    same(len(set(prints)), len(prints), "fingerprints of their own")
    same(sorted(one.partition("-")[0] for one in prints), sorted(expected["fingerprints"]), "fingerprints")
    ranks = [SEVERITIES.index(item["severity"]) for item in items]
    same(ranks, sorted(ranks), "worst first")
    if expected["payload"] is not None:
        told = neutral(expected["payload"])
        for item in items:
            assert f": {told}, " in item["description"], item["description"]


read_all(read)
