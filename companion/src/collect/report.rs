//! What was collected, what is missing and why.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde::Serialize;

use super::Place;
use crate::library::Library;
use crate::library::collected::{Found, Sound};
use crate::svg::{BLUE, svg};

/// Most genres that are told apart; the rest are one group.
const MOST_GENRES: usize = 20;

/// Report what is missing: previews by popularity, year, genre and source.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Folder that receives the figures as pictures (SVG).
    #[arg(long, value_name = "FOLDER")]
    plots: Option<PathBuf>,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// Tracks, by where their sound is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub tracks: usize,
    /// Whose sound is there, or was analysed, or is that of another track.
    pub with_sound: usize,
    pub due: usize,
    pub missing: usize,
    pub failed: usize,
}

/// One row: what the tracks have in common, and how many there are.
#[derive(Debug, Serialize)]
struct Group {
    name: String,
    #[serde(flatten)]
    counts: Counts,
}

/// The whole report.
#[derive(Debug, Default, Serialize)]
struct Report {
    all: Counts,
    by_source: Vec<Group>,
    by_popularity: Vec<Group>,
    by_year: Vec<Group>,
    by_genre: Vec<Group>,
    /// Mean popularity of tracks with a sound and of those without.
    popularity_with_sound: Option<f32>,
    popularity_without: Option<f32>,
    /// How often each reason occurs.
    reasons: BTreeMap<String, usize>,
    given_up: Vec<GivenUp>,
}

/// A question that will not be asked again.
#[derive(Debug, Serialize)]
struct GivenUp {
    service: String,
    what: String,
    problem: String,
}

impl Counts {
    fn take(&mut self, sound: Sound) {
        self.tracks += 1;
        match sound {
            Sound::Kept | Sound::Heard | Sound::Same => self.with_sound += 1,
            Sound::Due | Sound::Sought => self.due += 1,
            Sound::None => self.missing += 1,
            Sound::Failed => self.failed += 1,
        }
    }

    fn share(&self) -> f64 {
        self.with_sound as f64 / self.tracks.max(1) as f64
    }
}

/// Prints the report.
///
/// # Errors
/// When there is no library, or a picture cannot be written.
pub fn run(args: &Args) -> Result<()> {
    let place = &args.place.library;
    ensure!(place.is_file(), "There is no library at {}. Make one with `sonoscape collect`.", place.display());
    let report = Report::of(&Library::open(place)?)?;
    if let Some(folder) = &args.plots {
        report.draw(folder)?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.print();
    }
    Ok(())
}

impl Report {
    fn of(library: &Library) -> Result<Self> {
        let mut report = Self::default();
        let mut groups: [BTreeMap<String, Counts>; 4] = Default::default();
        let mut means = [(0.0, 0), (0.0, 0)];
        library.each_found(|found| {
            report.all.take(found.sound);
            for (group, name) in groups.iter_mut().zip(names(&found)) {
                group.entry(name).or_default().take(found.sound);
            }
            let has_sound = matches!(found.sound, Sound::Kept | Sound::Heard | Sound::Same);
            if let Some(popularity) = found.popularity {
                let mean = &mut means[usize::from(!has_sound)];
                *mean = (mean.0 + popularity, mean.1 + 1);
            }
            if !found.problem.is_empty() {
                *report.reasons.entry(found.problem).or_default() += 1;
            }
        })?;
        let listed =
            |group: BTreeMap<String, Counts>| group.into_iter().map(|(name, counts)| Group { name, counts }).collect();
        let [sources, popularity, years, genres] = groups;
        report.by_source = listed(sources);
        report.by_popularity = listed(popularity);
        report.by_year = listed(years);
        report.by_genre = largest(listed(genres));
        [report.popularity_with_sound, report.popularity_without] =
            means.map(|(sum, count)| (count > 0).then(|| sum / count as f32));
        let given_up = library.given_up()?.into_iter();
        report.given_up = given_up.map(|(service, what, problem)| GivenUp { service, what, problem }).collect();
        Ok(report)
    }

    fn tables(&self) -> [(&'static str, &[Group]); 4] {
        [
            ("source", &self.by_source),
            ("popularity", &self.by_popularity),
            ("year", &self.by_year),
            ("genre", &self.by_genre),
        ]
    }

    fn print(&self) {
        for (title, groups) in self.tables() {
            println!("{title:<24} {:>9} {:>11} {:>7} {:>9} {:>8}", "tracks", "with sound", "due", "missing", "failed");
            for Group { name, counts } in groups {
                let Counts { tracks, with_sound, due, missing, failed } = counts;
                let name: String = name.chars().take(24).collect();
                println!("{name:<24} {tracks:>9} {with_sound:>11} {due:>7} {missing:>9} {failed:>8}");
            }
            println!();
        }
        if let (Some(with), Some(without)) = (self.popularity_with_sound, self.popularity_without) {
            println!("Mean popularity with a sound {with:.1}, without {without:.1}.");
        }
        for (reason, count) in &self.reasons {
            println!("{count} × {reason}");
        }
        for GivenUp { service, what, problem } in
            self.given_up.iter().filter(|given| given.what.starts_with("{\"ask\""))
        {
            println!("{service} {what}: {problem}");
        }
    }

    fn draw(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        for (title, groups) in self.tables() {
            let place = folder.join(format!("{title}.svg"));
            fs::write(&place, plot(title, groups)?)
                .with_context(|| format!("{} cannot be written", place.display()))?;
        }
        Ok(())
    }
}

/// What says where a track belongs, by source, popularity, year and genre.
fn names(found: &Found) -> [String; 4] {
    let unknown = || "unknown".to_owned();
    let popularity = found.popularity.map(|popularity| (popularity / 10.0).clamp(0.0, 9.0) as u32 * 10);
    let decade = found.track.year.map(|year| year / 10 * 10);
    let genre = found.track.style.split(',').next().unwrap_or_default().trim().to_lowercase();
    [
        found.track.source.clone(),
        popularity.map_or_else(unknown, |low| format!("{low:>2}–{}", if low == 90 { 100 } else { low + 9 })),
        decade.map_or_else(unknown, |decade| format!("{decade}s")),
        if genre.is_empty() { unknown() } else { genre },
    ]
}

/// The largest groups, by name; what is left is one more.
fn largest(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by(|a, b| b.counts.tracks.cmp(&a.counts.tracks).then(a.name.cmp(&b.name)));
    let rest = groups.split_off(groups.len().min(MOST_GENRES));
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    if !rest.is_empty() {
        let mut counts = Counts::default();
        for Group { counts: more, .. } in rest {
            counts.tracks += more.tracks;
            counts.with_sound += more.with_sound;
            counts.due += more.due;
            counts.missing += more.missing;
            counts.failed += more.failed;
        }
        groups.push(Group { name: "others".into(), counts });
    }
    groups
}

/// The share of each group's tracks that has a sound, and how many tracks it has.
fn plot(title: &str, groups: &[Group]) -> Result<String> {
    const LABEL_PX: i32 = 180;
    const BAR_PX: i32 = 360;
    const ROW_PX: i32 = 22;
    const HEAD_PX: i32 = 34;
    let height = HEAD_PX + ROW_PX * groups.len() as i32 + 12;
    svg(((LABEL_PX + BAR_PX + 150) as u32, height as u32), |area| {
        let label = |text: &str, at: (i32, i32), side: HPos| {
            let style =
                ("sans-serif", 12).into_font().color(&RGBColor(0x33, 0x33, 0x33)).pos(Pos::new(side, VPos::Center));
            area.draw(&Text::new(text.to_owned(), at, style))
        };
        label(&format!("Share of tracks with a sound, by {title}"), (LABEL_PX, 16), HPos::Left)?;
        for (row, Group { name, counts }) in groups.iter().enumerate() {
            let middle = HEAD_PX + ROW_PX * row as i32 + ROW_PX / 2;
            let name: String = name.chars().take(28).collect();
            label(&name, (LABEL_PX - 10, middle), HPos::Right)?;
            let end = LABEL_PX + (counts.share() * f64::from(BAR_PX)) as i32;
            let bar = |to: i32| [(LABEL_PX, middle - 7), (to, middle + 7)];
            area.draw(&Rectangle::new(bar(LABEL_PX + BAR_PX), RGBColor(0xee, 0xee, 0xee).filled()))?;
            area.draw(&Rectangle::new(bar(end), BLUE.filled()))?;
            let share = format!("{:.0} % of {}", 100.0 * counts.share(), counts.tracks);
            label(&share, (LABEL_PX + BAR_PX + 10, middle), HPos::Left)?;
        }
        Ok(())
    })
}

/// Says what a run has come to.
///
/// # Errors
/// When the library cannot be read.
pub fn finish(
    library: &Library,
    source: &str,
    (found, new): (usize, usize),
    resting: &BTreeMap<String, String>,
    seconds: f64,
    json: bool,
) -> Result<()> {
    let report = Report::of(library)?;
    let due = library.due_counts()?;
    if json {
        let due: BTreeMap<_, _> = due.into_iter().collect();
        let summary = serde_json::json!({
            "source": source, "found": found, "new": new, "sounds": report.all, "due": due, "left_alone": resting, "reasons": report.reasons,
            "given_up": report.given_up, "seconds": seconds,
        });
        println!("{}", serde_json::to_string_pretty(&summary)?);
        return Ok(());
    }
    let Counts { with_sound, due: waiting, missing, failed, .. } = report.all;
    println!(
        "{with_sound} tracks have a sound, {missing} have none, {failed} could not be had, {waiting} are to be fetched."
    );
    for (reason, count) in &report.reasons {
        println!("{count} × {reason}");
    }
    for (service, sentence) in resting {
        println!("{service} was left alone: {sentence} Run the same command later to go on.");
    }
    if missing > 0 && source == "spotify" {
        println!("`--elsewhere deezer,itunes` looks there for sounds that Spotify does not give.");
    }
    println!("`sonoscape build` makes a catalogue of them; `sonoscape collect report` says what is missing.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_genres_are_one_group() {
        let group = |i: usize| Group { name: format!("g{i:02}"), counts: Counts { tracks: i, ..Counts::default() } };
        let groups = largest((1..=25).map(group).collect());
        assert_eq!((groups.len(), groups[0].name.as_str(), groups[20].counts.tracks), (21, "g06", 1 + 2 + 3 + 4 + 5));
    }

    #[test]
    fn a_picture_escapes_names() {
        let group = Group { name: "<b>".into(), counts: Counts { tracks: 4, with_sound: 1, ..Counts::default() } };
        let picture = plot("genre", &[group]).expect("it is drawn");
        assert!(picture.contains("&lt;b&gt;") && picture.contains("25 % of 4"));
    }
}
