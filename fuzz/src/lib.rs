//! What must hold for any bytes from outside: the body of every fuzz target and of the test that replays its corpus.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sonoscape::audio::SILENCE_PEAK;
use sonoscape::catalogue::Manifest;
use sonoscape::{AnalysedExcerpt, Analysis, Catalogue, Clip, Embedding, EncoderCard, Error, MelConfig, MelFrontEnd};

/// A manifest in JSON: refused, or read into bounds and written again without loss.
pub fn manifest(bytes: &[u8]) {
    let Some(manifest) = accepted(Manifest::parse(bytes)) else {
        return;
    };
    assert_eq!(manifest.shards.len(), 2);
    assert!(manifest.bytes() <= 2 << 30);
    assert!(manifest.shards.iter().all(|shard| !shard.name.contains(['/', '\\', ':'])));
    let written = serde_json::to_vec(&manifest).expect("a manifest in JSON");
    assert_eq!(Manifest::parse(&written), Ok(manifest));
}

/// Both shards of a catalogue, with checksums and counts that are right: refused, or read, searched and packed again.
///
/// | bytes | what |
/// |---|---|
/// | 2 | length of the shard of codes, u16, little-endian |
/// | that many | the shard of codes |
/// | the rest | the shard of tracks |
pub fn codes(bytes: &[u8]) {
    let Some((length, shards)) = bytes.split_first_chunk() else {
        return;
    };
    let (codes, tracks) = shards.split_at(shards.len().min(u16::from_le_bytes(*length).into()));
    let manifest = Manifest::parse(describe(codes, tracks).to_string().as_bytes()).expect("a manifest");
    let Some(catalogue) = accepted(Catalogue::unpack(&manifest, &[codes.to_vec(), tracks.to_vec()])) else {
        return;
    };
    let embedding = Embedding::from_slice(&vec![1.0; manifest.dimension]).expect("a direction");
    let heard = Analysis::new(vec![AnalysedExcerpt { start_s: 0.0, embedding }]).expect("an analysis");
    let card = EncoderCard { dimension: manifest.dimension, ..EncoderCard::default() };
    let matches = catalogue.nearest(&heard, &card, 10);
    assert!(matches.len() <= 10 && matches.iter().all(|found| found.track < catalogue.tracks().len()));
    assert!(matches.windows(2).all(|pair| pair[0].score >= pair[1].score));
    for found in &matches {
        let numbers = [found.score, found.time_score, found.frequency_score, found.query_start_s, found.start_s];
        assert!(numbers.iter().all(|number| number.is_finite()), "{found:?}");
    }
    let (manifest, shards) = catalogue.pack("fuzz").expect("packs");
    assert_eq!(Catalogue::unpack(&manifest, &shards), Ok(catalogue));
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

fn describe(codes: &[u8], tracks: &[u8]) -> Value {
    let number = |at| codes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let count = serde_json::from_slice::<Vec<Value>>(tracks).map_or(0, |tracks| tracks.len());
    let shard = |kind: &str, bytes: &[u8]| {
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "kind": kind, "name": kind, "bytes": bytes.len(), "sha256": sha256 })
    };
    json!({
        "format": "sonoscape-catalogue", "version": 0, "name": "fuzz", "encoder": "fuzz",
        "tracks": count, "excerpts": number(16), "dimension": number(12),
        "shards": [shard("codes", codes), shard("tracks", tracks)],
    })
}
