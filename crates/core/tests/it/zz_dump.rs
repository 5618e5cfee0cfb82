use crate::given::report_of;
use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::Kind;
use elb_audit_core::report::Outcome;
#[test]
fn dump() {
    let mine = std::fs::read_to_string("/tmp/c2v/mine.txt").unwrap();
    let mut out = String::new();
    for check in ALL {
        if !mine.lines().any(|l| l == check.id) {
            continue;
        }
        for example in check.examples {
            for f in report_of(&(example.given)(), &[check]).findings {
                if !matches!(f.outcome, Outcome::Fail | Outcome::Note) {
                    continue;
                }
                let kinds: Vec<Kind> = match &f.load_balancer {
                    Some(lb) => vec![Kind::from(lb.kind.as_str())],
                    None => check.applies_to.to_vec(),
                };
                let c = check.commands(&kinds, &f.bindings);
                out += &format!(
                    "#### {} / {} / {}\n{}\n",
                    check.id, example.title, f.subject.label, c.lines
                );
                for (n, how) in &c.open {
                    out += &format!("##>> {n}: {how}\n");
                }
                out +=
                    &format!("##cause {}\n\n", f.cause.map(|c| c.sentence()).unwrap_or_default());
            }
        }
    }
    std::fs::write("/tmp/c2v/dump.txt", out).unwrap();
}
