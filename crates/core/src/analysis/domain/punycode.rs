//! Labels of hosts in letters other than ASCII, as DNS has them (RFC 3492).

/// How many digits there are: `a` to `z`, then `0` to `9`.
const DIGITS: usize = 36;
/// The least and the greatest threshold of a digit.
const THRESHOLDS: (usize, usize) = (1, 26);
/// The first code point that is written as a number.
const FIRST: usize = 0x80;

/// Letters of a label: each takes a byte and more of the 63 that DNS has for it.
const LONGEST: usize = 63;

/// A label as DNS has it: `xn--mnchen-3ya` of `münchen`; one in ASCII is that already, and one that is too long for
/// DNS stays as it is.
pub(super) fn encoded(label: &str) -> String {
    if label.is_ascii() || label.chars().nth(LONGEST).is_some() {
        return label.to_owned();
    }
    let points: Vec<usize> = label.chars().map(|letter| u32::from(letter) as usize).collect();
    let basic: String = label.chars().filter(char::is_ascii).collect();
    let mut text = if basic.is_empty() { String::new() } else { format!("{basic}-") };
    let (mut next, mut delta, mut bias, mut written) = (FIRST, 0, 72, basic.len());
    while let Some(point) = points.iter().copied().filter(|point| *point >= next).min() {
        delta += (point - next) * (written + 1);
        next = point;
        for other in &points {
            if *other < next {
                delta += 1;
            }
            if *other == next {
                number(delta, bias, &mut text);
                bias = adapted(delta, written + 1, written == basic.len());
                delta = 0;
                written += 1;
            }
        }
        delta += 1;
        next += 1;
    }
    format!("xn--{text}")
}

/// Writes a number in digits whose thresholds follow from the bias.
fn number(delta: usize, bias: usize, text: &mut String) {
    let mut rest = delta;
    for place in 1.. {
        let threshold = (place * DIGITS).saturating_sub(bias).clamp(THRESHOLDS.0, THRESHOLDS.1);
        if rest < threshold {
            break;
        }
        text.push(digit(threshold + (rest - threshold) % (DIGITS - threshold)));
        rest = (rest - threshold) / (DIGITS - threshold);
    }
    text.push(digit(rest));
}

fn digit(value: usize) -> char {
    char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[value])
}

/// The bias for the number after this one.
fn adapted(delta: usize, written: usize, is_first: bool) -> usize {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / written;
    let mut places = 0;
    while delta > (DIGITS - THRESHOLDS.0) * THRESHOLDS.1 / 2 {
        delta /= DIGITS - THRESHOLDS.0;
        places += DIGITS;
    }
    places + (DIGITS - THRESHOLDS.0 + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn labels_are_written_as_dns_has_them() {
        // The last three are among the samples of RFC 3492, 7.1.
        let table = [
            ("example", "example"),
            ("münchen", "xn--mnchen-3ya"),
            ("bücher", "xn--bcher-kva"),
            ("公司", "xn--55qx5d"),
            ("ليهمابتكلموشعربي؟", "xn--egbpdaj6bu4bxfgehfvwxn"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("pročprostěnemluvíčesky", "xn--proprostnemluvesky-uyb24dma41a"),
        ];
        for (label, expected) in table {
            assert_eq!(encoded(label), expected, "{label}");
        }
    }

    #[test]
    fn what_no_label_is_costs_nothing() {
        assert!(encoded(&"ü".repeat(63)).starts_with("xn--"));
        let long: String = ('一'..='龥').collect();
        assert_eq!(encoded(&long), long);
    }
}
