//! Other instruments for a score.

use std::path::Path;

use anyhow::{Context, Result};
use midly::num::{u4, u7};
use midly::{MidiMessage, Smf, Track, TrackEvent, TrackEventKind};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};

/// The channel whose notes are drums.
const DRUMS: u8 = 9;

/// The basses of General MIDI; a bass is changed for another bass.
const BASSES: std::ops::Range<u8> = 32..40;

/// The pitched instruments of General MIDI, without basses and effects.
const MELODIC: [std::ops::Range<u8>; 2] = [0..32, 40..112];

/// The random numbers of one score: they depend on the seed and its path alone.
pub fn stream(seed: u64, score: &Path) -> StdRng {
    let hash = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(score.to_string_lossy().as_bytes());
    StdRng::from_seed(hash.finalize().into())
}

/// The same score for instruments drawn at random: one and the same for all notes that shared one.
///
/// # Errors
/// When it is no MIDI file.
pub fn change(score: &[u8], random: &mut StdRng) -> Result<Vec<u8>> {
    let mut smf = Smf::parse(score).context("It is no MIDI file")?;
    let other: Vec<u8> = (0..128).map(|program| draw(program, random)).collect();
    for event in smf.tracks.iter_mut().flatten() {
        if let TrackEventKind::Midi { channel, message: MidiMessage::ProgramChange { program } } = &mut event.kind
            && channel.as_int() != DRUMS
        {
            *program = u7::new(other[usize::from(program.as_int())]);
        }
    }
    if let Some(track) = smf.tracks.first_mut() {
        announce(track, u7::new(other[0]));
    }
    let mut changed = Vec::new();
    smf.write_std(&mut changed)?;
    Ok(changed)
}

/// Says at the start what channels play until the score names an instrument.
fn announce(track: &mut Track<'_>, program: u7) {
    let channels = (0..16).filter(|&channel| channel != DRUMS).map(u4::new);
    let message = MidiMessage::ProgramChange { program };
    let events =
        channels.map(|channel| TrackEvent { delta: 0.into(), kind: TrackEventKind::Midi { channel, message } });
    track.splice(0..0, events);
}

fn draw(program: u8, random: &mut StdRng) -> u8 {
    if BASSES.contains(&program) {
        return random.random_range(BASSES);
    }
    let [first, second] = MELODIC;
    let drawn = random.random_range(0..first.len() + second.len()) as u8;
    if drawn < first.end { drawn } else { drawn - first.end + second.start }
}
