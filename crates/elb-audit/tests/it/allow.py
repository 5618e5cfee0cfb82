"""Makes a user with the IAM policy on standard input, has the stand-in for AWS check every call from
now on, and prints the user's access key and secret.

allow.py ENDPOINT
"""

import sys
import urllib.request

import boto3


def main():
    endpoint = sys.argv[1]
    iam = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    name = "auditor"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="audit", PolicyDocument=sys.stdin.read())
    key = iam.create_access_key(UserName=name)["AccessKey"]
    print(key["AccessKeyId"], key["SecretAccessKey"])
    kind = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers=kind)
    urllib.request.urlopen(request).close()


main()
