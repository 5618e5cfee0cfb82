"""Runs commands of remedies in bash, one block after the other. What they call `aws` is AWS's CLI in this
process. Without an endpoint nothing is sent: arguments are taken apart and held to the models of the API,
and answers are made-up data of the right shape.

    python commands.py BLOCKS.json [ENDPOINT]

BLOCKS.json: {name: script}. Prints, as JSON: the names of what failed, each with the reason, and how many
commands there were.
"""

import contextlib
import functools
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

from awscli import clidriver
from awscli.customizations import waiters
from botocore import client  # the copy that the CLI brings, once it is there
from botocore.validate import ParamValidator

# What a command calls: hands its arguments over, and gives back what comes of them. It is a shell because a
# Python takes longer to start than most commands take.
STUB = """#!/bin/sh
own={place}/$$
printf '%s\\0' "$PWD" "${{AWS_REGION-}}" "$@" >"$own.asked"
mkfifo "$own"
echo $$ >{place}/asked
read -r code <"$own"
if [ -s "$own.err" ]; then cat "$own.err" >&2; fi
if [ -s "$own.out" ]; then cat "$own.out"; fi
exit "$code"
"""

# Texts to answer with: the first that a shape allows.
TEXTS = (
    "thing",
    "HTTPS",
    "1",
    "your code is {####}",
    "{####} {username}",
    "eu-west-1_example",
    "awswaf:thing:",
    "443",
    "404",
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/50dc6c495c0c9188/443",
    "arn:aws:acm:eu-west-1:111122223333:certificate/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "text/plain",
    "www.example.com",
    "10.0.0.0/24",
    "/path",
    "EU",
    "eu-west-1",
    "arn:aws:cloudfront::111122223333:function/thing",
)


# Files that commands read and that a user has: certificates come from an authority.
GIVEN = ("certificate.pem", "key.pem", "chain.pem", "clients.pem", "clients.crl")

# A field of a filter in a query, and the value that it is to have.
LOOKED_FOR = re.compile(r"(\w+)==`([^`]*)`")


class Wrong(Exception):
    """Parameters that the model of the API does not allow."""


def main():
    with open(sys.argv[1]) as file:
        blocks = json.load(file)
    with tempfile.TemporaryDirectory() as place:
        cli = Cli(*sys.argv[2:])
        failed = {}
        stub = os.path.join(place, "bin", "aws")
        os.mkdir(os.path.dirname(stub))
        with open(stub, "w") as file:
            file.write(STUB.format(place=place))
        os.chmod(stub, 0o755)
        with serving(cli, place):
            for name, script in blocks.items():
                problem = run(script, os.path.dirname(stub))
                if problem:
                    failed[name] = problem
    json.dump({"failed": failed, "commands": cli.commands}, sys.stdout)


def run(script, stubs):
    """What is wrong with a script; nothing when it runs to its end."""
    with tempfile.TemporaryDirectory() as place:
        for name in GIVEN:
            with open(os.path.join(place, name), "w") as file:
                file.write("given")
        environment = {"PATH": f"{stubs}:/usr/bin:/bin", "HOME": place}
        done = subprocess.run(
            ["bash", "-euc", script], cwd=place, env=environment, capture_output=True, text=True
        )
    return f"{done.stderr.strip()}\n{script}" if done.returncode else None


@contextlib.contextmanager
def serving(cli, place):
    """Answers what the stub asks: each line of a pipe is the number of a process that has written down what."""
    asked = os.path.join(place, "asked")
    os.mkfifo(asked)

    def answer():
        # Open for writing too, so that it does not end between two commands.
        lines = open(os.open(asked, os.O_RDWR))
        for line in lines:
            own = os.path.join(place, line.strip())
            with open(f"{own}.asked") as file:
                directory, region, *arguments = file.read().split("\0")[:-1]
            answer = cli.answer(arguments, directory, region)
            for name in ("out", "err"):
                with open(f"{own}.{name}", "w") as file:
                    file.write(answer[name])
            with open(own, "w") as file:
                os.unlink(own)
                file.write(f"{answer['code']}\n")

    threading.Thread(target=answer, daemon=True).start()
    yield


class Cli:
    """AWS's CLI; without an endpoint, up to the point where it would send something."""

    def __init__(self, endpoint=None):
        os.environ.update(
            AWS_ACCESS_KEY_ID="testing",
            AWS_SECRET_ACCESS_KEY="testing",
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        )
        self.commands = 0
        self.is_made_up = endpoint is None
        if self.is_made_up:
            clidriver.CLIOperationCaller.invoke = invoke
            waiters.WaiterCaller.invoke = wait
            client.BaseClient._make_api_call = call
        else:
            os.environ["AWS_ENDPOINT_URL"] = endpoint
        self.driver = clidriver.create_clidriver()
        # Each command would register the same handlers once more, and all of them would run.
        emit = self.driver._emit_session_event

        def once(arguments):
            self.driver._emit_session_event = lambda arguments: None
            emit(arguments)

        self.driver._emit_session_event = once
        # A client costs more than most calls.
        self.driver.session.create_client = functools.cache(self.driver.session.create_client)

    def answer(self, arguments, directory, region):
        self.commands += 1
        os.environ["AWS_DEFAULT_REGION"] = region or "eu-west-1"
        out, err = io.StringIO(), io.StringIO()
        os.chdir(directory)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = self.driver.main(arguments)
            except SystemExit as end:
                code = end.code or 0
        if self.is_made_up and not code and "--query" in arguments and is_nothing(out.getvalue()):
            code = 1
            err.write(f"nothing comes of the query: {out.getvalue()!r}")
        if code:
            err.write(f"\naws {' '.join(arguments)}")
        return {"out": out.getvalue(), "err": err.getvalue(), "code": code}


def invoke(caller, service, operation, parameters, options):
    model = caller._session.get_service_model(service).operation_model(operation)
    check(parameters, model.input_shape)
    response = example(model.output_shape) if model.output_shape else {}
    for name, value in LOOKED_FOR.findall(str(options.query and options.query.expression)):
        put(response, name, json.loads(value))
    caller._display_response(operation, response, options)
    return 0


def call(own, operation, parameters):
    """What commands do that are more than one operation, such as `aws s3 cp`."""
    model = own.meta.service_model.operation_model(operation)
    check({name: value for name, value in parameters.items() if name != "Body"}, model.input_shape)
    return example(model.output_shape) if model.output_shape else {}


def put(data, name, value):
    """Gives every field of this name this value: what a query looks for is there."""
    for inner in data if isinstance(data, list) else data.values():
        if isinstance(inner, (dict, list)):
            put(inner, name, value)
    if isinstance(data, dict) and name in data:
        data[name] = value


def wait(caller, service, operation, parameters, options):
    model = caller._session.get_service_model(service).operation_model(operation)
    check(parameters, model.input_shape)
    return 0


def is_nothing(text):
    return text.strip() in ("", "None", "null", "[]", "{}")


def check(parameters, shape):
    """Holds parameters to the model: what the validator of botocore does, and the words and patterns, which
    only the service itself would refuse."""
    report = ParamValidator().validate(parameters, shape)
    if report.has_errors():
        raise Wrong(report.generate_report())
    for problem in misfits(parameters, shape, shape.name):
        raise Wrong(problem)


def misfits(value, shape, place):
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from misfits(member, shape.members[name], f"{place}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from misfits(item, shape.member, f"{place}[]")
    elif shape.type_name == "map":
        for item in value.values():
            yield from misfits(item, shape.value, f"{place}{{}}")
    elif shape.type_name == "string" and not allows(shape, value):
        yield f"{place}: {value!r} is none of {shape.enum or shape.metadata}"


def allows(shape, text):
    if shape.enum:
        return text in shape.enum
    bounds = shape.metadata
    if not bounds.get("min", 0) <= len(text) <= bounds.get("max", len(text)):
        return False
    try:
        return re.search(bounds.get("pattern", ""), text) is not None
    except re.error:
        return True  # written for another language


def example(shape, around=()):
    """Data of a shape: everything that it may have, once; None for what could only have itself."""
    if shape.type_name == "structure":
        names = list(shape.members)
        if getattr(shape, "is_tagged_union", False):
            names = names[:1]
        inner = (*around, shape.name)
        data = {}
        for name in names:
            member = shape.members[name]
            value = None if leads_back(member, inner) else example(member, inner)
            if value is not None:
                data[name] = value
            elif name in shape.required_members:
                return None
        return data
    if shape.type_name == "list":
        item = example(shape.member, around)
        return None if item is None else [item] * max(1, shape.metadata.get("min", 1))
    if shape.type_name == "map":
        return {example(shape.key, around): example(shape.value, around)}
    if shape.type_name == "string":
        if shape.enum:
            return shape.enum[0]
        return next((text for text in TEXTS if allows(shape, text)), TEXTS[0])
    if shape.type_name in ("integer", "long"):
        return max(1, shape.metadata.get("min", 1))
    if shape.type_name in ("float", "double"):
        return 1.0
    return {"boolean": True, "blob": b"YQ==", "timestamp": "2026-01-01T00:00:00Z"}[shape.type_name]


def leads_back(shape, around):
    while shape.type_name == "list":
        shape = shape.member
    return shape.type_name == "structure" and shape.name in around


if __name__ == "__main__":
    main()
