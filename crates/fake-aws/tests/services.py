"""Asks the fake AWS, as boto3 does, for operations that it answers from their models.

usage: services.py generate TABLES       writes a case for every operation of the tables
       services.py ask URL REGION < CASES  asks each, and fails where something else comes back

A case is {"service", "operation", "protocol", "input"}, and the "home" of a service that answers in one region alone,
with what is expected: "output", or "error" with a code, a status and a message, or "pages", their number, with
"lists", what they hold together. Cases are JSON: times in seconds since 1970, blobs in base 64.
"""

import base64
import datetime
import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

SESSION = botocore.session.get_session()
# What clients look at before they send it.
CHECKED = {"Bucket": "logs-a", "AccountId": "111122223333", "FunctionName": "authorizer"}
# Past what a year, a whole number or a byte can hold by chance.
TIME, LONG, BLOB = 1_767_225_599, 1 << 40, base64.b64encode(b"\x00\xff<blob>").decode()


def model(service, tables):
    """The service's model, with the one protocol that the tables have for it."""
    loaded = SESSION.get_component("data_loader").load_service_model(service, "service-2", None)
    protocol = tables[service]["protocol"]
    loaded["metadata"].update(protocol=protocol, protocols=[protocol])
    return SESSION.get_service_model(service)


def generate(path):
    with open(path, encoding="utf-8") as file:
        tables = json.load(file)
    cases = []
    for service, table in tables.items():
        of = model(service, tables)
        for name in table["operations"]:
            operation = of.operation_model(name)
            ends = {end: value(shape, end, ()) if shape else {} for end, shape in (
                ("input", operation.input_shape), ("output", operation.output_shape))}
            said = {"protocol": table["protocol"], "home": table.get("home")}
            cases.append({"service": service, "operation": name, **said, **ends})
    json.dump(cases, sys.stdout)


def value(shape, name, above):
    """A value of the shape with every member filled, as far as it does not lead back to itself."""
    kind, place = shape.type_name, shape.serialization.get("location")
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return {"any": [1, {"thing": None}]}
        below = (*above, shape.name)
        members = {key: value(of, key, below) for key, of in shape.members.items() if not leads_back(of, below)}
        return dict(list(members.items())[:1]) if getattr(shape, "is_tagged_union", False) else members
    if kind == "list":
        number = max(shape.metadata.get("min", 0), 2 if len(above) < 4 else 1)
        return [value(shape.member, f"{name} {at}", above) for at in range(number)]
    if kind == "map":
        return {f"{name} {at}": value(shape.value, f"{name} {at}", above) for at in range(2)}
    if kind in ("string", "character"):
        return CHECKED.get(name) or text(shape, name, place)
    least = shape.metadata.get("min", 0)
    return {
        "boolean": len(name) % 2 == 0,
        "integer": 202 if place == "statusCode" else max(7, least),
        "long": max(LONG, least),
        "float": 1.5,
        "double": 2.25,
        "timestamp": TIME,
        "blob": BLOB,
    }[kind]


def leads_back(shape, above):
    """Whether a shape is one of those above it, or made of one."""
    if shape.type_name == "list":
        return leads_back(shape.member, above)
    if shape.type_name == "map":
        return leads_back(shape.value, above)
    return shape.name in above


def text(shape, name, place):
    if shape.enum:
        return shape.enum[0]
    plain = name.replace(" ", "-") if place in ("header", "uri") else f"{name} <&\"'> é+%/"
    return plain.ljust(shape.metadata.get("min", 0), "x")


class Client:
    """What asks."""

    def __init__(self, url, region):
        self.url, self.region, self.clients = url, region, {}

    def of(self, case):
        service = case["service"]
        if service not in self.clients:
            model(service, {service: case})
            self.clients[service] = SESSION.create_client(
                service,
                endpoint_url=self.url,
                region_name=case.get("home") or self.region,
                aws_access_key_id="AKIAEXAMPLE",
                aws_secret_access_key="none",
                config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
            )
            self.clients[service].meta.events.register("before-sign", self.to_the_fake)
        return self.clients[service]

    def to_the_fake(self, request, **_):
        """Takes away what some services have clients put before the host: no name server knows that one."""
        request.url = self.url + "/" + request.url.split("/", 3)[3]

    def ask(self, case):
        """What is wrong with what came back, or nothing."""
        client = self.of(case)
        method = next(m for m, name in client.meta.method_to_api_mapping.items() if name == case["operation"])
        shape = client.meta.service_model.operation_model(case["operation"]).input_shape
        parameters = sendable(shape, case.get("input", {}))
        if "pages" in case:
            return self.pages(client.get_paginator(method).paginate(**parameters), case)
        try:
            answer = getattr(client, method)(**parameters)
        except ClientError as error:
            return differs(case.get("error"), said(error))
        answer.pop("ResponseMetadata")
        return differs(case.get("output"), plain(answer))

    def pages(self, paginator, case):
        number, lists = 0, {name: [] for name in case["lists"]}
        for page in paginator:
            number += 1
            for name, items in lists.items():
                items += plain(page[name])
        return differs([case["pages"], case["lists"]], [number, lists])


def said(error):
    answer = error.response
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return {"code": answer["Error"]["Code"], "message": answer["Error"]["Message"], "status": status}


def differs(expected, given, path=""):
    """The first place where they differ."""
    if type(expected) is type(given) and isinstance(given, (dict, list)) and len(expected) == len(given):
        keys = given.keys() if isinstance(given, dict) else range(len(given))
        if not isinstance(given, dict) or expected.keys() == given.keys():
            return next(filter(None, (differs(expected[key], given[key], f"{path}/{key}") for key in keys)), None)
    return None if expected == given else f"{path}: expected {json.dumps(expected)}\n   came {json.dumps(given)}"


def sendable(shape, given):
    """A case's input as botocore takes it."""
    free = shape is None or getattr(shape, "is_document_type", False)
    if free or shape.type_name not in ("structure", "list", "map", "blob"):
        return given
    if shape.type_name == "blob":
        return base64.b64decode(given)
    if shape.type_name == "list":
        return [sendable(shape.member, one) for one in given]
    of = (lambda key: shape.members[key]) if shape.type_name == "structure" else (lambda _: shape.value)
    return {key: sendable(of(key), one) for key, one in given.items()}


def plain(answer):
    """An answer of botocore's as JSON."""
    if isinstance(answer, dict):
        return {key: plain(one) for key, one in answer.items()}
    if isinstance(answer, list):
        return [plain(one) for one in answer]
    if isinstance(answer, datetime.datetime):
        return int(answer.timestamp())
    if hasattr(answer, "read"):
        answer = answer.read()
    return base64.b64encode(answer).decode() if isinstance(answer, bytes) else answer


def ask(url, region):
    client, wrong, cases = Client(url, region), 0, json.load(sys.stdin)
    for case in cases:
        difference = client.ask(case)
        if difference:
            wrong += 1
            print(f"{case['service']}:{case['operation']}: {difference}")
    if wrong:
        sys.exit(1)
    print(f"{len(cases)} cases came back as they were given")


{"generate": generate, "ask": ask}[sys.argv[1]](*sys.argv[2:])
