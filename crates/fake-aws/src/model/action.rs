//! What a rule or a listener does with a request.

/// One action; [`Action::Other`] plants a type that nobody knows yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// To target groups.
    Forward(Forward),
    /// To another URL.
    Redirect(Redirect),
    /// An answer of the load balancer's own.
    FixedResponse(FixedResponse),
    /// Log in with an `OpenID` Connect provider.
    Oidc(Oidc),
    /// Log in with Cognito.
    Cognito(Cognito),
    /// Check a bearer token.
    Jwt(Jwt),
    /// An action type given as text, without any configuration.
    Other(String),
}

impl Action {
    /// Forwards to one target group, by its name or ARN.
    pub fn forward(group: &str) -> Self {
        Self::weighted(&[(group, 1)])
    }

    /// Forwards to several target groups with weights.
    pub fn weighted(groups: &[(&str, u32)]) -> Self {
        let target_groups =
            groups.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        Self::Forward(Forward { target_groups, ..Forward::default() })
    }

    /// Redirects to the same URL over HTTPS on port 443.
    pub fn redirect_to_https() -> Self {
        Self::Redirect(Redirect {
            protocol: Some("HTTPS".to_owned()),
            port: Some("443".to_owned()),
            ..Redirect::default()
        })
    }

    /// Answers with a status code and no content.
    pub fn fixed(status: u16) -> Self {
        Self::FixedResponse(FixedResponse {
            status: status.to_string(),
            content_type: Some("text/plain".to_owned()),
            body: None,
        })
    }
}

impl Action {
    /// Answers with a status code and content of some type.
    pub fn fixed_with(status: u16, content_type: &str, body: &str) -> Self {
        Self::FixedResponse(FixedResponse {
            status: status.to_string(),
            content_type: Some(content_type.to_owned()),
            body: Some(body.to_owned()),
        })
    }
}

/// A forward action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forward {
    /// Names or ARNs of target groups, with weights.
    pub target_groups: Vec<(String, u32)>,
    /// Seconds for which a client stays with a group; `None` when stickiness is off.
    pub stickiness: Option<u32>,
}

/// A redirect; parts that are absent are answered as AWS fills them in (`#{host}` and so on).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// `HTTP`, `HTTPS` or `#{protocol}`; left out of the answer when `None`.
    pub protocol: Option<String>,
    /// A port or `#{port}`; left out of the answer when `None`.
    pub port: Option<String>,
    /// A host name with placeholders.
    pub host: String,
    /// A path with placeholders.
    pub path: String,
    /// A query string with placeholders.
    pub query: String,
    /// `HTTP_301` or `HTTP_302`.
    pub status: String,
}

impl Default for Redirect {
    fn default() -> Self {
        Self {
            protocol: None,
            port: None,
            host: "#{host}".to_owned(),
            path: "/#{path}".to_owned(),
            query: "#{query}".to_owned(),
            status: "HTTP_301".to_owned(),
        }
    }
}

/// A fixed response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixedResponse {
    /// The status code, as text.
    pub status: String,
    /// The content type.
    pub content_type: Option<String>,
    /// The content.
    pub body: Option<String>,
}

/// A log-in with an `OpenID` Connect provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oidc {
    /// The provider's issuer, which endpoints that are not given are made from.
    pub issuer: String,
    /// Where the user logs in.
    pub authorization_endpoint: Option<String>,
    /// Where the load balancer fetches tokens.
    pub token_endpoint: Option<String>,
    /// Where the load balancer asks about the user.
    pub user_info_endpoint: Option<String>,
    /// The client's id.
    pub client_id: String,
    /// The client's secret, which is never answered.
    pub client_secret: String,
    /// `deny`, `allow` or `authenticate`.
    pub on_unauthenticated: Option<String>,
    /// Cookie, scope and life of the session.
    pub session: Session,
}

/// The session after a log-in, with AWS's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The name of its cookie.
    pub cookie: String,
    /// What is asked of the provider about the user.
    pub scope: String,
    /// How long it lasts, in seconds.
    pub timeout: u32,
    /// Further parameters of the request to the provider.
    pub parameters: Vec<(String, String)>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            cookie: "AWSELBAuthSessionCookie".to_owned(),
            scope: "openid".to_owned(),
            timeout: 604_800,
            parameters: Vec::new(),
        }
    }
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: "https://login.example.com".to_owned(),
            authorization_endpoint: None,
            token_endpoint: None,
            user_info_endpoint: None,
            client_id: "client".to_owned(),
            client_secret: "secret".to_owned(),
            on_unauthenticated: Some("authenticate".to_owned()),
            session: Session::default(),
        }
    }
}

/// A log-in with a Cognito user pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cognito {
    /// The pool's ARN, or what its ARN in this account and region ends with.
    pub pool: String,
    /// The client's id.
    pub client_id: String,
    /// The pool's domain.
    pub domain: String,
    /// `deny`, `allow` or `authenticate`.
    pub on_unauthenticated: Option<String>,
    /// Cookie, scope and life of the session.
    pub session: Session,
}

impl Default for Cognito {
    fn default() -> Self {
        Self {
            pool: "userpool/eu-west-1_example".to_owned(),
            client_id: "client".to_owned(),
            domain: "example".to_owned(),
            on_unauthenticated: Some("authenticate".to_owned()),
            session: Session::default(),
        }
    }
}

/// A check of a bearer token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// Who must have issued the token.
    pub issuer: String,
    /// Where the issuer's keys are; at its `/.well-known/jwks.json` when absent.
    pub jwks_endpoint: Option<String>,
    /// Further claims: name, format, values.
    pub claims: Vec<(String, String, Vec<String>)>,
}

impl Default for Jwt {
    fn default() -> Self {
        Self {
            issuer: "https://login.example.com".to_owned(),
            jwks_endpoint: None,
            claims: Vec::new(),
        }
    }
}
