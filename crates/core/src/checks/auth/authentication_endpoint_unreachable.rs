//! A load balancer cannot get out to what its logins and token checks need.

use crate::analysis::outbound::{self, Endpoint, Obstacle};
use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, each_rule};
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "authentication-endpoint-unreachable",
    title: "the load balancer cannot reach what its logins need",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "The load balancer itself asks the identity provider for tokens and users, and fetches the keys of \
          tokens. Where it gets no answer, every login and every token ends in HTTP 500: the site is out of \
          order, and the quickest way to bring it back is to take the login away.",
    logic: "Looks at the OIDC, Cognito and jwt-validation actions of every rule that a request can reach: at \
            the token and user-info endpoint, the pool's own domain, the JWKS endpoint. Connections go out by \
            IPv4, from the addresses of the load balancer. Fails when its security groups together have no \
            outbound rule for TCP at the endpoint's port, or the network ACL of one of its subnets lets none \
            out, or no answer in at ports 1024-65535. Of an endpoint that is on the internet (a pool of \
            Cognito, Google, Microsoft Entra ID, a public address) public addresses have to be let out to, and \
            the route table of each subnet has to lead to them: an internal load balancer and a \
            `dualstack-without-public-ipv4` one by a NAT gateway or another network, since their nodes have no \
            public address to use an internet gateway by. Any other name may lead into the VPC, so that routes \
            do not decide. What a firewall, a NAT gateway or the provider lets through, and VPC Block Public \
            Access, is not looked at. Unknown while what decides is unread. Does not apply where no rule \
            signs users in or validates tokens. A login that cannot work lets nobody in: checks that pass \
            because of it still stand. With `on_unauthenticated_request` at `allow` all requests go through as \
            anonymous ones.",
    fix: "let the load balancer out to TCP 443, and lead its subnets to a NAT gateway if it is internal",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Security Groups, the load balancer's group, Edit outbound rules, Add rule: \
                  HTTPS to 0.0.0.0/0. VPC console, Network ACLs: allow it out, and ports 1024-65535 in. For an \
                  internal load balancer: Load Balancers, Network mapping, Edit subnets: those whose route \
                  table leads 0.0.0.0/0 to a NAT gateway.",
        cli: r"
            aws ec2 authorize-security-group-egress --group-id SHUT_GROUP_ID \
              --ip-permissions 'IpProtocol=tcp,FromPort=ENDPOINT_PORT,ToPort=ENDPOINT_PORT,IpRanges=[{CidrIp=0.0.0.0/0}]'

            # numbers below those of the entries that deny it
            aws ec2 create-network-acl-entry --network-acl-id SHUT_ACL_ID --egress \
              --rule-number FREE_ENTRY_NUMBER --protocol tcp \
              --port-range From=ENDPOINT_PORT,To=ENDPOINT_PORT --cidr-block 0.0.0.0/0 --rule-action allow
            aws ec2 create-network-acl-entry --network-acl-id SHUT_ACL_ID --ingress \
              --rule-number FREE_ENTRY_NUMBER --protocol tcp \
              --port-range From=1024,To=65535 --cidr-block 0.0.0.0/0 --rule-action allow

            # subnets whose route table leads 0.0.0.0/0 to a target `nat-…`
            aws elbv2 set-subnets --load-balancer-arn UNROUTED_ARN --subnets OTHER_SUBNET_IDS",
        terraform: r#"
            resource "aws_vpc_security_group_egress_rule" "identity_provider" {
              security_group_id = aws_security_group.lb.id
              ip_protocol       = "tcp"
              from_port         = 443
              to_port           = 443
              cidr_ipv4         = "0.0.0.0/0"
            }

            resource "aws_route" "out" {
              route_table_id         = aws_route_table.lb.id
              destination_cidr_block = "0.0.0.0/0"
              nat_gateway_id         = aws_nat_gateway.this.id
            }"#,
        cloudformation: r"
            ToIdentityProvider:
              Type: AWS::EC2::SecurityGroupEgress
              Properties:
                GroupId: !Ref Group
                IpProtocol: tcp
                FromPort: 443
                ToPort: 443
                CidrIp: 0.0.0.0/0
            Out:
              Type: AWS::EC2::Route
              Properties:
                RouteTableId: !Ref RouteTable
                DestinationCidrBlock: 0.0.0.0/0
                NatGatewayId: !Ref NatGateway",
    })
    .planned(Plan::By(plan::let_out)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
    ],
    needs: &[
        Call::ElbV2DescribeRules,
        Call::Ec2DescribeRouteTables,
        Call::Ec2DescribeNetworkAcls,
        Call::Ec2GetManagedPrefixListEntries,
    ],
    examples: &[
        Example {
            title: "no outbound rule for the provider's port",
            given: || let_out(login::oidc(), &[8443], "0.0.0.0/0"),
            finds: &[
                "fail authentication-endpoint-unreachable HTTPS:443",
                "fail security-group-unused-port web",
            ],
        },
        Example {
            title: "no outbound rule for the port of the keys",
            given: || let_out(login::token(), &[8443], "0.0.0.0/0"),
            finds: &[
                "fail authentication-endpoint-unreachable HTTPS:443",
                "fail security-group-unused-port web",
            ],
        },
        Example {
            title: "out to private addresses alone, and a Cognito pool is on the internet",
            given: || let_out(login::cognito(), &[443, 8443], "10.0.0.0/8"),
            finds: &[
                "fail authentication-endpoint-unreachable HTTPS:443",
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
            ],
        },
        Example {
            title: "out to private addresses alone, and the provider may have one",
            given: || let_out(login::oidc(), &[443, 8443], "10.0.0.0/8"),
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "a network ACL that lets no answer in",
            given: || {
                changed(login::oidc(), |region| {
                    if let Fact::Known(acls) = &mut region.network_acls {
                        for entry in acls.iter_mut().flat_map(|acl| &mut acl.entries) {
                            if !entry.egress {
                                "6".clone_into(&mut entry.protocol);
                                (entry.from_port, entry.to_port) = (Some(443), Some(443));
                            }
                        }
                    }
                })
            },
            finds: &[
                "fail authentication-endpoint-unreachable HTTPS:443",
                "fail security-group-unused-port web",
            ],
        },
        Example {
            title: "an internal load balancer in subnets that lead to an internet gateway alone",
            given: || inside(login::cognito(), "igw-1"),
            finds: &[
                "fail authentication-endpoint-unreachable HTTPS:443",
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
            ],
        },
        Example {
            title: "an internet gateway, and no public IPv4 address",
            given: || {
                changed(login::cognito(), |region| {
                    sample::dual_stack(region);
                    sample::only(region).ip_address_type =
                        Some("dualstack-without-public-ipv4".into());
                })
            },
            finds: &[
                "fail authentication-endpoint-unreachable HTTPS:443",
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
            ],
        },
        Example {
            title: "out to a prefix list that is unread, and a Cognito pool is on the internet",
            given: || {
                changed(login::cognito(), |region| {
                    if let Fact::Known(groups) = &mut region.security_groups {
                        groups[0].egress[0].ranges = Vec::new();
                        groups[0].egress[0].prefix_lists = vec!["pl-1".to_owned()];
                    }
                })
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-endpoint-unreachable HTTPS:443",
                "unknown authentication-self-signup HTTPS:443",
            ],
        },
        Example {
            title: "an internal load balancer in subnets that lead to a NAT gateway",
            given: || inside(login::cognito(), "nat-1"),
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
            ],
        },
        Example {
            title: "an internal load balancer whose subnets lead nowhere, and the provider may be inside",
            given: || inside(login::oidc(), "local"),
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "an internal load balancer whose routes are unread",
            given: || {
                let mut inventory = inside(login::cognito(), "nat-1");
                let region = &mut inventory.accounts[0].regions[0];
                region.route_tables = Fact::Unread(sample::denied(Call::Ec2DescribeRouteTables));
                inventory
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-endpoint-unreachable HTTPS:443",
                "unknown authentication-self-signup HTTPS:443",
                "unknown subnet-route-mismatch web",
            ],
        },
        Example {
            title: "out to everywhere",
            given: || changed(login::oidc(), |_| {}),
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "no login",
            given: || sample::clean(&Kind::Application),
            finds: &["does not apply"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn changed(action: Action, change: impl FnOnce(&mut Region)) -> Inventory {
    login::listening(vec![sample::https(login::then_forward(action, "web"))], change)
}

/// Lets the load balancer out to these TCP ports of a range alone.
fn let_out(action: Action, ports: &[i32], range: &str) -> Inventory {
    let out = |port: &i32| Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(*port),
        to_port: Some(*port),
        ranges: range.parse().into_iter().collect(),
        ..Permission::default()
    };
    changed(action, |region| {
        if let Fact::Known(groups) = &mut region.security_groups {
            groups[0].egress = ports.iter().map(out).collect();
        }
    })
}

/// An internal load balancer whose subnets lead everything to this.
fn inside(action: Action, target: &str) -> Inventory {
    changed(action, |region| {
        sample::inside(region);
        let mut table = sample::public_routes();
        table.routes[1].target = Some(target.to_owned());
        region.route_tables = Fact::Known(vec![table]);
    })
}

const KINDS: [ActionKind; 3] =
    [ActionKind::AuthenticateOidc, ActionKind::AuthenticateCognito, ActionKind::JwtValidation];

fn judge(context: &Context, listener: &Listener) -> Judgement {
    each_rule::judge_actions(context, listener, &KINDS, |action| {
        let endpoints = endpoints(action, listener)?;
        let mut open = Partial::whole(());
        for endpoint in &endpoints {
            let found = outbound::obstacle(context.index, context.lb, endpoint);
            if let Some(Some(obstacle)) = open.learn(found) {
                return Ok(Verdict::Fail(fault(context, endpoint, &obstacle)));
            }
        }
        let urls: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.url).collect();
        open.complete().map(|()| Verdict::Pass(Grounds::new().with("endpoints", urls)))
    })
}

/// What the load balancer asks itself: users are sent to the authorization endpoint.
fn endpoints<'a>(action: &'a Action, listener: &Listener) -> Result<Vec<Endpoint<'a>>, Gap> {
    let missing = |what| requirements::without(action, what, listener);
    if action.kind == ActionKind::JwtValidation {
        let own = action.jwt.as_ref().and_then(|jwt| jwt.jwks_endpoint.as_deref());
        return Ok(vec![Endpoint::of(own.ok_or_else(|| missing("JWKS endpoint"))?)]);
    }
    let own = action.authentication.as_ref().ok_or_else(|| missing("configuration"))?;
    if action.kind == ActionKind::AuthenticateCognito {
        let pool = own.authority.as_deref().ok_or_else(|| missing("user pool"))?;
        return Ok(vec![Endpoint::of_pool(pool)]);
    }
    match &own.endpoints[..] {
        [_, token, users, ..] => Ok(vec![Endpoint::of(token), Endpoint::of(users)]),
        _ => Err(missing("endpoints")),
    }
}

fn fault(context: &Context, endpoint: &Endpoint, obstacle: &Obstacle) -> Grounds {
    let port = endpoint.port;
    let grounds = Grounds::new()
        .with("endpoint", endpoint.url)
        .with("port", format!("tcp {port}"))
        .bind("ENDPOINT_PORT", port);
    match obstacle {
        Obstacle::Groups => {
            let groups = &context.lb.security_groups;
            let grounds = grounds.with("not_let_out_by", groups.clone());
            let [only] = &groups[..] else {
                return grounds.bind("SHUT_GROUP_ID", groups.first().cloned().unwrap_or_default());
            };
            let grounds = grounds.bind("SHUT_GROUP_ID", only.as_str());
            match context.index.security_group(only) {
                Ok(group) => {
                    grounds.cause(causes_network::open(group, format!("let tcp {port} out")))
                }
                Err(_) => grounds,
            }
        }
        Obstacle::Acl { acl, subnet } => {
            grounds.with("not_let_out_by", *acl).with("subnet", *subnet).bind("SHUT_ACL_ID", *acl)
        }
        Obstacle::Routes { table, subnet } => grounds
            .with("no_way_out_in", *table)
            .with("subnet", *subnet)
            .bind("UNROUTED_ARN", context.lb.arn.as_str()),
        Obstacle::Together { subnet } => grounds
            .with("no_way_out_in", "security groups, network ACL and routes together")
            .with("subnet", *subnet)
            .bind("UNROUTED_ARN", context.lb.arn.as_str()),
    }
}
