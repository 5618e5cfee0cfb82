#!/usr/bin/env python3
"""Writes what the fake AWS has to know of services that it answers from their models.

    $(scripts/python-env) scripts/service_tables.py [--check]

Reads the service models of the botocore that scripts/requirements.txt pins, and writes of the operations
below how they are asked and answered, without a word of documentation, to
crates/fake-aws/data/services.json. With --check it writes nothing and fails when the file says otherwise.
To add a service, or an operation, name it here and run this; crates/fake-aws/src/service.rs says the rest.
"""

import json
import pathlib
import re
import sys

import botocore
from botocore.loaders import Loader

SERVICES = {
    "config": [
        "DescribeConfigurationAggregators",
        "DescribeConfigurationRecorderStatus",
        "DescribeConfigurationRecorders",
        "GetResourceConfigHistory",
        "ListDiscoveredResources",
        "SelectAggregateResourceConfig",
        "SelectResourceConfig",
    ],
    "ec2": ["DescribeTransitGatewayVpcAttachments", "DescribeTransitGateways", "DescribeVpcEndpointServices"],
    "lambda": ["Invoke"],
    "network-firewall": ["DescribeFirewall", "ListFirewalls"],
    "networkmanager": ["DescribeGlobalNetworks", "GetTransitGatewayRegistrations"],
    "ram": ["GetResourceShareAssociations", "GetResourceShares", "ListPrincipals", "ListResources"],
    "s3": ["GetBucketAcl", "GetBucketLifecycleConfiguration", "GetBucketLogging", "GetBucketPolicy", "ListBuckets"],
    "s3control": ["GetPublicAccessBlock", "ListAccessPoints"],
    "secretsmanager": ["GetSecretValue", "ListSecrets"],
    "ses": ["GetIdentityVerificationAttributes", "GetSendStatistics", "ListIdentities", "SendEmail"],
    "ssm": ["DescribeInstanceInformation", "GetParameter", "GetParametersByPath"],
}

ROOT = pathlib.Path(__file__).parent.parent
FILE = ROOT / "crates/fake-aws/data/services.json"
PINNED = ROOT / "scripts/requirements.txt"
# What the fake AWS speaks; a service that has several is asked by the first of these that it lists.
PROTOCOLS = ("json", "query", "ec2", "rest-json", "rest-xml")
PLACES = {"uri": "path", "querystring": "query", "header": "header", "statusCode": "status"}
LOADER = Loader()


def fail(message):
    sys.exit(f"service_tables.py: {message}")


def short(**members):
    """Without what says nothing."""
    return {name: value for name, value in members.items() if value not in (None, False, [], {}, "")}


class Table:
    """One service's, with the shapes that its operations reach."""

    def __init__(self, name, operations):
        self.name = name
        self.model = LOADER.load_service_model(name, "service-2")
        self.protocol = self.one_protocol()
        try:
            self.paginators = LOADER.load_service_model(name, "paginators-1")["pagination"]
        except botocore.exceptions.UnknownServiceError:
            self.paginators = {}
        self.shapes = {}
        self.errors = {}
        self.operations = {operation: self.operation(operation) for operation in sorted(operations)}

    def one_protocol(self):
        metadata = self.model["metadata"]
        known = [one for one in metadata.get("protocols", [metadata["protocol"]]) if one in PROTOCOLS]
        return known[0] if known else fail(f"{self.name} speaks {metadata['protocol']}")

    def table(self):
        metadata = self.model["metadata"]
        json_service = self.protocol == "json"
        return short(
            protocol=self.protocol,
            json_version=metadata.get("jsonVersion", "1.0") if json_service else None,
            target=metadata["targetPrefix"] if json_service else None,
            version=metadata["apiVersion"],
            namespace=namespace(metadata.get("xmlNamespace")),
            signing=metadata.get("signingName", metadata["endpointPrefix"]),
            home=self.home(),
            operations=self.operations,
            errors=dict(sorted(self.errors.items())),
            shapes=dict(sorted(self.shapes.items())),
        )

    def home(self):
        """The one region, of the largest partition, where a service answers that serves all of them."""
        largest = LOADER.load_data("endpoints")["partitions"][0]
        service = largest["services"].get(self.model["metadata"]["endpointPrefix"], {})
        if service.get("isRegionalized", True) or "partitionEndpoint" not in service:
            return None
        return service["endpoints"][service["partitionEndpoint"]]["credentialScope"]["region"]

    def operation(self, name):
        if name not in self.model["operations"]:
            fail(f"{self.name} has no operation {name}")
        operation = self.model["operations"][name]
        path, _, query = operation["http"]["requestUri"].partition("?")
        ends = {end: operation.get(end, {}).get("shape") for end in ("input", "output")}
        self.refuse(name, operation, ends)
        for end in filter(None, ends.values()):
            self.reach(end)
        return short(
            method=operation["http"]["method"],
            path=path,
            query=[pair.partition("=")[::2] for pair in filter(None, query.split("&"))],
            status=operation["http"].get("responseCode"),
            pages=self.pages(name, ends),
            errors=[self.error(error["shape"]) for error in operation.get("errors", [])],
            **ends,
        )

    def refuse(self, name, operation, ends):
        """Stops at what the fake AWS has no code for."""
        wrapper = operation.get("output", {}).get("resultWrapper", name + "Result")
        if self.protocol == "query" and wrapper != name + "Result":
            fail(f"{self.name}:{name} answers in {wrapper}")
        if (self.name, name) == ("s3", "GetBucketLocation"):
            fail(f"{self.name}:{name} answers in a form that its model does not have")
        for end, shape in ends.items():
            members = self.model["shapes"][shape]["members"] if shape else {}
            for member, reference in members.items():
                of = self.model["shapes"][reference["shape"]]
                place = reference.get("location")
                if place == "headers" or reference.get("jsonvalue") or of.get("eventstream"):
                    fail(f"{self.name}:{name} has {member}, which is written by hand")
                if place == "header" and of["type"] not in ("string", "integer", "long", "boolean"):
                    fail(f"{self.name}:{name} has {of['type']} {member} in a header, which is written by hand")
                if end == "input" and self.protocol == "rest-xml" and not place:
                    fail(f"{self.name}:{name} takes a body in XML, which is read by hand")

    def asked(self, name):
        """What tells the operation's requests from those of others."""
        table, operation = self.table(), self.operations[name]
        if self.protocol == "json":
            return table["target"], name
        if self.protocol in ("query", "ec2"):
            return table["signing"], table["version"], name
        path = re.sub(r"{[^}]*}", "{}", operation["path"])
        return table["signing"], operation["method"], path, str(operation.get("query"))

    def error(self, name):
        error = self.model["shapes"][name]
        said = error.get("error", {})
        status = said.get("httpStatusCode", 500 if error.get("fault") else 400)
        self.errors[name] = short(code=said.get("code", name), status=status)
        return name

    def reach(self, name):
        """Notes a shape and all below it; gives what a member says of it."""
        shape = self.model["shapes"][name]
        kind = shape["type"]
        if kind not in ("structure", "list", "map"):
            return "string" if kind == "character" else kind
        if name in self.shapes:
            return name
        # Noted before what is below, which may lead back to it.
        noted = self.shapes[name] = {"type": kind}
        if kind == "structure":
            required = shape.get("required", [])
            members = {at: self.member(one, at in required) for at, one in shape["members"].items()}
            noted["members"] = members
            noted.update(short(payload=shape.get("payload"), union=shape.get("union")))
            noted.update(short(document=shape.get("document"), prefix=prefix(shape.get("xmlNamespace"))))
        elif kind == "list":
            noted.update(item=self.member(shape["member"]))
        else:
            noted.update(key=self.member(shape["key"]), value=self.member(shape["value"]))
        return name

    def member(self, reference, required=False):
        shape = self.model["shapes"][reference["shape"]]
        return short(
            shape=self.reach(reference["shape"]),
            name=reference.get("locationName", shape.get("locationName")),
            query_name=reference.get("queryName"),
            place=PLACES.get(reference.get("location")),
            format=reference.get("timestampFormat", shape.get("timestampFormat")),
            flattened=reference.get("flattened", shape.get("flattened")),
            attribute=reference.get("xmlAttribute"),
            required=required,
        )

    def pages(self, name, ends):
        """How it pages: as botocore says, or by a token of one name beside the only list."""
        said = self.paginators.get(name) or self.guessed(ends)
        if not said:
            return None
        for end in ("input_token", "output_token"):
            if not isinstance(said[end], str) or not said[end].replace(".", "").isalnum():
                fail(f"{self.name}:{name} pages by {said[end]}, which is written by hand")
        results = said["result_key"] if isinstance(said["result_key"], list) else [said["result_key"]]
        size = said.get("limit_key")
        bounds = {}
        if size:
            bounds = self.model["shapes"][self.members(ends["input"])[size]["shape"]]
        return short(
            token=said["input_token"],
            next=said["output_token"],
            more=said.get("more_results"),
            size=size,
            least=bounds.get("min"),
            most=bounds.get("max"),
            results=results,
        )

    def guessed(self, ends):
        asked, answered = self.members(ends["input"]), self.members(ends["output"])
        tokens = [one for one in ("NextToken", "nextToken", "Marker") if one in asked and one in answered]
        lists = [one for one, of in answered.items() if self.model["shapes"][of["shape"]]["type"] == "list"]
        if len(tokens) != 1 or len(lists) != 1:
            return None
        size = next((one for one in ("MaxResults", "maxResults", "Limit", "MaxItems") if one in asked), None)
        return {"input_token": tokens[0], "output_token": tokens[0], "result_key": lists, "limit_key": size}

    def members(self, shape):
        return self.model["shapes"][shape]["members"] if shape else {}


def namespace(said):
    """What the metadata or a shape says of a namespace: a text, or a structure."""
    return said.get("uri") if isinstance(said, dict) else said


def prefix(said):
    """A prefix that an attribute needs, with its namespace."""
    return [said["prefix"], said["uri"]] if said and "prefix" in said else None


def written(tables):
    """JSON with one line for each operation, error and shape."""
    lines = ["{"]
    for number, (service, table) in enumerate(tables.items()):
        lines.append(f" {json.dumps(service)}: {{")
        for at, (name, value) in enumerate(table.items()):
            comma = "," if at + 1 < len(table) else ""
            if not isinstance(value, dict):
                lines.append(f"  {json.dumps(name)}: {json.dumps(value)}{comma}")
                continue
            lines.append(f"  {json.dumps(name)}: {{")
            below = [f"   {json.dumps(key)}: {json.dumps(one)}" for key, one in value.items()]
            lines += [",\n".join(below), f"  }}{comma}"]
        lines.append(" }," if number + 1 < len(tables) else " }")
    return "\n".join([*lines, "}", ""])


def distinct(tables):
    """Stops at operations that no request tells apart."""
    known = {}
    for table in tables:
        for name in table.operations:
            other = known.setdefault(table.asked(name), f"{table.name}:{name}")
            if other != f"{table.name}:{name}":
                fail(f"{other} and {table.name}:{name} are asked alike")


def main():
    if f"botocore=={botocore.__version__}" not in PINNED.read_text().split():
        fail(f"botocore {botocore.__version__} is not the one of {PINNED.name}; scripts/python-env makes its Python")
    tables = [Table(name, SERVICES[name]) for name in sorted(SERVICES)]
    distinct(tables)
    text = written({table.name: table.table() for table in tables})
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text() != text:
            fail(f"{FILE.name} is not what botocore {botocore.__version__} says; run this without --check")
        operations = sum(len(one) for one in SERVICES.values())
        print(f"{operations} operations of {len(SERVICES)} services are as botocore says")
    elif sys.argv[1:]:
        fail("usage: service_tables.py [--check]")
    else:
        FILE.write_text(text)


main()
