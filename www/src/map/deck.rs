//! Two players that fade over into each other: the map as it is heard.

use leptos::prelude::IntervalHandle;
use leptos::prelude::set_interval_with_handle;
use std::time::Duration;
use web_sys::HtmlAudioElement;

use crate::pause::now_ms;

/// How long one sound takes to give way to the next, in milliseconds.
const FADE_MS: f64 = 320.0;

/// How often the loudness is set while it changes.
const STEP: Duration = Duration::from_millis(20);

/// Two players, of which the last that was started is the one that is heard.
#[derive(Default)]
pub struct Deck {
    players: Option<[HtmlAudioElement; 2]>,
    heard: usize,
    /// Loudness of both when the fade began.
    from: [f64; 2],
    began_ms: f64,
    /// Loudness of what is heard once it has faded in; nothing is to be heard when it is zero.
    loudness: f64,
    timer: Option<IntervalHandle>,
}

impl Deck {
    /// Fades over to the sound at `address`, from `start_s` on; `step` is called while it fades.
    pub fn play(&mut self, address: &str, start_s: f64, loudness: f64, step: impl Fn() + 'static) {
        if self.players.is_none() {
            self.players = HtmlAudioElement::new().ok().zip(HtmlAudioElement::new().ok()).map(|(a, b)| [a, b]);
        }
        self.heard = 1 - self.heard;
        if let Some(player) = self.players.as_ref().map(|players| &players[self.heard]) {
            player.set_volume(0.0);
            // Set before the sound has come, the moment is where it starts.
            player.set_src(&if start_s > 0.0 { format!("{address}#t={start_s}") } else { address.to_owned() });
            // A sound that cannot be played is silent; the next one may be heard.
            let _ = player.play();
        }
        self.fade(loudness, step);
    }

    /// Fades out.
    pub fn stop(&mut self, step: impl Fn() + 'static) {
        if self.players.is_some() && self.loudness > 0.0 {
            self.fade(0.0, step);
        }
    }

    /// Sets the loudness as far as the fade has come.
    pub fn step(&mut self) {
        let share = ((now_ms() - self.began_ms) / FADE_MS).clamp(0.0, 1.0);
        let Some(players) = &self.players else { return };
        for (i, player) in players.iter().enumerate() {
            let to = if i == self.heard { self.loudness } else { 0.0 };
            let level = self.from[i] + share * (to - self.from[i]);
            player.set_volume(level.clamp(0.0, 1.0));
            if share >= 1.0 && to == 0.0 {
                // Pausing what does not play is nothing.
                let _ = player.pause();
            }
        }
        if share >= 1.0
            && let Some(timer) = self.timer.take()
        {
            timer.clear();
        }
    }

    fn fade(&mut self, loudness: f64, step: impl Fn() + 'static) {
        self.loudness = loudness;
        self.began_ms = now_ms();
        if let Some(players) = &self.players {
            self.from = [players[0].volume(), players[1].volume()];
        }
        if self.timer.is_none() {
            self.timer = set_interval_with_handle(step, STEP).ok();
        }
    }
}
