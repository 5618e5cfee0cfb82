//! What AWS answers, in every protocol that it speaks: a whole scan, and deliveries, over answers that are given.

#![no_main]

use std::cell::LazyCell;
use std::sync::LazyLock;

use elb_audit::fuzzing::{self, Answer};
use elb_audit::notify::{Delivery, Destination};
use elb_audit_core::alert::{Alert, AlertRules, NotifyOn};
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Kind;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::severity::Severity;
use elb_audit_fuzz::choices::Choices;
use elb_audit_fuzz::{markup, oracle, wire};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static RUNTIME: LazyCell<Runtime> = LazyCell::new(|| {
        Builder::new_current_thread().enable_all().build().expect("a runtime")
    });
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    markup::mutate(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let answers = wire::answers(data);
    RUNTIME.with(|runtime| runtime.block_on(heard(&answers, &mut Choices::of_input(data))));
});

async fn heard(answers: &[Answer], choices: &mut Choices) {
    if answers.iter().any(|answer| DELIVERING.iter().any(|name| answer.call.starts_with(name))) {
        return delivered(answers).await;
    }
    match fuzzing::scan(answers).await {
        Ok(inventory) => {
            let report = oracle::judged(&inventory, choices);
            // Formats are what the other targets try.
            if choices.below(64) == 0 {
                oracle::report(&report, choices);
            }
        }
        Err(error) => oracle::refusal(&error.to_string()),
    }
}

/// What only deliveries ask.
const DELIVERING: [&str; 7] = [
    "sns ",
    "events ",
    "monitoring PutMetricData",
    "securityhub ",
    "ssm ",
    "secretsmanager ",
    "hooks ",
];

async fn delivered(answers: &[Answer]) {
    let rules = AlertRules {
        on: NotifyOn::Always,
        min_severity: Severity::Low,
        heartbeat_days: 0,
        watching: false,
        label: String::new(),
        report: None,
        trouble: None,
    };
    let alert = Alert::from_report(&REPORT, &rules);
    let delivery = Delivery { report: &REPORT, alert: alert.as_ref(), label: "" };
    for failure in fuzzing::deliver(answers, &DESTINATIONS, &delivery).await {
        oracle::refusal(&failure.to_string());
    }
}

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let inventory = sample::with(&Kind::Application, |lb| lb.name = "web".to_owned());
    audit(&inventory, checks::ALL, &Options::at(inventory.taken_at))
});

static DESTINATIONS: LazyLock<Vec<Destination>> = LazyLock::new(|| {
    let all = [
        "sns:arn:aws:sns:eu-west-1:111122223333:alerts",
        "s3://reports/elb",
        "securityhub",
        "slack:ssm:/elb-audit/slack",
        "webhook:secret:elb-audit/hooks#pager",
        "webhook:https://hooks.example.com/hook",
        "eventbridge",
        "cloudwatch",
    ];
    all.iter().map(|text| Destination::parse(text).expect("a destination")).collect()
});
