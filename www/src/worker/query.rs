//! One query: from channels to neighbours, giving way to later queries between its steps.

use std::cell::RefCell;

use js_sys::{Array, Float32Array};
use sonoscape::catalogue::nearest;
use sonoscape::{Analysis, Catalogue, Clip, EXCERPTS_PER_TRACK, Error, Match, MelSpectrogram, TrackId};
use wasm_bindgen::JsCast;

use crate::choices;
use crate::engine::{Engine, with};
use crate::heard::{Heard, HeardExcerpt};
use crate::landscape::{self, spot};
use crate::picture;
use crate::protocol::{Answer, Event, Failure, Filter, Neighbour, Parts, Stage, Timings, Track};
use crate::scope::{self, now_ms};
use crate::shelf;
use crate::wanted::Wanted;

/// Neighbours in an answer.
const NEIGHBOURS: usize = 10;

/// A cosine from which a track of the catalogue is the one that was chosen, or a copy of it byte for byte.
const ITSELF: f32 = 0.9995;

/// A sound whose neighbours are wanted.
pub struct Query {
    /// Its number, and whether it is still to be answered.
    pub wanted: Wanted,
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Its channels, `Float32Array`s.
    pub channels: Array,
}

impl Query {
    fn reach(&self, stage: Stage) {
        scope::post(Event::Reached { query: self.wanted.query, stage });
    }
}

/// Answers a query, or stops without a word once it is no longer wanted.
///
/// # Errors
/// The failure to show.
pub async fn answer(engine: &RefCell<Option<Engine>>, mut query: Query) -> Result<(), Failure> {
    query.reach(Stage::Drawing);
    if !query.wanted.still().await {
        return Ok(());
    }
    let mut timings = Timings::default();
    let clip = timed(&mut timings.resample_ms, || mix_down(&mut query))?;
    with(engine, |engine| check_length(engine, &clip))?;
    let excerpts = with(engine, |engine| Ok(engine.analyser.excerpts(&clip, EXCERPTS_PER_TRACK)?))?;
    if !query.wanted.still().await {
        return Ok(());
    }
    let mut whole = with(engine, |engine| Ok(timed(&mut timings.mel_ms, || draw(engine, &query, &clip))))?;
    let mut heard = Heard { query: query.wanted.query, excerpts: Vec::with_capacity(excerpts.len()) };
    for excerpt in &excerpts {
        query.reach(Stage::Listening { done: heard.excerpts.len() as u32, of: excerpts.len() as u32 });
        if !query.wanted.still().await {
            return Ok(());
        }
        let mel = match whole.take_if(|_| excerpt.samples.len() == clip.samples().len()) {
            Some(mel) => mel,
            None => with(engine, |engine| Ok(timed(&mut timings.mel_ms, || engine.analyser.mel(excerpt))))?,
        };
        let excerpt = with(engine, |engine| timed(&mut timings.encode_ms, || listen(engine, excerpt.start_s, &mel)))?;
        heard.excerpts.push(excerpt);
    }
    let analysis = Analysis::new(heard.analysed()?)?;
    let (tracks, _) = with(engine, |engine| Ok(shelf::arrived(&engine.shelves)))?;
    query.reach(Stage::Searching { tracks });
    let neighbours = neighbours(engine, &analysis, false, &mut timings.search_ms).await?;
    if !query.wanted.is_now() {
        return Ok(());
    }
    with(engine, |engine| {
        let answer = Answer {
            neighbours,
            embedding: analysis.embedding.as_slice().to_vec(),
            clipped_fraction: clip.clipped_fraction(),
            still: heard.is_still(engine.analyser.encoder().card()),
            excerpt_s: engine.analyser.encoder().card().tiles.excerpt_s,
            timings,
            memory_bytes: scope::memory_bytes(),
        };
        (engine.heard, engine.chosen) = (Some(heard), None);
        scope::post(Event::Answered { query: query.wanted.query, answer });
        landscape::paint_scores(engine);
        Ok(())
    })
}

/// Looks again for the neighbours of the sound that was answered last: more of the catalogue is here, or the filter is another.
pub async fn refine(engine: &RefCell<Option<Engine>>) {
    let analysed = |heard: &Heard| Ok::<_, Failure>((heard.query, Analysis::new(heard.analysed()?)?, false));
    let heard = with(engine, |engine| match &engine.chosen {
        Some(chosen) => Ok(Some((chosen.query, chosen.analysis.clone(), true))),
        None => engine.heard.as_ref().map(analysed).transpose(),
    });
    let Ok(Some((query, analysis, is_track))) = heard else { return };
    match neighbours(engine, &analysis, is_track, &mut 0.0).await {
        Ok(neighbours) => scope::post(Event::Refined { query, neighbours }),
        Err(failure) => scope::post(Event::Incomplete { failure }),
    }
}

/// The neighbours of a sound, or of a track of the catalogue, which is left out; found again when, while their texts were fetched, another
/// edition, the last of the catalogue or another filter came.
pub async fn neighbours(
    engine: &RefCell<Option<Engine>>,
    heard: &Analysis,
    is_track: bool,
    search_ms: &mut f64,
) -> Result<Vec<Neighbour>, Failure> {
    loop {
        let before = with(engine, |engine| Ok(Basis::of(engine)))?;
        let found = with(engine, |engine| Ok(timed(search_ms, || find(engine, heard, is_track))))?;
        let neighbours = shown(engine, heard, found).await;
        let now = with(engine, |engine| Ok(Basis::of(engine)))?;
        if now == before || now.differs_little_from(&before) {
            return neighbours;
        }
    }
}

/// What neighbours are found by.
#[derive(PartialEq)]
struct Basis {
    edition: u32,
    filter: Filter,
    found: u32,
    exact: u32,
}

impl Basis {
    fn of(engine: &Engine) -> Self {
        let (found, exact) = shelf::arrived(&engine.shelves);
        Self { edition: engine.edition, filter: engine.filter.borrow().clone(), found, exact }
    }

    /// Whether all that changed is that more has arrived, and more is still to come.
    fn differs_little_from(&self, before: &Self) -> bool {
        self.edition == before.edition && self.filter == before.filter && self.exact < self.found
    }
}

fn timed<T>(total_ms: &mut f64, work: impl FnOnce() -> T) -> T {
    let start = now_ms();
    let result = work();
    *total_ms += now_ms() - start;
    result
}

/// Takes the channels out of the query, so that their memory is free as soon as they are mixed.
fn mix_down(query: &mut Query) -> Result<Clip, Failure> {
    let channels: Vec<Vec<f32>> = std::mem::take(&mut query.channels)
        .iter()
        .filter_map(|channel| channel.dyn_into::<Array>().ok())
        .map(|slices| join(&slices))
        .collect();
    Ok(Clip::from_channels(&channels, query.sample_rate)?)
}

fn join(slices: &Array) -> Vec<f32> {
    let slices: Vec<Float32Array> = slices.iter().filter_map(|slice| slice.dyn_into().ok()).collect();
    let mut joined = vec![0.0; slices.iter().map(|slice| slice.length() as usize).sum()];
    let mut rest = joined.as_mut_slice();
    for slice in &slices {
        let (here, after) = rest.split_at_mut(slice.length() as usize);
        slice.copy_to(here);
        rest = after;
    }
    joined
}

fn check_length(engine: &Engine, clip: &Clip) -> Result<(), Failure> {
    let minimum = engine.analyser.encoder().card().tile_s();
    let seconds = clip.duration_s();
    if seconds < minimum { Err(Error::TooShort { seconds, minimum }.into()) } else { Ok(()) }
}

fn draw(engine: &mut Engine, query: &Query, clip: &Clip) -> Option<MelSpectrogram> {
    let (picture, mel) = picture::draw(&mut engine.analyser, clip);
    let transfer = Array::of1(&picture.levels.buffer());
    scope::post_with(Event::Drawn { query: query.wanted.query, picture }, &transfer);
    mel
}

fn listen(engine: &Engine, start_s: f32, mel: &MelSpectrogram) -> Result<HeardExcerpt, Failure> {
    let image = mel.image();
    let latents = engine.analyser.encoder().latents(&image)?;
    Ok(HeardExcerpt { start_s, image, latents })
}

fn find(engine: &Engine, heard: &Analysis, is_track: bool) -> Vec<Match> {
    let catalogues: Vec<&Catalogue> = engine.shelves.iter().map(|shelf| &shelf.catalogue).collect();
    let filter = choices::filter(&engine.filter.borrow());
    let mut found =
        nearest(&catalogues, heard, engine.analyser.encoder().card(), &filter, NEIGHBOURS + usize::from(is_track));
    found.retain(|found| !is_track || found.score < ITSELF);
    found.truncate(NEIGHBOURS);
    found
}

/// The neighbours with what is said of them, which may have to be fetched.
async fn shown(
    engine: &RefCell<Option<Engine>>,
    heard: &Analysis,
    found: Vec<Match>,
) -> Result<Vec<Neighbour>, Failure> {
    let tracks: Vec<(usize, TrackId)> = found.iter().map(|found| (found.catalogue, found.track)).collect();
    shelf::texts(engine, &tracks).await?;
    with(engine, |engine| {
        let neighbour = |found: Match| {
            let catalogue = &engine.shelves.get(found.catalogue).ok_or_else(shelf::overtaken)?.catalogue;
            let track = catalogue.track(found.track).ok_or_else(shelf::overtaken)?;
            let embedding = catalogue.embedding(found.track);
            let words = embedding.iter().flat_map(|track| engine.attributes.differences(&heard.embedding, track));
            let differences = words.map(str::to_owned).collect();
            let (parts, copies) = (found.parts.map(Parts::from), found.twins.len() as u32);
            let spot = spot(engine.edition, found.catalogue, found.track);
            Ok(Neighbour { track: described(track), spot, score: found.score, parts, differences, copies })
        };
        found.into_iter().map(neighbour).collect()
    })
}

impl From<sonoscape::catalogue::Parts> for Parts {
    fn from(parts: sonoscape::catalogue::Parts) -> Self {
        let sonoscape::catalogue::Parts { time_score, frequency_score, query_start_s, start_s } = parts;
        Self { time_score, frequency_score, query_start_s, start_s }
    }
}

/// What the page shows of a track.
pub fn described(track: &sonoscape::Track) -> Track {
    Track {
        title: track.title.clone(),
        artist: track.artist.clone(),
        source: track.source.clone(),
        source_id: track.source_id.clone(),
        licence: track.licence.clone(),
        attribution: track.attribution.clone(),
        changes: track.changes.clone(),
        page: track.page.clone(),
        audio: track.audio.clone(),
    }
}
