"""SARIF against the schema of OASIS, and against what GitHub refuses or forgets without a word."""

import json
import re
from collections import Counter

import jsonschema

from common import ACCEPTED, HIDDEN, SCHEMAS, neutral, no_duplicates, read_all, same

# A URI of plain characters, the rest percent-encoded: RFC 3986.
REFERENCE = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+")
FORMATS = jsonschema.FormatChecker(["date-time"])
FORMATS.checks("uri-reference")(lambda uri: bool(REFERENCE.fullmatch(uri)))
FORMATS.checks("uri")(lambda uri: bool(REFERENCE.fullmatch(uri) and ABSOLUTE.fullmatch(uri)))

SCHEMA = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=FORMATS)

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
# As GitHub shows them: critical is above 9.0, high 7.0 to 8.9, medium 4.0 to 6.9, low 0.1 to 3.9.
BANDS = {"critical": (9.01, 10.0), "high": (7.0, 8.9), "medium": (4.0, 6.9), "low": (0.1, 3.9), "info": (0.1, 3.9)}
PATH = re.compile(r"aws(?:/[A-Za-z0-9_~-](?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*|/(?:%[0-9A-F]{2})+[A-Za-z0-9._~%-]*){4}")


def filled(text, longest=None):
    assert isinstance(text, str) and text.strip(), f"empty: {text!r}"
    assert longest is None or len(text) <= longest, f"{len(text)} characters: {text!r}"
    return text


def placed(location):
    """What GitHub wants of a location; a file is refused as a whole when one has less."""
    place = location["physicalLocation"]
    uri = filled(place["artifactLocation"]["uri"])
    assert PATH.fullmatch(uri) and "//" not in uri and "/../" not in f"{uri}/", uri
    region = place["region"]
    numbers = [region[name] for name in ("startLine", "startColumn", "endLine", "endColumn")]
    assert all(type(number) is int and number > 0 for number in numbers) and numbers[3] > numbers[1], numbers
    return uri


def message(text):
    """A text that readers show: also behind the escapes of JSON there is nothing that steers."""
    same({ord(c) for c in filled(text)} & HIDDEN, set(), f"steering in {text!r}")
    assert "](" not in text, f"a link: {text!r}"


def rule(rule):
    filled(rule["id"], 255)
    filled(rule["name"], 255)
    filled(rule["shortDescription"]["text"], 1024)
    filled(rule["fullDescription"]["text"], 1024)
    filled(rule["help"]["text"])
    assert len(filled(rule["help"]["markdown"]).encode()) <= 8192
    assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    properties = rule["properties"]
    assert properties["precision"] in ("very-high", "high", "medium", "low")
    assert properties["problem.severity"] in ("error", "warning", "recommendation")
    assert isinstance(properties["security-severity"], str)
    assert 0 < len(properties["tags"]) <= 10, properties["tags"]
    same(len(properties["tags"]), len(set(properties["tags"])), "tags")


def result(one, rules):
    """Checks a result and returns its fingerprint."""
    message(one["message"]["text"])
    told, severity = rules[one["ruleIndex"]], one["properties"]["severity"]
    same(told["id"], one["ruleId"], "rule")
    same((one["level"], told["defaultConfiguration"]["level"]), (LEVELS[severity],) * 2, "level")
    lowest, highest = BANDS[severity]
    assert lowest <= float(told["properties"]["security-severity"]) <= highest, told
    assert not {"suppressions", "baselineState"} & one.keys() and one.get("kind", "fail") == "fail", one
    same(len(one["locations"]), 1, "locations")
    uri = placed(one["locations"][0])
    filled(one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])
    prints = one["partialFingerprints"]
    same(prints["primaryLocationLineHash"], f"{prints['elbAudit/v1']}:1", "fingerprints")
    for flow in one.get("codeFlows", []):
        steps = [step["location"] for thread in flow["threadFlows"] for step in thread["locations"]]
        assert 2 <= len(steps) <= 1000, len(steps)
        for step in steps:
            same(placed(step), uri, "path of a step")
            message(step["message"]["text"])
    return prints["elbAudit/v1"]


def notification(one, descriptors):
    """Checks a notification and returns its standing, if it is about a finding."""
    message(one["message"]["text"])
    same(descriptors[one["descriptor"]["index"]]["id"], one["descriptor"]["id"], "descriptor")
    for location in one.get("locations", []):
        placed(location)
    properties = one["properties"]
    standing = properties.get("standing")
    same(one["level"] == "warning", standing == "unknown" or properties.get("informs") is False, "level")
    if standing is not None:
        same(one["descriptor"]["id"], standing, "descriptor")
    if standing == "unknown":
        filled(properties["call"]), filled(properties["action"])
    return standing


def read(text, expected):
    log = json.loads(text, object_pairs_hook=no_duplicates)
    errors = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(log)]
    assert not errors, errors[:5]
    same((log["$schema"], log["version"], len(log["runs"])), (SCHEMA["id"], "2.1.0", 1), "head")
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    filled(driver["name"])
    rules = driver["rules"]
    for one in rules:
        rule(one)
    same(len({one["id"] for one in rules}), len(rules), "ids of rules")
    fingerprints = [result(one, rules) for one in run["results"]]
    same({one["ruleIndex"] for one in run["results"]}, set(range(len(rules))), "rules")
    told = run["invocations"][0]["toolExecutionNotifications"]
    standings = Counter(notification(one, driver["notifications"]) for one in told)
    sums = {name: standings.get(name, 0) for name in expected["sums"]} | {"fault": len(run["results"])}
    same(sums, expected["sums"], "sums")
    fingerprints += [one["properties"]["fingerprint"] for one in told if "standing" in one["properties"]]
    same(sorted(fingerprints), sorted(expected["fingerprints"]), "fingerprints")
    assert re.fullmatch(r"elb-audit/live/(?:[A-Za-z0-9._~%-]+/)+", run["automationDetails"]["id"])
    same(run["properties"]["leftOut"], {"results": 0, "notifications": 0}, "left out")
    same(run["invocations"][0]["executionSuccessful"], expected["name"] != "nothing", "successful")
    places(run, told, expected)
    if expected["name"] == "compared":
        changes = Counter(one["properties"]["change"] for one in run["results"])
        same(changes["new"], 1, "new")


def places(run, told, expected):
    """Names are as they were chosen, but for what hides or steers, and acceptances are whole."""
    found = [*run["results"], *(one for one in told if "standing" in one["properties"])]
    names = {one["locations"][0]["logicalLocations"][0]["name"] for one in found}
    payload = expected["payload"]
    if payload is not None:
        same(names, {neutral(payload).replace("](", "] (") or "unnamed"}, "names")
    for one in told:
        if one["properties"].get("standing") == "accepted" and payload is None:
            properties = one["properties"]
            same([properties[name] for name in ("owner", "reason", "lastDay")], ACCEPTED, "acceptance")


read_all(read)
