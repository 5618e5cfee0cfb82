//! Which checks run, for whom, and that a good account is silent for whoever only mends faults.

use std::collections::BTreeSet;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::compliance::{self, Framework};
use elb_audit_core::fixtures::sample;
use elb_audit_core::policy::Policy;
use elb_audit_core::policy::config::Config;
use elb_audit_core::policy::selection::{Selection, find};
use elb_audit_core::vocab::severity::Persona;

use crate::given::{KINDS, line};

fn ids(selection: &Selection) -> BTreeSet<&'static str> {
    selection.choose(ALL, &Policy::default()).iter().map(|check| check.id).collect()
}

fn heard(persona: Persona) -> BTreeSet<&'static str> {
    ids(&Selection { persona: Some(persona), ..Selection::default() })
}

#[test]
fn an_account_set_up_as_aws_recommends_is_silent() {
    let regular = Selection::default().choose(ALL, &Policy::default());
    for kind in KINDS {
        let report = audit(&sample::clean(&kind), &regular, &Options::at(sample::now()));
        let found: Vec<String> = report.findings.iter().map(line).collect();
        assert_eq!(found, [""; 0], "clean {kind}");
        assert!(report.summary.passed > 0, "clean {kind}: nothing was judged");
    }
}

#[test]
fn each_persona_hears_what_the_one_before_hears_too() {
    let (regular, pedantic, auditor) =
        (heard(Persona::Regular), heard(Persona::Pedantic), heard(Persona::Auditor));
    assert!(regular.is_subset(&pedantic) && regular.len() < pedantic.len());
    assert!(pedantic.is_subset(&auditor) && pedantic.len() < auditor.len());
    assert_eq!(auditor.len(), ALL.len());
    assert_eq!(ids(&Selection::default()), regular);
    for check in ALL {
        let told = match check.persona {
            Persona::Regular => regular.contains(check.id),
            Persona::Pedantic => pedantic.contains(check.id) && !regular.contains(check.id),
            Persona::Auditor => !pedantic.contains(check.id),
        };
        assert!(told, "{}", check.id);
    }
}

#[test]
fn what_is_asked_for_by_name_comes_before_everything_but_skipping() {
    let one = |ids: &[&'static str]| ids.iter().copied().collect::<BTreeSet<_>>();
    let regular = heard(Persona::Regular);
    let enabled = Selection { enable: one(&["internet-facing"]), ..Selection::default() };
    assert_eq!(ids(&enabled).difference(&regular).collect::<Vec<_>>(), [&"internet-facing"]);
    let disabled = Selection { disable: one(&["no-targets"]), ..Selection::default() };
    assert_eq!(regular.difference(&ids(&disabled)).collect::<Vec<_>>(), [&"no-targets"]);
    let only = Selection { only: one(&["internet-facing", "no-targets"]), ..disabled.clone() };
    assert_eq!(ids(&only), one(&["internet-facing", "no-targets"]));
    let skipped = Selection { skip: one(&["no-targets"]), ..only.clone() };
    assert_eq!(ids(&skipped), one(&["internet-facing"]));
    assert_eq!((only.audience(), disabled.audience()), (None, Some(Persona::Regular)));
}

#[test]
fn a_framework_takes_the_checks_that_it_needs() {
    let framework = Selection { frameworks: vec![Framework::Fsbp], ..Selection::default() };
    let chosen = ids(&framework);
    let needed: BTreeSet<&str> = compliance::checks_of(Framework::Fsbp).into_iter().collect();
    assert!(chosen.is_subset(&needed) && chosen.contains("deletion-protection-off"));
    assert!(!chosen.contains("no-targets"));
    let both = vec![Framework::Fsbp, Framework::Pci4];
    let both = ids(&Selection { frameworks: both, ..Selection::default() });
    let other = vec![Framework::Pci4];
    let other = ids(&Selection { frameworks: other, ..Selection::default() });
    assert_eq!(both, chosen.union(&other).copied().collect());
    assert!(both.len() > chosen.len() && both.len() > other.len());
    let fewer = Selection { disable: ["waf-not-associated"].into(), ..framework };
    assert!(!ids(&fewer).contains("waf-not-associated"));
    assert_eq!(fewer.audience(), None);
}

#[test]
fn what_someone_has_written_down_is_of_interest_to_everyone() {
    let check = find("internet-facing").expect("a check");
    assert_eq!(Policy::default().persona(check), Persona::Auditor);
    let listed = Config::parse("[intent]\npublic = [\"web\"]").expect("a configuration").policy;
    assert_eq!(listed.persona(check), Persona::Regular);
    assert!(Selection::default().choose(ALL, &listed).iter().any(|one| one.id == check.id));
}

#[test]
fn a_check_is_found_by_its_id_and_by_its_aliases() {
    let id = |name: &str| match find(name) {
        Ok(check) => Ok(check.id),
        Err(error) => Err(error.to_string()),
    };
    assert_eq!(id("no-targets"), Ok("no-targets"));
    assert_eq!(id("lb-internet-facing"), Ok("internet-facing"));
    let unknown = "unknown check `no-tragets`: did you mean `no-targets`?";
    assert_eq!(id("no-tragets"), Err(unknown.to_owned()));
    assert_eq!(id("zz"), Err("unknown check `zz`: `elb-audit checks` lists them".to_owned()));
}
