//! The words that the listeners of the tests are made of: few, and close to one another, so that they overlap in
//! every way that patterns can.

/// A regular expression, with patterns that say the same.
pub(crate) struct Expression {
    pub(crate) text: &'static str,
    /// What it takes if it has to take all of a text.
    pub(crate) whole: &'static [&'static str],
    /// What it takes if a part is enough.
    pub(crate) part: &'static [&'static str],
}

const fn whole(text: &'static str, same: &'static [&'static str]) -> Expression {
    Expression { text, whole: same, part: same }
}

pub(crate) const PATH_REGEXES: &[&str] =
    &["^/a.*$", "^/a(/.*)?$", "^/[ab]$", "^/.*$", "^/(a|b/a)/.*$", "/a", "^/b"];

pub(crate) const HOST_REGEXES: &[&str] = &[r"^[ab]\.example\.com$", r"^a\..*$"];

/// All expressions of the tests.
pub(crate) const REGEXES: &[Expression] = &[
    whole("^/a.*$", &["/a*"]),
    whole("^/a(/.*)?$", &["/a", "/a/*"]),
    whole("^/[ab]$", &["/a", "/b"]),
    whole("^/.*$", &["/*"]),
    whole("^/(a|b/a)/.*$", &["/a/*", "/b/a/*"]),
    Expression { text: "/a", whole: &["/a"], part: &["*/a*"] },
    Expression { text: "^/b", whole: &["/b"], part: &["/b*"] },
    whole(r"^[ab]\.example\.com$", &["a.example.com", "b.example.com"]),
    whole(r"^a\..*$", &["a.*"]),
];

/// A rewrite that puts something else for what a URL begins with.
pub(crate) struct Rewrite {
    pub(crate) pattern: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) replacement: &'static str,
}

pub(crate) const REWRITES: &[Rewrite] = &[
    Rewrite { pattern: "^/a/(.*)$", prefix: "/a/", replacement: "/$1" },
    Rewrite { pattern: "^/b(.*)$", prefix: "/b", replacement: "/a$1" },
    Rewrite { pattern: "^/never/(.*)$", prefix: "/never/", replacement: "/$1" },
    Rewrite { pattern: "^/(.*)$", prefix: "/", replacement: "/new/$1" },
];

pub(crate) const PATHS: &[&str] = &[
    "/a",
    "/a*",
    "/a/*",
    "/*b",
    "/a/*/b",
    "/a?",
    "/b",
    "/b*",
    "/*/b",
    "/*a*",
    "/a/b",
    "/ab*",
    "/?",
    "/?*",
    "/A*",
    "/static/*",
    "/health",
    "/.well-known/acme-challenge/*",
    "a*",
    "*/a",
    "/*",
    "*",
];

pub(crate) const HOSTS: &[&str] = &[
    "a.example.com",
    "b.example.com",
    "*.example.com",
    "A.Example.COM",
    "?.example.com",
    "example.com",
    "*a.example.com",
    "*.com",
    "*",
];

pub(crate) const METHODS: &[&str] = &["GET", "POST", "OPTIONS", "PUT"];

/// Headers and what is asked of them. The last one may be a secret, so that its values are hashes.
pub(crate) const HEADERS: &[(&str, &[&str])] = &[
    ("User-Agent", &["*bot*", "*bot", "x*", "*", r"\*", "X?", r"x\?*"]),
    ("Accept-Language", &["de*", "de", "*", "DE-?", "fr"]),
    (
        "X-Key",
        &["sha256:1111111111111111", "sha256:2222222222222222", "sha256*:4444444444444444", "*"],
    ),
];

/// What is asked of the query. Keys are `k` and `j`, so that a value of any key is neither's alone.
pub(crate) const QUERIES: &[&str] = &[
    "k=v",
    "k=*",
    "v",
    "k=v*",
    "K=V",
    "*",
    "j=v",
    "?=v",
    "j*=*",
    r"k=\*",
    "*v",
    "k=sha256:3333333333333333",
    "sha256:3333333333333333",
    "k=sha256*:5555555555555555",
];

/// Blocks of addresses. None but `::/0` holds all that clients of IPv6 have, `2000::/3`.
pub(crate) const SOURCES: &[&str] = &[
    "10.0.0.0/8",
    "10.1.0.0/16",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "192.0.2.0/24",
    "198.51.100.7/32",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "2000::/4",
];

/// Groups, with what is registered in them: the second has the targets of the first.
pub(crate) const GROUPS: &[(&str, [&str; 2])] =
    &[("web", ["i-1", "i-2"]), ("direct", ["i-1", "i-2"]), ("other", ["i-7", "i-8"])];
