"""A topic with a subscriber, and load balancers that change, in moto.

usage: subscriber.py URL setup|change|read
setup: the topic's ARN; `old` serves in clear, `shop` redirects to HTTPS.
change: `old` is mended, and `shop` serves in clear.
read: what the subscriber has got since it last looked, as JSON.
"""

import json
import sys

import boto3

URL, TASK = sys.argv[1:]


def client(service):
    return boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=URL,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="not-a-secret",
    )


elbv2 = client("elbv2")
REDIRECT = {
    "Type": "redirect",
    "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
}


def forward(group):
    return {"Type": "forward", "TargetGroupArn": group}


def setup():
    topic = client("sns").create_topic(Name="alerts")["TopicArn"]
    queue = client("sqs").create_queue(QueueName="reader")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    client("s3").create_bucket(
        Bucket="state", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)
        for n, zone in enumerate(["eu-west-1a", "eu-west-1b"])
    ]
    subnets = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    for name in ("old", "shop"):
        made = elbv2.create_load_balancer(Name=name, Subnets=subnets, Scheme="internet-facing")
        group = elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)
        group = group["TargetGroups"][0]["TargetGroupArn"]
        elbv2.create_listener(
            LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[forward(group) if name == "old" else REDIRECT],
        )
    return topic


def change():
    for name in ("old", "shop"):
        balancer = elbv2.describe_load_balancers(Names=[name])["LoadBalancers"][0]
        group = elbv2.describe_target_groups(Names=[name])["TargetGroups"][0]["TargetGroupArn"]
        listeners = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])
        elbv2.modify_listener(
            ListenerArn=listeners["Listeners"][0]["ListenerArn"],
            DefaultActions=[REDIRECT if name == "old" else forward(group)],
        )


def read():
    sqs, all = client("sqs"), []
    queue = sqs.get_queue_url(QueueName="reader")["QueueUrl"]
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            all.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return all


print(json.dumps({"setup": setup, "change": change, "read": read}[TASK]()))
