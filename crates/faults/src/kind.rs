//! The faults, and what has to come of each.

use elb_audit_fake_aws::{Alter, Fault, Kind as Planted, Markers, Number};

use self::Expect::{Either, Gap, Same};
use self::Running::{Again, Impatient, Once};

/// A fault that any call may have.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it is, for the documentation.
    pub what: &'static str,
    /// What has to become of the report.
    pub expect: Expect,
    /// How the program is run.
    pub run: Running,
    /// Whether only the body of an answer has it: a head alone is then as it should be.
    pub body: bool,
    /// Plants it, at a call; the second word is an address that nobody should ever ask.
    pub plant: fn(&str, &str) -> Fault,
}

/// What has to become of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The call is a gap, unless another one answers the same question.
    Gap,
    /// Nothing: the report is that without a fault.
    Same,
    /// It may be a gap, or nothing: the answer says something else, and is understood or not.
    Either,
}

/// How the program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// Without retries.
    Once,
    /// Without retries, and with little time: the fault takes all there is.
    Impatient,
    /// With retries.
    Again,
}

const fn kind(
    name: &'static str,
    what: &'static str,
    expect: Expect,
    run: Running,
    plant: fn(&str, &str) -> Fault,
) -> Kind {
    Kind { name, what, expect, run, body: false, plant }
}

impl Kind {
    const fn of_body(self) -> Self {
        Kind { body: true, ..self }
    }
}

const HOURS: i64 = 7200;
const MB: usize = 1 << 20;

fn altered(call: &str, alter: Alter) -> Fault {
    Fault::altered(call, alter)
}

fn planted(call: &str, kind: Planted) -> Fault {
    Fault::new(call, kind)
}

/// Every kind of fault.
pub const KINDS: &[Kind] = &[
    kind("denied", "refused for want of the permission", Gap, Once, |call, _| Fault::deny(call)),
    kind("denied-later", "refused from the second time on", Either, Once, |call, _| {
        Fault::deny(call).after(1)
    }),
    kind("throttled", "refused for its rate, every time", Gap, Once, |call, _| {
        Fault::throttle(call)
    }),
    kind("throttled-once", "refused for its rate, once", Same, Again, |call, _| {
        Fault::throttle(call).times(1)
    }),
    kind(
        "throttled-for-hours",
        "refused once, to be tried again in ten hours",
        Same,
        Again,
        |call, _| planted(call, Planted::ThrottleForHours).times(1),
    ),
    kind("error-500", "an error of the service, status 500", Gap, Once, |call, _| {
        Fault::error(call, 500, "InternalFailure", "An internal error has occurred")
    }),
    kind("error-503", "an error of the service, status 503", Gap, Once, |call, _| {
        Fault::server_error(call)
    }),
    kind("error-200", "an error with status 200", Gap, Once, |call, _| {
        Fault::error(call, 200, "AccessDenied", "You may not")
    })
    .of_body(),
    kind(
        "expired",
        "credentials that run out with the second such call",
        Either,
        Once,
        |call, _| {
            let said = "The security token included in the request is expired";
            Fault::error(call, 403, "ExpiredToken", said).after(1).and_all_after()
        },
    ),
    kind("echoed", "a refusal that quotes the signed request", Gap, Once, |call, _| {
        Fault::quote(call)
    }),
    kind("hang", "no answer ever", Gap, Impatient, |call, _| Fault::hang(call)),
    kind("drip", "the true answer, a byte every tenth of a second", Gap, Impatient, |call, _| {
        planted(call, Planted::Drip)
    })
    .of_body(),
    kind("reset", "the connection breaks before an answer", Gap, Once, |call, _| {
        Fault::reset(call)
    }),
    kind("reset-once", "the connection breaks once", Same, Again, |call, _| {
        Fault::reset(call).times(1)
    }),
    kind("truncated", "the connection ends in the middle of the answer", Gap, Once, |call, _| {
        Fault::truncated(call)
    })
    .of_body(),
    kind("cut-5", "the first 5 % of the answer, as if that were all", Gap, Once, |call, _| {
        altered(call, Alter::CutAt(5))
    })
    .of_body(),
    kind("cut-50", "the first half of the answer, as if that were all", Gap, Once, |call, _| {
        altered(call, Alter::CutAt(50))
    })
    .of_body(),
    kind("cut-95", "the first 95 % of the answer, as if that were all", Gap, Once, |call, _| {
        altered(call, Alter::CutAt(95))
    })
    .of_body(),
    kind("broken", "an answer that is not well-formed", Gap, Once, |call, _| {
        altered(call, Alter::Broken)
    })
    .of_body(),
    kind("garbage", "an answer in no language", Gap, Once, |call, _| Fault::garbage(call))
        .of_body(),
    kind("empty", "an answer without a body", Gap, Once, |call, _| altered(call, Alter::Empty))
        .of_body(),
    kind("bare", "a result that has no field", Either, Once, |call, _| altered(call, Alter::Bare)),
    kind("without-first", "items that lack their first field", Either, Once, |call, _| {
        altered(call, Alter::WithoutFirst)
    }),
    kind("without-last", "items that lack their last field", Either, Once, |call, _| {
        altered(call, Alter::WithoutLast)
    }),
    kind("new-field", "a field in each structure that nobody knows", Same, Once, |call, _| {
        altered(call, Alter::NewField)
    }),
    kind(
        "new-word",
        "words that nobody knows in place of each enumeration's",
        Either,
        Once,
        |call, _| altered(call, Alter::NewWord),
    ),
    kind("number-huge", "numbers that no type holds", Either, Once, |call, _| {
        altered(call, Alter::Numbers(Number::Huge))
    }),
    kind("number-negative", "-1 in place of each number", Either, Once, |call, _| {
        altered(call, Alter::Numbers(Number::Negative))
    }),
    kind("number-nan", "NaN in place of each number", Either, Once, |call, _| {
        altered(call, Alter::Numbers(Number::NotOne))
    }),
    kind("other-account", "ARNs of another account", Either, Once, |call, _| {
        altered(call, Alter::OtherAccount)
    }),
    kind("twice", "every item twice", Either, Once, |call, _| altered(call, Alter::Twice)),
    kind("deep", "100,000 structures in each other", Either, Once, |call, _| {
        altered(call, Alter::Deep(100_000))
    }),
    kind(
        "wide",
        "200,000 attributes of one element, or members of one object",
        Either,
        Once,
        |call, _| altered(call, Alter::Wide(200_000)),
    ),
    kind("long", "4 MB of blanks behind the answer", Same, Once, |call, _| {
        altered(call, Alter::Padded(4 * MB))
    }),
    kind("too-long", "70 MB of blanks behind the answer", Gap, Once, |call, _| {
        altered(call, Alter::Padded(70 * MB))
    })
    .of_body(),
    kind("endless", "a body that does not end", Gap, Impatient, |call, _| {
        planted(call, Planted::Endless(1 << 16))
    })
    .of_body(),
    kind(
        "endless-bytes",
        "a body that does not end, in pieces of a byte",
        Gap,
        Impatient,
        |call, _| planted(call, Planted::Endless(1)),
    )
    .of_body(),
    kind("endless-head", "headers that do not end", Gap, Impatient, |call, _| {
        planted(call, Planted::EndlessHead)
    }),
    kind("bomb", "1.69 MB that unpack to 256 MB", Gap, Once, |call, _| {
        planted(call, Planted::Bomb)
    })
    .of_body(),
    kind("pages-new", "pages that do not end", Either, Impatient, |call, _| {
        planted(call, Planted::Pages(Markers::New, 0))
    }),
    kind("pages-fat", "pages of 256 KB that do not end", Either, Impatient, |call, _| {
        planted(call, Planted::Pages(Markers::New, MB / 4))
    }),
    kind("pages-in-turn", "two pages that lead to each other", Either, Once, |call, _| {
        planted(call, Planted::Pages(Markers::InTurn, 0))
    }),
    kind("redirect-301", "status 301 to another host", Gap, Once, |call, elsewhere| {
        planted(call, Planted::Redirect(301, elsewhere.to_owned()))
    }),
    kind("redirect-302", "status 302 to another host", Gap, Once, |call, elsewhere| {
        planted(call, Planted::Redirect(302, elsewhere.to_owned()))
    }),
    kind("redirect-307", "status 307 to another host", Gap, Once, |call, elsewhere| {
        planted(call, Planted::Redirect(307, elsewhere.to_owned()))
    }),
    kind("elsewhere", "S3's redirect to another region", Gap, Once, |call, _| {
        planted(call, Planted::Elsewhere("eu-north-1".to_owned()))
    }),
    kind("skewed", "a clock two hours ahead, and requests held to it", Same, Again, |call, _| {
        planted(call, Planted::Skewed(HOURS))
    }),
    kind("skewed-refusal", "refused for the request's time, every time", Gap, Once, |call, _| {
        let said = "The difference between the request time and the current time is too large.";
        Fault::error(call, 403, "RequestTimeTooSkewed", said)
    }),
    kind("dated", "the true answer, dated two hours ahead", Same, Once, |call, _| {
        planted(call, Planted::Dated(HOURS))
    }),
];

impl Running {
    /// The options of the scan.
    #[must_use]
    pub fn options(self) -> &'static str {
        match self {
            Running::Once => "--retries 0 --call-timeout 30 --timeout 90",
            Running::Impatient => "--retries 0 --call-timeout 1.5 --timeout 5",
            Running::Again => "--retries 4 --call-timeout 30 --timeout 90",
        }
    }

    /// Seconds within which the program has to end, on a machine that has other things to do as well.
    #[must_use]
    pub fn seconds(self) -> u64 {
        match self {
            Running::Once | Running::Again => 120,
            Running::Impatient => 60,
        }
    }
}
