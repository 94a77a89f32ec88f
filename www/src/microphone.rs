//! A sound from the microphone, which is opened only when somebody asks for it; what it hears stays in this tab's memory.

mod wav;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioContext, AudioWorkletNode, File, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack,
    MessageEvent,
};

use crate::engine::stamped;
use crate::problem::Problem;

/// A recording ends by itself after so many seconds.
pub const LONGEST_S: f64 = 30.0;

/// So many seconds are needed to compare.
pub const LEAST_S: f64 = 8.0;

/// A microphone whose loudest moment stays below this root mean square hears nothing: 60 dB below full scale.
pub const SILENCE: f32 = 1e-3;

/// Address of what runs where the samples are, relative to the page.
const RECORDER: &str = "recorder.js";

/// What the recording is called.
const NAME: &str = "recording.wav";

/// How far a recording is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moment {
    /// Seconds so far.
    pub seconds: f64,
    /// Root mean square of the last samples.
    pub level: f32,
    /// The greatest level so far.
    pub loudest: f32,
}

/// An open microphone, closed when dropped.
pub struct Recording {
    stream: MediaStream,
    context: AudioContext,
    node: Option<AudioWorkletNode>,
    heard: Rc<RefCell<Heard>>,
    listen: Option<Closure<dyn Fn(MessageEvent)>>,
}

#[derive(Default)]
struct Heard {
    samples: Vec<f32>,
    moment: Moment,
}

impl Recording {
    /// Asks for the microphone and begins; `follow` is told how far it is, some twenty times a second.
    ///
    /// # Errors
    /// One sentence that says why not and what to do.
    pub async fn begin(follow: impl Fn(Moment) + 'static) -> Result<Self, Problem> {
        let stream = open().await?;
        let context = AudioContext::new().inspect_err(|_| stop(&stream)).map_err(|error| refusal(&error))?;
        // From here on, dropping it closes the microphone.
        let mut recording = Self { stream, context, node: None, heard: Rc::default(), listen: None };
        recording.connect(follow).await.map_err(|error| refusal(&error))?;
        Ok(recording)
    }

    async fn connect(&mut self, follow: impl Fn(Moment) + 'static) -> Result<(), JsValue> {
        JsFuture::from(self.context.audio_worklet()?.add_module(&stamped(RECORDER))?).await?;
        let node = AudioWorkletNode::new(&self.context, "recorder")?;
        let (heard, rate) = (Rc::clone(&self.heard), f64::from(self.context.sample_rate()));
        let listen = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            if let Ok(samples) = message.data().dyn_into::<Float32Array>() {
                follow(heard.borrow_mut().take(&samples.to_vec(), rate));
            }
        });
        node.port()?.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        self.context.create_media_stream_source(&self.stream)?.connect_with_audio_node(&node)?;
        // It adds nothing to what sounds, but runs only on the way to there.
        node.connect_with_audio_node(&self.context.destination())?;
        JsFuture::from(self.context.resume()?).await?;
        (self.node, self.listen) = (Some(node), Some(listen));
        Ok(())
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// One sentence, when there is nothing in it.
    pub fn end(self) -> Result<File, Problem> {
        let heard = self.heard.take();
        if heard.moment.loudest < SILENCE {
            return Err(Problem::new(
                "microphone-silent",
                "The microphone heard nothing. Check that it is not muted and that the browser uses the right one, or drop a file.",
            ));
        }
        let bytes = wav::of(&heard.samples, self.context.sample_rate() as u32);
        let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
        File::new_with_u8_array_sequence(&parts, NAME).map_err(|error| refusal(&error))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        stop(&self.stream);
        if let Some(port) = self.node.as_ref().and_then(|node| node.port().ok()) {
            port.set_onmessage(None);
        }
        // What is closed already stays so.
        let _ = self.context.close();
    }
}

impl Heard {
    fn take(&mut self, samples: &[f32], rate: f64) -> Moment {
        let room = ((LONGEST_S * rate) as usize).saturating_sub(self.samples.len());
        self.samples.extend(samples.iter().take(room));
        let mean = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32;
        let level = mean.sqrt();
        let loudest = self.moment.loudest.max(level);
        self.moment = Moment { seconds: self.samples.len() as f64 / rate, level, loudest };
        self.moment
    }
}

fn stop(stream: &MediaStream) {
    stream.get_tracks().iter().for_each(|track| track.unchecked_into::<MediaStreamTrack>().stop());
}

async fn open() -> Result<MediaStream, Problem> {
    let devices = devices().ok_or_else(|| {
        let sentence =
            "This browser gives this page no microphone: it does so only over https or on this computer. Drop a file instead.";
        Problem::new("microphone-absent", sentence)
    })?;
    let asked = devices.get_user_media_with_constraints(&constraints()).map_err(|error| refusal(&error))?;
    JsFuture::from(asked).await.map(JsValue::unchecked_into).map_err(|error| refusal(&error))
}

/// Not every browser has them, and none on pages that came insecurely.
fn devices() -> Option<MediaDevices> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
    devices.is_object().then(|| devices.unchecked_into())
}

/// What is done to voices harms music.
fn constraints() -> MediaStreamConstraints {
    let audio = Object::new();
    for treatment in ["echoCancellation", "noiseSuppression", "autoGainControl"] {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&audio, &treatment.into(), &false.into());
    }
    let constraints = MediaStreamConstraints::new();
    constraints.set_audio(&audio);
    constraints
}

fn refusal(error: &JsValue) -> Problem {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    let (kind, sentence) = match name.as_str() {
        "NotAllowedError" | "SecurityError" => (
            "microphone-refused",
            "The microphone was not allowed. Allow it for this page beside its address, then try again, or drop a file.",
        ),
        "NotFoundError" | "OverconstrainedError" => {
            ("microphone-absent", "No microphone was found. Connect one and try again, or drop a file.")
        }
        _ => (
            "microphone-busy",
            "The microphone cannot be used now. Close other programs that use it and try again, or drop a file.",
        ),
    };
    Problem::new(kind, sentence)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_recording_keeps_no_more_than_its_longest_and_knows_its_loudest_moment() {
        let mut heard = Heard::default();
        let rate = 1000.0;
        heard.take(&[0.5; 1000], rate);
        let moment = heard.take(&[0.1; 1000], rate);
        assert_eq!((moment.seconds, moment.loudest), (2.0, 0.5));
        assert!((moment.level - 0.1).abs() < 1e-6);
        let moment = heard.take(&[0.0; 40_000], rate);
        assert_eq!((moment.seconds, heard.samples.len()), (LONGEST_S, 30_000));
    }
}
