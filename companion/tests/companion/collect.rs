//! Collecting, against a server that speaks as the services do.

mod faults;
mod killed;

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::stand_in::{CLIENT_ID, CLIENT_SECRET, HOSTILE, JAMENDO_CLIENT, Settings, StandIn};
use crate::{Workplace, texts};

/// How many times as fast time passes here as at the services.
const PACE: f32 = 50.0;

fn stand_in(pieces: usize) -> StandIn {
    StandIn::start(Settings { pieces, pace: PACE, ..Settings::default() })
}

fn command(workplace: &Workplace, stand_in: &StandIn, arguments: &[&str]) -> Command {
    let mut command = workplace.sonoscape(&[&["collect"], arguments, &["--json"]].concat());
    command
        .env("SONOSCAPE_SERVICES", &stand_in.address)
        .env("SONOSCAPE_PACE", PACE.to_string())
        .env("SPOTIFY_CLIENT_ID", CLIENT_ID)
        .env("SPOTIFY_CLIENT_SECRET", CLIENT_SECRET)
        .env("JAMENDO_CLIENT_ID", JAMENDO_CLIENT);
    command
}

fn collect(workplace: &Workplace, stand_in: &StandIn, arguments: &[&str]) -> Value {
    let output = command(workplace, stand_in, arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(workplace: &Workplace, stand_in: &StandIn, arguments: &[&str]) -> String {
    let output = command(workplace, stand_in, arguments).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// Requests that came more than once.
fn repeated(stand_in: &StandIn) -> Vec<String> {
    let mut paths: Vec<String> = stand_in.asked("/").into_iter().map(|asked| without_signature(&asked.path)).collect();
    paths.sort();
    paths.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0].clone()).collect()
}

fn without_signature(path: &str) -> String {
    path.split("?exp=").next().unwrap().to_owned()
}

#[test]
fn previews_become_a_catalogue_and_are_dropped() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(8));
    let report = collect(&workplace, &stand_in, &["deezer", "--search", "piece"]);
    // One of them has no preview.
    assert_eq!((report["found"].as_u64(), report["sounds"]["with_sound"].as_u64()), (Some(8), Some(7)));
    assert_eq!((stand_in.above_limit(), repeated(&stand_in)), (0, vec![]));
    let agents: Vec<_> = stand_in.asked("/").into_iter().filter_map(|asked| asked.user_agent).collect();
    assert!(!agents.is_empty() && agents.iter().all(|agent| agent.starts_with("Sonoscape/")));

    let built = workplace.json(&["build", "--json"]);
    assert_eq!((built["tracks"].as_u64(), built["dropped"].as_u64()), (Some(7), Some(7)));
    let files = walkdir::WalkDir::new(workplace.path("collected")).into_iter().map(Result::unwrap);
    assert_eq!(files.filter(|file| file.file_type().is_file()).count(), 0);
    let before = workplace.files("catalogue");

    let found = search(&workplace, &stand_in, 3);
    let track = &found["track"];
    assert_eq!((track["source"].as_str(), track["source_id"].as_str()), (Some("deezer"), Some("1000003")));
    assert_eq!(
        (track["isrc"].as_str(), track["changes"].as_str()),
        (Some("GBXXX2400003"), Some("a preview was analysed"))
    );
    assert_eq!(track["page"], "https://www.deezer.com/track/1000003");
    let catalogue: Vec<u8> =
        before.keys().flat_map(|name| std::fs::read(workplace.path("catalogue").join(name)).unwrap()).collect();
    assert!(
        !String::from_utf8_lossy(&catalogue).contains("hmac") && track["audio"].as_str().unwrap_or_default().is_empty()
    );

    let again = workplace.json(&["build", "--json"]);
    assert_eq!(
        (again["tracks"].as_u64(), again["analysed"].as_u64(), again["dropped"].as_u64()),
        (Some(7), Some(0), Some(0))
    );
    assert_eq!(workplace.files("catalogue"), before);
    let asked = stand_in.asked("/").len();
    assert_eq!(collect(&workplace, &stand_in, &["deezer", "--search", "piece"])["new"], 0);
    assert_eq!(stand_in.asked("/").len(), asked);
}

/// The nearest track to the sound of a piece.
fn search(workplace: &Workplace, stand_in: &StandIn, number: usize) -> Value {
    std::fs::write(workplace.path("query.wav"), stand_in.sound(number)).unwrap();
    workplace.json(&["search", "query.wav", "--json"])[0].clone()
}

#[test]
fn openly_licensed_tracks_keep_their_files_and_their_credits() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(8));
    collect(&workplace, &stand_in, &["jamendo", "--search", "piece"]);
    let built = workplace.json(&["build", "--json"]);
    // Two of them may only be streamed.
    assert_eq!((built["tracks"].as_u64(), built["dropped"].as_u64()), (Some(8), Some(2)));
    let track = search(&workplace, &stand_in, 1)["track"].clone();
    assert_eq!((track["source"].as_str(), track["licence"].as_str()), (Some("jamendo"), Some("CC-BY-SA-3.0")));
    assert!(track["attribution"].as_str().unwrap().ends_with("CC-BY-SA-3.0, via Jamendo"));
    assert!(track["audio"].as_str().unwrap().ends_with("/audio/jamendo/1.wav"));
    assert!(workplace.path("collected/jamendo/3000001.wav").is_file());
    assert!(!workplace.path("collected/jamendo/3000003.wav").exists());

    let items = Workplace::with(&[]);
    let report = collect(&items, &stand_in, &["archive", "--search", "piece"]);
    assert_eq!((report["found"].as_u64(), report["sounds"]["with_sound"].as_u64()), (Some(8), Some(8)));
    assert_eq!(items.json(&["build", "--json"])["tracks"], 8);
    let track = search(&items, &stand_in, 5)["track"].clone();
    assert_eq!(
        (track["source_id"].as_str(), track["licence"].as_str()),
        (Some("item-0/05 piece.mp3"), Some("CC-BY-4.0"))
    );
}

#[test]
fn a_track_of_spotify_is_heard_elsewhere() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(12));
    let names =
        collect(&workplace, &stand_in, &["spotify", "--playlist", "https://open.spotify.com/playlist/abc?si=1"]);
    // Every third piece: 0, 3, 6 and 9.
    assert_eq!((names["found"].as_u64(), names["sounds"]["missing"].as_u64()), (Some(4), Some(4)));
    assert!(stand_in.asked("/deezer").is_empty() && stand_in.asked("/itunes").is_empty());

    let other = Workplace::with(&[]);
    let report = collect(&other, &stand_in, &["spotify", "--playlist", "abc", "--elsewhere", "deezer,itunes"]);
    // Piece 6 has no preview anywhere; Deezer knows piece 9 by its name, but not by its code.
    assert_eq!((report["sounds"]["tracks"].as_u64(), report["sounds"]["missing"].as_u64()), (Some(7), Some(1)));
    assert_eq!(other.json(&["build", "--json"])["tracks"], 3);
    assert_eq!(search(&other, &stand_in, 3)["track"]["source"], "deezer");
    assert_eq!(search(&other, &stand_in, 9)["track"]["source_id"], "1000009");
    let told: Vec<_> = stand_in.asked("/").into_iter().filter(|asked| asked.path.contains("access-")).collect();
    assert!(told.is_empty(), "a token stands in an address: {told:?}");
    assert!(stand_in.asked("/audio/spotify").is_empty());

    let third = Workplace::with(&[]);
    collect(&third, &stand_in, &["spotify", "--playlist", "abc", "--elsewhere", "itunes"]);
    let library = rusqlite::Connection::open(third.path("catalogue/library.sqlite")).unwrap();
    let sure = "SELECT min(certainty) FROM found WHERE source = 'spotify' AND sound = 'same'";
    let least: f64 = library.query_row(sure, [], |row| row.get(0)).unwrap();
    assert!((0.8..1.0).contains(&least), "by names and length alone, it is never certain: {least}");
    assert_eq!(stand_in.asked("/audio/itunes").len(), 3);
}

#[test]
fn previews_of_spotify_are_used_only_when_asked_for() {
    let stand_in = StandIn::start(Settings { pieces: 6, extended: true, ..Settings::default() });
    let workplace = Workplace::with(&[]);
    collect(&workplace, &stand_in, &["spotify", "--search", "piece"]);
    assert!(stand_in.asked("/audio").is_empty());
    let other = Workplace::with(&[]);
    collect(&other, &stand_in, &["spotify", "--search", "piece", "--spotify-previews"]);
    assert_eq!(stand_in.asked("/audio/spotify").len(), 6);
}

#[test]
fn a_walk_goes_as_far_as_the_key_lets_it() {
    let walk = ["spotify", "--genre", "ambient", "--hops", "2", "--names-only"];
    let extended = StandIn::start(Settings { pieces: 200, extended: true, ..Settings::default() });
    let workplace = Workplace::with(&[]);
    // Artists 0, 4 and 8 are ambient; each leads to the two that follow, if there are any; each has ten top tracks.
    assert_eq!(collect(&workplace, &extended, &walk)["found"], 80);

    let (workplace, today) = (Workplace::with(&[]), stand_in(200));
    let report = collect(&workplace, &today, &walk);
    // Top tracks are not to be had, so that artists are searched by name: all twenty of each.
    assert_eq!(report["found"], 60);
    let near = today.asked("/spotify/v1/artists").into_iter().filter(|asked| asked.path.ends_with("related-artists"));
    assert!((1..=2).contains(&near.count()), "a refused kind of question is not asked on, but for what was on its way");
    let given_up = texts(&report["given_up"], "problem");
    assert!(given_up.iter().any(|problem| problem.contains("does not allow")), "{given_up:?}");
    assert_eq!((today.above_limit(), repeated(&today)), (0, vec![]));
}

#[test]
fn one_recording_is_fetched_once() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(6));
    collect(&workplace, &stand_in, &["deezer", "--search", "piece"]);
    let fetched = stand_in.asked("/audio").len();
    let report = collect(&workplace, &stand_in, &["spotify", "--search", "piece", "--elsewhere", "deezer"]);
    assert_eq!((report["found"].as_u64(), stand_in.asked("/audio").len()), (Some(6), fetched));
    // The same bytes under another name: iTunes states no code.
    collect(&workplace, &stand_in, &["itunes", "--search", "piece"]);
    assert_eq!(workplace.json(&["build", "--json"])["tracks"], 6);
}

#[test]
fn a_table_may_name_sounds_codes_or_titles() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(6));
    let table = format!(
        "title,artist,isrc,audio,licence,duration_s\nOurs,Me,,{}/audio/list/0.wav,CC0-1.0,\n,,GBXXX2400001,,,\n\"Distant Harbour, piece 2\",Björk Lund 0,,,,146\nNothing,Nobody,,,,\n",
        stand_in.address
    );
    std::fs::write(workplace.path("list.csv"), table).unwrap();
    let report = collect(&workplace, &stand_in, &["list", "list.csv", "--elsewhere", "deezer,itunes"]);
    assert_eq!((report["found"].as_u64(), report["sounds"]["missing"].as_u64()), (Some(4), Some(1)));
    let built = workplace.json(&["build", "--json"]);
    assert_eq!((built["tracks"].as_u64(), built["dropped"].as_u64()), (Some(3), Some(2)));
    assert_eq!(search(&workplace, &stand_in, 0)["track"]["licence"], "CC0-1.0");
    for (text, expected) in [
        ("title\nx\n", "needs an audio address"),
        ("audio\nfile:///etc/passwd\n", "no web address"),
        ("audio\n", "lists nothing"),
    ] {
        std::fs::write(workplace.path("list.csv"), text).unwrap();
        let sentence = refused(&workplace, &stand_in, &["list", "list.csv"]);
        assert!(sentence.contains(expected), "{sentence}");
    }
}

#[test]
fn a_dry_run_keeps_nothing() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(250));
    let report = collect(&workplace, &stand_in, &["deezer", "--search", "piece", "--dry-run"]);
    assert_eq!((report["known"].as_u64(), stand_in.asked("/").len()), (Some(250), 1));
    assert!(!workplace.path("catalogue").exists() && !workplace.path("collected").exists());
}

#[test]
fn more_can_be_taken_later() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(30));
    let search = ["deezer", "--search", "piece", "--names-only", "--most"];
    assert_eq!(collect(&workplace, &stand_in, &[&search[..], &["7"]].concat())["found"], 7);
    assert_eq!(collect(&workplace, &stand_in, &[&search[..], &["100"]].concat())["found"], 30);
}

#[test]
fn a_folder_is_registered_and_then_built() {
    let (workplace, stand_in) = (Workplace::with(&["cbr.mp3", "vorbis.ogg"]), stand_in(1));
    assert_eq!(collect(&workplace, &stand_in, &["folder", "music"])["new"], 2);
    assert_eq!(workplace.json(&["build", "--json"])["tracks"], 2);
    let found = workplace.json(&["search", "music/cbr.mp3", "--json"]);
    assert_eq!(
        (found[0]["track"]["audio"].as_str(), found[0]["track"]["artist"].as_str()),
        (Some("audio/cbr.mp3"), Some("Sonoscape"))
    );
    let sentence = refused(&workplace, &stand_in, &["deezer", "--search", "piece"]);
    assert!(sentence.contains("is of the folder"), "{sentence}");
}

#[test]
fn a_report_says_what_is_missing() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(70));
    collect(&workplace, &stand_in, &["deezer", "--search", "piece", "--names-only"]);
    let report = collect(&workplace, &stand_in, &["report", "--plots", "plots"]);
    // Every seventh piece has no preview; the sounds of the others are still to be fetched.
    assert_eq!((report["all"]["missing"].as_u64(), report["all"]["due"].as_u64()), (Some(10), Some(60)));
    let sum: u64 =
        report["by_popularity"].as_array().unwrap().iter().map(|group| group["tracks"].as_u64().unwrap()).sum();
    assert_eq!((sum, report["by_source"][0]["name"].as_str()), (70, Some("deezer")));
    for name in ["source", "popularity", "year", "genre"] {
        let picture = std::fs::read_to_string(workplace.path("plots").join(format!("{name}.svg"))).unwrap();
        assert!(picture.starts_with("<svg"));
    }
}

#[test]
fn a_key_that_is_missing_or_wrong_is_named() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
    for (source, variable) in [("jamendo", "JAMENDO_CLIENT_ID"), ("spotify", "SPOTIFY_CLIENT_SECRET")] {
        let output = command(&workplace, &stand_in, &[source, "--search", "x"]).env_remove(variable).output().unwrap();
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert!(sentence.contains(variable), "{sentence}");
        let output =
            command(&workplace, &stand_in, &[source, "--search", "x"]).env(variable, "wrong").output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(report["left_alone"][source].as_str().unwrap().contains("does not know who asks"), "{report}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("wrong"));
    }
    let sentence = refused(&workplace, &stand_in, &["itunes", "--playlist", "x"]);
    assert!(sentence.contains("iTunes cannot be asked for that"), "{sentence}");
}
