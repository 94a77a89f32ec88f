//! Both sounds equally loud: how loud the neighbour is, measured while it plays, against how loud the dropped sound is.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use web_sys::{AnalyserNode, AudioContext, GainNode, HtmlAudioElement};

/// Samples looked at each time.
const SAMPLES: u32 = 2048;

/// Quieter moments do not count: a pause makes no sound quiet.
const GATE: f32 = 0.003;

/// The neighbour is made louder or quieter by this factor at most: 12 dB.
const MOST: f32 = 4.0;

/// How soon the factor is there, in seconds.
const GLIDE_S: f64 = 0.25;

/// Moments that must have been looked at before anything is changed.
const LEAST_MOMENTS: f32 = 12.0;

thread_local! {
    static CHAIN: RefCell<Option<Chain>> = const { RefCell::new(None) };
}

/// From the elements that play neighbours to the loudspeakers. The dropped sound goes there by itself, because a page may not touch the
/// sound of servers that do not allow it.
struct Chain {
    context: AudioContext,
    /// Elements that sound through it.
    elements: Vec<HtmlAudioElement>,
    analyser: AnalyserNode,
    gain: GainNode,
    samples: Vec<f32>,
    /// Sum of the mean squares of the moments that counted, and their number.
    energy: (f32, f32),
    peak: f32,
}

/// Root mean square of the moments of a sound that are not quiet; none where nothing is known of it.
pub fn loudness(columns: &[f32]) -> Option<f32> {
    let loud: Vec<f32> = columns.iter().copied().filter(|level| *level > GATE).collect();
    let mean = loud.iter().map(|level| level * level).sum::<f32>() / loud.len() as f32;
    (!loud.is_empty()).then(|| mean.sqrt())
}

/// The neighbour begins to play; what was measured of another one is forgotten when it `is_new`.
pub fn begin(audio: &HtmlAudioElement, is_new: bool) {
    CHAIN.with_borrow_mut(|chain| {
        if chain.is_none() {
            *chain = Chain::new().ok();
        }
        let Some(chain) = chain else { return };
        // What cannot be led through here sounds as loud as it is.
        let _ = chain.lead(audio);
        if is_new {
            (chain.energy, chain.peak) = ((0.0, 0.0), 0.0);
            chain.gain.gain().set_value(1.0);
        }
        // It was suspended until somebody did something.
        let _ = chain.context.resume();
    });
}

/// Listens for a moment, and makes the neighbour as loud as `wanted`; gives the change in decibels.
pub fn listen(wanted: f32) -> Option<f32> {
    CHAIN.with_borrow_mut(|chain| chain.as_mut()?.listen(wanted))
}

impl Chain {
    fn new() -> Result<Self, JsValue> {
        let context = AudioContext::new()?;
        let (analyser, gain) = (context.create_analyser()?, context.create_gain()?);
        analyser.set_fft_size(SAMPLES);
        gain.connect_with_audio_node(&context.destination())?;
        let (elements, samples) = (Vec::new(), vec![0.0; SAMPLES as usize]);
        Ok(Self { context, elements, analyser, gain, samples, energy: (0.0, 0.0), peak: 0.0 })
    }

    /// Has an element sound through here from now on.
    fn lead(&mut self, audio: &HtmlAudioElement) -> Result<(), JsValue> {
        if self.elements.contains(audio) {
            return Ok(());
        }
        let source = self.context.create_media_element_source(audio)?;
        self.elements.push(audio.clone());
        source.connect_with_audio_node(&self.analyser)?;
        source.connect_with_audio_node(&self.gain)?;
        Ok(())
    }

    fn listen(&mut self, wanted: f32) -> Option<f32> {
        self.analyser.get_float_time_domain_data(&mut self.samples);
        let mean = self.samples.iter().map(|sample| sample * sample).sum::<f32>() / SAMPLES as f32;
        if mean > GATE * GATE {
            self.energy = (self.energy.0 + mean, self.energy.1 + 1.0);
            self.peak = self.samples.iter().fold(self.peak, |peak, sample| peak.max(sample.abs()));
        }
        if self.energy.1 < LEAST_MOMENTS {
            return None;
        }
        let factor = factor(wanted, (self.energy.0 / self.energy.1).sqrt(), self.peak);
        // A time that is now cannot lie in the past.
        let _ = self.gain.gain().set_target_at_time(factor, self.context.current_time(), GLIDE_S);
        Some(20.0 * factor.log10())
    }
}

/// What makes a sound as loud as wanted without cutting its peaks off.
fn factor(wanted: f32, level: f32, peak: f32) -> f32 {
    let unclipped = (1.0 / peak.max(1e-3)).max(1.0);
    (wanted / level.max(1e-6)).clamp(1.0 / MOST, MOST).min(unclipped)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn pauses_make_no_sound_quiet() {
        assert_eq!(loudness(&[0.0, 0.5, 0.001, 0.5]), Some(0.5));
        assert_eq!(loudness(&[]), None);
        assert_eq!(loudness(&[0.0]), None);
    }

    #[test]
    fn louder_is_made_quieter_and_quieter_louder_as_far_as_its_peaks_let_it() {
        assert_eq!(factor(0.1, 0.2, 0.9), 0.5);
        assert_eq!(factor(0.2, 0.1, 0.4), 2.0);
        assert_eq!(factor(0.2, 0.1, 0.8), 1.25);
        assert_eq!(factor(1.0, 0.01, 0.01), MOST);
        assert_eq!(factor(0.2, 0.1, 1.2), 1.0);
    }
}
