"""Sets up what deliveries go to in moto, or reads back what has arrived, as JSON.

usage: deliver.py URL setup|read
"""

import json
import sys

import boto3

URL = sys.argv[1]
REGION = "eu-west-1"


def client(service, region=REGION):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=URL,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="not-a-secret",
    )


def queue(region, name):
    sqs = client("sqs", region)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return attributes["Attributes"]["QueueArn"]


def setup():
    sns = client("sns", "eu-central-1")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    policy = json.dumps({"severity": ["high", "critical"]})
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue("eu-central-1", "mail"),
        Attributes={"FilterPolicy": policy},
    )
    client("s3", "us-west-2").create_bucket(
        Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    events = client("events")
    events.create_event_bus(Name="central")
    pattern = json.dumps({"source": ["elb-audit"], "detail-type": ["elb-audit summary"]})
    events.put_rule(Name="all", EventBusName="central", EventPattern=pattern)
    target = {"Id": "queue", "Arn": queue(REGION, "events")}
    events.put_targets(Rule="all", EventBusName="central", Targets=[target])
    for region in [REGION, "us-east-1", "ap-southeast-2", "eu-central-1"]:
        client("securityhub", region).enable_security_hub()
    return topic


def messages(region, name):
    sqs = client("sqs", region)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    all = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"]) for one in all]


def findings(region):
    pages = client("securityhub", region).get_paginator("get_findings").paginate()
    return [finding for page in pages for finding in page["Findings"]]


def read():
    s3 = client("s3", "us-west-2")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="reports").get("Contents", [])]
    metrics = client("cloudwatch").list_metrics(Namespace="elb-audit")["Metrics"]
    return {
        "mail": messages("eu-central-1", "mail"),
        "events": messages(REGION, "events"),
        "findings": findings(REGION),
        "keys": keys,
        "metrics": sorted({metric["MetricName"] for metric in metrics}),
    }


print(json.dumps({"setup": setup, "read": read}[sys.argv[2]](), default=str))
