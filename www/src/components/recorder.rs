use leptos::prelude::*;

use crate::clock::minutes;
use crate::microphone::{LEAST_S, LONGEST_S, Moment, SILENCE};
use crate::page::{Page, Recorder};

/// A microphone that has heard nothing for so many seconds is likely to be muted.
const QUIET_S: f64 = 3.0;

/// What the meter shows, in decibels below full scale.
const METER_DB: f32 = 60.0;

/// What the microphone hears, and a way to say that it is enough.
#[component]
pub fn RecorderBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let shown = Memo::new(move |_| page.recorder.with(Option::is_some));
    let moment = move || match page.recorder.get() {
        Some(Recorder::Hearing(moment)) => Some(moment),
        _ => None,
    };
    let words = Memo::new(move |_| match moment() {
        None => "Allow the microphone when the browser asks.",
        Some(Moment { seconds, loudest, .. }) if seconds > QUIET_S && loudest < SILENCE => {
            "Nothing is heard yet. Is the microphone muted?"
        }
        Some(_) => "Listening through the microphone. Fifteen seconds are plenty.",
    });
    let level = move || moment().map_or(0.0, |moment| share(moment.level));
    let time = move || {
        let seconds = moment().map_or(0.0, |moment| moment.seconds);
        format!("{} of {}", minutes(seconds), minutes(LONGEST_S))
    };
    let early = Memo::new(move |_| moment().is_none_or(|moment| moment.seconds < LEAST_S));
    view! {
        <Show when=move || shown.get()>
            <section id="recorder" class="elsewhere recorder" aria-label="Microphone">
                <p id="recorder-words" role="status">{move || words.get()}</p>
                <div class="recorder-meter">
                    <meter id="level" class="level" min="0" max="1" aria-label="Level" prop:value=level></meter>
                    <span class="time">{time}</span>
                </div>
                <div class="elsewhere-ways">
                    <button
                        id="recorded"
                        type="button"
                        class="button button-loud"
                        disabled=move || early.get()
                        on:click=move |_| page.end_recording()
                    >
                        "That is enough"
                    </button>
                    <button id="forget-recording" type="button" class="button button-quiet" on:click=move |_| page.cancel()>"Cancel"</button>
                    <span class="quiet">"What is recorded stays in this tab, and is gone with it."</span>
                </div>
            </section>
        </Show>
    }
}

/// How full the meter is, 0 to 1.
fn share(level: f32) -> f64 {
    let db = 20.0 * level.max(1e-6).log10();
    f64::from((1.0 + db / METER_DB).clamp(0.0, 1.0))
}
