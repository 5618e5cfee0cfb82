//! The authorities whose certificates are trusted: the system's, or those of a file.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use aws_smithy_types::base64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::files::read::{self, Bounds, ReadError};

/// A file of authorities that takes the place of the system's, and who names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bundle {
    pub(crate) named_by: String,
    pub(crate) file: PathBuf,
}

/// Why a file holds no authorities.
#[derive(Debug, thiserror::Error)]
#[error("{bundle}, {why}")]
pub(crate) struct BundleError {
    bundle: Bundle,
    why: BundleFault,
}

#[derive(Debug, thiserror::Error)]
enum BundleFault {
    #[error("which cannot be read: {0}")]
    Unreadable(std::io::Error),
    #[error("which is damaged: a certificate in it cannot be decoded")]
    Damaged,
    #[error("which holds no certificate in PEM form")]
    Empty,
    #[error("which holds no certificate that can be an authority's")]
    Useless,
}

impl Bundle {
    /// The file that the environment names; it comes before a profile's.
    pub(crate) fn from_environment() -> Option<Self> {
        const NAME: &str = "AWS_CA_BUNDLE";
        let file = std::env::var_os(NAME).filter(|file| !file.is_empty())?;
        Some(Bundle { named_by: NAME.to_owned(), file: file.into() })
    }

    /// Reads the file; how many of its certificates are of no use as well.
    pub(crate) fn read(&self) -> Result<(TlsContext, usize), BundleError> {
        let refuse = |why| BundleError { bundle: self.clone(), why };
        let text = self.text().map_err(|error| refuse(BundleFault::Unreadable(error)))?;
        let all = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
        let all = all.map_err(|_| refuse(BundleFault::Damaged))?;
        if all.is_empty() {
            return Err(refuse(BundleFault::Empty));
        }
        // What the SDK's connector cannot use, it does not survive.
        let usable = all.iter().filter(|one| RootCertStore::empty().add((*one).clone()).is_ok());
        let usable: Vec<String> = usable.map(|one| pem(one)).collect();
        if usable.is_empty() {
            return Err(refuse(BundleFault::Useless));
        }
        let useless = all.len() - usable.len();
        let trusted = TrustStore::empty().with_pem_certificate(usable.concat());
        let context = TlsContext::builder().with_trust_store(trusted).build();
        Ok((context.map_err(|_| refuse(BundleFault::Useless))?, useless))
    }

    fn text(&self) -> std::io::Result<Vec<u8>> {
        /// Every authority of the world takes less than a hundredth.
        const LARGEST: u64 = 64 << 20;
        let bounds = Bounds { most: LARGEST, longest: Duration::from_mins(1) };
        let text = read::bytes(&self.file, bounds).map_err(ReadError::into_io)?;
        Ok(text.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(text))
    }
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let body = base64::encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bundle { named_by, file } = self;
        write!(f, "{named_by} names the file {}", file.display())
    }
}
