use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::Workplace;
use crate::store::library_of;

/// Packs the tracks with these numbers, each with an ISRC of its own.
fn pack(workplace: &Workplace, numbers: std::ops::Range<usize>, output: &str) {
    let mut table = "path,isrc\n".to_owned();
    numbers.for_each(|number| writeln!(table, "made/{number}.mp3,GBAAA{number:07}").unwrap());
    fs::write(workplace.path("tracks.csv"), table).unwrap();
    workplace.json(&["pack", "--library", "library.sqlite", "--tracks", "tracks.csv", "--output", output, "--json"]);
}

fn counts(report: &Value) -> [u64; 4] {
    ["tracks", "known_twice", "segments_copied", "segments_rewritten"].map(|name| report[name].as_u64().unwrap())
}

#[test]
fn tracks_that_are_known_twice_are_taken_once() {
    let workplace = library_of(300);
    pack(&workplace, 0..200, "a");
    pack(&workplace, 150..300, "b");
    let merge = |more: &[&str]| workplace.json(&[&["merge", "--output", "merged", "--json"], more].concat());
    assert_eq!(counts(&merge(&["a", "b"])), [300, 50, 1, 1]);
    assert_eq!(workplace.json(&["verify", "merged", "--json"])["tracks"], 300);
    let (a, merged) = (workplace.manifest("a"), workplace.manifest("merged"));
    assert_eq!(merged["segments"][0], a["segments"][0]);
    assert_eq!(merged["encoder"], a["encoder"]);
    let info = workplace.json(&["info", "merged", "--json"]);
    pack(&workplace, 0..300, "all");
    let all = workplace.json(&["info", "all", "--json"]);
    for count in ["excerpts", "years", "licences", "sources"] {
        assert_eq!(info[count], all[count], "{count}");
    }

    assert_eq!(counts(&merge(&["a", "a"])), [200, 200, 1, 0]);
    assert_eq!(workplace.manifest("merged")["segments"], a["segments"]);
    assert_eq!(counts(&merge(&["a", "b", "all"])), [300, 350, 1, 1]);
    let named = merge(&["b", "a", "--name", "Ours"]);
    assert_eq!((counts(&named), workplace.manifest("merged")["name"].as_str()), ([300, 50, 1, 1], Some("Ours")));
    workplace.json(&["verify", "merged", "--json"]);

    let merged = workplace.manifest("merged")["segments"].clone();
    workplace.json(&["merge", "b", "a", "--output", "b", "--json"]);
    assert_eq!(workplace.manifest("b")["segments"], merged);
    workplace.json(&["verify", "b", "--json"]);
}

#[test]
fn a_catalogue_of_another_encoder_or_a_damaged_one_is_refused() {
    let workplace = library_of(20);
    pack(&workplace, 0..10, "a");
    pack(&workplace, 10..20, "b");
    let manifest = workplace.path("b/manifest.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    let encoder = workplace.manifest("b")["encoder"].as_str().unwrap().to_owned();
    fs::write(&manifest, whole.replace(&encoder, &"0123456789abcdef".repeat(4))).unwrap();
    let said = workplace.failure(&["merge", "a", "b", "--output", "merged"]);
    assert!(said.contains(&encoder[..12]) && said.contains("0123456789ab"), "{said}");
    fs::write(&manifest, whole).unwrap();
    for kind in ["codes-", "sketch-", "text-"] {
        let place = workplace.path("b").join(workplace.shard("b", kind));
        let bytes = fs::read(&place).unwrap();
        fs::write(&place, &bytes[1..]).unwrap();
        let said = workplace.failure(&["merge", "a", "b", "--output", "merged"]);
        assert!(said.contains("The catalogue is damaged"), "{said}");
        assert!(!workplace.path("merged/manifest.json").exists());
        fs::write(&place, bytes).unwrap();
    }
    assert!(workplace.failure(&["merge", "a", "--output", "merged"]).contains("2 values required"));
}
