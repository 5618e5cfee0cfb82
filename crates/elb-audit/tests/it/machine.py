"""Runs the state machine of deploy/organization.asl.json in moto, with the real function behind it.

machine.py BOOTSTRAP REPOSITORY: three accounts of an organization with a load balancer in two regions
each. One account denies AssumeRole; one part of another fails. Prints, as JSON, what came of two
executions: that of the first day, and one after which nothing has changed.

moto executes the state machine, its own Lambda only echoes: calls of Invoke are answered here, by the
function; and AssumeRole is refused here for one account, since moto lets everybody in.
"""

import json
import os
import re
import socket
import sys
import threading
import time
import urllib.request

bootstrap, repository = sys.argv[1:]
# moto prints what it misses.
result, sys.stdout = sys.stdout, sys.stderr
sys.path.insert(0, os.path.join(repository, "scripts"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


PORT = free_port()
os.environ["MOTO_PORT"] = str(PORT)
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

import boto3  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    create_backend_app,
)
from runtime_api import Function  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

URL = f"http://localhost:{PORT}"
HOME = "eu-west-1"
REGIONS = ["eu-west-1", "us-east-1"]
BUCKET = "elb-audit-reports"
KEYS = {"aws_access_key_id": "ak", "aws_secret_access_key": "sk"}


class Front:
    """Stands before moto and answers what moto cannot."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.function, self.denied, self.failing, self.calls = None, None, None, []

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if re.fullmatch(r"/2015-03-31/functions/[^/]+/invocations", path):
            return self.invoke(self.body(environ), start_response)
        if path == "/" and environ["REQUEST_METHOD"] == "POST":
            body = self.body(environ)
            if self.denied and b"Action=AssumeRole" in body and self.denied.encode() in body:
                start_response("403 Forbidden", [("Content-Type", "text/xml")])
                said = "not authorized to perform: sts:AssumeRole"
                error = f"<Error><Code>AccessDenied</Code><Message>{said}</Message></Error>"
                return [f"<ErrorResponse>{error}</ErrorResponse>".encode()]
        return self.moto(environ, start_response)

    def invoke(self, body, start_response):
        event = json.loads(body)
        shard = event.get("shard", {})
        place = (shard.get("account"), shard.get("region"))
        self.calls.append((event.get("task"), *place))
        if self.failing == place:
            error = {"errorType": "Runtime.ExitError", "errorMessage": "out of memory"}
            answer, ok = json.dumps(error).encode(), False
        else:
            answer, ok = self.function.ask(body)
        headers = [("Content-Type", "application/json")]
        if not ok:
            headers.append(("X-Amz-Function-Error", "Unhandled"))
        start_response("200 OK", headers)
        return [answer]

    @staticmethod
    def body(environ):
        import io

        if "HTTP_TRANSFER_ENCODING" in environ and "wsgi.input_terminated" in environ:
            body = environ["wsgi.input"].read()
        else:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return body


def client(service, region=HOME, keys=KEYS):
    return boto3.client(service, region_name=region, endpoint_url=URL, **keys)


def plant(account, region):
    """A load balancer that serves in clear, in this account."""
    role = f"arn:aws:iam::{account}:role/plant"
    taken = client("sts").assume_role(RoleArn=role, RoleSessionName="plant")["Credentials"]
    keys = {
        "aws_access_key_id": taken["AccessKeyId"],
        "aws_secret_access_key": taken["SecretAccessKey"],
        "aws_session_token": taken["SessionToken"],
    }
    ec2, elbv2 = client("ec2", region, keys), client("elbv2", region, keys)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=region + zone)
        for n, zone in enumerate("ab")
    ]
    subnets = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    made = elbv2.create_load_balancer(Name="web", Subnets=subnets, Scheme="internet-facing")
    group = elbv2.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    elbv2.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {"Type": "forward", "TargetGroupArn": group["TargetGroups"][0]["TargetGroupArn"]}
        ],
    )


def definition(topic):
    with open(os.path.join(repository, "deploy/organization.asl.json")) as file:
        text = file.read()
    for name, value in {
        "Bucket": BUCKET,
        "MaxConcurrency": "4",
        "ToleratedFailurePercentage": "40.0",
        "LambdaInvoke": "arn:aws:states:::lambda:invoke",
        "S3GetObject": "arn:aws:states:::s3:getObject",
        "S3PutObject": "arn:aws:states:::s3:putObject",
        "SnsPublish": "arn:aws:states:::sns:publish",
        "WholeFunction": "whole",
        "ShardFunction": "shard",
        "ShardType": "STANDARD",
        "Topic": topic,
        "Environment": "prod",
    }.items():
        text = text.replace("${" + name + "}", value)
    assert "${" not in text, text
    # What waits between tries is AWS's; here the wait would only be long.
    text = re.sub(r'"IntervalSeconds": \d+', '"IntervalSeconds": 1', text)
    return re.sub(r'"MaxAttempts": \d+', '"MaxAttempts": 1', text)


def post(path, document):
    request = urllib.request.Request(
        URL + path, json.dumps(document).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).read()


def messages(queue):
    """What a subscriber reads, and takes away."""
    sqs, all = client("sqs"), []
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            all.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [{"subject": one["Subject"], "text": one["Message"]} for one in all]


def execute(machine, name):
    states = client("stepfunctions")
    arn = states.start_execution(stateMachineArn=machine, name=name, input="{}")["executionArn"]
    while True:
        told = states.describe_execution(executionArn=arn)
        if told["status"] != "RUNNING":
            return {
                "status": told["status"],
                "output": json.loads(told.get("output") or "null"),
                "cause": told.get("cause"),
            }
        time.sleep(0.2)


def main():
    front = Front()
    server = make_server("127.0.0.1", PORT, front, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    post(
        "/moto-api/config",
        {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}},
    )
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME})
    topic = client("sns").create_topic(Name="alerts")["TopicArn"]
    queue = client("sqs").create_queue(QueueName="reader")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
    )
    organizations = client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    members = [
        organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        for name in ("shop", "stock")
    ]
    shop, stock = (one["CreateAccountStatus"]["AccountId"] for one in members)
    own = client("sts").get_caller_identity()["Account"]
    for account in (own, shop, stock):
        for region in REGIONS:
            plant(account, region)
    front.denied, front.failing = stock, (shop, "us-east-1")
    front.function = Function(
        bootstrap,
        {
            "AWS_ACCESS_KEY_ID": "ak",
            "AWS_SECRET_ACCESS_KEY": "sk",
            "AWS_REGION": HOME,
            "AWS_ENDPOINT_URL": URL,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent/aws",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/aws",
            "ENVIRONMENT": "prod",
            "ELB_AUDIT_ORGANIZATION": "true",
            "ELB_AUDIT_REGION": ",".join(REGIONS),
            "ELB_AUDIT_NOTIFY": f"sns:{topic},s3://{BUCKET}",
            "ELB_AUDIT_STATE": f"s3://{BUCKET}/state/report.json",
            "ELB_AUDIT_RETRIES": "0",
        },
    )
    role = "arn:aws:iam::123456789012:role/states"
    machine = client("stepfunctions").create_state_machine(
        name="elb-audit", definition=definition(topic), roleArn=role
    )["stateMachineArn"]
    told = {"accounts": {"own": own, "shop": shop, "stock": stock}}
    told["first"] = execute(machine, "first")
    told["calls"] = front.calls[:]
    told["messages"] = messages(queue)
    told["second"] = execute(machine, "second")
    told["silence"] = messages(queue)
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    told["keys"] = keys
    read = lambda key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()  # noqa: E731
    told["shards"] = json.loads(read("runs/first/shards.json"))
    told["report"] = json.loads(read("state/report.json"))
    lines = [key for key in keys if key.startswith("findings/") and "/first" in key]
    told["findings"] = [json.loads(line) for key in lines for line in read(key).splitlines()]
    front.function.stop()
    print(json.dumps(told), file=result)
    server.shutdown()


main()
