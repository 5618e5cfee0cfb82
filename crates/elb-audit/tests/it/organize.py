"""Makes an organization of many accounts in a stand-in for AWS, three of them in a unit of their own with a
load balancer that serves in clear, and prints what it has made.

organize.py ENDPOINT REGION: the output is a JSON object with the ids of all accounts, of the unit, and of
the three.
"""

import json
import sys

import boto3

KEY = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


def client(service, region, **key):
    return boto3.client(service, region_name=region, endpoint_url=sys.argv[1], **(key or KEY))


def plant(account, region):
    """A load balancer in the account, through a role of it."""
    role = f"arn:aws:iam::{account}:role/planter"
    taken = client("sts", region).assume_role(RoleArn=role, RoleSessionName="plant")["Credentials"]
    key = {
        "aws_access_key_id": taken["AccessKeyId"],
        "aws_secret_access_key": taken["SecretAccessKey"],
        "aws_session_token": taken["SessionToken"],
    }
    ec2, elb = client("ec2", region, **key), client("elbv2", region, **key)
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    balancer = elb.create_load_balancer(Name="web", Subnets=subnets, Scheme="internet-facing")
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )


def main():
    region = sys.argv[2]
    organizations = client("organizations", "us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    upper = organizations.create_organizational_unit(ParentId=root, Name="Workloads")
    lower = organizations.create_organizational_unit(
        ParentId=upper["OrganizationalUnit"]["Id"], Name="Production"
    )["OrganizationalUnit"]["Id"]
    ids = []
    for number in range(22):
        name = f"member-{number}"
        made = organizations.create_account(Email=f"{name}@example.com", AccountName=name)
        ids.append(made["CreateAccountStatus"]["AccountId"])
    for account in ids[:3]:
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=lower)
        plant(account, region)
    everyone = organizations.get_paginator("list_accounts").paginate()
    everyone = [one["Id"] for page in everyone for one in page["Accounts"]]
    print(json.dumps({"all": sorted(everyone), "unit": lower, "members": sorted(ids[:3])}))


main()
