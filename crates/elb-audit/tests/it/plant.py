"""Plants load balancers of all kinds, with known faults, in a stand-in for AWS, and prints the faults.

plant.py ENDPOINT REGION...: ten load balancers a region. The output is a JSON list of
[region, load balancer, check, subject], sorted.
"""

import datetime
import json
import sys

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

GOOD_POLICY = "ELBSecurityPolicy-TLS13-1-3-2021-06"
OLD_POLICY = "ELBSecurityPolicy-2016-08"


def certificate(name, bits=2048, days=365):
    """A self-signed certificate: its body and its key, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    body = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    private = key.private_bytes(
        form, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return body.public_bytes(form), private


GOOD = certificate("good.example.com")
WEAK = certificate("weak.example.com", bits=1024)
SOON = certificate("soon.example.com", days=10)


class Planter:
    """One region: what is in it, and what is wrong with it."""

    def __init__(self, endpoint, region, expected):
        self.region, self.expected = region, expected

        def client(service):
            return boto3.client(
                service,
                region_name=region,
                endpoint_url=endpoint,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",
            )

        self.v2, self.v1, self.ec2 = client("elbv2"), client("elb"), client("ec2")
        self.acm, self.waf = client("acm"), client("wafv2")
        self.network()
        self.bucket = self.logs(client("s3"))
        self.good, self.weak, self.soon = (self.imported(one) for one in (GOOD, WEAK, SOON))
        self.instances = self.started(3)

    def network(self):
        vpc = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        tables = self.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
        self.ec2.create_route(
            RouteTableId=tables["RouteTables"][0]["RouteTableId"],
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=gateway,
        )
        self.vpc = vpc
        self.subnets = [
            self.ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"{self.region}{zone}"
            )["Subnet"]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        self.open = self.group("open", "0.0.0.0/0")
        self.inside = self.group("inside", "10.9.0.0/16")

    def logs(self, s3):
        """A bucket for logs in the region, as load balancers want it."""
        name, place = f"logs-{self.region}", {"LocationConstraint": self.region}
        elsewhere = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": place}
        s3.create_bucket(Bucket=name, **elsewhere)
        return name

    def group(self, name, cidr):
        made = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)
        permission = {
            "IpProtocol": "tcp",
            "FromPort": 0,
            "ToPort": 65535,
            "IpRanges": [{"CidrIp": cidr}],
        }
        self.ec2.authorize_security_group_ingress(
            GroupId=made["GroupId"], IpPermissions=[permission]
        )
        return made["GroupId"]

    def imported(self, pair):
        body, key = pair
        return self.acm.import_certificate(Certificate=body, PrivateKey=key)["CertificateArn"]

    def started(self, count):
        image = self.ec2.register_image(Name="plain", RootDeviceName="/dev/sda1")["ImageId"]
        made = self.ec2.run_instances(
            ImageId=image, MinCount=count, MaxCount=count, SubnetId=self.subnets[0]
        )
        return [instance["InstanceId"] for instance in made["Instances"]]

    def fault(self, name, check, subject=None):
        self.expected.append([self.region, name, check, subject or name])

    def balancer(self, name, kind, **more):
        """One without faults: attributes as they should be."""
        if kind != "gateway":
            more.setdefault("Scheme", "internal")
            more.setdefault("SecurityGroups", [self.inside])
        made = self.v2.create_load_balancer(Name=name, Type=kind, Subnets=self.subnets, **more)
        arn = made["LoadBalancers"][0]["LoadBalancerArn"]
        attributes = {"deletion_protection.enabled": "true"}
        if kind != "gateway":
            attributes["access_logs.s3.enabled"] = "true"
            attributes["access_logs.s3.bucket"] = self.bucket
        if kind == "application":
            attributes["routing.http.drop_invalid_header_fields.enabled"] = "true"
            attributes["routing.http.desync_mitigation_mode"] = "defensive"
        self.attribute(arn, attributes)
        return arn

    def attribute(self, arn, attributes):
        pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]
        self.v2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=pairs)

    def targets(self, name, protocol, port, instances):
        made = self.v2.create_target_group(
            Name=name, Protocol=protocol, Port=port, VpcId=self.vpc, TargetType="instance"
        )
        arn = made["TargetGroups"][0]["TargetGroupArn"]
        if instances:
            targets = [{"Id": instance} for instance in instances]
            self.v2.register_targets(TargetGroupArn=arn, Targets=targets)
        return arn

    def listen(self, arn, protocol, port, *actions, certificates=(), **more):
        if certificates:
            more.setdefault("SslPolicy", GOOD_POLICY)
            more["Certificates"] = [{"CertificateArn": certificates[0]}]
        if protocol:
            more.update(Protocol=protocol, Port=port)
        made = self.v2.create_listener(LoadBalancerArn=arn, DefaultActions=list(actions), **more)
        listener = made["Listeners"][0]["ListenerArn"]
        for one in certificates[1:]:
            self.v2.add_listener_certificates(
                ListenerArn=listener, Certificates=[{"CertificateArn": one}]
            )
        return listener

    def protect(self, arn):
        settings = {
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": False,
            "MetricName": "edge",
        }
        names = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]
        rules = [
            {
                "Name": name,
                "Priority": place,
                "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}},
                "OverrideAction": {"None": {}},
                "VisibilityConfig": settings,
            }
            for place, name in enumerate(names)
        ]
        acl = self.waf.create_web_acl(
            Name="edge",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            Rules=rules,
            VisibilityConfig=settings,
        )
        self.waf.associate_web_acl(WebACLArn=acl["Summary"]["ARN"], ResourceArn=arn)

    def plant(self):
        group = self.targets("web", "HTTP", 8080, self.instances[:2])
        self.clean(group)
        self.clear(group)
        self.weak_tls(group)
        self.odd(group)
        self.database()
        self.passing_through()
        self.bare()
        self.appliances()
        self.old_clear()
        self.old_tls()

    def clean(self, group):
        arn = self.balancer(
            "clean", "application", Scheme="internet-facing", SecurityGroups=[self.open]
        )
        self.protect(arn)
        self.listen(arn, "HTTP", 80, redirect("HTTPS"))
        self.listen(arn, "HTTPS", 443, forward(group), certificates=[self.good])

    def clear(self, group):
        arn = self.balancer(
            "clear", "application", Scheme="internet-facing", SecurityGroups=[self.open]
        )
        self.listen(arn, "HTTP", 80, forward(group))
        self.attribute(arn, {"access_logs.s3.enabled": "false"})
        self.fault("clear", "listener-cleartext", "HTTP:80")
        self.fault("clear", "waf-not-associated")
        # The same targets are behind a load balancer that has a web ACL.
        self.fault("clear", "waf-bypass", "HTTP:80")
        self.fault("clear", "access-logs-disabled")

    def weak_tls(self, group):
        arn = self.balancer("weak", "application")
        certificates = [self.weak, self.soon]
        self.listen(
            arn, "HTTPS", 443, forward(group), certificates=certificates, SslPolicy=OLD_POLICY
        )
        self.fault("weak", "tls-legacy-protocol", "HTTPS:443")
        self.fault("weak", "tls-weak-cipher", "HTTPS:443")
        self.fault("weak", "certificate-weak-key", "weak.example.com")
        self.fault("weak", "certificate-expiring", "soon.example.com")

    def odd(self, group):
        arn = self.balancer("odd", "application")
        empty = self.targets("empty", "HTTP", 8080, [])
        listener = self.listen(arn, "HTTP", 80, redirect("HTTP", "81"))
        condition = {"Field": "path-pattern", "Values": ["/api/*"]}
        self.v2.create_rule(
            ListenerArn=listener, Priority=5, Conditions=[condition], Actions=[forward(empty)]
        )
        login = {
            "Issuer": "https://login.example.com",
            "AuthorizationEndpoint": "https://login.example.com/a",
            "TokenEndpoint": "https://login.example.com/t",
            "UserInfoEndpoint": "https://login.example.com/u",
            "ClientId": "client",
            "ClientSecret": "not-a-secret",
            "OnUnauthenticatedRequest": "allow",
        }
        optional = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": login}
        then = dict(forward(group), Order=2)
        self.listen(arn, "HTTPS", 443, optional, then, certificates=[self.good])
        self.attribute(arn, {"routing.http.desync_mitigation_mode": "monitor"})
        self.attribute(arn, {"routing.http.drop_invalid_header_fields.enabled": "false"})
        self.fault("odd", "listener-cleartext", "HTTP:80")
        self.fault("odd", "redirect-to-http", "HTTP:80")
        self.fault("odd", "redirect-port-unserved", "HTTP:80")
        self.fault("odd", "rule-unserved", "HTTP:80")
        self.fault("odd", "authentication-optional", "HTTPS:443")
        self.fault("odd", "desync-monitor")
        self.fault("odd", "invalid-headers-kept")

    def database(self):
        arn = self.balancer("database", "network")
        group = self.targets("database", "TCP", 6379, [])
        self.listen(arn, "TCP", 6379, forward(group))
        self.fault("database", "listener-cleartext-port", "TCP:6379")
        self.fault("database", "no-targets")
        self.fault("database", "flow-logs-missing")

    def passing_through(self):
        arn = self.balancer("through", "network")
        group = self.targets("through", "TLS", 8443, self.instances[:1])
        self.listen(
            arn, "TLS", 443, forward(group), certificates=[self.good], SslPolicy=OLD_POLICY
        )
        self.attribute(arn, {"access_logs.s3.enabled": "false"})
        self.fault("through", "tls-legacy-protocol", "TLS:443")
        self.fault("through", "tls-weak-cipher", "TLS:443")
        self.fault("through", "access-logs-disabled")

    def bare(self):
        self.balancer("bare", "network")
        self.fault("bare", "no-listeners")

    def appliances(self):
        arn = self.balancer("appliances", "gateway")
        group = self.targets("appliances", "GENEVE", 6081, self.instances[:1])
        self.listen(arn, None, None, forward(group))
        self.fault("appliances", "flow-logs-missing")
        self.fault("appliances", "gateway-single-appliance")

    def classic(self, name, listener, instances):
        self.v1.create_load_balancer(
            LoadBalancerName=name,
            Listeners=[listener],
            Subnets=self.subnets,
            SecurityGroups=[self.inside],
            Scheme="internal",
        )
        log = {"Enabled": True, "S3BucketName": self.bucket, "EmitInterval": 60}
        self.v1.modify_load_balancer_attributes(
            LoadBalancerName=name, LoadBalancerAttributes={"AccessLog": log}
        )
        self.v1.register_instances_with_load_balancer(
            LoadBalancerName=name, Instances=[{"InstanceId": one} for one in instances]
        )

    def old_clear(self):
        listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
        self.classic("old-clear", listener, self.instances)
        self.ec2.stop_instances(InstanceIds=self.instances[2:])
        self.v1.modify_load_balancer_attributes(
            LoadBalancerName="old-clear", LoadBalancerAttributes={"AccessLog": {"Enabled": False}}
        )
        self.fault("old-clear", "listener-cleartext", "HTTP:80")
        self.fault("old-clear", "access-logs-disabled")
        self.fault("old-clear", "target-unhealthy")

    def old_tls(self):
        listener = {
            "Protocol": "HTTPS",
            "LoadBalancerPort": 443,
            "InstanceProtocol": "HTTP",
            "InstancePort": 80,
            "SSLCertificateId": self.soon,
        }
        self.classic("old-tls", listener, self.instances[2:])
        offered = ["Protocol-TLSv1", "Protocol-TLSv1.2", "RC4-MD5", "ECDHE-RSA-AES128-GCM-SHA256"]
        self.v1.create_load_balancer_policy(
            LoadBalancerName="old-tls",
            PolicyName="own",
            PolicyTypeName="SSLNegotiationPolicyType",
            PolicyAttributes=[{"AttributeName": one, "AttributeValue": "true"} for one in offered],
        )
        self.v1.set_load_balancer_policies_of_listener(
            LoadBalancerName="old-tls", LoadBalancerPort=443, PolicyNames=["own"]
        )
        self.fault("old-tls", "tls-legacy-protocol", "HTTPS:443")
        self.fault("old-tls", "tls-weak-cipher", "HTTPS:443")
        self.fault("old-tls", "certificate-expiring", "soon.example.com")
        self.fault("old-tls", "classic-cipher-order-unset", "HTTPS:443")
        self.fault("old-tls", "targets-all-unhealthy")


def forward(group):
    return {"Type": "forward", "TargetGroupArn": group}


def redirect(protocol, port="443"):
    config = {"Protocol": protocol, "Port": port, "StatusCode": "HTTP_301"}
    return {"Type": "redirect", "RedirectConfig": config}


def main():
    endpoint, *regions = sys.argv[1:]
    expected = []
    for region in regions:
        Planter(endpoint, region, expected).plant()
    json.dump(sorted(expected), sys.stdout, indent=1)


main()
