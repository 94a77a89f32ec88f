//! What a search leaves out, as options of the command line.

use std::ops::RangeInclusive;

use sonoscape::Filter;

/// Options that leave tracks out.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// Only tracks of this source; may be given several times.
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Only tracks under this licence; may be given several times.
    #[arg(long, value_name = "SPDX")]
    licence: Vec<String>,
    /// Only tracks of this style; may be given several times.
    #[arg(long, value_name = "NAME")]
    style: Vec<String>,
    /// Only tracks of these years, both included, or of one.
    #[arg(long, value_name = "FROM-TO", value_parser = years)]
    year: Option<RangeInclusive<u16>>,
    /// No tracks of this artist; may be given several times.
    #[arg(long, value_name = "NAME")]
    without_artist: Vec<String>,
    /// At most so many tracks of one artist.
    #[arg(long, value_name = "COUNT")]
    per_artist: Option<usize>,
    /// Show tracks whose cosine is at least this as one recording.
    #[arg(long, value_name = "COSINE", value_parser = cosine)]
    same_recording: Option<f32>,
}

impl FilterArgs {
    /// The filter that they describe.
    pub fn filter(&self) -> Filter {
        let set = |names: &[String]| names.iter().cloned().collect();
        Filter {
            sources: set(&self.source),
            licences: set(&self.licence),
            styles: set(&self.style),
            years: self.year.clone(),
            without_artists: set(&self.without_artist),
            per_artist: self.per_artist,
            same_recording: self.same_recording,
            ..Filter::default()
        }
    }
}

fn years(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (from.trim().parse(), to.trim().parse()) {
        (Ok(from), Ok(to)) if from <= to => Ok(from..=to),
        _ => Err("years are written as 1990 or 1990-1999".into()),
    }
}

fn cosine(text: &str) -> Result<f32, String> {
    let cosine = text.parse().ok().filter(|cosine| (-1.0..=1.0).contains(cosine));
    cosine.ok_or_else(|| "a cosine is a number from -1 to 1".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_one_or_a_range() {
        assert_eq!(years("1990"), Ok(1990..=1990));
        assert_eq!(years("1990-1999"), Ok(1990..=1999));
        assert!(["", "-", "1999-1990", "1990-", "90s", "99999"].iter().all(|text| years(text).is_err()));
    }
}
