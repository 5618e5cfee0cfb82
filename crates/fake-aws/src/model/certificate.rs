//! Certificates that ACM and IAM keep.

/// 2026-01-01T00:00:00Z, when everything in the fake began.
pub const EPOCH: i64 = 1_767_225_600;

/// 2036-01-01T00:00:00Z, when certificates end unless a test says otherwise.
pub const FAR: i64 = 2_082_758_400;

/// A certificate in ACM. Times are seconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct Certificate {
    /// What listeners name it by; its ARN follows from it.
    pub name: String,
    /// The main domain.
    pub domain: String,
    /// All domains, the main one included.
    pub alternative_names: Vec<String>,
    /// `ISSUED`, `PENDING_VALIDATION`, `EXPIRED` and so on.
    pub status: String,
    /// `AMAZON_ISSUED`, `IMPORTED` or `PRIVATE`.
    pub kind: String,
    /// As the live service writes it, with a hyphen: `RSA-2048`.
    pub key_algorithm: String,
    /// Such as `SHA256WITHRSA`.
    pub signature_algorithm: String,
    /// The start of validity; absent while not issued.
    pub not_before: Option<i64>,
    /// The end of validity; absent while not issued.
    pub not_after: Option<i64>,
    /// `ELIGIBLE` or `INELIGIBLE`.
    pub renewal_eligibility: String,
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS` or `FAILED`; absent before a renewal.
    pub renewal_status: Option<String>,
    /// Why a renewal failed.
    pub renewal_reason: Option<String>,
    /// Why issuing failed.
    pub failure_reason: Option<String>,
    /// `DNS`, `EMAIL` or `HTTP`.
    pub validation_method: String,
    /// Domains whose validation is in another state than the others', with that state.
    pub validations: Vec<(String, String)>,
    /// Whether the records that prove ownership are told, where the method has them.
    pub has_records: bool,
    /// Who issued it, as one name; `Amazon`, or `Example CA` when imported, if absent.
    pub issuer: Option<String>,
    /// ARNs of users besides the load balancers of its region, such as a distribution.
    pub in_use_by: Vec<String>,
    /// Whether its private key has left ACM.
    pub exported: bool,
    /// `AWS_MANAGED`, `CUSTOMER_PROVIDED` or `ACME`.
    pub origin: String,
    /// `ENABLED` or `DISABLED`: whether the private key may leave ACM.
    pub export: String,
    /// What it may be used for, by name and object identifier; server authentication where nothing is said.
    pub key_usages: Vec<(String, String)>,
    /// An Amazon N2 certificate's usage and root hierarchy: `CLIENT_AUTH_ONLY`, `N2_AMAZON_MANAGED`.
    pub n2: Option<(String, String)>,
}

/// A certificate in IAM. Times are seconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct ServerCertificate {
    /// The path, with slashes at both ends.
    pub path: String,
    /// Unique in its account; listeners name it by this.
    pub name: String,
    /// When it was uploaded.
    pub uploaded: Option<i64>,
    /// The end of validity.
    pub expiration: Option<i64>,
    /// The certificate itself, in PEM. Its dates are not those that IAM answers.
    pub body: String,
}

/// A certificate with an RSA key of 2,048 bits.
pub const RSA_2048: &str = include_str!("../../data/rsa-2048.pem");
/// A certificate with an RSA key of 1,024 bits.
pub const RSA_1024: &str = include_str!("../../data/rsa-1024.pem");
/// A certificate with a key on the curve P-256.
pub const EC_PRIME256V1: &str = include_str!("../../data/ec-prime256v1.pem");

impl Certificate {
    /// Makes it an Amazon N2 certificate of this usage and root hierarchy.
    pub fn n2(mut self, usage: &str, roots: &str) -> Self {
        self.n2 = Some((usage.to_owned(), roots.to_owned()));
        self
    }

    /// Adds what it may be used for: `TLS_WEB_CLIENT_AUTHENTICATION`, `1.3.6.1.5.5.7.3.2`.
    pub fn key_usage(mut self, name: &str, identifier: &str) -> Self {
        self.key_usages.push((name.to_owned(), identifier.to_owned()));
        self
    }

    /// Issued by Amazon, in use, renewed by ACM.
    pub fn issued(name: &str) -> Self {
        let domain =
            if name.contains('.') { name.to_owned() } else { format!("{name}.example.com") };
        Self {
            name: name.to_owned(),
            alternative_names: vec![domain.clone()],
            domain,
            status: "ISSUED".to_owned(),
            kind: "AMAZON_ISSUED".to_owned(),
            key_algorithm: "RSA-2048".to_owned(),
            signature_algorithm: "SHA256WITHRSA".to_owned(),
            not_before: Some(EPOCH),
            not_after: Some(FAR),
            renewal_eligibility: "ELIGIBLE".to_owned(),
            validation_method: "DNS".to_owned(),
            has_records: true,
            origin: "AWS_MANAGED".to_owned(),
            export: "DISABLED".to_owned(),
            ..Self::default()
        }
    }

    /// Imported: never renewed by ACM.
    pub fn imported(name: &str) -> Self {
        Self {
            kind: "IMPORTED".to_owned(),
            renewal_eligibility: "INELIGIBLE".to_owned(),
            origin: "CUSTOMER_PROVIDED".to_owned(),
            ..Self::issued(name)
        }
    }

    /// Requested, but not yet issued.
    pub fn pending(name: &str) -> Self {
        Self {
            status: "PENDING_VALIDATION".to_owned(),
            not_before: None,
            not_after: None,
            renewal_eligibility: "INELIGIBLE".to_owned(),
            ..Self::issued(name)
        }
    }

    /// Sets the end of validity, in seconds since 1970.
    pub fn expires(mut self, at: i64) -> Self {
        self.not_after = Some(at);
        self
    }

    /// Sets the status.
    pub fn status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.status);
        self
    }

    /// Sets the state of its renewal.
    pub fn renewal(mut self, status: &str) -> Self {
        self.renewal_status = Some(status.to_owned());
        self
    }

    /// Sets the state of its renewal, with AWS's word for why.
    pub fn renewal_because(self, status: &str, reason: &str) -> Self {
        Self { renewal_reason: Some(reason.to_owned()), ..self.renewal(status) }
    }

    /// Was never issued, with AWS's word for why.
    pub fn failed(self, reason: &str) -> Self {
        let failed = Self { not_before: None, not_after: None, ..self.status("FAILED") };
        Self { failure_reason: Some(reason.to_owned()), ..failed }
    }

    /// Sets how ownership is proven: `DNS`, `EMAIL` or `HTTP`.
    pub fn validated_by(mut self, method: &str) -> Self {
        method.clone_into(&mut self.validation_method);
        self
    }

    /// Sets the state of one domain's validation: `PENDING_VALIDATION`, `SUCCESS` or `FAILED`.
    pub fn validation(mut self, domain: &str, status: &str) -> Self {
        self.validations.push((domain.to_owned(), status.to_owned()));
        self
    }

    /// Replaces its domains; the first is the main one.
    pub fn domains(mut self, names: &[&str]) -> Self {
        self.alternative_names = names.iter().map(|name| (*name).to_owned()).collect();
        self.domain = self.alternative_names.first().cloned().unwrap_or_default();
        self
    }

    /// Sets the beginning of validity, in seconds since 1970.
    pub fn starts(mut self, at: i64) -> Self {
        self.not_before = Some(at);
        self
    }

    /// Sets the signature algorithm, such as `SHA1WITHRSA`.
    pub fn signature(mut self, algorithm: &str) -> Self {
        algorithm.clone_into(&mut self.signature_algorithm);
        self
    }

    /// Sets who issued it, as one name.
    pub fn issuer(mut self, name: &str) -> Self {
        self.issuer = Some(name.to_owned());
        self
    }

    /// Lets its private key leave ACM; `done` says whether it has.
    pub fn exportable(mut self, done: bool) -> Self {
        "ENABLED".clone_into(&mut self.export);
        self.exported = done;
        self
    }

    /// Is used by something besides load balancers of its region, by ARN.
    pub fn used_by(mut self, arn: &str) -> Self {
        self.in_use_by.push(arn.to_owned());
        self
    }

    /// Sets the key algorithm, in whichever spelling a test wants answered.
    pub fn key(mut self, algorithm: &str) -> Self {
        algorithm.clone_into(&mut self.key_algorithm);
        self
    }
}

impl ServerCertificate {
    /// A certificate at path `/`, long valid.
    pub fn new(name: &str) -> Self {
        Self {
            path: "/".to_owned(),
            name: name.to_owned(),
            uploaded: Some(EPOCH),
            expiration: Some(FAR),
            body: RSA_2048.to_owned(),
        }
    }

    /// Replaces the certificate itself, in PEM.
    pub fn body(mut self, pem: &str) -> Self {
        pem.clone_into(&mut self.body);
        self
    }

    /// Sets the end of validity, in seconds since 1970.
    pub fn expires(mut self, at: i64) -> Self {
        self.expiration = Some(at);
        self
    }
}
