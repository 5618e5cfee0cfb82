//! Nobody can tell from its tags what a load balancer is for.

use crate::checks::prelude::*;
use crate::checks::shared::seen;

/// Tags that tell what a load balancer is for, where nobody has said which there must be.
const EXPECTED: [&str; 2] = ["owner", "purpose"];

pub(crate) const CHECK: Check = Check {
    id: "tags-missing",
    title: "tags are missing",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "When something is wrong with it, nobody knows whom to call; its cost belongs to nobody, \
          and nobody dares to delete it.",
    logic: "With required tags in the policy: fails when a load balancer lacks one of them. \
            Without: a note when it has no tag at all. Tags that begin with `aws:` do not count, \
            because AWS sets them.",
    fix: "tag the load balancer with its owner and purpose",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Tags > Manage tags.",
        cli: r"
            aws elbv2 add-tags --resource-arns LOAD_BALANCER_ARN --tags Key=MISSING_TAG,Value=TAG_VALUE

            aws elb add-tags --load-balancer-names CLASSIC_NAME --tags Key=MISSING_TAG,Value=TAG_VALUE",
        terraform: r#"
            resource "aws_lb" "web" {
              tags = {
                owner = "web-team"
              }
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                Tags:
                  - Key: owner
                    Value: web-team",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-tags.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/add-remove-tags.html",
    ],
    needs: &[Call::ElbDescribeTags, Call::ElbV2DescribeTags],
    examples: &[
        Example {
            title: "none of one's own",
            given: || tagged(&Kind::Network, &[("aws:cloudformation:stack-name", "web")]),
            finds: &["note tags-missing web"],
        },
        Example {
            title: "no tag",
            given: || tagged(&Kind::Classic, &[]),
            finds: &["note tags-missing web"],
        },
        Example { title: "an owner", given: || sample::clean(&Kind::Gateway), finds: &[] },
        Example {
            title: "tags unread",
            given: || {
                sample::with(&Kind::Gateway, |lb| {
                    lb.tags = Fact::Unread(sample::denied(Call::ElbV2DescribeTags));
                })
            },
            finds: &["unknown tags-missing web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn tagged(kind: &Kind, tags: &[(&str, &str)]) -> crate::inventory::Inventory {
    sample::with(kind, |lb| lb.tags = Fact::Known(sample::text_map(tags)))
}

fn judge(context: &Context) -> Judgement {
    let tags = context.lb.tags.get()?;
    let own: Vec<&str> =
        tags.keys().map(String::as_str).filter(|key| !key.starts_with("aws:")).collect();
    let required = &context.intent.required_tags;
    if required.is_empty() {
        return Ok(match &own[..] {
            [] => {
                let grounds = Grounds::new().with("tags", "none");
                Verdict::Note(grounds.bind("MISSING_TAG", EXPECTED.map(str::to_owned).to_vec()))
            }
            own => Verdict::Pass(Grounds::new().with("tags", seen::few(own))),
        });
    }
    let missing: Vec<&str> =
        required.iter().map(String::as_str).filter(|key| !own.contains(key)).collect();
    if missing.is_empty() {
        return Ok(Verdict::Pass(Grounds::new().with("tags", seen::few(&own))));
    }
    let keys: Vec<String> = missing.iter().map(|key| (*key).to_owned()).collect();
    let grounds = Grounds::new().with("missing", missing).with("tags", own);
    Ok(Verdict::Fail(grounds.bind("MISSING_TAG", keys)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Options, audit};
    use crate::report::Outcome;

    fn outcome(required: &[&str]) -> Outcome {
        let inventory = sample::clean(&Kind::Network);
        let mut options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
        options.policy.intent.required_tags =
            required.iter().map(|key| (*key).to_owned()).collect();
        audit(&inventory, &[&CHECK], &options).findings[0].outcome
    }

    #[test]
    fn required_tags_are_asked_for_one_by_one() {
        assert_eq!(outcome(&["owner"]), Outcome::Pass);
        assert_eq!(outcome(&["owner", "stage"]), Outcome::Fail);
        assert_eq!(outcome(&[]), Outcome::Pass);
    }
}
