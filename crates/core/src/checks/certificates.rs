//! The certificates that listeners present.

use crate::vocab::call::Call;

pub(super) mod certificate_client_only;
pub(super) mod certificate_email_validated;
pub(super) mod certificate_expired;
pub(super) mod certificate_expiring;
pub(super) mod certificate_exportable;
pub(super) mod certificate_host_uncovered;
pub(super) mod certificate_not_issued;
pub(super) mod certificate_renewal_stalled;
pub(super) mod certificate_shared;
pub(super) mod certificate_unmanaged;
pub(super) mod certificate_untrusted;
pub(super) mod certificate_weak_key;
pub(super) mod certificate_weak_signature;
pub(super) mod certificate_wildcard;

/// The calls that say which certificates there are, and what ACM or IAM says of them.
const NAMED: &[Call] = &[
    Call::ElbV2DescribeListenerCertificates,
    Call::AcmSearchCertificates,
    Call::AcmDescribeCertificate,
    Call::IamListServerCertificates,
];

/// The same, and what is written in those that IAM keeps.
const READ: &[Call] = &[
    Call::ElbV2DescribeListenerCertificates,
    Call::AcmSearchCertificates,
    Call::AcmDescribeCertificate,
    Call::IamListServerCertificates,
    Call::IamGetServerCertificate,
];
