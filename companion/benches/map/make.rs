//! A large map on the disk: sketches alone, because a map needs no more.

use anyhow::Result;
use sonoscape::catalogue::{Entry, Excerpt, MANIFEST_NAME, MOST_SEGMENT_ROWS, Manifest, PackedSegment, Position};
use sonoscape::{Embedding, Track, quantize};
use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

/// Clumps of tracks on the map.
const CLUMPS: usize = 160;

/// Side of the map in its units.
const SIDE: f64 = 65_000.0;

/// A catalogue without codes and texts, and its tracks' places and clusters as peers read them: three `u16` each.
pub struct Map {
    pub folder: PathBuf,
    pub points: PathBuf,
}

/// A map of `tracks` tracks in clumps of all sizes, made unless it is there.
pub fn map(tracks: usize) -> Result<Map> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("map-{tracks}"));
    let points = folder.join("points.u16");
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/demo");
    let model = Manifest::parse(&fs::read(demo.join(MANIFEST_NAME))?)?;
    if let Ok(bytes) = fs::read(folder.join(MANIFEST_NAME))
        && Manifest::parse(&bytes).is_ok_and(|made| made.tracks() == tracks && made.encoder == model.encoder)
    {
        return Ok(Map { folder, points });
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let places = places(tracks);
    let bytes = |(place, clump): &(Position, u16)| [place.x, place.y, *clump].map(u16::to_le_bytes).concat();
    fs::write(&points, places.iter().flat_map(bytes).collect::<Vec<u8>>())?;
    let values: Vec<f32> = (0..model.dimension).map(|i| 1.0 + i as f32).collect();
    let code = quantize(&Embedding::from_slice(&values)?);
    let mut segments = Vec::new();
    for places in places.chunks(MOST_SEGMENT_ROWS) {
        let entry = |(place, clump): &(Position, u16)| Entry {
            track: Track::default(),
            position: Some(*place),
            cluster: Some(*clump),
            excerpts: vec![Excerpt { start_s: 0.0, code: code.clone() }],
        };
        let packed = PackedSegment::new(model.dimension, &places.iter().map(entry).collect::<Vec<_>>())?;
        for (shard, bytes) in packed.shards.iter().filter(|(shard, _)| shard.name == packed.entry.sketch.name) {
            fs::write(folder.join(&shard.name), bytes)?;
        }
        segments.push(packed.entry);
    }
    let manifest = Manifest::new("map", &model.encoder, model.dimension, segments);
    fs::write(folder.join(MANIFEST_NAME), serde_json::to_vec(&manifest)?)?;
    Ok(Map { folder, points })
}

/// Places and clumps, the same on every run.
fn places(tracks: usize) -> Vec<(Position, u16)> {
    let mut random = Random(1);
    let clump = |random: &mut Random| {
        let (angle, reach) = (TAU * random.next(), random.next().sqrt() * 0.42);
        (0.5 + reach * angle.cos(), 0.5 + reach * angle.sin(), 0.004 + 0.04 * random.next().powi(2))
    };
    let clumps: Vec<(f64, f64, f64)> = (0..CLUMPS).map(|_| clump(&mut random)).collect();
    let place = |_| {
        let at = (random.next().powf(1.6) * CLUMPS as f64) as usize;
        let (x, y, spread) = clumps[at];
        let (angle, reach) = (TAU * random.next(), spread * (-2.0 * (1.0 - random.next()).ln()).sqrt());
        let unit = |share: f64| (share.clamp(0.0, 1.0) * SIDE) as u16;
        (Position { x: unit(x + reach * angle.cos()), y: unit(y + reach * angle.sin()) }, at as u16)
    };
    (0..tracks).map(place).collect()
}

/// Numbers from 0 to 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
