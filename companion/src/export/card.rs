//! What an exported encoder says of itself.

use std::collections::BTreeMap;

use sonoscape::EncoderCard;
use sonoscape::encoder::{Half, Pooling, Tiling, Training};

use super::spread::Spread;
use super::usual::STILLEST;
use crate::mel_store::{MelStore, StoredTrack};
use crate::train::checkpoint::Progress;
use crate::train::model::AutoencoderConfig;
use crate::train::{Data, RunConfig};

/// What the system re-created here was trained for: 20 epochs of 125 440 images.
const REFERENCE_TILE_STEPS: f64 = 20.0 * 125_440.0;

/// Its error after them, in training and in validation.
const REFERENCE_MSE: f64 = 0.0037;

const REDREW: &str =
    "- It learnt to redraw spectrograms, so recording quality and equipment count beside what people call style.";

const LISTENED: &str =
    "- It learnt that pieces of one recording belong together, so a recording's sound counts beside its style.
- The decoder learnt beside it from latents that were not made for it, so it redraws coarsely.";

/// The card of a run's encoder.
pub fn encoder(config: &RunConfig, store: &MelStore, data: &Data<'_>, progress: &Progress) -> EncoderCard {
    let latents = config.model.latents;
    let half = |name: &str, start, end| Half { name: name.to_owned(), start, end };
    let default = EncoderCard::default();
    EncoderCard {
        front_end: store.settings.front_end.clone(),
        tiles: Tiling {
            excerpt_s: store.settings.excerpt_s,
            columns: config.model.side,
            per_excerpt: config.tiles_per_excerpt,
        },
        pooling: if config.listening.is_some() { Pooling::MeanDirection } else { Pooling::Mean },
        dimension: 2 * latents,
        halves: match config.model.basic_filters {
            Some(_) => vec![],
            None => vec![half("time", 0, latents), half("frequency", latents, 2 * latents)],
        },
        training: Training {
            data: describe(&store.tracks),
            objective: objective(config),
            teacher: config
                .listening
                .as_ref()
                .filter(|l| l.is_taught())
                .map_or(String::new(), |l| l.teacher_name.clone()),
            tracks: tracks_of(data.training()),
            validation_tracks: tracks_of(data.validation()),
            seed: config.seed,
            steps: progress.step,
            batch_size: config.batch_size,
            learning_rate: config.learning_rate,
            seconds: progress.seconds,
            training_mse: progress.training_mse,
            validation_mse: progress.validation_mse,
        },
        ..default
    }
}

/// What a run trains.
pub fn name(config: &RunConfig) -> &'static str {
    match (&config.model.basic_filters, &config.listening) {
        (Some(_), _) => "basic",
        (None, Some(_)) => "sonoscape",
        (None, None) => "time-frequency",
    }
}

fn objective(config: &RunConfig) -> String {
    match &config.listening {
        None => "redraw tiles".into(),
        Some(listening) if !listening.is_taught() => "tell recordings apart by altered tiles".into(),
        Some(_) => "tell recordings apart by altered tiles, and hear in them what a teacher hears".into(),
    }
}

fn network(card: &EncoderCard, model: &AutoencoderConfig) -> String {
    let (dimension, redrawing) = (card.dimension, model.decoder_filters);
    if let Some(filters) = model.basic_filters {
        return format!(
            "basic: a convolutional encoder along time and frequency at once, and its mirror as decoder: {dimension} latents; filters {filters:?} of the encoder, {redrawing:?} of the decoder"
        );
    }
    format!(
        "time–frequency encoder and its decoder: {dimension} latents, time half {time:?}, frequency half {frequency:?}; filters {time_filters:?} along time, {frequency_filters:?} along frequency, {redrawing:?} of the decoder; {pooling}{descriptors}",
        time = card.half("time").unwrap_or_default(),
        frequency = card.half("frequency").unwrap_or_default(),
        time_filters = model.time_filters,
        frequency_filters = model.frequency_filters,
        pooling = pooling(model),
        descriptors = descriptors(model),
    )
}

fn pooling(model: &AutoencoderConfig) -> String {
    match &model.pooling {
        None => "every place is kept".into(),
        Some(pooling) => format!(
            "mean and spread over the places of the time branch, and over windows of {} columns of the frequency branch",
            pooling.window
        ),
    }
}

fn least_change(card: &EncoderCard) -> String {
    card.least_change.map_or("not measured".into(), |change| {
        let share = 100.0 * STILLEST;
        format!("{change:.2}: tiles of one excerpt differ less in {share} % of the excerpts that validated")
    })
}

fn descriptors(model: &AutoencoderConfig) -> String {
    let Some(descriptors) = &model.descriptors else { return String::new() };
    format!(
        "; the last {} latents of the time half are moments of {} cepstral coefficients, the last {} of the frequency half rhythms of {} groups of bands, both by formula, of the lowest {} bands above a brightness of {}",
        descriptors.cepstral(),
        descriptors.coefficients,
        descriptors.rhythmic(),
        descriptors.groups,
        descriptors.bands,
        descriptors.floor
    )
}

fn tracks_of(excerpts: &[crate::mel_store::StoredExcerpt]) -> usize {
    let mut tracks: Vec<usize> = excerpts.iter().map(|excerpt| excerpt.track).collect();
    tracks.dedup();
    tracks.len()
}

fn describe(tracks: &[StoredTrack]) -> String {
    let hours: f32 = tracks.iter().map(|track| track.duration_s).sum::<f32>() / 3600.0;
    let mut licences: BTreeMap<&str, usize> = BTreeMap::new();
    for track in tracks {
        let licence = if track.licence.is_empty() { "licence not stated" } else { &track.licence };
        *licences.entry(licence).or_default() += 1;
    }
    let mut licences: Vec<_> = licences.into_iter().collect();
    licences.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let licences: Vec<String> = licences.iter().map(|(licence, count)| format!("{licence} ({count})")).collect();
    format!("{} tracks, {hours:.1} hours. Licences: {}", tracks.len(), licences.join(", "))
}

/// The card for people, in Markdown.
pub fn page(card: &EncoderCard, config: &RunConfig, (spread, shrinkage): (Spread, f64), id: &str) -> String {
    let training = &card.training;
    let taught = !training.teacher.is_empty();
    let mse = |mse: Option<f64>| mse.map_or("not measured".to_owned(), |mse| format!("{mse:.4}"));
    format!(
        "# Encoder `{id:.12}`

Written by `sonoscape export`; most of it is in the metadata of `encoder.onnx` too. The id is the SHA-256 of that file:
`{id}`.

| | |
|---|---|
| network | {network} |
| input | `tiles` `[N, {bands}, {columns}]`, brightness 0..1, lowest band first |
| output | `latents` `[N, {dimension}]`, centred, and whitened by the differences between {spread} (shrinkage {shrinkage}){by_halves}; an embedding is the mean of {per_excerpt} tiles{directions} at unit length |
| front end | {rate} Hz, n_fft {n_fft}, hop length {hop}, {bands} mel bands {fmin}–{fmax} Hz, top_db {top_db}, excerpts of {excerpt} s |
| data | {data} |
| split | {tracks} tracks trained, {validation_tracks} by other artists validated |
| least change | {least_change} |
| trained to | {objective} |
| teacher | {teacher} |
| training | seed {seed}, {steps} steps of {batch} tiles ({tile_steps} tile-steps), Adam {rate_of_learning}{falling}, {minutes:.0} minutes |
| MSE of the decoder | {training_mse} {over}, {validation_mse} over validation tiles; the reference system reached {REFERENCE_MSE} in both |

## Limits

- It learnt from the tracks above and nothing else: what they lack, it places by coarse likeness.
- It was trained for {share:.1} % of the reference system's tile-steps.
{limit}

## To train it again

```sh
sonoscape train MUSIC --tracks TRACKS.csv --run RUN --config SETTINGS.json{teacher_flag}
sonoscape export RUN --shrinkage {shrinkage}
```

with these settings:

```json
{settings}
```

The table of tracks gives `path`, `artist` and `licence`. The same files, table and processor give the same weights.
",
        network = network(card, &config.model),
        dimension = card.dimension,
        by_halves = if card.halves.is_empty() { "" } else { ", each half by itself" },
        objective = training.objective,
        least_change = least_change(card),
        teacher = if taught { &training.teacher } else { "none" },
        limit = if config.listening.is_some() { LISTENED } else { REDREW },
        settings = serde_json::to_string_pretty(config).unwrap_or_default(),
        teacher_flag = if taught { " --teacher TEACHER" } else { "" },
        bands = card.front_end.n_mels,
        columns = card.tiles.columns,
        spread = spread.name(),
        per_excerpt = card.tiles.per_excerpt,
        directions = if card.pooling == Pooling::MeanDirection { "' directions" } else { "" },
        rate = card.front_end.sample_rate,
        n_fft = card.front_end.n_fft,
        hop = card.front_end.hop_length,
        fmin = card.front_end.fmin,
        fmax = card.front_end.fmax,
        top_db = card.front_end.top_db,
        excerpt = card.tiles.excerpt_s,
        data = training.data,
        tracks = training.tracks,
        validation_tracks = training.validation_tracks,
        seed = training.seed,
        steps = training.steps,
        batch = training.batch_size,
        tile_steps = training.steps * training.batch_size as u64,
        rate_of_learning = training.learning_rate,
        falling = if config.decay { " falling along a cosine" } else { "" },
        over = if config.listening.is_some() { "over altered training tiles" } else { "over training tiles" },
        minutes = training.seconds / 60.0,
        training_mse = mse(training.training_mse),
        validation_mse = mse(training.validation_mse),
        share = 100.0 * (training.steps * training.batch_size as u64) as f64 / REFERENCE_TILE_STEPS,
    )
}
