//! Any load balancer may invoke a function.

use crate::analysis::targets::{self, Sort};
use crate::checks::prelude::*;
use crate::inventory::InvokeStatement;
use crate::remedy::cause::{Cause, ResourceKind, Verb};
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "lambda-policy-open",
    aliases: &["lambda-policy-unscoped"],
    title: "who may invoke the function is not limited",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "Whoever may invoke it sends it what they like, past the rules, authentication and web ACL \
          of the load balancer, and the function cannot tell the two apart. With `*` that is \
          everyone who has an AWS account; with Elastic Load Balancing as principal and no source, \
          whoever may make a load balancer in this account, since a function can be a target in \
          its own account alone.",
    logic: "Looks at the resource policy of a function that is a target: of the alias or version \
            that is registered, if it is one. Fails when a statement lets everyone (`*`) invoke it, \
            and notes one that lets Elastic Load Balancing, without a condition that names an \
            account: `aws:SourceArn` with an account in it, or `aws:SourceAccount`, or an \
            organization: `aws:SourceOrgID` or `aws:PrincipalOrgID`. Wildcards name none. A statement that only other conditions \
            narrow is unknown: who satisfies them cannot be told from here.",
    false_alarms: "A condition on the organization lets in its accounts alone; the target group's \
                   ARN beside it says so plainly.",
    fix: "allow only the target group's ARN as aws:SourceArn",
    remedy: Remedy::steps(Steps {
        console: "Lambda > the function > Configuration > Permissions > Resource-based policy \
                  statements: edit the statement and set Source ARN to the target group's.",
        cli: r"
            # the narrow permission first, so that the function stays in service
            aws lambda add-permission --function-name FUNCTION \
              --statement-id elb-target-group --action lambda:InvokeFunction \
              --principal elasticloadbalancing.amazonaws.com --source-arn TARGET_GROUP_ARN

            aws lambda remove-permission --function-name FUNCTION --statement-id STATEMENT_ID",
        terraform: r#"
            resource "aws_lambda_permission" "this" {
              action        = "lambda:InvokeFunction"
              function_name = aws_lambda_function.this.function_name
              principal     = "elasticloadbalancing.amazonaws.com"
              source_arn    = aws_lb_target_group.this.arn
            }"#,
        cloudformation: r"
            Permission:
              Type: AWS::Lambda::Permission
              Properties:
                Action: lambda:InvokeFunction
                FunctionName: !Ref Function
                Principal: elasticloadbalancing.amazonaws.com
                SourceArn: !Ref TargetGroup",
    })
    .planned(Plan::Never(Why::Elsewhere, "the policy is the function's")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html",
    ],
    needs: &[Call::LambdaGetPolicy],
    examples: &[
        Example {
            title: "everyone",
            given: || allowed(|statement| "*".clone_into(&mut statement.principal)),
            finds: &["fail lambda-policy-open web"],
        },
        Example {
            title: "load balancers, and no condition",
            given: || allowed(|_| ()),
            finds: &["note lambda-policy-open web"],
        },
        Example {
            title: "a target group of any account",
            given: || {
                allowed(|statement| {
                    let any = "arn:aws:elasticloadbalancing:eu-west-1:*:targetgroup/*";
                    statement.source_arns = vec![any.to_owned()];
                })
            },
            finds: &["note lambda-policy-open web"],
        },
        Example {
            title: "the account",
            given: || {
                allowed(|statement| statement.source_accounts = vec![sample::ACCOUNT.to_owned()])
            },
            finds: &[],
        },
        Example {
            title: "the organization",
            given: || allowed(|statement| statement.organizations = vec!["o-example".to_owned()]),
            finds: &[],
        },
        Example {
            title: "the account, and a condition that this version does not understand",
            given: || {
                allowed(|statement| {
                    statement.source_accounts = vec![sample::ACCOUNT.to_owned()];
                    statement.other_conditions = true;
                })
            },
            finds: &[],
        },
        Example {
            title: "a condition that this version does not understand",
            given: || allowed(|statement| statement.other_conditions = true),
            finds: &["unknown lambda-policy-open web"],
        },
        Example {
            title: "such a condition, and beside it a statement for everyone without any",
            given: || {
                let mut inventory = allowed(|statement| statement.other_conditions = true);
                let functions = &mut inventory.accounts[0].regions[0].functions;
                if let Some(Fact::Known(statements)) = functions.get_mut(sample::FUNCTION) {
                    let open = InvokeStatement {
                        principal: "*".to_owned(),
                        other_conditions: false,
                        ..statements[0].clone()
                    };
                    statements.push(open);
                }
                inventory
            },
            finds: &["fail lambda-policy-open web"],
        },
        Example {
            title: "policy unread",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::function(region, "web");
                    let gap = Fact::Unread(sample::denied(Call::LambdaGetPolicy));
                    region.functions.insert(sample::FUNCTION.to_owned(), gap);
                })
            },
            finds: &["unknown lambda-policy-open web"],
        },
        Example {
            title: "instances",
            given: || sample::clean(&Kind::Application),
            finds: &["does not apply"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

/// A function that Elastic Load Balancing may invoke, after a change to the statement that says so.
fn allowed(change: impl FnOnce(&mut InvokeStatement)) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::function(region, "web");
        let mut statement = InvokeStatement {
            sid: Some("balancers".to_owned()),
            principal: "elasticloadbalancing.amazonaws.com".to_owned(),
            ..InvokeStatement::default()
        };
        change(&mut statement);
        region.functions.insert(sample::FUNCTION.to_owned(), Fact::Known(vec![statement]));
    })
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if targets::sort(group)? != Sort::Function {
        return Ok(Verdict::NotApplicable);
    }
    let mut verdict = Partial::whole(Verdict::NotApplicable);
    for function in group.targets.get()? {
        let statements = verdict.learn(statements(context, &function.id)).unwrap_or_default();
        let seen = Grounds::new().with("function", function.id.as_str());
        verdict.worsen(Verdict::Pass(seen.with("statements", statements.len())));
        verdict.add_gap(statements.iter().find_map(|own| gap_of(own, function)));
        let open: Vec<&InvokeStatement> =
            statements.iter().filter(|statement| is_open(statement)).collect();
        let everyone = open.iter().find(|one| one.principal == "*");
        if let Some(first) = everyone.or(open.first()) {
            let evidence = Grounds::new()
                .with("function", function.id.as_str())
                .with("principal", first.principal.as_str())
                .with("statements", open.iter().map(|open| open.sid.clone()).collect::<Vec<_>>())
                .cause(narrowed(&function.id))
                .bind("FUNCTION", function.id.as_str())
                .bind("STATEMENT_ID", ids(&open))
                .bind("TARGET_GROUP_ARN", group.arn.as_str());
            let found = if everyone.is_some() { Verdict::Fail } else { Verdict::Note };
            verdict.worsen(found(evidence));
        }
    }
    verdict.judgement()
}

/// The function's policy names whose load balancer may invoke it.
fn narrowed(function: &str) -> Cause {
    let name = function.split(':').nth(6).unwrap_or(function);
    let to = "let only its target group invoke it";
    Cause::new(Verb::Narrow, ResourceKind::Function, function).called(name).to(to)
}

/// The ids of statements; one without gets none.
fn ids(statements: &[&InvokeStatement]) -> Vec<String> {
    statements.iter().filter_map(|statement| statement.sid.clone()).collect()
}

fn statements<'a>(context: &Context<'a>, function: &str) -> Result<&'a [InvokeStatement], Gap> {
    match context.region.functions.get(function) {
        Some(statements) => statements.get().map(Vec::as_slice),
        None => Err(Gap::new(Call::LambdaGetPolicy, Reason::NotCollected)
            .in_region(&context.region.name)
            .of(function)),
    }
}

/// Whether load balancers of any account may invoke.
fn is_open(statement: &InvokeStatement) -> bool {
    !statement.other_conditions && !names_accounts(statement)
}

/// The gap of a statement that only conditions narrow which were not understood.
fn gap_of(statement: &InvokeStatement, function: &Target) -> Option<Gap> {
    (statement.other_conditions && !names_accounts(statement)).then(|| {
        let said = format!("conditions of {}", statement.sid.as_deref().unwrap_or("a statement"));
        Gap::new(Call::LambdaGetPolicy, Reason::Unrecognised).of(&function.id).saying(said)
    })
}

/// Whether load balancers of some accounts alone may invoke, or of an organization.
fn names_accounts(statement: &InvokeStatement) -> bool {
    let named = |account: &str| !account.is_empty() && !account.contains(['*', '?']);
    let of_account = |arn: &String| named(arn.split(':').nth(4).unwrap_or_default());
    let arns = &statement.source_arns;
    let accounts = &statement.source_accounts;
    !arns.is_empty() && arns.iter().all(of_account)
        || !accounts.is_empty() && accounts.iter().all(|account| named(account))
        || !statement.organizations.is_empty()
            && statement.organizations.iter().all(|organization| named(organization))
}
