#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::shelf::{DIMENSION, Packed, direction, entry, heard, track};
use sonoscape::catalogue::{Entry, Filter, Manifest, PackedSegment, Position, ShardKind, TrackId, nearest};
use sonoscape::{Catalogue, EncoderCard, Error, Match, Track};

/// Six tracks of two excerpts each in two segments.
fn packed() -> Packed {
    Packed::new(&[&[0, 1, 2].map(entry), &[3, 4, 5].map(entry)])
}

fn altered(change: impl Fn(&mut serde_json::Value)) -> Result<Manifest, Error> {
    let mut value = serde_json::to_value(&packed().manifest).expect("a value");
    change(&mut value);
    Manifest::parse(&serde_json::to_vec(&value).expect("JSON"))
}

fn found(catalogue: &Catalogue, seed: usize, filter: &Filter, k: usize) -> Vec<Match> {
    nearest(&[catalogue], &heard(&[seed]), &EncoderCard::default(), filter, k)
}

#[test]
fn a_catalogue_comes_back_as_it_was_packed() {
    let packed = packed();
    let json = serde_json::to_vec(&packed.manifest).expect("a manifest in JSON");
    assert_eq!(Manifest::parse(&json).as_ref(), Ok(&packed.manifest));
    let catalogue = packed.whole();
    let entries: Vec<Entry> = catalogue.ids().filter_map(|id| catalogue.entry(id)).collect();
    assert_eq!(entries, [0, 1, 2, 3, 4, 5].map(entry));
    assert_eq!((packed.manifest.tracks(), packed.manifest.excerpts()), (6, 12));
}

#[test]
fn equal_tracks_give_equal_bytes() {
    assert_eq!(packed(), packed());
}

#[test]
fn every_shard_is_refused_when_cut_short_altered_or_exchanged() {
    let packed = packed();
    for (name, bytes) in &packed.files {
        let cut = (0..bytes.len()).step_by(97).map(|length| bytes[..length].to_vec());
        let altered = (0..bytes.len()).step_by(131).map(|place| {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            altered
        });
        let exchanged = packed.files.iter().filter(|(other, _)| *other != name).map(|(_, other)| other.clone());
        for bytes in cut.chain(altered).chain(exchanged) {
            let mut spoilt = packed.clone();
            spoilt.files.insert(name.clone(), bytes);
            assert!(matches!(spoilt.read(), Err(Error::Catalogue(_))), "{name}");
        }
    }
}

#[test]
fn a_shard_that_is_refused_changes_nothing() {
    let packed = packed();
    let mut catalogue = packed.whole();
    let before = catalogue.clone();
    let foreign = packed.files[&packed.manifest.segments[0].codes.name].clone();
    assert!(catalogue.take_codes(1, foreign.clone()).is_err());
    assert!(catalogue.take_sketch(1, &foreign).is_err());
    assert!(catalogue.take_text(1, 0, &foreign).is_err());
    assert!(catalogue.take_text(1, 1, &foreign).is_err());
    assert_eq!(catalogue, before);
    let mut empty = Catalogue::new(packed.manifest.clone());
    assert!(empty.take_codes(0, foreign).is_err(), "codes before their sketch");
}

#[test]
fn a_truncated_manifest_is_refused() {
    let json = serde_json::to_vec(&packed().manifest).expect("a manifest in JSON");
    assert!((0..json.len()).all(|length| Manifest::parse(&json[..length]).is_err()));
}

#[test]
fn a_catalogue_of_another_version_says_so() {
    for found in [0, 7] {
        let other = altered(|value| value["version"] = found.into());
        assert_eq!(other, Err(Error::Version { what: "catalogue", found, supported: 1 }));
    }
}

#[test]
fn a_manifest_is_held_to_its_bounds() {
    let shard = |name: &str| altered(|value| value["segments"][0]["codes"]["name"] = name.into());
    for name in ["../codes.bin", "/codes.bin", "a/b", "", "codes-0123456789abcdef.bin", ".hidden", "https:x"] {
        assert!(shard(name).is_err(), "{name}");
    }
    assert!(altered(|value| value["segments"][0]["codes"]["bytes"] = u64::MAX.into()).is_err());
    assert!(altered(|value| value["segments"][0]["codes"]["sha256"] = "xyz".into()).is_err());
    assert!(altered(|value| value["segments"][0]["tracks"] = 0.into()).is_err());
    assert!(altered(|value| value["segments"][0]["tracks"] = 7.into()).is_err());
    assert!(altered(|value| value["segments"][0]["excerpts"] = 16_385.into()).is_err());
    assert!(altered(|value| value["dimension"] = 0.into()).is_err());
    assert!(altered(|value| value["dimension"] = 4097.into()).is_err());
    assert!(altered(|value| value["format"] = "something else".into()).is_err());
    let segment = serde_json::to_value(&packed().manifest.segments[0]).expect("a value");
    assert!(altered(|value| value["segments"] = vec![segment.clone(); 16_385].into()).is_err());
}

#[test]
fn counts_beyond_their_limits_name_them() {
    let cases = [
        (ShardKind::Sketch, 12, "values of a code", 4096),
        (ShardKind::Sketch, 16, "tracks of a segment", 16_384),
        (ShardKind::Sketch, 20, "rows of a segment", 16_384),
        (ShardKind::Codes, 12, "values of a code", 4096),
        (ShardKind::Codes, 16, "tracks of a segment", 16_384),
        (ShardKind::Codes, 20, "rows of a segment", 16_384),
        (ShardKind::Codes, 24, "bytes of dictionary", 16 << 20),
    ];
    for (kind, place, what, limit) in cases {
        let error = packed().with(kind, |bytes| bytes[place..place + 4].copy_from_slice(&u32::MAX.to_le_bytes()));
        assert_eq!(error.read(), Err(Error::Limit { what, found: u32::MAX.into(), limit }));
    }
    let future = packed().with(ShardKind::Codes, |bytes| bytes[8] = 2);
    assert_eq!(future.read(), Err(Error::Version { what: "catalogue", found: 2, supported: 1 }));
}

#[test]
fn text_that_grows_without_bound_is_refused() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 64 << 20], 6);
    assert!(matches!(packed().with(ShardKind::Text, |bytes| *bytes = bomb.clone()).read(), Err(Error::Catalogue(_))));
}

#[test]
fn links_that_are_no_web_addresses_are_refused() {
    let with = |page: &str, audio: &str| {
        let track = Track { page: page.into(), audio: audio.into(), ..Track::default() };
        PackedSegment::new(DIMENSION, &[Entry { track, ..entry(0) }])
    };
    assert!(with("https://example.org/a", "audio/a%20b.ogg").is_ok());
    for page in ["javascript:alert(1)", "//example.org", "data:text/html,x", "https://", "http://a b"] {
        assert!(with(page, "").is_err(), "{page}");
    }
    for audio in ["javascript:alert(1)", "../secret", "/etc/passwd", "a\\b", "blob:x", "a/../../b"] {
        assert!(with("", audio).is_err(), "{audio}");
    }
    let long = Track { title: "x".repeat(5000), ..Track::default() };
    assert!(PackedSegment::new(DIMENSION, &[Entry { track: long, ..entry(0) }]).is_err());
}

#[test]
fn tracks_that_cannot_be_packed_are_refused() {
    assert!(PackedSegment::new(DIMENSION, &[]).is_err());
    assert!(PackedSegment::new(DIMENSION, &[Entry { excerpts: Vec::new(), ..entry(0) }]).is_err());
    assert!(PackedSegment::new(3, &[entry(0)]).is_err());
    assert!(matches!(PackedSegment::new(DIMENSION, &vec![entry(0); 8193]), Err(Error::Limit { .. })));
}

#[test]
fn a_track_appears_once_with_the_parts_that_match() {
    let matches = packed().whole().nearest(&heard(&[31, 31]), &EncoderCard::default(), 10);
    assert_eq!(matches.len(), 6);
    let parts = matches[0].parts.expect("codes");
    assert_eq!(matches[0].track, TrackId { segment: 1, track: 0 });
    assert_eq!((parts.start_s, parts.query_start_s), (30.0, 0.0));
    assert!(matches[0].score > 0.999 && parts.time_score > Some(0.999) && parts.frequency_score > Some(0.999));
    assert!(matches.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let tracks: std::collections::BTreeSet<_> = matches.iter().map(|found| found.track).collect();
    assert_eq!(tracks.len(), 6);
}

#[test]
fn an_encoder_without_halves_has_no_scores_of_halves() {
    let card = EncoderCard { halves: Vec::new(), ..EncoderCard::default() };
    let parts = packed().whole().nearest(&heard(&[31]), &card, 1)[0].parts.expect("codes");
    assert_eq!((parts.time_score, parts.frequency_score), (None, None));
}

#[test]
fn a_track_heard_whole_finds_itself_with_a_score_of_one() {
    let nearest = &packed().whole().nearest(&heard(&[30, 31]), &EncoderCard::default(), 1)[0];
    assert_eq!(nearest.track, TrackId { segment: 1, track: 0 });
    assert!((nearest.score - 1.0).abs() < 1e-3, "{nearest:?}");
}

#[test]
fn sketches_answer_before_codes_and_codes_make_scores_exact() {
    let packed = packed();
    let exact = found(&packed.whole(), 31, &Filter::default(), 6);
    let mut catalogue = Catalogue::new(packed.manifest.clone());
    assert_eq!(found(&catalogue, 31, &Filter::default(), 6), []);
    for (i, segment) in packed.manifest.segments.iter().enumerate() {
        catalogue.take_sketch(i, &packed.files[&segment.sketch.name]).expect("a sketch");
        assert_eq!(found(&catalogue, 31, &Filter::default(), 6).len(), 3 * (i + 1));
    }
    assert_eq!(catalogue.arrived(), (6, 0));
    let rough = found(&catalogue, 31, &Filter::default(), 6);
    assert_eq!(rough[0].track, exact[0].track);
    assert!(rough.iter().all(|found| found.parts.is_none()));
    for (i, segment) in packed.manifest.segments.iter().enumerate() {
        catalogue.take_codes(i, packed.files[&segment.codes.name].clone()).expect("codes");
    }
    assert_eq!(catalogue.arrived(), (6, 6));
    assert_eq!(found(&catalogue, 31, &Filter::default(), 6), exact);
}

#[test]
fn only_the_texts_of_shown_tracks_are_missing() {
    let packed = packed();
    let mut catalogue = packed.sketched();
    let shown = [TrackId { segment: 1, track: 0 }, TrackId { segment: 1, track: 2 }];
    assert_eq!(catalogue.track(shown[0]), None);
    let missing = catalogue.missing_texts(&shown);
    assert_eq!(missing.len(), 1);
    catalogue.take_text(1, missing[0].block, &packed.files[&missing[0].shard.name]).expect("a text");
    assert_eq!(catalogue.missing_texts(&shown), []);
    assert_eq!(catalogue.track(shown[1]), Some(&track(5)));
    let nowhere = TrackId { segment: 9, track: 9 };
    assert_eq!((catalogue.track(nowhere), catalogue.missing_texts(&[nowhere])), (None, Vec::new()));
}

#[test]
fn filters_leave_out_what_they_name() {
    let catalogue = packed().whole();
    let titles = |filter: Filter| -> Vec<String> {
        let matches = found(&catalogue, 31, &filter, 6);
        let mut titles: Vec<_> =
            matches.iter().map(|found| catalogue.track(found.track).expect("a text").title.clone()).collect();
        titles.sort();
        titles
    };
    let only = |name: &str| [name.to_owned()].into();
    assert_eq!(titles(Filter { styles: only("style 1"), ..Filter::default() }), ["Track 1", "Track 4"]);
    assert_eq!(titles(Filter { sources: only("source 0"), ..Filter::default() }), ["Track 0", "Track 2", "Track 4"]);
    assert_eq!(titles(Filter { licences: only("none such"), ..Filter::default() }), [""; 0]);
    assert_eq!(titles(Filter { years: Some(2001..=2002), ..Filter::default() }), ["Track 1", "Track 2"]);
    let without = Filter { without_artists: only(" ARTIST 0"), ..Filter::default() };
    assert_eq!(titles(without), ["Track 3", "Track 4", "Track 5"]);
    assert_eq!(titles(Filter { per_artist: Some(1), ..Filter::default() }).len(), 2);
    let id = |segment, track| (0, TrackId { segment, track });
    let nowhere = [id(0, 3), id(7, 0), (1, TrackId { segment: 0, track: 1 })];
    let listed = nowhere.into_iter().chain([id(0, 1), id(1, 2)]).collect();
    let left = titles(Filter { without: listed, ..Filter::default() });
    assert_eq!(left, ["Track 0", "Track 2", "Track 3", "Track 4"]);
    let counts = catalogue.counts();
    assert_eq!((counts.styles["style 1"], counts.sources["source 0"], counts.years[&2005]), (2, 3, 1));
}

#[test]
fn a_cap_looks_further_until_there_are_enough() {
    let of = |t: usize| Entry { track: Track { artist: format!("Artist {}", t / 40), ..track(t) }, ..entry(t) };
    let entries: Vec<Entry> = (0..200).map(of).collect();
    let catalogue = Packed::new(&[&entries]).whole();
    let filter = Filter { per_artist: Some(1), ..Filter::default() };
    assert_eq!(found(&catalogue, 31, &filter, 5).len(), 5);
}

#[test]
fn the_same_recording_is_folded_into_the_nearer_one() {
    let twin = Entry { track: track(9), ..entry(3) };
    let catalogue = Packed::new(&[&[entry(3), entry(4), twin]]).whole();
    let filter = Filter { same_recording: Some(0.99), ..Filter::default() };
    let matches = found(&catalogue, 31, &filter, 3);
    assert_eq!(matches.len(), 2);
    assert_eq!(matches[0].twins, [(0, TrackId { segment: 0, track: 2 })]);
    assert_eq!(found(&catalogue, 31, &filter, 1)[0].twins, matches[0].twins, "also of the last match");
}

#[test]
fn a_cap_that_leaves_too_few_ends_with_what_there_is() {
    let of = |t: usize| Entry { track: Track { artist: "The same".into(), ..track(t) }, ..entry(t % 50) };
    let entries: Vec<Entry> = (0..3000).map(of).collect();
    let catalogue = Packed::new(&[&entries]).whole();
    let filter = Filter { per_artist: Some(2), ..Filter::default() };
    assert_eq!(found(&catalogue, 31, &filter, 10).len(), 2);
    assert_eq!(found(&catalogue, 31, &Filter::default(), usize::MAX).len(), 3000);
}

#[test]
fn a_block_of_more_tracks_than_fit_is_refused() {
    let many = format!("[{}{{}}]", "{},".repeat(100_000));
    let block = miniz_oxide::deflate::compress_to_vec_zlib(many.as_bytes(), 6);
    assert!(matches!(packed().with(ShardKind::Text, |bytes| *bytes = block.clone()).read(), Err(Error::Catalogue(_))));
}

#[test]
fn texts_that_are_wanted_outlast_others() {
    let entries: Vec<Entry> = (0..128 * 20).map(|t| Entry { track: track(t), ..entry(t % 50) }).collect();
    let packed = Packed::new(&[&entries]);
    let mut catalogue = packed.sketched();
    let wanted: Vec<TrackId> = [0, 1000, 2500].map(|track| TrackId { segment: 0, track }).to_vec();
    let all: Vec<TrackId> = catalogue.ids().collect();
    for text in catalogue.missing_texts(&all).into_iter().take(16) {
        catalogue.take_text(0, text.block, &packed.files[&text.shard.name]).expect("a text");
    }
    catalogue.want_texts(&wanted);
    for text in catalogue.missing_texts(&wanted) {
        catalogue.take_text(0, text.block, &packed.files[&text.shard.name]).expect("a text");
    }
    assert!(wanted.iter().all(|id| catalogue.track(*id).is_some()));
}

#[test]
fn several_catalogues_are_searched_as_one() {
    let whole = packed().whole();
    let parts = [Packed::new(&[&[0, 1, 2].map(entry)]).whole(), Packed::new(&[&[3, 4, 5].map(entry)]).whole()];
    let together = nearest(&[&parts[0], &parts[1]], &heard(&[31]), &EncoderCard::default(), &Filter::default(), 6);
    let apart = found(&whole, 31, &Filter::default(), 6);
    let key = |found: &Match| (found.score.to_bits(), found.track.track);
    assert_eq!(together.iter().map(key).collect::<Vec<_>>(), apart.iter().map(key).collect::<Vec<_>>());
    assert_eq!(together[0].catalogue, 1);
}

#[test]
fn a_track_without_a_place_on_the_map_has_none() {
    let placed = Entry { position: Some(Position { x: 65_534, y: 65_535 }), cluster: Some(7), ..entry(1) };
    let catalogue = Packed::new(&[&[entry(0), placed.clone()]]).whole();
    let id = |track| TrackId { segment: 0, track };
    assert_eq!((catalogue.position(id(0)), catalogue.position(id(1))), (None, placed.position));
    assert_eq!(catalogue.entry(id(1)), Some(placed));
}

#[test]
fn a_catalogue_of_another_encoder_says_both() {
    let (catalogue, card) = (packed().whole(), EncoderCard::default());
    assert_eq!(catalogue.check_encoder("an encoder", &card), Ok(()));
    let error = catalogue.check_encoder("another one", &card).expect_err("a mismatch").to_string();
    assert!(error.contains("an encoder") && error.contains("another one"), "{error}");
    assert_eq!(direction(1).dimension(), card.dimension);
}

#[test]
fn a_later_manifest_leaves_what_it_shares_and_lacks_the_rest() {
    let (old, new) = (packed(), Packed::new(&[&[3, 4, 5].map(entry), &[0, 1].map(entry)]));
    let mut catalogue = old.whole();
    catalogue.renew(new.manifest.clone());
    assert_eq!(catalogue.arrived(), (3, 3));
    let missing: Vec<_> =
        catalogue.missing_sketches().chain(catalogue.missing_codes()).map(|(_, s)| s.clone()).collect();
    assert_eq!(missing, [&new.manifest.segments[1].sketch, &new.manifest.segments[1].codes].map(Clone::clone));
    for shard in missing {
        let bytes = new.files[&shard.name].clone();
        let taken = if shard.name.starts_with("sketch") {
            catalogue.take_sketch(1, &bytes)
        } else {
            catalogue.take_codes(1, bytes)
        };
        taken.expect("a shard");
    }
    assert_eq!(found(&catalogue, 31, &Filter::default(), 5), found(&new.whole(), 31, &Filter::default(), 5));
}

#[test]
fn a_later_manifest_of_another_encoder_shares_nothing() {
    let packed = packed();
    let mut catalogue = packed.whole();
    catalogue.renew(Manifest::new("tests", "another one", DIMENSION, packed.manifest.segments.clone()));
    assert_eq!(catalogue.arrived(), (0, 0));
}
