"""ASFF: taken by botocore's own check of what BatchImportFindings is given, in batches; and AWS's limits."""

import json
import re
from itertools import groupby
from operator import itemgetter

import botocore.session
from botocore.validate import ParamValidator
from common import counted, neutral, read_all, same

MODEL = botocore.session.get_session().get_service_model("securityhub")
SHAPE = MODEL.operation_model("BatchImportFindings").input_shape

# Of which the model knows nothing. Source: AWS Security Hub API reference, required and optional attributes.
LENGTHS = {"Title": 256, "Description": 1024, "Id": 512, "GeneratorId": 512, "ProductName": 128, "CompanyName": 128}
STATUSES = {"PASSED", "FAILED", "WARNING", "NOT_AVAILABLE"}


def batches(findings):
    """At most 100 of one account and region."""
    place = itemgetter("ProductArn")
    for _, group in groupby(sorted(findings, key=place), place):
        group = list(group)
        yield from (group[at : at + 100] for at in range(0, len(group), 100))


def keep_the_limits(one):
    assert len(json.dumps(one).encode()) <= 240 * 1024
    for name, longest in LENGTHS.items():
        assert 0 < len(one[name]) <= longest and one[name].strip(), (name, one[name])
    fields = one["ProductFields"]
    assert len(fields) <= 50, len(fields)
    for name, value in fields.items():
        assert 0 < len(name) <= 128 and 0 < len(value) <= 2048, (name, value)
    assert 0 < len(one["Resources"]) <= 32 and 0 < len(one["Types"]) <= 50
    for resource in one["Resources"]:
        assert 0 < len(resource["Id"]) <= 512 and 0 < len(resource["Type"]) <= 256, resource
    remedy = one["Remediation"]["Recommendation"]
    assert 0 < len(remedy.get("Text", "x")) <= 512 and 0 < len(remedy.get("Url", "x")) <= 2048, remedy
    assert one["Compliance"]["Status"] in STATUSES and one["RecordState"] in {"ACTIVE", "ARCHIVED"}
    for name in ("FirstObservedAt", "LastObservedAt", "CreatedAt", "UpdatedAt"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", one[name]), one[name]
    assert "Workflow" not in one and "Note" not in one


def is_of_a_product(one):
    account = one["AwsAccountId"]
    assert re.fullmatch(r"\d{12}", account), account
    region = one["ProductArn"].split(":")[3]
    same(one["ProductArn"], f"arn:aws:securityhub:{region}:{account}:product/{account}/default", "product")
    assert re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region), region


def standing(one):
    told = one["ProductFields"]["elb-audit/standing"]
    state = (one["RecordState"], one["Compliance"]["Status"])
    expected = {
        "fault": ("ACTIVE", "FAILED"),
        "unknown": ("ACTIVE", "NOT_AVAILABLE"),
        "pass": ("ACTIVE", "PASSED"),
        "accepted": ("ARCHIVED", "FAILED"),
        "resolved": ("ARCHIVED", "PASSED"),
    }
    same(state, expected[told], told)
    return told


def read(text, expected):
    findings = json.loads(text)
    for batch in batches(findings):
        report = ParamValidator().validate({"Findings": batch}, SHAPE)
        assert not report.has_errors(), report.generate_report()
    for one in findings:
        keep_the_limits(one)
        # A region of a saved account may be anything.
        if not expected["name"].startswith("forged"):
            is_of_a_product(one)
    same(len({one["Id"] for one in findings}), len(findings), "ids of their own")
    now = [one for one in findings if standing(one) != "resolved"]
    same(counted(map(standing, now)), expected["sums"], "sums")
    prints = [one["ProductFields"]["elb-audit/fingerprint"] for one in now]
    same(sorted(prints), sorted(expected["fingerprints"]), "fingerprints")
    same(len(findings) - len(now), int(expected["name"] == "compared"), "resolved")
    if (expected["payload"] or "").strip() and len(expected["payload"]) < 1000:
        told = {one["ProductFields"]["elb-audit/subject"] for one in now}
        same(told, {neutral(expected["payload"])}, "names")


read_all(read)
