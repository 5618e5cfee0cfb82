//! Steps that mend more than one fault.

use crate::check::Remedy;

/// Put a certificate that renews itself in the place of this one.
pub(in crate::checks) const REPLACE_CERTIFICATE: Remedy = Remedy {
    console: "ACM console: Request certificate and prove its names by DNS; then EC2 console, \
                  Load Balancers, the listener, Certificates: add the new one and remove this one.",
    cli: REQUEST_CERTIFICATE,
    terraform: CERTIFICATE_BLOCK,
    cloudformation: "Certificate:
  Type: AWS::CertificateManager::Certificate
  Properties:
    DomainName: www.example.com
    ValidationMethod: DNS

HttpsListener:
  Type: AWS::ElasticLoadBalancingV2::Listener
  Properties:
    Certificates:
      - CertificateArn: !Ref Certificate",
};

/// Let an HTTP listener redirect, and nothing else.
pub(in crate::checks) const REDIRECT_TO_HTTPS: Remedy = Remedy {
    console: "EC2 console, Load Balancers: open the load balancer, choose the HTTP listener, \
                  Manage rules, and give every rule the action Redirect to URL with protocol \
                  HTTPS, port 443 and code 301.",
    cli: "aws elbv2 modify-listener --listener-arn LISTENER_ARN --default-actions \
              \"Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}\"",
    terraform: r#"resource "aws_lb_listener" "http" {
  protocol = "HTTP"
  port     = 80

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}"#,
    cloudformation: r#"HttpListener:
  Type: AWS::ElasticLoadBalancingV2::Listener
  Properties:
    Protocol: HTTP
    Port: 80
    DefaultActions:
      - Type: redirect
        RedirectConfig:
          Protocol: HTTPS
          Port: "443"
          StatusCode: HTTP_301"#,
};

/// Choose the security policy that AWS recommends.
pub(in crate::checks) const RECOMMENDED_POLICY: Remedy = Remedy {
    console: "EC2 console, Load Balancers: open the load balancer, choose the listener, then \
                  Manage listener, Edit listener, and pick the security policy \
                  ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09.",
    cli: "aws elbv2 modify-listener --listener-arn LISTENER_ARN --ssl-policy \
              ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    terraform: r#"resource "aws_lb_listener" "https" {
  ssl_policy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
}"#,
    cloudformation: "HttpsListener:
  Type: AWS::ElasticLoadBalancingV2::Listener
  Properties:
    SslPolicy: ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
};

/// A certificate that ACM issues and DNS validates, on a listener.
pub(in crate::checks) const REQUEST_CERTIFICATE: &str = r"aws acm request-certificate --domain-name HOST --validation-method DNS
aws elbv2 modify-listener --listener-arn LISTENER_ARN \
  --certificates CertificateArn=CERTIFICATE_ARN
# Classic
aws elb set-load-balancer-listener-ssl-certificate --load-balancer-name NAME \
  --load-balancer-port PORT --ssl-certificate-id CERTIFICATE_ARN";

/// The same as a resource that validates itself.
pub(in crate::checks) const CERTIFICATE_RESOURCE: &str = "Certificate:
  Type: AWS::CertificateManager::Certificate
  Properties:
    DomainName: www.example.com
    ValidationMethod: DNS
    DomainValidationOptions:
      - DomainName: www.example.com
        HostedZoneId: HOSTED_ZONE_ID";

/// A certificate and the listener that uses it.
pub(in crate::checks) const CERTIFICATE_BLOCK: &str = r#"resource "aws_acm_certificate" "this" {
  domain_name       = "www.example.com"
  validation_method = "DNS"
}

resource "aws_lb_listener" "https" {
  certificate_arn = aws_acm_certificate.this.arn
}"#;

/// A policy of a Classic listener that refers to a predefined one.
pub(in crate::checks) const CLASSIC_POLICY_COMMANDS: &str = r"aws elb create-load-balancer-policy --load-balancer-name NAME --policy-name POLICY \
  --policy-type-name SSLNegotiationPolicyType --policy-attributes \
  AttributeName=Reference-Security-Policy,AttributeValue=ELBSecurityPolicy-TLS-1-2-2017-01
aws elb set-load-balancer-policies-of-listener --load-balancer-name NAME \
  --load-balancer-port PORT --policy-names POLICY";

/// The same in Terraform.
pub(in crate::checks) const CLASSIC_POLICY_BLOCK: &str = r#"resource "aws_load_balancer_policy" "tls" {
  load_balancer_name = aws_elb.this.name
  policy_name        = "tls-1-2"
  policy_type_name   = "SSLNegotiationPolicyType"

  policy_attribute {
    name  = "Reference-Security-Policy"
    value = "ELBSecurityPolicy-TLS-1-2-2017-01"
  }
}

resource "aws_load_balancer_listener_policy" "https" {
  load_balancer_name = aws_elb.this.name
  load_balancer_port = 443
  policy_names       = [aws_load_balancer_policy.tls.policy_name]
}"#;

/// The same in CloudFormation.
pub(in crate::checks) const CLASSIC_POLICY_RESOURCE: &str = r#"LoadBalancer:
  Type: AWS::ElasticLoadBalancing::LoadBalancer
  Properties:
    Policies:
      - PolicyName: tls-1-2
        PolicyType: SSLNegotiationPolicyType
        Attributes:
          - Name: Reference-Security-Policy
            Value: ELBSecurityPolicy-TLS-1-2-2017-01
    Listeners:
      - Protocol: HTTPS
        LoadBalancerPort: "443"
        InstancePort: "8443"
        PolicyNames: [tls-1-2]"#;

/// A listener that verifies client certificates.
pub(in crate::checks) const VERIFY_BLOCK: &str = r#"resource "aws_lb_listener" "https" {
  mutual_authentication {
    mode            = "verify"
    trust_store_arn = aws_lb_trust_store.clients.arn
  }
}"#;

/// The same in CloudFormation.
pub(in crate::checks) const VERIFY_RESOURCE: &str = "HttpsListener:
  Type: AWS::ElasticLoadBalancingV2::Listener
  Properties:
    MutualAuthentication:
      Mode: verify
      TrustStoreArn: !Ref TrustStore";

/// Targets that admit the load balancer alone.
pub(in crate::checks) const ADMIT_LOAD_BALANCER: &str = "resource \"aws_vpc_security_group_ingress_rule\" \"NAME\" {\n  \
                    security_group_id            = GROUP\n  \
                    referenced_security_group_id = LOAD_BALANCER_GROUP\n  \
                    ip_protocol                  = \"tcp\"\n  \
                    from_port                    = PORT\n  \
                    to_port                      = PORT\n}";
