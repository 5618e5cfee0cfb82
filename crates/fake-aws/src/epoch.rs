//! Seconds since 1970 as the text that the query services answer.

const DAY: i64 = 86_400;

/// ISO 8601 in UTC.
pub(crate) fn iso(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.000Z", second % 60)
}

/// As a signed request says it: `20260101T000000Z`.
pub(crate) fn parse_compact(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to);
    parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(9, 11)?,
        part(11, 13)?,
        part(13, 15)?
    ))
}

/// As headers of HTTP say it: `Thu, 01 Jan 1970 00:00:00 GMT`.
pub(crate) fn http(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = seconds.div_euclid(DAY);
    let of = |names: &[&'static str], place: i64| {
        usize::try_from(place).ok().and_then(|place| names.get(place).copied()).unwrap_or_default()
    };
    let (year, month, date) = date(day);
    let time = iso(seconds);
    format!(
        "{}, {date:02} {} {year:04} {} GMT",
        of(&DAYS, day.rem_euclid(7)),
        of(&MONTHS, month - 1),
        &time[11..19]
    )
}

/// Undoes [`iso`], with or without a fraction of a second.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let number = |part: Option<&str>| part?.get(..2)?.parse::<i64>().ok();
    let (year, rest) = date.split_once('-')?;
    let mut parts = rest.split('-');
    let (month, day) = (number(parts.next())?, number(parts.next())?);
    let mut parts = time.split(':');
    let (hour, minute, second) =
        (number(parts.next())?, number(parts.next())?, number(parts.next())?);
    let days = days(year.parse().ok()?, month, day);
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// The day counted from 1970-01-01; years are counted from March as in [`date`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let march_month = (month + 9) % 12;
    let of_era = year.rem_euclid(400);
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day counted from 1970-01-01. Counting years from March puts the leap day
/// at the end of a year, and 400 years are always 146,097 days.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{http, iso, parse, parse_compact};

    #[test]
    fn reads_what_it_writes() {
        for seconds in [0, 951_782_399, 951_782_400, crate::model::certificate::FAR, -86_401] {
            assert_eq!(parse(&iso(seconds)), Some(seconds));
        }
        assert_eq!(parse("2026-01-01T00:00:00Z"), Some(crate::model::certificate::EPOCH));
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn headers_have_forms_of_their_own() {
        assert_eq!(http(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(parse_compact("19941106T084937Z"), Some(784_111_777));
        assert_eq!(parse_compact("1994"), None);
    }

    #[test]
    fn writes_known_instants() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(951_782_399), "2000-02-28T23:59:59.000Z");
        assert_eq!(iso(951_782_400), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(crate::model::certificate::EPOCH), "2026-01-01T00:00:00.000Z");
        assert_eq!(iso(crate::model::certificate::FAR), "2036-01-01T00:00:00.000Z");
    }
}
