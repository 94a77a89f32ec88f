use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::Workplace;

const FILES: u64 = 12;

#[test]
fn a_killed_build_loses_nothing_that_was_done() {
    let workplace = Workplace::with(&[]);
    for i in 0..FILES {
        workplace.add("cbr.mp3", &format!("{i}.mp3"));
        let place = workplace.path("music").join(format!("{i}.mp3"));
        let mut bytes = std::fs::read(&place).unwrap();
        bytes.extend(format!("different bytes {i}").into_bytes());
        std::fs::write(place, bytes).unwrap();
    }
    let mut build = workplace
        .sonoscape(&["build", "music", "--json"])
        .env("RAYON_NUM_THREADS", "1")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while kept(&workplace) < 2 {
        assert!(started.elapsed() < Duration::from_secs(120), "nothing was kept");
        std::thread::sleep(Duration::from_millis(2));
    }
    build.kill().unwrap();
    build.wait().unwrap();
    assert!(!workplace.path("catalogue/manifest.json").exists());

    let kept = kept(&workplace);
    let report = workplace.build();
    assert_eq!(report["tracks"], FILES);
    assert_eq!(report["unchanged"], kept);
    assert_eq!(report["analysed"], FILES - kept);
}

fn kept(workplace: &Workplace) -> u64 {
    let library = workplace.path("catalogue/library.sqlite");
    let count = || {
        let connection = Connection::open_with_flags(library, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.query_row("SELECT count(*) FROM track", [], |row| row.get(0))
    };
    count().unwrap_or(0)
}
