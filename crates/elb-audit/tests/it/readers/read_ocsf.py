"""OCSF: each line alone is an event of class 2003 that keeps the schema; and the check itself finds what does not."""

import copy
import json

from common import ACCEPTED, counted, read_all, same
from ocsf import faults

# What an older version requires, and 1.6 does not. Source: the schemas of 1.3 to 1.5.
ONCE_REQUIRED = [("compliance", "standards"), ("compliance", "control"), ("finding_info", "title")]

# Each breaks an event in one way: a place, and what is put there; None takes it away.
SPOILT = [
    (["time"], None),
    (["time"], 1793610000),
    (["time"], "1793610000000"),
    (["time_dt"], "yesterday"),
    (["severity_id"], 7),
    (["severity"], "Awful"),
    (["status_id"], 99),
    (["type_uid"], 200304),
    (["resource"], {"uid": "x"}),
    (["remarks"], "x"),
    (["cloud"], None),
    (["cloud", "provider"], None),
    (["cloud", "account", "type_id"], "10"),
    (["metadata", "version"], None),
    (["metadata", "product"], {"version": "1"}),
    (["metadata", "profiles"], ["datetime"]),
    (["metadata", "profiles"], ["cloud"]),
    (["metadata", "profiles"], ["cloud", "datetime", "host"]),
    (["finding_info", "uid"], None),
    (["finding_info", "types"], "x"),
    (["finding_info", "product_uid"], "x"),
    (["compliance", "status_detail"], "x"),
    (["compliance", "compliance_references"], []),
    (["compliance", "checks"], [{"status_id": 4}]),
    (["resources"], [{"type": "x"}]),
    (["remediation"], {"references": []}),
    (["unmapped"], []),
]


def spoil(event, place, value):
    spoilt = copy.deepcopy(event)
    *outer, last = place
    part = spoilt
    for name in outer:
        part = part[name]
    if value is None:
        part.pop(last)
    else:
        part[last] = value
    # The word beside a number that has another meaning now.
    if last == "status_id":
        del part["status"]
    return spoilt


def standing(event):
    compliance = event["compliance"]
    same(compliance["checks"][0]["status_id"], compliance["status_id"], "status of the check")
    if event["status_id"] == 3:
        return "accepted"
    told = {1: "pass", 2: "unknown", 3: "fault"}.get(compliance["status_id"], compliance["status"].lower())
    same(event["status_id"] == 1, told in ("fault", "unknown"), "new is what wants attention")
    return told


def read(text, expected):
    assert not text or text.endswith("\n")
    events = [json.loads(line) for line in text.splitlines()]
    for event in events:
        same(faults(event), [], "the schema")
        same((event["class_uid"], event["type_uid"]), (2003, 200300 + event["activity_id"]), "class")
        for part, name in ONCE_REQUIRED:
            assert event[part][name], (part, name)
        same(event["metadata"]["version"], "1.6.0", "version")
    past = [event for event in events if event["activity_id"] == 3]
    now = [event for event in events if event["activity_id"] != 3]
    same(counted(map(standing, now)), expected["sums"], "sums")
    same([event["unmapped"]["standing"] for event in now], list(map(standing, now)), "standings")
    same([event["finding_info"]["uid"] for event in now], expected["fingerprints"], "fingerprints")
    same(len(past), int(expected["name"] == "compared"), "closed")
    updated = {event["activity_id"] for event in now} - {1}
    same(updated, {2} if expected["name"] == "compared" else set(), "updates")
    if expected["name"] == "whole":
        for place, value in SPOILT:
            assert faults(spoil(events[0], place, value)), f"{place} = {value!r} is let through"
        accepted = [event["unmapped"]["accepted"] for event in now if event["status_id"] == 3]
        same([[one[name] for name in ("owner", "reason", "expires")] for one in accepted], [ACCEPTED], "acceptance")
    if expected["payload"]:
        same({event["resources"][-1]["name"] for event in now}, {expected["payload"]}, "names")


read_all(read)
