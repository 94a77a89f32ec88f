//! Times and sizes as people read them.

/// Minutes and seconds, such as `1:04`, or with hours `1:02:03`.
pub fn minutes(seconds: f64) -> String {
    let whole = if seconds.is_finite() { seconds.max(0.0) as u64 } else { 0 };
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Minutes and seconds for a screen reader, such as `1 minute 4 seconds`.
pub fn spoken(seconds: f64) -> String {
    let whole = if seconds.is_finite() { seconds.max(0.0) as u64 } else { 0 };
    let count = |n: u64, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match (whole / 60, whole % 60) {
        (0, seconds) => count(seconds, "second"),
        (minutes, 0) => count(minutes, "minute"),
        (minutes, seconds) => format!("{} {}", count(minutes, "minute"), count(seconds, "second")),
    }
}

/// Megabytes with one digit, such as `2.1 MB`.
pub fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// A whole number with thin spaces between thousands, such as `278 581`.
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn times_read_as_minutes_and_seconds() {
        assert_eq!(minutes(0.0), "0:00");
        assert_eq!(minutes(64.9), "1:04");
        assert_eq!(minutes(3723.0), "1:02:03");
        assert_eq!(minutes(f64::NAN), "0:00");
    }

    #[test]
    fn spoken_times_name_their_units() {
        assert_eq!(spoken(1.0), "1 second");
        assert_eq!(spoken(60.0), "1 minute");
        assert_eq!(spoken(124.0), "2 minutes 4 seconds");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(278_581), "278\u{2009}581");
        assert_eq!(thousands(1_000_000), "1\u{2009}000\u{2009}000");
    }
}
