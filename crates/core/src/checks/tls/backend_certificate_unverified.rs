//! A Classic load balancer encrypts towards its instances and accepts any certificate of theirs.

use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

/// The type of a policy that names the public keys an instance may have.
const AUTHENTICATION: &str = "BackendServerAuthenticationPolicyType";

/// What the remedy calls the policy of this type that it makes.
const OWN_POLICY: &str = "verified-instances";

pub(crate) const CHECK: Check = Check {
    id: "backend-certificate-unverified",
    aliases: &["backend-tls-unverified"],
    title: "any certificate of an instance is accepted",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Classic],
    why: "The traffic is encrypted, but to whoever answers at the instance's address: somebody in \
          the VPC who takes the address over reads all of it.",
    logic: "Looks at Classic listeners whose instance side is HTTPS or SSL. Fails when no policy \
            of type BackendServerAuthenticationPolicyType is attached to the instance port; passes \
            with one. Does not apply where the instance side is HTTP or TCP. Application and \
            Network load balancers never verify a target's certificate, so that they are not \
            reported here.",
    false_alarms: "Within a VPC, AWS itself keeps packets from being taken over; the gain is \
                   defence in depth.",
    fix: "attach a policy with the instances' public key to the instance port",
    remedy: Remedy::steps(Steps {
        console: "Set with the AWS CLI: the console has no page for the policies of instance \
                  ports.",
        cli: r"
            aws elb create-load-balancer-policy --load-balancer-name LOAD_BALANCER_NAME \
              --policy-name instance-key --policy-type-name PublicKeyPolicyType \
              --policy-attributes AttributeName=PublicKey,AttributeValue=INSTANCE_PUBLIC_KEY
            aws elb create-load-balancer-policy --load-balancer-name LOAD_BALANCER_NAME \
              --policy-name verified-instances \
              --policy-type-name BackendServerAuthenticationPolicyType \
              --policy-attributes AttributeName=PublicKeyPolicyName,AttributeValue=instance-key
            # an instance with another key is refused from now on: every one has to have this one
            aws elb set-load-balancer-policies-for-backend-server \
              --load-balancer-name LOAD_BALANCER_NAME --instance-port INSTANCE_PORT \
              --policy-names INSTANCE_POLICIES",
        terraform: r#"
            resource "aws_load_balancer_policy" "key" {
              load_balancer_name = aws_elb.this.name
              policy_name        = "instance-key"
              policy_type_name   = "PublicKeyPolicyType"

              policy_attribute {
                name  = "PublicKey"
                value = file("key.pem")
              }
            }

            resource "aws_load_balancer_policy" "instances" {
              load_balancer_name = aws_elb.this.name
              policy_name        = "verified-instances"
              policy_type_name   = "BackendServerAuthenticationPolicyType"

              policy_attribute {
                name  = "PublicKeyPolicyName"
                value = aws_load_balancer_policy.key.policy_name
              }
            }

            resource "aws_load_balancer_backend_server_policy" "instances" {
              load_balancer_name = aws_elb.this.name
              instance_port      = 8443
              policy_names       = [aws_load_balancer_policy.instances.policy_name]
            }"#,
        cloudformation: r#"
            ClassicLoadBalancer:
              Type: AWS::ElasticLoadBalancing::LoadBalancer
              Properties:
                Policies:
                  - PolicyName: instance-key
                    PolicyType: PublicKeyPolicyType
                    Attributes:
                      - Name: PublicKey
                        Value: !Ref PublicKey
                  - PolicyName: verified-instances
                    PolicyType: BackendServerAuthenticationPolicyType
                    InstancePorts: ["8443"]
                    Attributes:
                      - Name: PublicKeyPolicyName
                        Value: instance-key"#,
    })
    .planned(Plan::Never(Why::Decision, "which keys the instances have, only their owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-create-https-ssl-load-balancer.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerPoliciesForBackendServer.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerPolicies],
    examples: &[
        Example {
            title: "no policy on the instance port",
            given: || sample::with(&Kind::Classic, |lb| lb.backend_policies.clear()),
            finds: &["fail backend-certificate-unverified HTTPS:443"],
        },
        Example {
            title: "a policy of another type",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    sample::listeners(lb)[0].instance_side = Some("SSL:8443".to_owned());
                    if let Fact::Known(policies) = &mut lb.policies {
                        "ProxyProtocolPolicyType".clone_into(&mut policies[1].kind);
                    }
                })
            },
            finds: &["fail backend-certificate-unverified HTTPS:443"],
        },
        Example {
            title: "instances in cleartext",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.backend_policies.clear();
                    sample::listeners(lb)[0].instance_side = Some("HTTP:8080".to_owned());
                })
            },
            finds: &["does not apply", "fail classic-backend-cleartext HTTPS:443"],
        },
        Example {
            title: "policies unread",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.policies =
                        Fact::Unread(sample::denied(Call::ElbDescribeLoadBalancerPolicies));
                })
            },
            finds: &[
                "unknown tls-legacy-protocol HTTPS:443",
                "unknown tls-weak-cipher HTTPS:443",
                "unknown backend-certificate-unverified HTTPS:443",
                "unknown classic-cipher-order-unset HTTPS:443",
                "unknown classic-policy-custom HTTPS:443",
            ],
        },
        Example {
            title: "a policy that the answer lacks",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    if let Fact::Known(policies) = &mut lb.policies {
                        policies.truncate(1);
                    }
                })
            },
            finds: &["unknown backend-certificate-unverified HTTPS:443"],
        },
        Example {
            title: "held to a public key",
            given: || sample::clean(&Kind::Classic),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let unexpected_value = |said: String| {
        Gap::new(Call::ElbDescribeLoadBalancers, Reason::Malformed).of(&context.lb.arn).saying(said)
    };
    let Some(side) = listener.instance_side.as_deref() else {
        return Err(unexpected_value(format!("{} without instance side", listener.label())));
    };
    let (protocol, port) = side.split_once(':').unwrap_or((side, ""));
    match Protocol::from(protocol) {
        Protocol::Https | Protocol::Ssl => {}
        Protocol::Http | Protocol::Tcp => return Ok(Verdict::NotApplicable),
        _ => return Err(unexpected_value(format!("instance side {side}"))),
    }
    let port: u16 = port.parse().map_err(|_| unexpected_value(format!("instance side {side}")))?;
    let evidence = Grounds::new().with("instances", side);
    let names = context.lb.backend_policies.get(&port).map_or(&[][..], Vec::as_slice);
    let fault = |grounds: Grounds| {
        // The command takes all policies of the port: those that are there stay.
        let policies = names.iter().cloned().chain([OWN_POLICY.to_owned()]);
        let grounds = grounds.bind("INSTANCE_PORT", port);
        Verdict::Fail(grounds.bind("INSTANCE_POLICIES", policies.collect::<Vec<_>>()))
    };
    if names.is_empty() {
        return Ok(fault(evidence));
    }
    let policies = context.lb.policies.get()?;
    let mut missing = None;
    for name in names {
        match policies.iter().find(|policy| policy.name == *name) {
            Some(policy) if policy.kind == AUTHENTICATION => {
                return Ok(Verdict::Pass(evidence.with("policies", names.to_vec())));
            }
            Some(_) => {}
            None => missing = Some(name),
        }
    }
    if let Some(name) = missing {
        return Err(Gap::new(Call::ElbDescribeLoadBalancerPolicies, Reason::NotFound)
            .of(&context.lb.arn)
            .saying(format!("policy {name}")));
    }
    Ok(fault(evidence.with("policies", names.to_vec())))
}
