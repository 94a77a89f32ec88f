//! Crawls that are killed at any moment, and two at once.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Instant;

use rusqlite::{Connection, OpenFlags};

use super::*;

const SEARCH: [&str; 3] = ["deezer", "--search", "piece"];

/// What a library holds, without what differs from run to run.
fn held(workplace: &Workplace) -> BTreeSet<(String, String, String, Option<Vec<u8>>)> {
    let connection = open(workplace).unwrap();
    let mut query = connection.prepare("SELECT source_id, track, sound, digest FROM found").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn open(workplace: &Workplace) -> rusqlite::Result<Connection> {
    let library = workplace.path("catalogue/library.sqlite");
    Connection::open_with_flags(library, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn done(workplace: &Workplace) -> usize {
    let count =
        || open(workplace)?.query_row("SELECT count(*) FROM task WHERE state = 'done'", [], |row| row.get::<_, i64>(0));
    count().unwrap_or(0) as usize
}

#[test]
fn a_killed_crawl_goes_on_where_it_was() {
    const PIECES: usize = 60;
    let (whole, undisturbed) = (Workplace::with(&[]), stand_in(PIECES));
    collect(&whole, &undisturbed, &SEARCH);

    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(PIECES));
    let mut in_flight = 0;
    for moment in [0, 1, 5, 20, 40] {
        let mut crawl = command(&workplace, &stand_in, &SEARCH).stdout(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while done(&workplace) < moment && started.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        crawl.kill().unwrap();
        crawl.wait().unwrap();
        // What was answered and kept must never be asked again; what was on its way may.
        in_flight += 2 * 4;
    }
    let report = collect(&workplace, &stand_in, &SEARCH);
    assert_eq!(report["left_alone"].to_string(), "{}");
    assert_eq!(held(&workplace), held(&whole));
    let repeated = repeated(&stand_in);
    assert!(repeated.len() <= in_flight, "{repeated:?}");
    let temporary = walkdir::WalkDir::new(workplace.path("collected")).into_iter().map(Result::unwrap);
    assert_eq!(temporary.filter(|file| file.path().extension().is_some_and(|end| end == "part")).count(), 0);
}

#[test]
fn what_was_kept_before_a_kill_is_not_asked_again() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(60));
    let mut crawl = command(&workplace, &stand_in, &SEARCH).stdout(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while done(&workplace) < 12 {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing was kept");
        std::thread::sleep(Duration::from_millis(1));
    }
    crawl.kill().unwrap();
    crawl.wait().unwrap();
    let kept: Vec<String> =
        held(&workplace).into_iter().filter(|(_, _, sound, _)| sound == "kept").map(|(id, ..)| id).collect();
    let asked = stand_in.asked("/").len();
    collect(&workplace, &stand_in, &SEARCH);
    assert!(kept.len() >= 10);
    for asked in &stand_in.asked("/")[asked..] {
        assert!(!asked.path.starts_with("/deezer/search"), "{asked:?}");
        assert!(!kept.iter().any(|id| asked.path.contains(id.as_str())), "{asked:?}");
    }
}

#[test]
fn two_crawls_never_share_a_library() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
    stand_in.spoil("/deezer", crate::stand_in::Fault::Hangs, 1);
    let mut first = command(&workplace, &stand_in, &SEARCH).stdout(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while stand_in.asked("/deezer").is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "it has not begun");
        std::thread::sleep(Duration::from_millis(5));
    }
    let sentence = refused(&workplace, &stand_in, &SEARCH);
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(sentence.contains("in use by another Sonoscape. Wait until that is done."), "{sentence}");
}

/// `cargo xtask bench crawl` runs this.
#[test]
#[ignore = "a crawl of 10 000 tracks takes minutes"]
fn ten_thousand_tracks_come_whole_and_once() {
    const PIECES: usize = 10_000;
    let stand_in = StandIn::start(Settings {
        pieces: PIECES,
        pace: PACE,
        sound_s: 1,
        without_preview: usize::MAX,
        ..Settings::default()
    });
    let workplace = Workplace::with(&[]);
    let started = Instant::now();
    let report = collect(&workplace, &stand_in, &["deezer", "--search", "piece", "--most", "20000"]);
    let seconds = started.elapsed().as_secs_f32();
    let lost = PIECES as u64 - report["sounds"]["with_sound"].as_u64().unwrap();
    let counts = (lost, repeated(&stand_in).len(), stand_in.above_limit());
    println!("\nmeasured crawl.requests {} of {PIECES} tracks, in {seconds:.0} s", stand_in.asked("/").len());
    println!("measured crawl.lost {}", counts.0);
    println!("measured crawl.repeated {}", counts.1);
    println!("measured crawl.above_limit {} with limits {PACE} times as high as the service's", counts.2);
    assert_eq!(report["found"].as_u64(), Some(10_000));
    assert_eq!(counts, (0, 0, 0));
}
