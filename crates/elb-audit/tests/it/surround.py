"""Puts things around a load balancer in a stand-in for AWS, and prints what of them should be found.

surround.py ENDPOINT REGION: one Application and one Network load balancer with what leads to them and
what they need. The output is a JSON object.
"""

import io
import json
import sys
import zipfile

import boto3

ENDPOINT, REGION = sys.argv[1:]


def client(service, region=REGION):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=ENDPOINT,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


EC2, ELB = client("ec2"), client("elbv2")
VPC = EC2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
FILTER = [{"Name": "vpc-id", "Values": [VPC]}]
SUBNETS = [one["SubnetId"] for one in EC2.describe_subnets(Filters=FILTER)["Subnets"]][:2]


def balancer(name, kind):
    made = ELB.create_load_balancer(Name=name, Type=kind, Subnets=SUBNETS, Scheme="internet-facing")
    return made["LoadBalancers"][0]


def target_group(name, **settings):
    return ELB.create_target_group(Name=name, **settings)["TargetGroups"][0]["TargetGroupArn"]


def listen(load_balancer, protocol, group):
    ELB.create_listener(
        LoadBalancerArn=load_balancer["LoadBalancerArn"],
        Protocol=protocol,
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )


def function():
    """A function that load balancers may invoke."""
    role = client("iam").create_role(RoleName="run", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    aws = client("lambda")
    made = aws.create_function(
        FunctionName="answer",
        Runtime="python3.12",
        Role=role,
        Handler="main.main",
        Code={"ZipFile": code.getvalue()},
    )
    aws.add_permission(
        FunctionName="answer",
        StatementId="elb",
        Action="lambda:InvokeFunction",
        Principal="elasticloadbalancing.amazonaws.com",
    )
    return made["FunctionArn"]


def bucket():
    """A bucket for logs, with a public policy and a half-open block."""
    s3 = client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_public_access_block(
        Bucket="logs",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True,
        },
    )


def distribution(host):
    config = {
        "CallerReference": "one",
        "Comment": "",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "web",
                    "DomainName": host,
                    "CustomHeaders": {
                        "Quantity": 1,
                        "Items": [{"HeaderName": "X-Origin", "HeaderValue": "hunter2"}],
                    },
                    "CustomOriginConfig": {
                        "HTTPPort": 80,
                        "HTTPSPort": 443,
                        "OriginProtocolPolicy": "http-only",
                    },
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "web",
            "ViewerProtocolPolicy": "allow-all",
            "MinTTL": 0,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
    }
    client("cloudfront", "us-east-1").create_distribution(DistributionConfig=config)


def record(host):
    dns = client("route53", "us-east-1")
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="one")["HostedZone"]["Id"]
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": name,
                "Type": "CNAME",
                "TTL": 60,
                "ResourceRecords": [{"Value": value}],
            },
        }
        for name, value in [("www.example.com", host), ("x.example.com", "y.example.net")]
    ]
    dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def scaling_group(group):
    image = EC2.describe_images(Owners=["amazon"])["Images"]
    scaling = client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="any",
        ImageId=image[0]["ImageId"] if image else "ami-12c6146b",
        InstanceType="t3.micro",
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="fleet",
        LaunchConfigurationName="any",
        MinSize=1,
        MaxSize=1,
        VPCZoneIdentifier=SUBNETS[0],
        TargetGroupARNs=[group],
    )


def api(listener):
    gateway = client("apigatewayv2")
    made = gateway.create_api(Name="api", ProtocolType="HTTP")["ApiId"]
    gateway.create_integration(
        ApiId=made,
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        ConnectionType="VPC_LINK",
        ConnectionId="link",
        IntegrationUri=listener,
        PayloadFormatVersion="1.0",
    )


WEB, NET = balancer("web", "application"), balancer("net", "network")
MACHINES = target_group("machines", Protocol="TCP", Port=80, VpcId=VPC)
ANSWERS = target_group("answers", TargetType="lambda")
FUNCTION = function()
ELB.register_targets(TargetGroupArn=ANSWERS, Targets=[{"Id": FUNCTION}])
listen(WEB, "HTTP", ANSWERS)
listen(NET, "TCP", MACHINES)
bucket()
ELB.modify_load_balancer_attributes(
    LoadBalancerArn=WEB["LoadBalancerArn"],
    Attributes=[
        {"Key": "access_logs.s3.enabled", "Value": "true"},
        {"Key": "access_logs.s3.bucket", "Value": "logs"},
    ],
)
distribution(WEB["DNSName"])
record(WEB["DNSName"])
scaling_group(MACHINES)
client("apigateway").create_vpc_link(name="link", targetArns=[NET["LoadBalancerArn"]])
api("arn:aws:elasticloadbalancing:listener")
EC2.create_flow_logs(
    ResourceIds=[VPC],
    ResourceType="VPC",
    TrafficType="ALL",
    LogDestinationType="s3",
    LogDestination="arn:aws:s3:::logs",
)
print(
    json.dumps(
        {
            "web": WEB["LoadBalancerArn"],
            "net": NET["LoadBalancerArn"],
            "host": WEB["DNSName"],
            "vpc": VPC,
            "function": FUNCTION,
            "machines": MACHINES,
        }
    )
)
