//! What the controls of other frameworks ask, in our words.

use super::Framework::{self, Nist80053, Pci4};

/// What a control asks.
pub(super) fn title(framework: Framework, id: &str) -> Option<&'static str> {
    let titles = match framework {
        Nist80053 => NIST_800_53,
        Pci4 => PCI_4,
        _ => return None,
    };
    titles.iter().find(|(known, _)| *known == id).map(|(_, title)| *title)
}

const NIST_800_53: &[(&str, &str)] = &[
    ("AC-4", "what may flow where is enforced"),
    ("AC-4(21)", "flows of different kinds are kept apart"),
    ("AC-4(26)", "what a filter does is recorded"),
    ("AC-17(2)", "remote access is encrypted"),
    ("AU-2", "it is decided which events are recorded"),
    ("AU-3", "records say what happened, when, where and by whom"),
    ("AU-6(3)", "records of different places can be brought together"),
    ("AU-6(4)", "records can be reviewed in one place"),
    ("AU-10", "nobody can deny what they did"),
    ("AU-12", "records are written"),
    ("CA-7", "controls are watched all the time"),
    ("CA-9(1)", "connections inside are held to the rules"),
    ("CM-2", "there is a baseline of the configuration"),
    ("CM-2(2)", "the baseline is kept up by machine"),
    ("CM-3", "changes to the configuration are controlled"),
    ("CP-2(2)", "capacity is planned"),
    ("CP-6(2)", "the second site is quick enough to recover at"),
    ("CP-10", "the system can be recovered"),
    ("IA-5(1)", "passwords are protected"),
    ("SC-5(2)", "capacity and redundancy withstand a flood"),
    ("SC-7(4)", "interfaces to outside networks are protected"),
    ("SC-7(9)", "traffic that threatens others is stopped"),
    ("SC-8", "what is transmitted is protected"),
    ("SC-8(1)", "what is transmitted is protected by cryptography"),
    ("SC-8(2)", "what is transmitted is protected before and after, too"),
    ("SC-12(3)", "key pairs are managed"),
    ("SC-13", "cryptography is fit for its use"),
    ("SC-23", "sessions are authentic"),
    ("SC-23(3)", "ids of sessions are unique and random"),
    ("SC-23(5)", "only approved certificate authorities are used"),
    ("SC-36", "processing is spread over several places"),
    ("SI-2", "flaws are fixed"),
    ("SI-7(6)", "integrity is protected by cryptography"),
    ("SI-7(8)", "what threatens integrity is recorded"),
    ("SI-13(5)", "another component can take over"),
];

const PCI_4: &[(&str, &str)] = &[
    ("1.2.5", "services, protocols and ports in use are known and needed"),
    ("2.2.5", "insecure services are justified and made safe"),
    ("2.2.7", "administration over a network is encrypted"),
    ("4.2.1", "card data is encrypted on open networks"),
    ("4.2.1.1", "keys and certificates that protect card data in transit are listed"),
    ("6.2.4", "software withstands the common attacks"),
    ("6.4.1", "public web applications are protected from known attacks"),
    ("6.4.2", "attacks on public web applications are stopped by machine"),
    ("8.3.2", "what proves identity is encrypted in transit"),
    ("10.2.1.1", "access to card data is recorded"),
    ("10.2.1.2", "what administrators do is recorded"),
    ("10.2.1.3", "access to records is recorded"),
    ("10.2.1.4", "refused access is recorded"),
    ("10.2.1.5", "changes of credentials are recorded"),
    ("10.2.1.6", "starting and stopping of records is recorded"),
    ("10.2.1.7", "making and deleting system objects is recorded"),
    ("10.2.2", "records say who did what, when and where"),
    ("10.3.1", "only those who need records can read them"),
    ("10.6.3", "settings of the time are protected"),
    ("11.5.1.1", "covert ways out of the network are detected"),
    ("A1.2.1", "each customer of a provider has records of their own"),
];

#[cfg(test)]
mod tests {
    use super::super::{Framework, controls};
    use super::{NIST_800_53, PCI_4};

    #[test]
    fn every_title_is_of_a_control_and_every_control_has_one() {
        for (framework, titles) in [(Framework::Nist80053, NIST_800_53), (Framework::Pci4, PCI_4)] {
            let ids: Vec<&str> = controls(framework).iter().map(|control| control.id).collect();
            let titled: Vec<&str> = titles.iter().map(|(id, _)| *id).collect();
            assert_eq!(ids, titled);
        }
    }
}
