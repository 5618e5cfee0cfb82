"""NDJSON: each line alone is JSON, and says what it is; the texts are as they were."""

import json

from common import counted, no_duplicates, read_all, same


def standing(finding):
    if finding["outcome"] == "pass":
        return "pass"
    if finding["accepted"]:
        return "accepted"
    return "informing" if finding["informs"] else {"fail": "fault"}.get(finding["outcome"], finding["outcome"])


def read(text, expected):
    assert text.endswith("\n")
    lines = [json.loads(line, object_pairs_hook=no_duplicates) for line in text.splitlines()]
    for line in lines:
        same((line["schema"], line["taken_at"]), ("elb-audit/ndjson/v1", lines[0]["taken_at"]), "head")
    same([line["kind"] for line in lines].index("run"), 0, "first")
    findings = [line for line in lines if line["kind"] == "finding"]
    same(counted(standing(one) for one in findings), expected["sums"], "sums")
    same([one["fingerprint"] for one in findings], expected["fingerprints"], "fingerprints")
    balancers = [line for line in lines if line["kind"] == "load-balancer"]
    kinds = {"application", "network", "gateway", "classic", expected["payload"]}
    same({one["type"] for one in balancers} - kinds, set(), "types")
    if expected["payload"] is not None:
        same({one["subject"]["label"] for one in findings}, {expected["payload"]}, "names")
        same({one["name"] for one in balancers}, {expected["payload"]}, "load balancers")
    if expected["name"] == "compared":
        same(sum(line["kind"] == "resolved" for line in lines), 1, "resolved")


read_all(read)
