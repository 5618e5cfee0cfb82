"""JUnit: kept to Jenkins' schema, read by Python's XML parser; sums, fingerprints, names, and GitLab's limits."""

import re
import xml.etree.ElementTree as ET

import xmlschema
from common import ACCEPTED, SCHEMAS, counted, neutral, read_all, same

SCHEMA = xmlschema.XMLSchema10(SCHEMAS / "junit-10.xsd")


def standing(case):
    child = case.find("./*")
    if child is None:
        return "pass"
    kind = {"failure": "fault", "error": "unknown", "skipped": child.get("type"), "system-out": "note"}[child.tag]
    if child.tag == "error":
        same(child.get("type"), "unknown", "type of an error")
    if child.tag == "failure":
        assert child.get("type") in {"critical", "high", "medium", "low", "info"}, child.attrib
    if child.tag == "system-out":
        assert child.text.startswith("note: "), child.text
    return kind


def numbers(suite):
    """What a suite says, and what it holds."""
    told = [int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")]
    held = [len(suite.findall(path)) for path in ("testcase", "testcase/failure", "testcase/error", "testcase/skipped")]
    same(told, held, f"numbers of {suite.get('name')}")
    return told


def told(payload):
    """A text as XML has it: two characters are no control characters, and forbidden all the same."""
    return re.sub("[\ufffe\uffff]", lambda found: f"\\u{{{ord(found[0]):x}}}", neutral(payload))


def in_limits(text, root):
    """Source: GitLab's documentation says 30 MB; 17.6.1 refuses more than 250,000 objects."""
    assert len(text) < 30_000_000
    objects = sum(1 + len(element.attrib) + bool((element.text or "").strip()) for element in root.iter())
    assert objects < 250_000, objects
    assert max(len(element.text or "") for element in root.iter()) < 1_000_000


def read(text, expected):
    root = ET.fromstring(text.encode())
    SCHEMA.validate(root)
    in_limits(text, root)
    suites = root.findall("testsuite")
    sums = [sum(column) for column in zip(*map(numbers, suites))]
    same([int(root.get(name)) for name in ("tests", "failures", "errors")], sums[:3], "numbers of all")
    same(suites[0].get("name"), "coverage", "first")
    cases = [case for suite in suites[1:] for case in suite.findall("testcase")]
    same(counted(map(standing, cases)), expected["sums"], "sums")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert all(part.strip() for name in names for part in name), names
    same(len(set(names)), len(names), "names of their own")
    texts = [case.findtext("./*") for case in cases if standing(case) not in ("pass", "note")]
    prints = [text.rpartition("\nfingerprint: ")[2] for text in texts]
    assert set(prints) <= set(expected["fingerprints"]), prints
    errors = [case.findtext("error") for case in suites[0].findall("testcase")]
    nothing = any((said or "").startswith("nothing could be assessed") for said in errors)
    same(nothing, expected["name"] == "nothing", "a report of nothing is red")
    accepted = [case.find("skipped").get("message") for case in cases if standing(case) == "accepted"]
    if expected["name"] == "whole":
        owner, reason, until = ACCEPTED
        same(accepted, [f"accepted by {owner} until {until}: {reason}"], "acceptance")
    if (expected["payload"] or "").strip():
        for _, name in names:
            assert name.startswith(told(expected["payload"])), name


read_all(read)
