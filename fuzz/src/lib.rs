//! What must hold for any bytes from outside: the body of every fuzz target and of the test that replays its corpus.

use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sonoscape::audio::SILENCE_PEAK;
use sonoscape::catalogue::{
    BLOCK_TRACKS, Entry, Excerpt, Manifest, PackedSegment, Region, SegmentEntry, ShardEntry, ShardKind, TrackId,
    by_name, nearest,
};
use sonoscape::services::{Ask, MOST_CANDIDATES, Provider, Reply, Service};
use sonoscape::{
    AnalysedExcerpt, Analysis, Catalogue, Clip, Embedding, EncoderCard, Error, Filter, MelConfig, MelFrontEnd, fold,
    quantize,
};

/// A manifest in JSON: refused, or read into bounds and written again without loss.
pub fn manifest(bytes: &[u8]) {
    let Some(manifest) = accepted(Manifest::parse(bytes)) else {
        return;
    };
    assert!(manifest.excerpts() <= 1 << 24 && manifest.tracks() <= manifest.excerpts());
    let shards = manifest
        .segments
        .iter()
        .flat_map(|segment| [&segment.sketch, &segment.codes].into_iter().chain(&segment.names));
    assert!(shards.clone().all(|shard| shard.bytes <= 128 << 20 && !shard.name.contains(['/', '\\', ':'])));
    let written = serde_json::to_vec(&manifest).expect("a manifest in JSON");
    assert_eq!(Manifest::parse(&written).as_ref(), Ok(&manifest));
}

/// Sketch and codes of a segment, with checksums and counts that are right: refused, or searched, with the sketch alone and
/// then with both.
///
/// | bytes | what |
/// |---|---|
/// | 2 | length of the sketch, u16, little-endian |
/// | that many | the sketch |
/// | the rest | the codes |
pub fn segment(bytes: &[u8]) {
    let Some((length, shards)) = bytes.split_first_chunk() else {
        return;
    };
    let (sketch, codes) = shards.split_at(shards.len().min(u16::from_le_bytes(*length).into()));
    let Some(manifest) = accepted(Manifest::parse(describe(sketch, codes).to_string().as_bytes())) else {
        return;
    };
    let mut catalogue = Catalogue::new(manifest);
    if accepted(catalogue.take_sketch(0, sketch)).is_none() {
        return;
    }
    find(&catalogue);
    let (counts, ids): (_, Vec<_>) = (catalogue.counts(), catalogue.ids().collect());
    assert!(counts.years.values().sum::<usize>() <= ids.len());
    assert!(ids.iter().all(|id| catalogue.position(*id).is_none_or(|position| position.x < u16::MAX)));
    assert!(catalogue.missing_texts(&ids).len() == ids.len().div_ceil(BLOCK_TRACKS));
    if accepted(catalogue.take_codes(0, codes.to_vec())).is_some() {
        find(&catalogue);
    }
}

/// Searches for something, with and without a filter.
fn find(catalogue: &Catalogue) {
    let dimension = catalogue.manifest().dimension;
    let embedding = Embedding::from_slice(&vec![1.0; dimension]).expect("a direction");
    let heard = Analysis::new(vec![AnalysedExcerpt { start_s: 0.0, embedding }]).expect("an analysis");
    let card = EncoderCard { dimension, ..EncoderCard::default() };
    let strict = Filter { years: Some(1..=2000), per_artist: Some(1), same_recording: Some(0.9), ..Filter::default() };
    for filter in [Filter::default(), strict] {
        let matches = nearest(&[catalogue], &heard, &card, &filter, 10);
        assert!(matches.len() <= 10);
        assert!(matches.windows(2).all(|pair| pair[0].score >= pair[1].score));
        assert!(matches.iter().all(|found| found.score.is_finite() && catalogue.ids().any(|id| id == found.track)));
    }
}

/// A block of text of one track: refused, or fit to be shown.
pub fn text(bytes: &[u8]) {
    let code = quantize(&Embedding::from_slice(&[1.0]).expect("a direction"));
    let entry = Entry { excerpts: vec![Excerpt { start_s: 0.0, code }], ..Entry::default() };
    let PackedSegment { mut entry, shards } = PackedSegment::new(1, &[entry]).expect("packs");
    let mut sketch = shards[0].1.clone();
    let named = [Sha256::digest(&shards[2].1).as_slice(), &(shards[2].1.len() as u32).to_le_bytes()].concat();
    let place = sketch.windows(named.len()).position(|window| window == named).expect("the text's name");
    sketch[place..place + 32].copy_from_slice(&Sha256::digest(bytes));
    sketch[place + 32..place + 36].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
    entry.sketch = ShardEntry::of(ShardKind::Sketch, &sketch);
    let mut catalogue = Catalogue::new(Manifest::new("fuzz", "fuzz", 1, vec![entry]));
    catalogue.take_sketch(0, &sketch).expect("a sketch");
    if accepted(catalogue.take_text(0, 0, bytes)).is_some() {
        let track = catalogue.track(TrackId { segment: 0, track: 0 }).expect("the track");
        assert!(track.duration_s.is_finite() && track.title.len() <= 2048);
        assert!(track.page.is_empty() || track.page.starts_with("http"));
    }
}

/// The names of a segment of at most 300 tracks, before they are compressed: refused, or found by words, and by the beginnings of words, that are among them.
pub fn names(bytes: &[u8]) {
    let bytes = &compress_to_vec_zlib(bytes, 1);
    for tracks in [1, 2, 3, 300] {
        let shard = |kind| ShardEntry::of(kind, bytes);
        let entry = SegmentEntry {
            tracks,
            excerpts: tracks,
            sketch: shard(ShardKind::Sketch),
            codes: shard(ShardKind::Codes),
            names: Some(shard(ShardKind::Names)),
        };
        let mut catalogue = Catalogue::new(Manifest::new("fuzz", "fuzz", 1, vec![entry]));
        if accepted(catalogue.take_names(0, bytes)).is_none() {
            continue;
        }
        for track in 0..tracks as u32 {
            let name = catalogue.name(TrackId { segment: 0, track }).expect("a name");
            assert!(name.title.len() <= 2048 && name.isrc.len() <= 2048);
            let folded = fold(name.title);
            assert!(folded.is_empty() || !by_name(&[&catalogue], &format!("{folded} "), tracks).is_empty());
            let half: String = folded.chars().take(folded.chars().count().div_ceil(2)).collect();
            assert!(half.is_empty() || by_name(&[&catalogue], &half, 10).len() <= 10);
            assert!(name.isrc.is_empty() || catalogue.by_isrc(name.isrc).is_some_and(|found| found.track <= track));
        }
    }
}

/// The regions of a map, before they are compressed: refused, or fit to be drawn, and written again without loss.
pub fn regions(bytes: &[u8]) {
    let bytes = &compress_to_vec_zlib(bytes, 1);
    let mut manifest = Manifest::new("fuzz", "fuzz", 1, Vec::new());
    manifest.regions = Some(ShardEntry::of(ShardKind::Regions, bytes));
    let mut catalogue = Catalogue::new(manifest);
    if accepted(catalogue.take_regions(bytes)).is_none() {
        return;
    }
    let regions = catalogue.regions();
    for (number, region) in regions.iter().enumerate() {
        assert!(region.position().x < u16::MAX && !region.name.trim().is_empty() && region.name.len() <= 200);
        assert_eq!(Region::lineage(regions, number).count(), usize::from(region.level) + 1);
    }
    assert!(Region::pack(regions).is_ok());
}

/// An answer of every service to every kind of question: refused, or tracks that may stand in a catalogue, with web addresses
/// or none.
///
/// | bytes | what |
/// |---|---|
/// | 1 | status of HTTP: 200 plus this |
/// | the rest | the body |
pub fn answer(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first() else {
        return;
    };
    let reply = Reply { status: 200 + u16::from(*status), retry_after: None, now_s: 1 << 30, body };
    let id = || "1/2".to_owned();
    let asks = [
        Ask::Search { words: id(), offset: 0 },
        Ask::Track { id: id() },
        Ask::Playlist { id: id(), offset: 0 },
        Ask::Album { id: id(), offset: 0 },
        Ask::Artist { id: id(), name: id(), offset: 0 },
        Ask::Genre { id: id(), hops: 1, offset: 0 },
        Ask::Related { id: id(), hops: 1 },
    ];
    let is_web = |address: &str| address.starts_with("https://") || address.starts_with("http://");
    for service in Service::ALL {
        let provider = Provider::new(service);
        for ask in asks.iter().filter(|ask| provider.address(ask).is_some()) {
            let Ok(answer) = provider.read(ask, &reply) else { continue };
            assert!(answer.candidates.len() <= MOST_CANDIDATES);
            for found in answer.candidates {
                found.track().check().expect("it may stand in a catalogue");
                assert!([&found.page, &found.cover].iter().all(|address| address.is_empty() || is_web(address)));
                assert!(found.sound.is_none_or(|sound| is_web(&sound.url)));
            }
            for further in answer.further.iter().chain(&answer.next) {
                assert!(provider.address(further).is_some_and(|address| address.starts_with(&provider.base)));
            }
        }
    }
}

/// An encoder's card in JSON: refused, or a front end that can be planned and used.
pub fn card(bytes: &[u8]) {
    let Some(card) = std::str::from_utf8(bytes).ok().and_then(|json| accepted(EncoderCard::from_json(json))) else {
        return;
    };
    assert!(card.halves.iter().all(|half| half.start < half.end && half.end <= card.dimension));
    assert!(card.tile_s().is_finite() && card.tile_s() > 0.0);
    let mut front_end = MelFrontEnd::new(&card.front_end).expect("a front end");
    see(&mut front_end, &[0.5; 64]);
}

/// Decoded samples: refused, or a clip whose every excerpt becomes a picture.
///
/// | bytes | what |
/// |---|---|
/// | 4 | sample rate, u32, little-endian |
/// | 1 | channels |
/// | 4 · samples | the channels one after another, f32, little-endian; the last may be shorter |
pub fn clip(bytes: &[u8]) {
    let Some((rate, rest)) = bytes.split_first_chunk() else {
        return;
    };
    let Some((&channels, rest)) = rest.split_first() else {
        return;
    };
    let samples: Vec<f32> = rest.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let length = samples.len().div_ceil(usize::from(channels).max(1)).max(1);
    let channels: Vec<&[f32]> = samples.chunks(length).collect();
    let Some(clip) = accepted(Clip::from_channels(&channels, u32::from_le_bytes(*rate))) else {
        return;
    };
    assert!(clip.samples().iter().all(|sample| sample.is_finite()));
    assert!(clip.samples().iter().any(|sample| sample.abs() >= SILENCE_PEAK));
    assert!((0.0..=1.0).contains(&clip.clipped_fraction()));
    let mut front_end = MelFrontEnd::new(&MelConfig::default()).expect("the default settings");
    for excerpt in clip.excerpts(0.01, 8) {
        see(&mut front_end, excerpt.samples);
    }
}

fn see(front_end: &mut MelFrontEnd, samples: &[f32]) {
    let mel = front_end.log_mel(samples);
    assert!(mel.values.iter().all(|value| (-mel.top_db..=0.0).contains(value)));
    assert!(mel.image().values.iter().all(|value| (0.0..=1.0).contains(value)));
}

fn accepted<T>(result: Result<T, Error>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Error::Limit { what, found, limit }) => {
            assert!(found > limit, "{found} {what} are within {limit}");
            None
        }
        Err(_) => None,
    }
}

fn describe(sketch: &[u8], codes: &[u8]) -> Value {
    let number = |at| sketch.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    json!({
        "format": "sonoscape-catalogue", "version": 1, "name": "fuzz", "encoder": "fuzz", "dimension": number(12),
        "segments": [{
            "tracks": number(16), "excerpts": number(20),
            "sketch": ShardEntry::of(ShardKind::Sketch, sketch), "codes": ShardEntry::of(ShardKind::Codes, codes),
        }],
    })
}
