//! A load balancer in subnets that another account shares: whose fact counts.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{
    Account, BlockPublicAccess, EncryptionControl, FlowLog, Inventory, Kind, Region, TargetType,
};
use elb_audit_core::report::{Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_core::vocab::fact::Fact;

const OWNER: &str = "444455556666";

/// Gives the VPC of a region, and all of its network, to another account.
fn give_away(region: &mut Region) {
    let owner = || Some(OWNER.to_owned());
    let Fact::Known(tables) = &mut region.route_tables else { panic!("known") };
    for table in tables.iter_mut() {
        table.owner = owner();
    }
    let Fact::Known(acls) = &mut region.network_acls else { panic!("known") };
    for acl in acls.iter_mut() {
        acl.owner = owner();
    }
    let Fact::Known(subnets) = &mut region.subnets else { panic!("known") };
    for subnet in subnets.iter_mut() {
        subnet.owner = owner();
    }
    let Fact::Known(vpcs) = &mut region.vpcs else { panic!("known") };
    for vpc in vpcs.iter_mut() {
        vpc.owner = owner();
    }
}

fn block(mode: &str) -> Fact<BlockPublicAccess> {
    let exclusions = Fact::Known(Vec::new());
    Fact::Known(BlockPublicAccess { mode: mode.to_owned(), exclusions })
}

/// The sample in another account's subnets, after a change.
fn participant(kind: &Kind, change: impl FnOnce(&mut Region)) -> Inventory {
    sample::with_region(kind, |region| {
        give_away(region);
        change(region);
    })
}

/// The same with the owner in the scan, as far as its region is read.
fn with_owner(mut inventory: Inventory, change: impl FnOnce(&mut Region)) -> Inventory {
    let mut region = Region::new(sample::REGION);
    change(&mut region);
    let mut owner = Account::new(OWNER, "aws");
    owner.regions = vec![region];
    inventory.accounts.push(owner);
    inventory
}

fn report(inventory: &Inventory) -> Report {
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    audit(inventory, ALL, &options)
}

fn exposure(inventory: &Inventory) -> ExposureClass {
    report(inventory).load_balancers[0].exposure
}

/// Outcome of a check, with the reason where it is unknown.
fn outcome(inventory: &Inventory, check: &str) -> (Outcome, String) {
    let report = report(inventory);
    let finding = report.findings.iter().find(|one| one.check == check).expect("a finding");
    let reason = finding.evidence.0.get("reason").map(ToString::to_string).unwrap_or_default();
    (finding.outcome, reason.trim_matches('"').to_owned())
}

#[test]
fn the_participants_own_block_on_public_access_says_nothing() {
    for kind in [Kind::Application, Kind::Network, Kind::Classic] {
        let own = participant(&kind, |region| {
            region.block_public_access = block("block-bidirectional");
        });
        assert_eq!(exposure(&own), ExposureClass::Unknown, "{kind}");
        let said = outcome(&own, "public-access-blocked");
        assert_eq!(said, (Outcome::Unknown, format!("belongs to account {OWNER}")), "{kind}");

        let open = with_owner(own.clone(), |region| region.block_public_access = block("off"));
        assert_eq!(exposure(&open), ExposureClass::Internet, "{kind}");
        let shut = participant(&kind, |region| region.block_public_access = block("off"));
        let shut = with_owner(shut, |region| {
            region.block_public_access = block("block-ingress");
        });
        assert_eq!(exposure(&shut), ExposureClass::Blocked, "{kind}");
        let denied = with_owner(own, |region| {
            let call = Call::Ec2DescribeVpcBlockPublicAccessOptions;
            region.block_public_access = Fact::Unread(sample::denied(call));
        });
        let said = outcome(&denied, "public-access-blocked");
        let reason =
            format!("belongs to account {OWNER}, where it could not be read: access denied");
        assert_eq!(said, (Outcome::Unknown, reason), "{kind}");
    }
}

#[test]
fn one_thing_that_names_the_owner_is_enough() {
    let shut = |change: fn(&mut Region)| {
        sample::with_region(&Kind::Application, |region| {
            region.block_public_access = block("block-bidirectional");
            let mut other = region.clone();
            give_away(&mut other);
            let (Fact::Known(own), Fact::Known(given)) =
                (&mut region.route_tables, &other.route_tables)
            else {
                panic!("known")
            };
            own.iter_mut().zip(given).for_each(|(own, given)| own.owner.clone_from(&given.owner));
            change(region);
        })
    };
    // A narrow scan reads neither subnets nor VPCs.
    let bare = shut(|region| {
        region.subnets = Fact::not_collected(Call::Ec2DescribeSubnets);
        region.vpcs = Fact::not_collected(Call::Ec2DescribeVpcs);
        region.network_acls = Fact::Unread(sample::denied(Call::Ec2DescribeNetworkAcls));
    });
    assert_eq!(exposure(&bare), ExposureClass::Unknown);
}

#[test]
fn an_owner_that_is_no_account_tells_nothing() {
    for owner in ["", "123", "AWS", "44445555666a"] {
        let odd = sample::with_region(&Kind::Application, |region| {
            region.block_public_access = block("block-bidirectional");
            let Fact::Known(tables) = &mut region.route_tables else { panic!("known") };
            tables[0].owner = Some(owner.to_owned());
        });
        assert_eq!(exposure(&odd), ExposureClass::Blocked, "{owner}");
    }
}

#[test]
fn an_account_that_owns_its_vpc_is_judged_by_its_own() {
    let own = sample::with_region(&Kind::Application, |region| {
        region.block_public_access = block("block-bidirectional");
    });
    let beside = with_owner(own, |region| region.block_public_access = block("off"));
    assert_eq!(exposure(&beside), ExposureClass::Blocked);
}

#[test]
fn flow_logs_and_encryption_are_the_owners() {
    let flow = FlowLog {
        id: "fl-1".to_owned(),
        resource: "vpc-1".to_owned(),
        status: Some("ACTIVE".to_owned()),
        traffic: Some("ALL".to_owned()),
        delivery: Some("SUCCESS".to_owned()),
    };
    let control = EncryptionControl {
        vpc_id: "vpc-1".to_owned(),
        mode: "enforce".to_owned(),
        state: Some("available".to_owned()),
    };
    let alone = participant(&Kind::Network, |region| {
        sample::listeners(sample::only(region))[0].protocol = Some("TCP".into());
        region.flow_logs = Fact::Known(Vec::new());
        region.encryption_controls = Fact::Known(Vec::new());
    });
    let both = with_owner(alone.clone(), |region| {
        region.flow_logs = Fact::Known(vec![flow]);
        region.encryption_controls = Fact::Known(vec![control]);
    });
    let none = with_owner(alone.clone(), |region| {
        region.flow_logs = Fact::Known(Vec::new());
        region.encryption_controls = Fact::Known(Vec::new());
    });
    for (check, without) in
        [("flow-logs-missing", Outcome::Fail), ("encryption-not-enforced", Outcome::Note)]
    {
        assert_eq!(outcome(&alone, check).0, Outcome::Unknown, "{check}");
        assert_eq!(outcome(&both, check).0, Outcome::Pass, "{check}");
        assert_eq!(outcome(&none, check).0, without, "{check}");
    }
}

/// A group with an address that no interface of the participant has.
fn pods(kind: &Kind, state: &str) -> Inventory {
    let protocol = if *kind == Kind::Network { "TLS" } else { "HTTPS" };
    let mut inventory = sample::addressed(kind, protocol, &["10.0.1.9", "10.0.2.9"]);
    let region = &mut inventory.accounts[0].regions[0];
    give_away(region);
    region.network_interfaces = Fact::Known(Vec::new());
    sample::regroup(region, "web", |group| {
        assert_eq!(group.target_type, Some(TargetType::Ip));
        let Fact::Known(targets) = &mut group.targets else { panic!("known") };
        for target in targets.iter_mut() {
            target.state = state.into();
        }
    });
    inventory
}

#[test]
fn an_address_of_others_is_not_gone() {
    for kind in [Kind::Application, Kind::Network] {
        let alone = pods(&kind, "unhealthy");
        let said = outcome(&alone, "target-stale");
        assert_eq!(said, (Outcome::Unknown, format!("belongs to account {OWNER}")), "{kind}");
        assert_eq!(outcome(&pods(&kind, "healthy"), "target-stale").0, Outcome::Pass, "{kind}");

        // Who asked the owner knows that it is gone, or whose it is.
        let mut asked = alone;
        asked.accounts[0].regions[0].interfaces_from = vec![OWNER.to_owned()];
        assert_eq!(outcome(&asked, "target-stale").0, Outcome::Fail, "{kind}");
        asked.accounts[0].regions[0].network_interfaces = Fact::Known(vec![
            sample::interface("eni-1", None, "10.0.1.9"),
            sample::interface("eni-2", None, "10.0.2.9"),
        ]);
        assert_eq!(outcome(&asked, "target-stale").0, Outcome::Pass, "{kind}");
    }
}

#[test]
fn the_owner_tells_of_routes_and_filters_that_a_participant_does_not_see() {
    let whole = participant(&Kind::Application, |region| {
        region.block_public_access = block("off");
    });
    let own = whole.accounts[0].regions[0].clone();
    let mut blind = whole;
    let region = &mut blind.accounts[0].regions[0];
    region.route_tables = Fact::Known(Vec::new());
    region.network_acls = Fact::Known(Vec::new());
    assert_eq!(exposure(&blind), ExposureClass::Unknown);
    let seen = with_owner(blind, |region| {
        region.block_public_access = block("off");
        region.route_tables = own.route_tables;
        region.network_acls = own.network_acls;
    });
    assert_eq!(exposure(&seen), ExposureClass::Internet);
}

#[test]
fn a_file_without_owners_is_taken_for_the_accounts_own_and_says_so() {
    let mut old = sample::with_region(&Kind::Application, |region| {
        region.block_public_access = block("block-bidirectional");
        let Fact::Known(tables) = &mut region.route_tables else { panic!("known") };
        for table in tables.iter_mut() {
            table.owner = None;
        }
        let Fact::Known(acls) = &mut region.network_acls else { panic!("known") };
        for acl in acls.iter_mut() {
            acl.owner = None;
        }
        let Fact::Known(subnets) = &mut region.subnets else { panic!("known") };
        for subnet in subnets.iter_mut() {
            subnet.owner = None;
        }
        let Fact::Known(vpcs) = &mut region.vpcs else { panic!("known") };
        for vpc in vpcs.iter_mut() {
            vpc.owner = None;
        }
    });
    old.note_missing_owners();
    old.note_missing_owners();
    let notes = &old.accounts[0].regions[0].notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].starts_with("saved without owners"), "{notes:?}");
    assert_eq!(exposure(&old), ExposureClass::Blocked);

    let mut new = sample::clean(&Kind::Application);
    new.note_missing_owners();
    assert!(new.accounts[0].regions[0].notes.is_empty());
}
