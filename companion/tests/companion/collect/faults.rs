//! Services that fail in every way they know.

use super::*;
use crate::stand_in::Fault;

/// A fault that passes is overcome, and nothing is lost.
#[test]
fn what_passes_is_overcome() {
    let second = || Fault::Status(429, Some("1".into()));
    let date = || Fault::Status(429, Some("Sun, 06 Nov 1994 08:49:37 GMT".into()));
    let faults: [(&str, Fault); 9] = [
        ("/deezer/search", second()),
        ("/deezer/search", date()),
        ("/deezer/search", Fault::Inside),
        ("/deezer/search", Fault::Status(503, None)),
        ("/deezer/search", Fault::Html),
        ("/deezer/track", Fault::Cut),
        ("/deezer/track", Fault::Empty),
        ("/audio", Fault::Status(500, None)),
        ("/audio", Fault::Cut),
    ];
    for (path, fault) in faults {
        let (workplace, stand_in) = (Workplace::with(&[]), stand_in(5));
        stand_in.spoil(path, fault.clone(), 2);
        let report = collect(&workplace, &stand_in, &["deezer", "--search", "piece"]);
        assert_eq!(report["sounds"]["with_sound"], 5, "{path} {fault:?}: {report}");
    }
}

#[test]
fn a_service_that_never_answers_is_left_for_later() {
    for (path, fault, sentence) in [
        ("/deezer/search", Fault::Hangs, "does not answer in time"),
        ("/deezer/search", Fault::Slow(Duration::from_millis(100)), "does not answer in time"),
        ("/deezer/search", Fault::Status(500, None), "does not work at the moment"),
        ("/deezer/search", Fault::Html, "is no answer of Deezer"),
        ("/deezer/search", Fault::Status(429, Some("3600".into())), "asks to wait 3600 s"),
        ("/deezer/search", Fault::Status(401, None), "does not know who asks"),
        ("/audio", Fault::Status(503, None), "host of its sound does not work"),
    ] {
        let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
        stand_in.spoil(path, fault.clone(), usize::MAX);
        let search = ["deezer", "--search", "piece", "--timeout", "1"];
        let report = collect(&workplace, &stand_in, &search);
        let said = report["left_alone"]["deezer"].as_str().unwrap_or_default();
        assert!(said.contains(sentence), "{fault:?}: {report}");
        stand_in.mend();
        let report = collect(&workplace, &stand_in, &search);
        assert_eq!(report["sounds"]["with_sound"], 3, "{fault:?}: {report}");
    }
}

#[test]
fn what_cannot_be_had_is_said_once_and_not_asked_again() {
    for (path, fault, sentence) in [
        ("/deezer/track", Fault::Status(404, None), "has no such thing"),
        ("/deezer/track", Fault::Status(403, None), "does not allow this"),
        ("/deezer/track", Fault::Enormous, "more than can be read"),
        ("/audio", Fault::Status(404, None), "Its sound is gone."),
        ("/audio", Fault::Status(403, None), "Its sound is not handed out."),
        ("/audio", Fault::Enormous, "What came is no sound."),
        ("/audio", Fault::Html, "What came is no sound."),
    ] {
        let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
        stand_in.spoil(path, fault.clone(), usize::MAX);
        let report = collect(&workplace, &stand_in, &["deezer", "--search", "piece"]);
        let reasons = report["reasons"].to_string() + &report["left_alone"].to_string();
        assert!(reasons.contains(sentence), "{fault:?}: {report}");
        let parts = walkdir::WalkDir::new(workplace.path("collected")).into_iter().map(Result::unwrap);
        assert_eq!(parts.filter(|file| file.file_type().is_file()).count(), 0, "{fault:?}");
        if report["left_alone"].as_object().unwrap().is_empty() {
            stand_in.mend();
            let asked = stand_in.asked("/").len();
            collect(&workplace, &stand_in, &["deezer", "--search", "piece"]);
            assert_eq!(stand_in.asked("/").len(), asked, "{fault:?}");
        }
    }
}

#[test]
fn a_sound_that_cannot_be_had_stands_for_no_other_track() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
    stand_in.spoil("/audio/deezer", Fault::Status(404, None), usize::MAX);
    let report = collect(&workplace, &stand_in, &["deezer", "--search", "piece"]);
    assert_eq!(report["sounds"]["with_sound"], 0, "{report}");
    let elsewhere = ["spotify", "--search", "piece", "--elsewhere", "deezer,itunes"];
    let report = collect(&workplace, &stand_in, &elsewhere);
    let library = rusqlite::Connection::open(workplace.path("catalogue/library.sqlite")).unwrap();
    let heard_at =
        "SELECT other.source FROM found JOIN found AS other ON other.id = found.same_as WHERE found.source = 'spotify'";
    let mut query = library.prepare(heard_at).unwrap();
    let sources: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(sources, ["itunes"; 3], "{report}");
}

#[test]
fn an_address_that_ran_out_is_asked_for_anew() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
    stand_in.spoil("/audio", Fault::Status(403, None), 1);
    assert_eq!(collect(&workplace, &stand_in, &["deezer", "--search", "piece"])["sounds"]["with_sound"], 3);
    assert_eq!((stand_in.asked("/audio").len(), stand_in.asked("/deezer/track").len()), (4, 4));
}

#[test]
fn a_token_that_ran_out_is_renewed() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(30));
    stand_in.spoil("/spotify/v1/search?type=track&q=piece&limit=10&offset=10", Fault::Status(401, None), 1);
    let report = collect(&workplace, &stand_in, &["spotify", "--search", "piece"]);
    assert_eq!(report["found"], 30, "{report}");
    assert_eq!(stand_in.asked("/accounts/api/token").len(), 2);
}

#[test]
fn hostile_titles_reach_the_catalogue_as_text() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(2));
    stand_in.spoil("/", Fault::Hostile, usize::MAX);
    collect(&workplace, &stand_in, &["deezer", "--search", "piece"]);
    workplace.json(&["build", "--json"]);
    workplace.json(&["verify", "catalogue", "--json"]);
    let title = search(&workplace, &stand_in, 1)["track"]["title"].as_str().unwrap().to_owned();
    assert_eq!(title, format!("{} 1", HOSTILE.replace('\u{202e}', "")));
}

#[test]
fn nothing_found_is_no_fault() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
    for source in ["deezer", "itunes", "jamendo", "archive", "spotify"] {
        let report = collect(&workplace, &stand_in, &[source, "--search", "nothingofthekind"]);
        assert_eq!((report["found"].as_u64(), report["left_alone"].to_string().as_str()), (Some(0), "{}"), "{source}");
    }
    let sentence = workplace.failure(&["build"]);
    assert!(sentence.contains("could be used"), "{sentence}");
}

#[test]
fn a_key_of_the_environment_never_comes_back() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(3));
    let output = command(&workplace, &stand_in, &["spotify", "--search", "piece"]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let library = std::fs::read(workplace.path("catalogue/library.sqlite")).unwrap();
    for bytes in [said, library] {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(CLIENT_SECRET) && !text.contains("access-"));
    }
    assert!(stand_in.asked("/").iter().all(|asked| !asked.path.contains(CLIENT_SECRET)));
}

#[test]
fn hosts_that_are_down_keep_nobody_from_the_others() {
    let (workplace, stand_in) = (Workplace::with(&[]), stand_in(1));
    // Nothing listens on port 9, the "discard" service.
    let dead = (1..10).map(|i| format!("Dead {i},Me,http://127.0.0.1:9/{i}.wav\n"));
    stand_in.spoil("/audio/rotten", Fault::Html, usize::MAX);
    let rotten = (1..5).map(|i| format!("Rotten {i},Me,{}/audio/rotten/{i}.wav\n", stand_in.address));
    let alive = format!("Alive,Me,{}/audio/list/0.wav\n", stand_in.address);
    let header = std::iter::once("title,artist,audio\n".to_owned());
    let table: String = header.chain(dead).chain(rotten).chain([alive]).collect();
    std::fs::write(workplace.path("list.csv"), table).unwrap();
    let report = collect(&workplace, &stand_in, &["list", "list.csv"]);
    let sounds = &report["sounds"];
    let counts = ["with_sound", "due", "failed"].map(|count| sounds[count].as_u64().unwrap());
    assert_eq!(counts, [1, 13, 0], "{report}");
    let left_alone = report["left_alone"].as_object().unwrap();
    assert!(left_alone.len() == 5 && left_alone.contains_key("127.0.0.1:9"), "{report}");
}
