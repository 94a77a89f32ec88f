#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sha2::{Digest, Sha256};
use sonoscape::catalogue::Manifest;
use sonoscape::{AnalysedExcerpt, Analysis, Catalogue, Embedding, EncoderCard, Error, Row, Track, quantize};

const DIMENSION: usize = 256;

fn direction(seed: usize) -> Embedding {
    let values: Vec<f32> = (0..DIMENSION).map(|i| ((i * 31 + seed * 57 + i * seed) % 19) as f32 - 9.0).collect();
    Embedding::from_slice(&values).expect("a direction")
}

/// Six tracks of two excerpts each; excerpt `e` of track `t` is `direction(10 * t + e)`.
fn catalogue() -> Catalogue {
    let title = |t: u32| Track { title: format!("Track {t}"), audio: format!("audio/{t}.ogg"), ..Track::default() };
    let rows: Vec<Row> = (0..12u32)
        .map(|i| Row {
            track: i / 2,
            start_s: 30.0 * (i % 2) as f32,
            code: quantize(&direction((i / 2 * 10 + i % 2) as usize)),
        })
        .collect();
    Catalogue::new("an encoder", DIMENSION, (0..6).map(title).collect(), &rows).expect("a catalogue")
}

fn packed() -> (Manifest, Vec<Vec<u8>>) {
    catalogue().pack("six tracks").expect("packs")
}

fn json(manifest: &Manifest) -> Vec<u8> {
    serde_json::to_vec(manifest).expect("a manifest in JSON")
}

fn altered(change: impl Fn(&mut serde_json::Value)) -> Result<Manifest, Error> {
    let mut value = serde_json::to_value(packed().0).expect("a value");
    change(&mut value);
    Manifest::parse(&serde_json::to_vec(&value).expect("JSON"))
}

#[test]
fn a_catalogue_comes_back_as_it_was_packed() {
    let (manifest, shards) = packed();
    let read = Manifest::parse(&json(&manifest)).expect("a manifest");
    assert_eq!(read, manifest);
    assert_eq!(Catalogue::unpack(&read, &shards).expect("unpacks"), catalogue());
}

#[test]
fn a_truncated_catalogue_is_refused() {
    let (manifest, shards) = packed();
    for shard in 0..shards.len() {
        for length in (0..shards[shard].len()).step_by(97) {
            let mut cut = shards.clone();
            cut[shard].truncate(length);
            assert!(matches!(Catalogue::unpack(&manifest, &cut), Err(Error::Catalogue(_))));
        }
    }
    assert!(matches!(Catalogue::unpack(&manifest, &shards[..1]), Err(Error::Catalogue(_))));
    let whole = json(&manifest);
    assert!((0..whole.len()).all(|length| Manifest::parse(&whole[..length]).is_err()));
}

#[test]
fn an_altered_catalogue_is_refused() {
    let (manifest, shards) = packed();
    for shard in 0..shards.len() {
        for place in (0..shards[shard].len()).step_by(131) {
            let mut altered = shards.clone();
            altered[shard][place] ^= 1;
            assert!(matches!(Catalogue::unpack(&manifest, &altered), Err(Error::Catalogue(_))));
        }
    }
}

#[test]
fn a_catalogue_from_the_future_says_so() {
    let future = altered(|value| value["version"] = 7.into());
    assert_eq!(future, Err(Error::Version { what: "catalogue", found: 7, supported: 0 }));
}

#[test]
fn shard_names_stay_beside_the_manifest() {
    for name in ["../codes.bin", "/codes.bin", "a/b", "", "CODES", ".hidden", "https:x"] {
        assert!(altered(|value| value["shards"][0]["name"] = name.into()).is_err(), "{name}");
    }
    assert!(altered(|value| value["shards"][0]["bytes"] = u64::MAX.into()).is_err());
    assert!(altered(|value| value["shards"] = serde_json::json!([])).is_err());
    assert!(altered(|value| value["format"] = "something else".into()).is_err());
}

#[test]
fn a_count_beyond_its_limit_names_that_limit() {
    for (place, what, limit) in [(12, "values of a code", 1 << 12), (16, "rows", 1 << 24)] {
        let found = limit as u32 + 1;
        let mut shards = packed().1;
        shards[0][place..place + 4].copy_from_slice(&found.to_le_bytes());
        let sha256: String = Sha256::digest(&shards[0]).iter().map(|byte| format!("{byte:02x}")).collect();
        let manifest = altered(|value| value["shards"][0]["sha256"] = sha256.as_str().into()).expect("a manifest");
        let error = Catalogue::unpack(&manifest, &shards);
        assert_eq!(error, Err(Error::Limit { what, found: found.into(), limit }));
    }
}

#[test]
fn links_that_are_no_web_addresses_are_refused() {
    let with = |page: &str, audio: &str| {
        let track = Track { page: page.into(), audio: audio.into(), ..Track::default() };
        Catalogue::new("an encoder", 1, vec![track], &[])
    };
    assert!(with("https://example.org/a", "audio/a%20b.ogg").is_ok());
    for page in ["javascript:alert(1)", "//example.org", "data:text/html,x", "https://", "http://a b"] {
        assert!(with(page, "").is_err(), "{page}");
    }
    for audio in ["javascript:alert(1)", "../secret", "/etc/passwd", "a\\b", "blob:x", "a/../../b"] {
        assert!(with("", audio).is_err(), "{audio}");
    }
    let long = Track { title: "x".repeat(5000), ..Track::default() };
    assert!(Catalogue::new("an encoder", 1, vec![long], &[]).is_err());
}

#[test]
fn rows_that_name_no_track_are_refused() {
    let row = Row { track: 1, start_s: 0.0, code: quantize(&direction(1)) };
    assert!(Catalogue::new("an encoder", DIMENSION, vec![Track::default()], std::slice::from_ref(&row)).is_err());
    assert!(Catalogue::new("an encoder", 3, vec![Track::default(); 2], &[row]).is_err());
}

#[test]
fn a_track_appears_once_with_the_parts_that_match() {
    let start = |start_s, seed| AnalysedExcerpt { start_s, embedding: direction(seed) };
    let heard = Analysis::new(vec![start(0.0, 31), start(12.0, 31)]).expect("an analysis");
    let matches = catalogue().nearest(&heard, &EncoderCard::default(), 10);
    assert_eq!(matches.len(), 6);
    let nearest = &matches[0];
    assert_eq!((nearest.track, nearest.start_s, nearest.query_start_s), (3, 30.0, 0.0));
    assert!(nearest.score > 0.999 && nearest.time_score > 0.999 && nearest.frequency_score > 0.999, "{nearest:?}");
    assert!(matches.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let tracks: std::collections::BTreeSet<_> = matches.iter().map(|found| found.track).collect();
    assert_eq!(tracks.len(), 6);
}

#[test]
fn a_track_heard_whole_finds_itself_with_a_score_of_one() {
    let excerpt = |start_s, seed| AnalysedExcerpt { start_s, embedding: direction(seed) };
    let heard = Analysis::new(vec![excerpt(0.0, 30), excerpt(30.0, 31)]).expect("an analysis");
    let nearest = &catalogue().nearest(&heard, &EncoderCard::default(), 1)[0];
    assert_eq!(nearest.track, 3);
    assert!((nearest.score - 1.0).abs() < 1e-3, "{nearest:?}");
    assert!((nearest.start_s - nearest.query_start_s).abs() < f32::EPSILON);
}

#[test]
fn a_catalogue_of_another_encoder_says_both() {
    let card = EncoderCard::default();
    assert_eq!(catalogue().check_encoder("an encoder", &card), Ok(()));
    let error = catalogue().check_encoder("another one", &card).expect_err("a mismatch").to_string();
    assert!(error.contains("an encoder") && error.contains("another one"), "{error}");
}
