//! An identity filter lets in whom it does not name.

use crate::analysis::identity::{self, Grip};
use crate::checks::prelude::*;
use crate::checks::shared::seen::few;
use crate::inventory::IdentityFilter;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "mtls-identity-filter-open",
    title: "an identity filter lets in almost everybody",
    severity: Severity::Medium,
    applies_to: &[Kind::Network],
    why: "One filter that matches is enough. A prefix such as `*`, `a` or `spiffe://` matches nearly \
          every client that the trust store vouches for: the strict filters beside it keep nobody \
          out, and who reads the list believes that they do.",
    logic: "Looks at listeners that verify client certificates and have identity filters. Fails when a \
            filter matches a prefix that names nobody: fewer than three letters or digits, or of a \
            URI no more than its scheme or a public suffix such as `spiffe://com`. Passes \
            otherwise. A field, action or match type that this version does not know is unknown, \
            unless another filter fails. Does not apply where there is no filter: then every verified \
            client is let in on purpose.",
    fix: "match exactly, or the prefix of a URI up to the slash behind its host",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Load Balancers: open the load balancer, choose the listener, Manage \
                  listener, Edit listener, Mutual authentication: under the identity filters change \
                  the prefix, or delete the filter.",
        cli: r"
            aws elbv2 describe-listeners --listener-arns LISTENER_ARN \
              --query 'Listeners[0].MutualAuthentication' --output json > mutual.json
            # in mutual.json: narrow the filters that the finding names, or delete them; the others stay
            aws elbv2 modify-listener --listener-arn LISTENER_ARN \
              --mutual-authentication file://mutual.json",
        terraform: "Where the resource aws_lb_listener has no argument for identity filters, use one of \
                    the other ways.",
        cloudformation: r#"
            TlsListener:
              Type: AWS::ElasticLoadBalancingV2::Listener
              Properties:
                MutualAuthentication:
                  Mode: verify
                  TrustStoreArn: !Ref TrustStore
                  ClientCertificateIdentityFilters:
                    - Field: san-uri
                      Action: accept
                      MatchType: prefix
                      Value: "spiffe://example.com/""#,
    })
    .planned(Plan::Never(Why::Decision, "whom a filter is meant to let in, only its owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_MutualAuthenticationAttributes.html",
    ],
    examples: &[
        Example {
            title: "a scheme alone",
            given: || {
                sample::admitting(&[
                    "san-uri exact spiffe://a.example/b",
                    "san-uri prefix spiffe://",
                ])
            },
            finds: &["fail mtls-identity-filter-open TLS:443"],
        },
        Example {
            title: "a public suffix",
            given: || sample::admitting(&["san-uri prefix spiffe://com"]),
            finds: &["fail mtls-identity-filter-open TLS:443"],
        },
        Example {
            title: "any wildcard certificate",
            given: || sample::admitting(&["san-dns prefix *"]),
            finds: &["fail mtls-identity-filter-open TLS:443"],
        },
        Example {
            title: "one letter, beside a match that this version does not know",
            given: || sample::admitting(&["san-dns suffix .example.com", "subject-cn prefix a"]),
            finds: &["fail mtls-identity-filter-open TLS:443"],
        },
        Example {
            title: "an action that this version does not know",
            given: || {
                sample::with_mutual(&Kind::Network, |mutual| {
                    mutual.identity_filters = vec![IdentityFilter {
                        field: "san-uri".to_owned(),
                        action: "reject".to_owned(),
                        match_type: "prefix".to_owned(),
                        value: "spiffe://".to_owned(),
                    }];
                })
            },
            finds: &["unknown mtls-identity-filter-open TLS:443"],
        },
        Example {
            title: "no filter",
            given: || sample::admitting(&[]),
            finds: &["does not apply"],
        },
        Example {
            title: "filters that name clients",
            given: || {
                sample::admitting(&["san-uri prefix spiffe://a.example/", "subject-cn exact a"])
            },
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    let Some(mutual) = listener.verifies()?.filter(|own| !own.identity_filters.is_empty()) else {
        return Ok(Verdict::NotApplicable);
    };
    let open = Partial::whole(&mutual.identity_filters).filter_map(|filter| {
        let open = identity::grip(listener, filter)? == Grip::Anybody;
        Ok(open.then(|| filter.label()))
    });
    if !open.found.is_empty() {
        return Ok(Verdict::Fail(Grounds::new().with("open_filters", few(&open.found))));
    }
    open.complete()?;
    let names: Vec<String> = mutual.identity_filters.iter().map(IdentityFilter::label).collect();
    Ok(Verdict::Pass(Grounds::new().with("identity_filters", few(&names))))
}
