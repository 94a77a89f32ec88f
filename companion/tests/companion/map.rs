//! Maps of catalogues: drawn, kept, added to, and never half there.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use sonoscape::Catalogue;
use sonoscape::catalogue::{Entry, Excerpt, Manifest, PackedSegment, Position, TrackId};
use sonoscape::{Embedding, Track, quantize};

use crate::Workplace;
use crate::store::{add, library_of};

const PACK: [&str; 6] = ["pack", "--library", "library.sqlite", "--output", "packed", "--json"];

fn contents(workplace: &Workplace, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let read = |name: String| (name.clone(), fs::read(workplace.path(folder).join(name)).unwrap());
    workplace.files(folder).into_keys().map(read).collect()
}

fn is_sound(workplace: &Workplace, folder: &str) {
    let found = workplace.json(&["verify", folder, "--json"]);
    assert_eq!(found["problems"].as_array().unwrap().len(), 0, "{found}");
}

/// The catalogue in `folder` with its sketches and codes.
fn read(workplace: &Workplace, folder: &str) -> Catalogue {
    let file = |name: &str| fs::read(workplace.path(folder).join(name)).unwrap();
    let manifest = Manifest::parse(&file("manifest.json")).unwrap();
    let mut catalogue = Catalogue::new(manifest.clone());
    for (i, segment) in manifest.segments.iter().enumerate() {
        catalogue.take_sketch(i, &file(&segment.sketch.name)).unwrap();
        catalogue.take_codes(i, file(&segment.codes.name)).unwrap();
    }
    if let Some(regions) = &manifest.regions {
        catalogue.take_regions(&file(&regions.name)).unwrap();
    }
    catalogue
}

/// Where a track lies and in which cluster, if it lies anywhere.
type Place = Option<(Position, Option<u16>)>;

/// Where each track lies, by the codes of its first excerpt.
fn places(catalogue: &Catalogue) -> BTreeMap<Vec<i8>, Place> {
    let place = |id: TrackId| {
        let position = catalogue.position(id).map(|position| (position, catalogue.cluster(id)));
        (catalogue.excerpts(id)[0].code.values.clone(), position)
    };
    catalogue.ids().map(place).collect()
}

/// A catalogue of tracks that sound as `directions` say.
fn made(workplace: &Workplace, folder: &str, directions: &[Vec<f32>], track: impl Fn(usize) -> Track) {
    let excerpt = |values: &Vec<f32>| Excerpt { start_s: 0.0, code: quantize(&Embedding::from_slice(values).unwrap()) };
    let entry = |(i, values)| Entry { track: track(i), excerpts: vec![excerpt(values)], ..Entry::default() };
    let entries: Vec<Entry> = directions.iter().enumerate().map(entry).collect();
    let dimension = directions[0].len();
    let packed = PackedSegment::new(dimension, &entries).unwrap();
    let manifest = Manifest::new("made", &"0".repeat(64), dimension, vec![packed.entry]);
    fs::create_dir(workplace.path(folder)).unwrap();
    for (shard, bytes) in packed.shards {
        fs::write(workplace.path(folder).join(shard.name), bytes).unwrap();
    }
    fs::write(workplace.path(folder).join("manifest.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
}

/// Different directions near one of `groups` middles.
fn near(i: usize, groups: usize) -> Vec<f32> {
    let value = |d: usize| if d % groups == i % groups { 2.0 } else { 0.0 } + ((i * 37 + d * 11) % 23) as f32 / 23.0;
    (0..32).map(value).collect()
}

#[test]
fn every_track_of_the_demo_gets_a_place_and_only_sketches_and_regions_are_written() {
    let workplace = Workplace::with_demo();
    let before = contents(&workplace, "demo");
    let report = workplace.json(&["map", "demo", "--fresh", "--json"]);
    assert_eq!(
        (&report["tracks"], &report["placed"], &report["layout"]["recall"]),
        (&475.into(), &475.into(), &1.0.into())
    );
    is_sound(&workplace, "demo");
    let catalogue = read(&workplace, "demo");
    assert!(catalogue.ids().all(|id| catalogue.position(id).is_some() && catalogue.cluster(id).is_some()));
    let after = contents(&workplace, "demo");
    let stayed = |kind: &str| {
        before.iter().filter(|(name, _)| name.starts_with(kind)).all(|(name, bytes)| after.get(name) == Some(bytes))
    };
    assert!(stayed("codes-") && stayed("text-") && stayed("names-"));
    let regions = catalogue.regions();
    let names = |level: u8| -> Vec<&str> {
        regions.iter().filter(|region| region.level == level).map(|region| region.name.as_str()).collect()
    };
    for level in 0..2 {
        let mut distinct = names(level);
        distinct.sort_unstable();
        distinct.dedup();
        assert!(distinct.len() > 3 && distinct.len() == names(level).len(), "{distinct:?}");
        let held: u32 = regions.iter().filter(|region| region.level == level).map(|region| region.tracks).sum();
        assert_eq!(held, 475);
    }
    assert!(names(0).iter().any(|name| name.contains("chiptune")), "{:?}", names(0));
}

#[test]
fn tracks_of_one_album_that_sound_alike_lie_together() {
    let workplace = Workplace::with_demo();
    workplace.json(&["map", "demo", "--fresh", "--json"]);
    let catalogue = read(&workplace, "demo");
    let ids: Vec<TrackId> = catalogue.ids().collect();
    let mean = |id: TrackId| {
        let mut sum = vec![0.0f32; 256];
        for excerpt in catalogue.excerpts(id) {
            sum.iter_mut().zip(excerpt.code.dequantize()).for_each(|(sum, value)| *sum += value);
        }
        let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        sum.iter().map(|value| value / length).collect::<Vec<f32>>()
    };
    let vectors: Vec<Vec<f32>> = ids.iter().map(|id| mean(*id)).collect();
    let nearest = |i: usize, distance: &dyn Fn(usize) -> f32| {
        let mut others: Vec<usize> = (0..ids.len()).filter(|other| *other != i).collect();
        others.sort_by(|a, b| distance(*a).total_cmp(&distance(*b)));
        others.truncate(15);
        others
    };
    let at = |i: usize| catalogue.position(ids[i]).unwrap();
    let shared = |i: usize| {
        let by_sound = nearest(i, &|other| -vectors[i].iter().zip(&vectors[other]).map(|(a, b)| a * b).sum::<f32>());
        let on_map = nearest(i, &|other| {
            (f32::from(at(i).x) - f32::from(at(other).x)).hypot(f32::from(at(i).y) - f32::from(at(other).y))
        });
        by_sound.iter().filter(|other| on_map.contains(other)).count()
    };
    let share = (0..ids.len()).map(shared).sum::<usize>() as f64 / (15 * ids.len()) as f64;
    assert!(share > 0.4, "{share} of the neighbours by sound are neighbours on the map");
}

#[test]
fn one_seed_gives_the_same_bytes_on_any_number_of_threads_and_another_does_not() {
    let drawn = |seed: &str, threads: &str| {
        let workplace = Workplace::with_demo();
        let output = workplace
            .sonoscape(&["map", "demo", "--fresh", "--seed", seed])
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        assert!(output.status.success());
        contents(&workplace, "demo")
    };
    let first = drawn("7", "1");
    assert!(drawn("7", "2") == first && drawn("7", "5") == first);
    assert!(drawn("8", "2") != first);
}

#[test]
fn new_tracks_are_placed_and_nothing_on_the_map_moves() {
    let workplace = library_of(300);
    workplace.json(&PACK);
    workplace.json(&["map", "packed", "--json"]);
    let (before, regions) = (places(&read(&workplace, "packed")), read(&workplace, "packed").regions().to_vec());
    add(&workplace, 300..320);
    workplace.json(&PACK);
    is_sound(&workplace, "packed");
    let packed = places(&read(&workplace, "packed"));
    assert_eq!(packed.values().filter(|place| place.is_none()).count(), 20);
    let report = workplace.json(&["map", "packed", "--json"]);
    assert_eq!((&report["placed"], &report["layout"]), (&20.into(), &Value::Null));
    is_sound(&workplace, "packed");
    let after = read(&workplace, "packed");
    let now = places(&after);
    assert!(now.len() == 320 && now.values().all(Option::is_some));
    assert!(before.iter().all(|(codes, place)| now[codes] == *place));
    let names =
        |regions: &[sonoscape::catalogue::Region]| regions.iter().map(|region| region.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(after.regions()), names(&regions));
    let files = workplace.files("packed");
    workplace.json(&["map", "packed", "--json"]);
    assert_eq!(workplace.files("packed"), files, "nothing new, nothing written");
    workplace.json(&["map", "packed", "--fresh", "--json"]);
    assert!(places(&read(&workplace, "packed")) != now);
}

#[test]
fn a_build_draws_a_map_keeps_it_and_leaves_it_when_asked() {
    let workplace = Workplace::with(&["cbr.mp3", "flac.flac"]);
    let report = workplace.json(&["build", "music", "--no-map", "--json"]);
    assert_eq!(report["map"], Value::Null);
    assert!(places(&read(&workplace, "catalogue")).values().all(Option::is_none));
    let report = workplace.build();
    assert_eq!(report["map"]["placed"], 2);
    is_sound(&workplace, "catalogue");
    let first = places(&read(&workplace, "catalogue"));
    workplace.add("vorbis.ogg", "third.ogg");
    let report = workplace.build();
    assert_eq!((&report["map"]["placed"], &report["map"]["layout"]), (&1.into(), &Value::Null));
    let second = places(&read(&workplace, "catalogue"));
    assert!(first.iter().all(|(codes, place)| place.is_some() && second[codes] == *place));
    is_sound(&workplace, "catalogue");
}

#[test]
fn killed_at_any_moment_the_former_map_stays() {
    let workplace = Workplace::with_demo();
    workplace.json(&["map", "demo", "--fresh", "--json"]);
    let started = Instant::now();
    workplace.json(&["map", "demo", "--fresh", "--seed", "1", "--json"]);
    let whole = started.elapsed();
    for round in 0..8 {
        let former = workplace.manifest("demo");
        let seed = (2 + round).to_string();
        let arguments = ["map", "demo", "--fresh", "--seed", seed.as_str()];
        let mut killed = workplace.sonoscape(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::min(whole.mul_f64(0.12 * f64::from(round)), Duration::from_secs(20)));
        killed.kill().unwrap();
        let ended = killed.wait().unwrap();
        let output = workplace.run(&["verify", "demo", "--json"]);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        for problem in found["problems"].as_array().unwrap() {
            assert!(problem["problem"].as_str().unwrap().contains("belongs to no catalogue here"), "{found}");
        }
        assert!(ended.success() || workplace.manifest("demo") == former || found["tracks"] == 475, "{found}");
    }
    workplace.json(&["map", "demo", "--fresh", "--json"]);
    is_sound(&workplace, "demo");
}

#[test]
fn maps_of_hardly_any_tracks_and_of_equal_ones_are_drawn() {
    let workplace = Workplace::with(&[]);
    for count in [1, 2, 3, 14, 15, 16, 40] {
        let different: Vec<Vec<f32>> = (0..count).map(|i| near(i, 3)).collect();
        let equal = vec![near(0, 3); count];
        for (kind, directions) in [("different", different), ("equal", equal)] {
            let folder = format!("{kind}-{count}");
            made(&workplace, &folder, &directions, |_| Track::default());
            for init in ["pca", "spectral", "random"] {
                let report = workplace.json(&["map", &folder, "--fresh", "--init", init, "--n-epochs", "40", "--json"]);
                assert_eq!(report["placed"], count, "{folder} from {init}");
            }
            is_sound(&workplace, &folder);
            let catalogue = read(&workplace, &folder);
            assert!(catalogue.ids().all(|id| catalogue.position(id).is_some()) && !catalogue.regions().is_empty());
        }
    }
}

#[test]
fn groups_of_tracks_are_found_and_named_after_what_is_typical_of_them() {
    let workplace = Workplace::with(&[]);
    let directions: Vec<Vec<f32>> = (0..240).map(|i| near(i, 4)).collect();
    let styles = ["surf rock", "field recording", "choral", "game/chiptune"];
    let track = |i: usize| Track { title: format!("Piece {i}"), style: styles[i % 4].into(), ..Track::default() };
    made(&workplace, "made", &directions, track);
    workplace.json(&["map", "made", "--json"]);
    let catalogue = read(&workplace, "made");
    let names: Vec<&str> = catalogue.regions().iter().map(|region| region.name.as_str()).collect();
    for style in ["surf rock", "field recording", "choral", "chiptune"] {
        assert!(names.iter().any(|name| name.contains(style)), "{names:?}");
    }
    let group = |id: &TrackId| id.track as usize % 4;
    let mut groups: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    catalogue.ids().for_each(|id| groups.entry(catalogue.cluster(id).unwrap()).or_default().push(group(&id)));
    let pure = groups.values().filter(|groups| groups.iter().all(|group| *group == groups[0])).count();
    assert_eq!(pure, groups.len(), "{groups:?}");
    let report = workplace.json(&["map", "made", "--fresh", "--clusters", "kmeans", "--k", "4", "--json"]);
    let counts: Vec<&Value> = report["regions"].as_array().unwrap().iter().map(|region| &region["tracks"]).collect();
    assert_eq!(counts, [60, 60, 60, 60]);
}

#[test]
fn texts_of_strangers_make_no_names_that_harm() {
    let workplace = Workplace::with(&[]);
    let directions: Vec<Vec<f32>> = (0..60).map(|i| near(i, 3)).collect();
    let hostile = ["\u{202e}evil\u{0}\n\r<script>alert(1)</script>", "&amp;\u{200b}", "𝕏".repeat(500).leak() as &str];
    let track = |i: usize| Track {
        title: hostile[i % 3].into(),
        artist: hostile[(i + 1) % 3].into(),
        style: hostile[i % 3].into(),
        album: " ".repeat(2000),
        ..Track::default()
    };
    made(&workplace, "made", &directions, track);
    workplace.json(&["map", "made", "--json"]);
    is_sound(&workplace, "made");
    for region in read(&workplace, "made").regions() {
        let name = &region.name;
        assert!(
            name.len() <= 200 && !name.chars().any(|c| c.is_control() || c == '\u{202e}' || c == '\u{200b}'),
            "{name:?}"
        );
    }
}

#[test]
fn of_joined_catalogues_the_first_keeps_its_map_and_the_others_are_placed_on_it() {
    let workplace = Workplace::with_demo();
    workplace.json(&["map", "demo", "--fresh", "--json"]);
    let demo = workplace.manifest("demo");
    let directions: Vec<Vec<f32>> =
        (0..30).map(|i| (0..256).map(|d| ((i * 7 + d * d) % 31) as f32 - 15.0).collect()).collect();
    made(&workplace, "made", &directions, |i| Track { title: format!("Piece {i}"), ..Track::default() });
    workplace.json(&["map", "made", "--json"]);
    let mut manifest = workplace.manifest("made");
    manifest["encoder"] = demo["encoder"].clone();
    fs::write(workplace.path("made/manifest.json"), manifest.to_string()).unwrap();
    workplace.json(&["merge", "demo", "made", "--output", "joined", "--json"]);
    is_sound(&workplace, "joined");
    let (first, joined) = (places(&read(&workplace, "demo")), places(&read(&workplace, "joined")));
    assert!(first.iter().all(|(codes, place)| joined[codes] == *place));
    assert_eq!(joined.values().filter(|place| place.is_none()).count(), 30);
    assert_eq!(workplace.json(&["map", "joined", "--json"])["placed"], 30);
    is_sound(&workplace, "joined");
}

#[test]
fn what_cannot_be_is_refused_in_one_sentence() {
    let workplace = Workplace::with_demo();
    assert!(workplace.failure(&["map", "music"]).contains("There is no catalogue in music"));
    assert!(workplace.failure(&["map", "demo", "--fresh", "--min-dist", "3"]).contains("--min-dist"));
    assert!(workplace.failure(&["map", "demo", "--metric", "euclidean"]).contains("cosine"));
    assert!(workplace.failure(&["map", "demo", "--output", "x.npy"]).contains("--output is for vectors"));
    fs::write(workplace.path("vectors.npy"), b"\x93NUMPY\x01\x00").unwrap();
    let said = workplace.failure(&["map", "vectors.npy", "--output", "x.npy"]);
    assert!(said.contains("vectors.npy cannot be used") && !said.contains("panicked"), "{said}");
    assert!(workplace.failure(&["map", "vectors.npy"]).contains("Say with --output"));
}

#[test]
fn pictures_show_the_map_and_a_sound_among_its_neighbours() {
    let workplace = Workplace::with_demo();
    let piece = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/public/example.mp3");
    workplace.json(&["map", "demo", "--fresh", "--plot", "pictures", "--query", piece, "--json"]);
    let pictures = contents(&workplace, "pictures");
    let names: Vec<&str> = pictures.keys().map(String::as_str).collect();
    let both = ["centroids", "query", "regions", "sources", "styles"]
        .map(|name| [format!("{name}.png"), format!("{name}.svg")]);
    assert_eq!(names, both.as_flattened());
    let text = |name: &str| String::from_utf8(pictures[name].clone()).unwrap();
    assert_eq!(text("query.svg").matches("<line ").count(), 10);
    let regions = text("regions.svg");
    let coarsest = read(&workplace, "demo").regions().iter().filter(|region| region.parent.is_none()).count();
    assert!((1..=coarsest).contains(&(regions.matches("<text ").count() - 1)));
    assert!(pictures["styles.png"].starts_with(b"\x89PNG"));
}
