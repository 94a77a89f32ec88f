//! What came back, and what is wrong with it.

use core::fmt;

use serde_json::Value;

use super::{Service, field};

/// Longest answer that is read, in bytes.
pub const MOST_ANSWER_BYTES: usize = 8 << 20;

/// Longest wait that a service may ask for, in seconds.
const LONGEST_WAIT_S: f64 = 86_400.0;

/// What came back.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// Status of HTTP; 200 for an answer by JSONP, which has none.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// Now, in seconds since 1970.
    pub now_s: u64,
    /// The bytes.
    pub body: &'a [u8],
}

/// Why a service did not help.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceError {
    /// Who.
    pub service: Service,
    /// What kind of trouble.
    pub trouble: Trouble,
    /// How long to stay away, in seconds, where the service says so.
    pub retry_after_s: Option<f64>,
    /// The service's own words, cleaned; empty where it says nothing.
    pub said: String,
}

/// Kinds of trouble, divided by what can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It does not know who asks. Sign in again.
    SignIn,
    /// It does not allow this.
    Forbidden,
    /// It has no such thing.
    Missing,
    /// It is asked too often. Wait.
    Busy,
    /// It fails. Try later.
    Down,
    /// It does not answer in time. Try later.
    Silent,
    /// It cannot be reached. Try later.
    Unreachable,
    /// What came is not its own, such as a page of a proxy.
    Foreign,
    /// What came is longer than is read.
    TooLong,
    /// It does not understand what it is asked.
    Refused,
}

impl Trouble {
    /// Whether the same question may be answered later.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Busy | Self::Down | Self::Silent | Self::Unreachable | Self::Foreign)
    }
}

impl ServiceError {
    /// One without words.
    pub const fn new(service: Service, trouble: Trouble) -> Self {
        Self { service, trouble, retry_after_s: None, said: String::new() }
    }

    pub(super) fn saying(service: Service, trouble: Trouble, said: String) -> Self {
        Self { said, ..Self::new(service, trouble) }
    }

    /// Whether the same question may be answered later.
    pub const fn may_pass(&self) -> bool {
        self.trouble.may_pass()
    }

    /// With what the reply's head says.
    pub(super) fn of(mut self, reply: &Reply) -> Self {
        self.retry_after_s = reply.retry_after.and_then(|value| retry_after_s(value, reply.now_s));
        self
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.service.name();
        let mut letters = name.chars();
        let start: String = letters
            .next()
            .map(|c| c.to_ascii_uppercase())
            .filter(|_| name.starts_with("the "))
            .map_or_else(|| name.to_owned(), |c| core::iter::once(c).chain(letters).collect());
        match self.trouble {
            Trouble::SignIn => write!(f, "{start} does not know who asks. Sign in again, or check the client id.")?,
            Trouble::Forbidden => write!(f, "{start} does not allow this with this key.")?,
            Trouble::Missing => write!(f, "{start} has no such thing. Look for it by its name.")?,
            Trouble::Busy => match self.retry_after_s {
                Some(wait) => write!(f, "{start} asks to wait {wait:.0} s. Try again then.")?,
                None => write!(f, "{start} is asked too often. Try again in a minute.")?,
            },
            Trouble::Down => write!(f, "{start} does not work at the moment. Try again later.")?,
            Trouble::Silent => write!(f, "{start} does not answer in time. Try again later.")?,
            Trouble::Unreachable => write!(f, "{start} cannot be reached. Check the connection.")?,
            Trouble::Foreign => {
                write!(f, "What came is no answer of {name}. A network that wants a sign-in may stand between.")?;
            }
            Trouble::TooLong => write!(f, "{start} answers with more than can be read. Ask for less.")?,
            Trouble::Refused => write!(f, "{start} does not understand the question. Ask for something else.")?,
        }
        if self.said.is_empty() { Ok(()) } else { write!(f, " It says: {}", self.said) }
    }
}

impl core::error::Error for ServiceError {}

impl Reply<'_> {
    /// The JSON of an answer that is none of trouble.
    pub(super) fn json(&self, service: Service) -> Result<Value, ServiceError> {
        let trouble = match self.status {
            200..=299 => None,
            401 => Some(Trouble::SignIn),
            403 | 451 => Some(Trouble::Forbidden),
            404 | 410 => Some(Trouble::Missing),
            408 | 504 => Some(Trouble::Silent),
            425 | 429 => Some(Trouble::Busy),
            500..=599 => Some(Trouble::Down),
            400..=499 => Some(Trouble::Refused),
            _ => Some(Trouble::Foreign),
        };
        if self.body.len() > MOST_ANSWER_BYTES {
            return Err(ServiceError::new(service, trouble.unwrap_or(Trouble::TooLong)));
        }
        let json: Option<Value> = serde_json::from_slice(self.body).ok().filter(|json: &Value| json.is_object());
        match (trouble, json) {
            (None, Some(json)) => Ok(json),
            (None, None) => Err(ServiceError::new(service, Trouble::Foreign)),
            (Some(trouble), json) => {
                let json = json.unwrap_or_default();
                let said =
                    [&json["error"]["message"], &json["error_description"], &json["errorMessage"], &json["error"]];
                Err(ServiceError::saying(service, trouble, field::first(said)))
            }
        }
    }
}

/// How long a header `Retry-After` asks to wait: a number of seconds, or a date, against now in seconds since 1970.
///
/// # Source
/// RFC 9110, sections 10.2.3 and 5.6.7 (the preferred form of a date).
pub fn retry_after_s(value: &str, now_s: u64) -> Option<f64> {
    let value = value.trim();
    let wait = value.parse::<f64>().ok().or_else(|| Some(date_s(value)? as f64 - now_s as f64))?;
    wait.is_finite().then(|| wait.clamp(0.0, LONGEST_WAIT_S))
}

/// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date_s(date: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let parts: Vec<&str> = date.split_ascii_whitespace().collect();
    let &[_, day, month, year, clock, "GMT"] = parts.as_slice() else { return None };
    let month = MONTHS.find(month).filter(|at| month.len() == 3 && at % 3 == 0)? as i64 / 3 + 1;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let parts: Vec<i64> = clock.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let &[hours, minutes, seconds] = parts.as_slice() else { return None };
    if !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    // Years that begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}
