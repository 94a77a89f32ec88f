//! Fields of foreign JSON, cut and cleaned, and text for addresses.

use serde_json::Value;

/// Longest text that is taken, in characters.
const MOST_CHARS: usize = 300;
/// Longest address that is taken, in bytes.
const MOST_LINK: usize = 2048;

/// One line: no control characters, none that turn the direction of writing or are not seen, single spaces.
pub(super) fn text(value: &Value) -> String {
    let Some(text) = value.as_str() else { return String::new() };
    let unseen =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let mut line: Vec<char> = Vec::new();
    for c in text.chars().filter(|c| !unseen(*c)) {
        let is_space = c.is_control() || c.is_whitespace();
        if line.len() == MOST_CHARS {
            break;
        }
        if !is_space || line.last().is_some_and(|last| *last != ' ') {
            line.push(if is_space { ' ' } else { c });
        }
    }
    let line: String = line.into_iter().collect();
    line.trim_end().to_owned()
}

/// The first of several fields that says something.
pub(super) fn first<const N: usize>(values: [&Value; N]) -> String {
    values.into_iter().map(text).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A text, or the texts of a list with commas between them.
pub(super) fn texts(value: &Value) -> String {
    match value.as_array() {
        Some(list) => list.iter().take(20).map(text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
        None => text(value),
    }
}

/// What a service calls something: a number or a text without spaces.
pub(super) fn id(value: &Value) -> String {
    match value.as_u64() {
        Some(number) => number.to_string(),
        None => text(value).split_whitespace().collect(),
    }
}

/// A web address, or nothing.
pub(super) fn link(value: &Value) -> String {
    let link = value.as_str().unwrap_or_default();
    let host = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).unwrap_or_default();
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"\"<>\\^`{|}".contains(c);
    let good = !host.is_empty() && !host.starts_with('/') && link.len() <= MOST_LINK && link.chars().all(plain);
    if good { link.to_owned() } else { String::new() }
}

/// A number, also one that is written as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// A length in seconds, of a number, or of a text such as `3:05`; 0 where there is none.
pub(super) fn seconds(value: &Value) -> f32 {
    let clock = || {
        let parts = value.as_str()?.split(':').map(|part| part.trim().parse::<f64>().ok());
        parts.collect::<Option<Vec<_>>>().map(|parts| parts.into_iter().fold(0.0, |sum, part| 60.0 * sum + part))
    };
    let seconds = number(value).or_else(clock).filter(|seconds| (0.0..=1e6).contains(seconds)).unwrap_or(0.0);
    ((seconds * 100.0).round() / 100.0) as f32
}

/// A count.
pub(super) fn count(value: &Value) -> Option<u32> {
    number(value).map(|number| number as u32)
}

/// The year that a date begins with.
pub(super) fn year(value: &Value) -> Option<u16> {
    let year = match value.as_u64() {
        Some(year) => u16::try_from(year).ok()?,
        None => value.as_str()?.get(..4)?.parse().ok()?,
    };
    (1000..=2999).contains(&year).then_some(year)
}

/// An International Standard Recording Code, or nothing.
pub(super) fn isrc(value: &Value) -> String {
    let code: String = value.as_str().unwrap_or_default().chars().filter(|c| *c != '-').take(13).collect();
    let good = code.len() == 12 && code.chars().all(|c| c.is_ascii_alphanumeric());
    if good { code.to_ascii_uppercase() } else { String::new() }
}

/// The SPDX identifier of a Creative Commons address, or the address.
pub(super) fn licence(value: &Value) -> String {
    let address = link(value);
    let Some((_, path)) = address.split_once("creativecommons.org/") else { return address };
    let mut parts = path.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("licenses"), Some(kind), Some(version)) if !kind.is_empty() && !version.is_empty() => {
            format!("CC-{}-{version}", kind.to_ascii_uppercase())
        }
        (Some("publicdomain"), Some("zero"), Some(version)) => format!("CC0-{version}"),
        (Some("publicdomain"), Some("mark"), Some(version)) => format!("Public Domain Mark {version}"),
        _ => address,
    }
}

/// The members of a list, at most so many as candidates are taken.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten().take(super::MOST_CANDIDATES)
}

/// As it may stand in an address.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            _ => {
                encoded.push('%');
                encoded.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
            }
        }
    }
    encoded
}

/// As above, but the slashes of a path stay.
pub(super) fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}
