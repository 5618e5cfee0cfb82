"""Compares the fake's raw answers with botocore's service models.

usage: models.py URL_PAGED URL_WHOLE

Both URLs serve the same account, the first with one item a page, the second with whole lists. Every
operation that the fake has is called; its answer may hold nothing that the model does not have, must
hold what the model requires, and enumerated values must be in the model. Following the pages of the first
must give what the second gives at once.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "eu-west-1"
# Where services answer that are not in every region.
HOMES = {
    "shield": "us-east-1",
    "globalaccelerator": "us-west-2",
    "cloudfront": "us-east-1",
    "route53": "us-east-1",
    "organizations": "us-east-1",
}
SESSION = botocore.session.get_session()
# What pages without a paginator in botocore: operation -> (parameter, member) of the token.
BY_HAND = {
    ("wafv2", "ListWebACLs"): ("NextMarker", "NextMarker"),
    ("wafv2", "ListLoggingConfigurations"): ("NextMarker", "NextMarker"),
    ("waf-regional", "ListWebACLs"): ("NextMarker", "NextMarker"),
    ("apigatewayv2", "GetVpcLinks"): ("NextToken", "NextToken"),
    ("cloudfront", "ListVpcOrigins"): ("Marker", "VpcOriginList.NextMarker"),
    ("ec2", "DescribeVpcBlockPublicAccessExclusions"): ("NextToken", "NextToken"),
    ("ec2", "DescribeVpcEncryptionControls"): ("NextToken", "NextToken"),
}
RESULTS = {
    ("wafv2", "ListWebACLs"): "WebACLs",
    ("wafv2", "ListLoggingConfigurations"): "LoggingConfigurations",
    ("waf-regional", "ListWebACLs"): "WebACLs",
    ("apigatewayv2", "GetVpcLinks"): "Items",
    ("cloudfront", "ListVpcOrigins"): "VpcOriginList.Items",
    ("ec2", "DescribeVpcBlockPublicAccessExclusions"): "VpcBlockPublicAccessExclusions",
    ("ec2", "DescribeVpcEncryptionControls"): "VpcEncryptionControls",
}


# Lists of EC2's that need no parameter.
LISTS = (
    "SecurityGroups",
    "Subnets",
    "RouteTables",
    "Vpcs",
    "ManagedPrefixLists",
    "NetworkAcls",
    "NetworkInterfaces",
    "FlowLogs",
    "VpcEndpointServiceConfigurations",
    "VpcEndpoints",
    "VpcEncryptionControls",
)


class Faults(list):
    def add(self, where, what):
        self.append(f"{where}: {what}")


class FakeAws:
    """The clients of one URL, and the raw bodies of what they were answered."""

    def __init__(self, url, faults):
        self.url = url
        self.faults = faults
        self.clients = {}
        self.called = set()
        self.keys = {}

    def client(self, service):
        if service not in self.clients:
            speak(service)
            client = SESSION.create_client(
                service,
                endpoint_url=self.url,
                region_name=HOMES.get(service, REGION),
                aws_access_key_id="AKIAEXAMPLE",
                aws_secret_access_key="none",
                config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
            )
            client.meta.events.register("response-received", self.received(service))
            self.clients[service] = client
        return self.clients[service]

    def received(self, service):
        def check(response_dict, operation_name=None, event_name="", **_):
            operation = event_name.rsplit(".", 1)[1]
            self.called.add((service, operation))
            if response_dict["status_code"] == 200:
                model = self.client(service).meta.service_model
                Check(model, operation, self.faults).body(response_dict["body"])

        return check

    def call(self, service, operation, **parameters):
        client = self.client(service)
        return getattr(client, method_name(client, operation))(**parameters)

    def all(self, service, operation, **parameters):
        """The items of all pages."""
        key = (service, operation)
        client = self.client(service)
        if key in BY_HAND:
            return self.by_hand(key, parameters)
        paginator = client.get_paginator(method_name(client, operation))
        items = []
        for page in paginator.paginate(**parameters):
            for result in paginator.result_keys:
                items += search(result.expression, page) or []
        return items

    def by_hand(self, key, parameters):
        parameter, member = BY_HAND[key]
        items = []
        while True:
            answer = self.call(*key, **parameters)
            items += search(RESULTS[key], answer) or []
            token = search(member, answer)
            if not token:
                return items
            parameters = {**parameters, parameter: token}


def search(path, answer):
    """A member of an answer, by a path with dots."""
    for name in path.split("."):
        answer = (answer or {}).get(name)
    return answer


def method_name(client, operation):
    return next(m for m, name in client.meta.method_to_api_mapping.items() if name == operation)


def speak(service):
    """Has botocore speak the protocol that the fake knows, where a service has several."""
    known = {"shield": "json", "cloudwatch": "query"}.get(service)
    if known:
        metadata = SESSION.get_component("data_loader").load_service_model(service, "service-2", None)["metadata"]
        metadata.update(protocol=known, protocols=[known])


class Check:
    """Walks a raw answer beside its shape."""

    def __init__(self, model, operation, faults):
        self.model = model
        self.operation = model.operation_model(operation)
        self.protocol = model.metadata["protocol"]
        self.where = f"{model.service_name}:{operation}"
        self.faults = faults

    def body(self, body):
        shape = self.operation.output_shape
        if self.protocol == "json":
            return self.json(json.loads(body), shape, self.where)
        if self.protocol == "rest-json":
            return self.json(json.loads(body), shape, self.where)
        if self.protocol == "rest-xml":
            payload = shape.serialization.get("payload") if body else None
            if body:
                self.xml(ElementTree.fromstring(body), shape.members[payload] if payload else shape, self.where)
            return
        root = ElementTree.fromstring(body)
        space = self.model.metadata.get("xmlNamespace") or "http://ec2.amazonaws.com/doc/2016-11-15"
        if root.tag.split("}")[0].strip("{").rstrip("/") != space.rstrip("/"):
            self.faults.add(self.where, f"namespace {root.tag}")
        if tag(root) != self.operation.name + "Response":
            self.faults.add(self.where, f"root {root.tag}")
        if self.protocol == "ec2":
            ids = [child for child in root if tag(child) == "requestId"]
            if len(ids) != 1:
                self.faults.add(self.where, "requestId")
            for child in ids:
                root.remove(child)
            return self.xml(root, shape, self.where)
        wrapper = shape.serialization["resultWrapper"]
        if [tag(child) for child in root] != [wrapper, "ResponseMetadata"]:
            return self.faults.add(self.where, f"children {[tag(child) for child in root]}")
        self.xml(root[0], shape, self.where)

    def xml(self, element, shape, where):
        if shape.type_name == "structure":
            self.xml_structure(element, shape, where)
        elif shape.type_name == "list":
            name = shape.member.serialization.get("name", "member")
            for child in element:
                if tag(child) != name:
                    self.faults.add(where, f"list item <{tag(child)}>, expected <{name}>")
                self.xml(child, shape.member, f"{where}[]")
        elif shape.type_name == "map":
            for entry in element:
                if tag(entry) != "entry" or [tag(child) for child in entry] != ["key", "value"]:
                    self.faults.add(where, f"map entry <{tag(entry)}>")
        else:
            if len(element):
                self.faults.add(where, "elements where text is expected")
            self.scalar(element.text or "", shape, where)

    def xml_structure(self, element, shape, where):
        members = {m.serialization.get("name", name): (name, m) for name, m in shape.members.items()}
        seen = set()
        for child in element:
            if tag(child) not in members:
                self.faults.add(where, f"unknown member {tag(child)}")
                continue
            name, member = members[tag(child)]
            if name in seen and not member.serialization.get("flattened"):
                self.faults.add(where, f"member {name} twice")
            seen.add(name)
            if member.serialization.get("flattened"):
                self.xml(child, member.member, f"{where}.{name}[]")
            else:
                self.xml(child, member, f"{where}.{name}")
        self.required(seen, shape, where)

    def json(self, value, shape, where):
        if shape.type_name == "structure":
            members = {m.serialization.get("name", name): (name, m) for name, m in shape.members.items()}
            for name in value:
                if name not in members:
                    self.faults.add(where, f"unknown member {name}")
                else:
                    self.json(value[name], members[name][1], f"{where}.{name}")
            self.required({members[name][0] for name in value if name in members}, shape, where)
        elif shape.type_name == "list":
            for item in value:
                self.json(item, shape.member, f"{where}[]")
        elif shape.type_name == "map":
            for item in value.values():
                self.json(item, shape.value, f"{where}{{}}")
        else:
            kinds = {"string": str, "boolean": bool, "timestamp": (int, float)}
            if self.protocol == "rest-json":
                kinds["timestamp"] = str
            if not isinstance(value, kinds.get(shape.type_name, (int, float))):
                self.faults.add(where, f"{value!r} is no {shape.type_name}")
            self.scalar(value, shape, where)

    def required(self, seen, shape, where):
        for name in shape.required_members:
            if name not in seen:
                self.faults.add(where, f"required member {name} is missing")

    def scalar(self, value, shape, where):
        values = getattr(shape, "enum", None)
        if where.endswith(".KeyAlgorithm"):
            # The live service writes RSA-2048 where its model says RSA_2048.
            value = value.replace("-", "_")
        if where == "ec2:DescribeVpcEndpoints.VpcEndpoints[].State":
            # The live service writes available where its model says Available.
            value = value[:1].upper() + value[1:]
        if values and value not in values:
            self.faults.add(where, f"{value!r} is not among {values}")
        if shape.type_name == "double" and isinstance(value, str):
            float(value)
        if shape.type_name in ("integer", "long") and isinstance(value, str) and not value.lstrip("-").isdigit():
            self.faults.add(where, f"{value!r} is no {shape.type_name}")
        if shape.type_name == "boolean" and value not in ("true", "false", True, False):
            self.faults.add(where, f"{value!r} is no boolean")


def tag(element):
    return element.tag.rsplit("}", 1)[-1]


def compare(paged, whole, service, operation, **parameters):
    """The items of a list, which must be the same page by page and at once."""
    one = paged.all(service, operation, **parameters)
    other = whole.all(service, operation, **parameters)
    if one != other:
        paged.faults.add(f"{service}:{operation}", f"{len(one)} items page by page, {len(other)} at once")
    if len({json.dumps(item, default=str, sort_keys=True) for item in one}) != len(one):
        paged.faults.add(f"{service}:{operation}", "an item comes twice")
    return one


def modern(paged, whole):
    balancers = compare(paged, whole, "elbv2", "DescribeLoadBalancers")
    groups = compare(paged, whole, "elbv2", "DescribeTargetGroups")
    compare(paged, whole, "elbv2", "DescribeSSLPolicies")
    stores = compare(paged, whole, "elbv2", "DescribeTrustStores")
    tagged = [one["TrustStoreArn"] for one in stores]
    for one in balancers:
        arn = one["LoadBalancerArn"]
        tagged.append(arn)
        attributes(paged, "DescribeLoadBalancerAttributes", LoadBalancerArn=arn)
        paged.call("elbv2", "DescribeCapacityReservation", LoadBalancerArn=arn)
        compare(paged, whole, "elbv2", "DescribeTargetGroups", LoadBalancerArn=arn)
        for listener in compare(paged, whole, "elbv2", "DescribeListeners", LoadBalancerArn=arn):
            tagged += listeners(paged, whole, one, listener["ListenerArn"])
    for one in groups:
        arn = one["TargetGroupArn"]
        tagged.append(arn)
        attributes(paged, "DescribeTargetGroupAttributes", TargetGroupArn=arn)
        paged.call("elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
    for one in stores:
        arn = one["TrustStoreArn"]
        compare(paged, whole, "elbv2", "DescribeTrustStoreRevocations", TrustStoreArn=arn)
        compare(paged, whole, "elbv2", "DescribeTrustStoreAssociations", TrustStoreArn=arn)
        if one["Name"] == "partners":
            json.loads(paged.call("elbv2", "GetResourcePolicy", ResourceArn=arn)["Policy"])
    compare(paged, whole, "elbv2", "DescribeAccountLimits")
    for start in range(0, len(tagged), 20):
        part = tagged[start : start + 20]
        answer = paged.call("elbv2", "DescribeTags", ResourceArns=part)
        if [one["ResourceArn"] for one in answer["TagDescriptions"]] != part:
            paged.faults.add("elbv2:DescribeTags", "other resources than asked for")


def attributes(paged, operation, **parameters):
    """Reads attributes, and notes which keys there are."""
    answer = paged.call("elbv2", operation, **parameters)
    paged.keys.setdefault(operation, set()).update(one["Key"] for one in answer["Attributes"])


def documented(paged):
    """Every attribute that the model documents is answered for some resource."""
    model = paged.client("elbv2").meta.service_model
    for operation, keys in paged.keys.items():
        shape = model.operation_model(operation).output_shape.members["Attributes"].member
        known = set(re.findall(r"<li> *<p> *<code>([a-z0-9_]+[.][a-z0-9_.]+)</code>", shape.members["Key"].documentation))
        if len(known) < 20:
            paged.faults.add(operation, f"only {len(known)} attributes found in the documentation")
        if known - keys:
            paged.faults.add(operation, f"never answered: {sorted(known - keys)}")
        if keys - known:
            paged.faults.add(operation, f"not documented: {sorted(keys - known)}")


def listeners(paged, whole, balancer, arn):
    """Reads a listener; gives its ARN and those of its rules."""
    compare(paged, whole, "elbv2", "DescribeListenerCertificates", ListenerArn=arn)
    attributes(paged, "DescribeListenerAttributes", ListenerArn=arn)
    paged.call("elbv2", "DescribeListeners", ListenerArns=[arn])
    try:
        rules = compare(paged, whole, "elbv2", "DescribeRules", ListenerArn=arn)
    except paged.client("elbv2").exceptions.ListenerNotFoundException:
        if balancer["Type"] == "application" or balancer["IpAddressType"] == "dualstack":
            paged.faults.add("elbv2:DescribeRules", f"no rules of {arn}")
        return [arn]
    rule_arns = [rule["RuleArn"] for rule in rules]
    again = paged.all("elbv2", "DescribeRules", RuleArns=rule_arns)
    if again != rules:
        paged.faults.add("elbv2:DescribeRules", "rules differ by listener and by ARN")
    return [arn, *rule_arns]


def classic(paged, whole):
    names = [one["LoadBalancerName"] for one in compare(paged, whole, "elb", "DescribeLoadBalancers")]
    paged.call("elb", "DescribeTags", LoadBalancerNames=names)
    paged.call("elb", "DescribeLoadBalancerPolicies")
    for name in names:
        for operation in ("Attributes", "Policies"):
            paged.call("elb", "DescribeLoadBalancer" + operation, LoadBalancerName=name)
        paged.call("elb", "DescribeInstanceHealth", LoadBalancerName=name)


def network(paged, whole):
    paged.call("ec2", "DescribeRegions", AllRegions=True)
    for operation in LISTS:
        compare(paged, whole, "ec2", "Describe" + operation)
    for one in whole.all("ec2", "DescribeVpcEndpointServiceConfigurations"):
        service = {"ServiceId": one["ServiceId"]}
        compare(paged, whole, "ec2", "DescribeVpcEndpointServicePermissions", **service)
    for one in whole.all("ec2", "DescribeVpcs"):
        compare(paged, whole, "ec2", "DescribeStaleSecurityGroups", VpcId=one["VpcId"])
    for one in whole.all("ec2", "DescribeManagedPrefixLists"):
        compare(paged, whole, "ec2", "GetManagedPrefixListEntries", PrefixListId=one["PrefixListId"])
    paged.call("ec2", "DescribeVpcBlockPublicAccessOptions")
    compare(paged, whole, "ec2", "DescribeVpcBlockPublicAccessExclusions")


def others(paged, whole):
    types = ["RSA_2048", "EC_prime256v1"]
    compare(paged, whole, "acm", "ListCertificates", Includes={"keyTypes": types})
    for one in compare(paged, whole, "acm", "SearchCertificates"):
        paged.call("acm", "DescribeCertificate", CertificateArn=one["CertificateArn"])
    for one in compare(paged, whole, "wafv2", "ListWebACLs", Scope="REGIONAL"):
        for arn in paged.call("wafv2", "ListResourcesForWebACL", WebACLArn=one["ARN"])["ResourceArns"]:
            paged.call("wafv2", "GetWebACLForResource", ResourceArn=arn)
    firewalls(paged, whole)
    worldwide(paged, whole)
    users(paged, whole)
    buckets(paged, whole)
    for operation in ("DeliverySources", "Deliveries", "DeliveryDestinations"):
        compare(paged, whole, "logs", "Describe" + operation)
    compare(paged, whole, "iam", "ListServerCertificates")
    for name in sorted(one["ServerCertificateName"] for one in whole.all("iam", "ListServerCertificates")):
        paged.call("iam", "GetServerCertificate", ServerCertificateName=name)
    used = {"Filter": {"AcmCertificateMetadataFilter": {"InUse": True}}}
    whole.call("acm", "SearchCertificates", FilterStatement=used)
    paged.call("sts", "GetCallerIdentity")
    role = {"RoleArn": "arn:aws:iam::111122223333:role/audit", "RoleSessionName": "test"}
    paged.call("sts", "AssumeRole", **role)
    paged.call("sts", "AssumeRoleWithWebIdentity", WebIdentityToken="a-token", **role)


def firewalls(paged, whole):
    for one in compare(paged, whole, "wafv2", "ListWebACLs", Scope="REGIONAL"):
        acl = paged.call("wafv2", "GetWebACL", Name=one["Name"], Id=one["Id"], Scope="REGIONAL")
        again = whole.call("wafv2", "GetWebACL", ARN=one["ARN"])
        if acl["WebACL"] != again["WebACL"]:
            paged.faults.add("wafv2:GetWebACL", "differs by name and by ARN")
        for rule in acl["WebACL"]["Rules"]:
            if "RuleGroupReferenceStatement" in rule["Statement"]:
                paged.call("wafv2", "GetRuleGroup", ARN=rule["Statement"]["RuleGroupReferenceStatement"]["ARN"])
    for one in compare(paged, whole, "waf-regional", "ListWebACLs"):
        paged.call("waf-regional", "ListResourcesForWebACL", WebACLId=one["WebACLId"])
    for name in ("example", "open"):
        paged.call("cognito-idp", "DescribeUserPool", UserPoolId="eu-west-1_" + name)
    for scope in ("CUSTOMER", "SECURITY_LAKE"):
        compare(paged, whole, "wafv2", "ListLoggingConfigurations", Scope="REGIONAL", LogScope=scope)


def organization(paged, whole):
    accounts = compare(paged, whole, "organizations", "ListAccounts")
    open_units = [one["Id"] for one in compare(paged, whole, "organizations", "ListRoots")]
    below = []
    for parent in open_units:
        below += compare(paged, whole, "organizations", "ListAccountsForParent", ParentId=parent)
        units = compare(paged, whole, "organizations", "ListOrganizationalUnitsForParent", ParentId=parent)
        for one in units:
            again = paged.call("organizations", "DescribeOrganizationalUnit", OrganizationalUnitId=one["Id"])
            if again["OrganizationalUnit"] != one:
                paged.faults.add("organizations:DescribeOrganizationalUnit", "differs from the list")
        open_units += [one["Id"] for one in units]
    if sorted(one["Id"] for one in below) != sorted(one["Id"] for one in accounts):
        paged.faults.add("organizations:ListAccountsForParent", "other accounts than ListAccounts has")
    for one in accounts:
        parent = paged.call("organizations", "ListParents", ChildId=one["Id"])["Parents"][0]
        if one["Paths"][0].split("/")[-3] != parent["Id"]:
            paged.faults.add("organizations:ListParents", f"{parent} and {one['Paths']}")


def worldwide(paged, whole):
    organization(paged, whole)
    paged.call("shield", "GetSubscriptionState")
    paged.call("shield", "DescribeSubscription")
    compare(paged, whole, "shield", "ListProtections")
    for one in compare(paged, whole, "globalaccelerator", "ListAccelerators"):
        arn = one["AcceleratorArn"]
        for listener in compare(paged, whole, "globalaccelerator", "ListListeners", AcceleratorArn=arn):
            arn = listener["ListenerArn"]
            compare(paged, whole, "globalaccelerator", "ListEndpointGroups", ListenerArn=arn)


def users(paged, whole):
    compare(paged, whole, "autoscaling", "DescribeAutoScalingGroups")
    compare(paged, whole, "cloudfront", "ListDistributions")
    compare(paged, whole, "cloudfront", "ListVpcOrigins")
    for zone in compare(paged, whole, "route53", "ListHostedZones"):
        compare(paged, whole, "route53", "ListResourceRecordSets", HostedZoneId=zone["Id"])
    compare(paged, whole, "apigateway", "GetVpcLinks")
    compare(paged, whole, "apigatewayv2", "GetVpcLinks")
    for api in compare(paged, whole, "apigatewayv2", "GetApis"):
        compare(paged, whole, "apigatewayv2", "GetIntegrations", ApiId=api["ApiId"])
    json.loads(paged.call("lambda", "GetPolicy", FunctionName="f")["Policy"])
    figures(paged, whole)


def figures(paged, whole):
    arns = {one["LoadBalancerName"]: one["LoadBalancerArn"] for one in whole.all("elbv2", "DescribeLoadBalancers")}
    queries = []
    for number, (name, space, metric) in enumerate(
        [("web", "ApplicationELB", "RequestCount"), ("net", "NetworkELB", "NewFlowCount"), ("web", "ApplicationELB", "None")]
    ):
        dimension = {"Name": "LoadBalancer", "Value": arns[name].split(":loadbalancer/")[1]}
        metric = {"Namespace": "AWS/" + space, "MetricName": metric, "Dimensions": [dimension]}
        stat = {"Metric": metric, "Period": 86400, "Stat": "Sum"}
        queries.append({"Id": f"m{number}", "MetricStat": stat})
    times = {"StartTime": "2026-01-01T00:00:00Z", "EndTime": "2026-01-15T00:00:00Z"}
    results = compare(paged, whole, "cloudwatch", "GetMetricData", MetricDataQueries=queries, **times)
    values = [one["Values"] for one in results if "Id" in one]
    if values != [[42.0], [0.0], []]:
        paged.faults.add("cloudwatch:GetMetricData", f"values {values}")


def buckets(paged, whole):
    head = paged.call("s3", "HeadBucket", Bucket="logs-a", ExpectedBucketOwner="111122223333")
    if head["BucketRegion"] != REGION:
        paged.faults.add("s3:HeadBucket", f"region {head['BucketRegion']}")
    for operation in ("BucketPolicyStatus", "PublicAccessBlock", "BucketVersioning", "BucketEncryption"):
        paged.call("s3", "Get" + operation, Bucket="logs-a")
    keys = [one["Key"] for one in compare(paged, whole, "s3", "ListObjectsV2", Bucket="logs-a")]
    if keys != ["AWSLogs/a", "AWSLogs/b c", "other/&d"]:
        paged.faults.add("s3:ListObjectsV2", f"keys {keys}")


def errors(fake):
    """Missing things are answered by the code that the model has for them."""
    gone = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:gone"
    cases = [
        ("elbv2", "DescribeListeners", {"LoadBalancerArn": gone}, "LoadBalancerNotFoundException"),
        ("elbv2", "DescribeRules", {"ListenerArn": gone}, "ListenerNotFoundException"),
        ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": gone}, "TargetGroupNotFoundException"),
        ("elbv2", "DescribeSSLPolicies", {"Names": ["gone"]}, "SSLPolicyNotFoundException"),
        ("elbv2", "DescribeTrustStores", {"Names": ["gone"]}, "TrustStoreNotFoundException"),
        ("elbv2", "DescribeTrustStoreAssociations", {"TrustStoreArn": gone}, "TrustStoreNotFoundException"),
        ("elbv2", "GetResourcePolicy", {"ResourceArn": gone}, "ResourceNotFoundException"),
        ("elb", "DescribeLoadBalancers", {"LoadBalancerNames": ["gone"]}, "AccessPointNotFoundException"),
        ("elb", "DescribeLoadBalancerPolicies", {"PolicyNames": ["gone"]}, "PolicyNotFoundException"),
        ("acm", "DescribeCertificate", {"CertificateArn": gone}, "ResourceNotFoundException"),
        ("cognito-idp", "DescribeUserPool", {"UserPoolId": "eu-west-1_gone"}, "ResourceNotFoundException"),
        ("globalaccelerator", "ListListeners", {"AcceleratorArn": gone}, "AcceleratorNotFoundException"),
        ("organizations", "ListAccountsForParent", {"ParentId": "r-gone"}, "ParentNotFoundException"),
        ("organizations", "ListParents", {"ChildId": "000000000000"}, "ChildNotFoundException"),
        (
            "organizations",
            "DescribeOrganizationalUnit",
            {"OrganizationalUnitId": "ou-ab12-gone0000"},
            "OrganizationalUnitNotFoundException",
        ),
        ("lambda", "GetPolicy", {"FunctionName": "gone"}, "ResourceNotFoundException"),
        ("route53", "ListResourceRecordSets", {"HostedZoneId": "Z1"}, "NoSuchHostedZone"),
        ("apigatewayv2", "GetIntegrations", {"ApiId": "gone"}, "NotFoundException"),
        ("wafv2", "GetWebACL", {"ARN": gone}, "WAFNonexistentItemException"),
        ("wafv2", "GetWebACLForResource", {"ResourceArn": gone}, "WAFInvalidParameterException"),
    ]
    for service, operation, parameters, name in cases:
        try:
            fake.call(service, operation, **parameters)
            fake.faults.add(f"{service}:{operation}", f"answered instead of {name}")
        except ClientError as error:
            if type(error).__name__ != name.removesuffix("Exception") and type(error).__name__ != name:
                fake.faults.add(f"{service}:{operation}", f"{type(error).__name__} instead of {name}")


def main():
    faults = Faults()
    paged, whole = (FakeAws(url, faults) for url in sys.argv[1:3])
    for part in (modern, classic, network, others):
        part(paged, whole)
    documented(paged)
    errors(paged)
    for fault in sorted(set(faults)):
        print(fault)
    if faults:
        sys.exit(1)
    print(f"{len(paged.called)} operations fit their models")


main()
