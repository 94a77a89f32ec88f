#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::shelf::{DIMENSION, Packed, entry};
use sonoscape::catalogue::{
    Entry, MOST_LEVELS, MOST_REGION_NAME, MOST_REGIONS, PackedSegment, Placed, Position, Region, ShardEntry, ShardKind,
};
use sonoscape::{Catalogue, Error};

fn region(name: &str, level: u8, parent: Option<u16>, cluster: Option<u16>) -> Region {
    Region { name: name.into(), level, x: 7, y: 65_535, tracks: 3, parent, cluster }
}

fn regions() -> Vec<Region> {
    vec![
        region("loud", 0, None, None),
        region("loud · brass", 1, Some(0), Some(0)),
        region("loud · drums", 1, Some(0), Some(9)),
        region("quiet", 0, None, None),
    ]
}

/// A catalogue whose manifest names these bytes as its regions.
fn naming(bytes: &[u8]) -> Catalogue {
    let mut manifest = Packed::new(&[&[entry(0)]]).manifest;
    manifest.regions = Some(ShardEntry::of(ShardKind::Regions, bytes));
    Catalogue::new(manifest)
}

fn read(json: &str) -> Result<Vec<Region>, Error> {
    let bytes = miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 6);
    let mut catalogue = naming(&bytes);
    catalogue.take_regions(&bytes)?;
    Ok(catalogue.regions().to_vec())
}

#[test]
fn regions_come_back_as_they_were_packed() {
    let (shard, bytes) = Region::pack(&regions()).expect("packs");
    assert_eq!(Region::pack(&regions()), Ok((shard.clone(), bytes.clone())));
    let mut catalogue = naming(&bytes);
    assert_eq!(catalogue.manifest().regions.as_ref(), Some(&shard));
    assert_eq!(catalogue.regions(), []);
    catalogue.take_regions(&bytes).expect("takes");
    assert_eq!(catalogue.regions(), regions());
    assert_eq!(catalogue.regions()[0].position(), Position { x: 7, y: 65_535 });
}

#[test]
fn a_reader_that_knows_no_regions_reads_the_manifest_and_one_that_does_reads_those_without() {
    let manifest = naming(b"anything").manifest().clone();
    let mut value = serde_json::to_value(&manifest).expect("a value");
    value.as_object_mut().expect("an object").remove("regions");
    let json = serde_json::to_vec(&value).expect("JSON");
    let without = sonoscape::catalogue::Manifest::parse(&json).expect("a manifest");
    assert_eq!((without.regions, without.segments), (None, manifest.segments));
}

#[test]
fn regions_that_are_cut_short_altered_or_not_named_are_refused() {
    let (_, bytes) = Region::pack(&regions()).expect("packs");
    let mut catalogue = naming(&bytes);
    for length in 0..bytes.len() {
        assert!(catalogue.take_regions(&bytes[..length]).is_err());
        let mut altered = bytes.clone();
        altered[length] ^= 1;
        assert!(catalogue.take_regions(&altered).is_err());
        assert!(naming(&bytes[..length]).take_regions(&bytes[..length]).is_err(), "named as it is, at {length}");
    }
    assert_eq!(catalogue.regions(), []);
    let mut without = Catalogue::new(Packed::new(&[&[entry(0)]]).manifest);
    assert!(without.take_regions(&bytes).is_err());
}

#[test]
fn a_manifest_is_held_to_the_name_of_its_regions() {
    let manifest = serde_json::to_value(naming(b"anything").manifest()).expect("a value");
    let with = |key: &str, other: serde_json::Value| {
        let mut manifest = manifest.clone();
        manifest["regions"][key] = other;
        sonoscape::catalogue::Manifest::parse(&serde_json::to_vec(&manifest).expect("JSON"))
    };
    assert!(with("tracks", 1.into()).is_ok());
    assert!(with("name", "../regions.bin".into()).is_err());
    assert!(with("bytes", u64::MAX.into()).is_err());
    assert!(with("sha256", "0".into()).is_err());
}

#[test]
fn regions_that_cannot_be_are_refused() {
    let one = |json: &str| read(&format!("[{json}]"));
    assert!(one(r#"{"name":"a","level":0,"x":0,"y":0,"tracks":1,"later":[1]}"#).is_ok());
    for json in [
        r#"{"name":"","level":0,"x":0,"y":0,"tracks":1}"#,
        r#"{"name":"\u2003 ","level":0,"x":0,"y":0,"tracks":1}"#,
        r#"{"name":"a","level":0,"x":0,"y":0,"tracks":0}"#,
        r#"{"name":"a","level":0,"x":0,"y":0,"tracks":-1}"#,
        r#"{"name":"a","level":0,"x":0,"y":0,"tracks":4294967296}"#,
        r#"{"name":"a","level":0,"x":65535,"y":0,"tracks":1}"#,
        r#"{"name":"a","level":0,"x":65536,"y":0,"tracks":1}"#,
        r#"{"name":"a","level":1,"x":0,"y":0,"tracks":1}"#,
        r#"{"name":"a","level":0,"x":0,"y":0,"tracks":1,"parent":0}"#,
        r#"{"name":"a","level":0,"x":0,"y":0,"tracks":1,"parent":1}"#,
        r#"{"name":"a","level":0,"x":0,"y":0,"tracks":1,"parent":65535}"#,
    ] {
        assert!(matches!(one(json), Err(Error::Catalogue(_))), "{json}");
    }
    let twice = [region("a", 0, None, Some(1)), region("b", 0, None, Some(1))];
    assert!(Region::pack(&twice).is_err(), "one cluster of two regions");
    let coarse = [region("a", 0, None, Some(1)), region("b", 1, Some(0), Some(2))];
    assert!(Region::pack(&coarse).is_err(), "a cluster above the finest level");
    assert!(read("{}").is_err() && read("[").is_err() && read("[1]").is_err());
}

#[test]
fn more_regions_than_fit_are_refused_unread() {
    let one = r#"{"name":"a","level":0,"x":0,"y":0,"tracks":1}"#;
    let many = |count: usize| format!("[{}]", vec![one; count].join(","));
    assert_eq!(read(&many(MOST_REGIONS)).expect("so many").len(), MOST_REGIONS);
    assert!(read(&many(MOST_REGIONS + 1)).is_err());
    assert!(read(&many(100_000)).is_err());
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 64 << 20], 6);
    assert!(matches!(naming(&bomb).take_regions(&bomb), Err(Error::Catalogue(_))));
    let long = region(&"x".repeat(MOST_REGION_NAME + 1), 0, None, None);
    assert!(matches!(Region::pack(&[long]), Err(Error::Limit { .. })));
    let level = |level: u8| region("a", level, (level > 0).then(|| u16::from(level) - 1), None);
    let deep: Vec<Region> = (0..=MOST_LEVELS).map(level).collect();
    assert!(Region::pack(&deep[..MOST_LEVELS.into()]).is_ok());
    assert!(matches!(Region::pack(&deep), Err(Error::Limit { .. })));
}

#[test]
fn a_segment_whose_tracks_move_changes_its_sketch_and_nothing_else() {
    let entries = [0, 1, 2].map(entry);
    let places =
        [0, 1, 2].map(|t: u16| Placed { position: (t > 0).then_some(Position { x: t, y: 9 }), cluster: Some(t) });
    let former = PackedSegment::new(DIMENSION, &entries).expect("packs");
    let (moved, sketch) = former.entry.placed(&former.shards[0].1, &places).expect("moves");
    let of =
        |(entry, place): (&Entry, &Placed)| Entry { position: place.position, cluster: place.cluster, ..entry.clone() };
    let whole: Vec<Entry> = entries.iter().zip(&places).map(of).collect();
    let expected = PackedSegment::new(DIMENSION, &whole).expect("packs");
    assert_eq!((&moved, &sketch), (&expected.entry, &expected.shards[0]));
    assert_eq!(former.shards[1..], expected.shards[1..]);
}

#[test]
fn places_that_cannot_be_are_refused() {
    let former = PackedSegment::new(DIMENSION, &[0, 1].map(entry)).expect("packs");
    let (entry, sketch) = (&former.entry, &former.shards[0].1);
    let place = |x: u16, cluster: u16| Placed { position: Some(Position { x, y: 0 }), cluster: Some(cluster) };
    assert!(entry.placed(sketch, &[place(0, 0); 2]).is_ok());
    assert!(entry.placed(sketch, &[place(0, 0); 3]).is_err());
    assert!(entry.placed(sketch, &[place(u16::MAX, 0); 2]).is_err());
    assert!(entry.placed(sketch, &[place(0, u16::MAX); 2]).is_err());
    assert!(entry.placed(&sketch[1..], &[place(0, 0); 2]).is_err());
}
