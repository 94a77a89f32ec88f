use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;

use super::kept::{KeptTalk, KeptView};
use super::origin_card::OriginCard;
use super::spectrogram::SpectrogramView;
use super::waveform::Waveform;
use crate::clock::{minutes, spoken};
use crate::page::{KeptState, Page, is_clipped};
use crate::player::Side;
use crate::protocol::Neighbour;
use crate::sound::Sound;

/// Seconds that an arrow key moves.
const STEP_S: f64 = 5.0;

/// The dropped sound: its name, its waveform and its mel spectrogram, with the moment that plays and the part that matches.
#[component]
pub fn SoundPanel() -> impl IntoView {
    let page = expect_context::<Page>();
    let name = move || page.sound.with(|sound| sound.as_ref().map_or_else(String::new, |sound| sound.name.clone()));
    let length =
        move || page.sound.with(|sound| sound.as_ref().map_or_else(String::new, |sound| minutes(sound.duration_s)));
    let clipped = move || {
        page.is_told(is_clipped).then(|| {
            view! {
                <p id="note" class="note" data-kind="clipped">
                    "This recording is clipped: its loudest moments are cut off, which can colour what it resembles."
                </p>
            }
        })
    };
    let drawn = Memo::new(move |_| has(page, Sound::has_waveform));
    let seen = Memo::new(move |_| has(page, Sound::has_spectrogram));
    view! {
        <section id="sound" class="sound" aria-labelledby="sound-title">
            <div class="room-head">
                <h2 id="sound-title">"Your sound"</h2>
                <p id="sound-facts" class="quiet"><span id="sound-name" class="sound-name">{name}</span>" "<span class="time">{length}</span></p>
            </div>
            <OriginCard/>
            <Show when=move || drawn.get()>
                <Stage seen/>
            </Show>
            <Show when=move || seen.get()>
                <KeptTalk/>
            </Show>
            {clipped}
        </section>
    }
}

/// Whether the sound that is shown, if there is one, has something to draw.
fn has(page: Page, what: fn(&Sound) -> bool) -> bool {
    page.sound.with(|sound| sound.as_ref().is_none_or(|sound| what(sound)))
}

/// Waveform over spectrogram, on one axis of time.
#[component]
fn Stage(
    /// Whether there is a spectrogram.
    seen: Memo<bool>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let duration = Memo::new(move |_| page.sound.with(|sound| sound.as_ref().map_or(0.0, |sound| sound.duration_s)));
    let moment = Memo::new(move |_| moment(page).clamp(0.0, duration.get()));
    let percent = move |seconds: f64| format!("{:.3}%", 100.0 * seconds / duration.get().max(0.001));
    let part = Memo::new(move |_| matching_part(page, duration.get()));
    let move_by = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => -STEP_S,
            "ArrowRight" => STEP_S,
            _ => return,
        };
        event.prevent_default();
        page.player.seek_sound(moment.get_untracked() + step);
    };
    let kept = Memo::new(move |_| matches!(page.kept_of_sound(), Some(KeptState::Here(_))));
    let overlay = NodeRef::<Div>::new();
    let seek = move |event: ev::PointerEvent| {
        if event.buttons() & 1 == 0 {
            return;
        }
        if let Some(overlay) = overlay.get_untracked() {
            let place = overlay.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - place.left()) / place.width().max(1.0);
            page.player.seek_sound(share.clamp(0.0, 1.0) * duration.get_untracked());
        }
    };
    view! {
        <div class="stage" class:stage-empty=move || duration.get() == 0.0 class:stage-plain=move || !seen.get() class:stage-kept=move || kept.get()>
            <div
                id="waveform"
                class="waveform"
                role="slider"
                tabindex="0"
                aria-label="Position in your sound"
                aria-valuemin="0"
                aria-valuemax=move || format!("{:.1}", duration.get())
                aria-valuenow=move || format!("{:.1}", moment.get())
                aria-valuetext=move || spoken(moment.get())
                on:keydown=move_by
            >
                <Waveform/>
            </div>
            <Show when=move || seen.get()>
                <SpectrogramView/>
                <KeptView/>
            </Show>
            <div class="overlay" node_ref=overlay on:pointerdown=seek on:pointermove=seek>
                {move || part.get().map(|(start, length)| {
                    view! { <div class="part" style:left=percent(start) style:width=percent(length)></div> }
                })}
                <div class="playhead" style:left=move || percent(moment.get())></div>
            </div>
        </div>
    }
}

/// Where the player is, on the dropped sound's axis of time.
fn moment(page: Page) -> f64 {
    let here = page.player.elapsed_s.get();
    match (page.player.side.get(), page.player.neighbour.get()) {
        (Side::B, Some(neighbour)) => here - neighbour.offset_s(),
        _ => here,
    }
}

/// Start and length of the part that the chosen neighbour, or else the one that the keyboard is on, matches.
fn matching_part(page: Page, duration_s: f64) -> Option<(f64, f64)> {
    let answer = page.answer.get().filter(|_| !page.stale.get())?;
    let current = answer.neighbours.get(page.current.get()).cloned();
    let neighbour: Neighbour = page.player.neighbour.get().or(current)?;
    let start = neighbour.start_s() - neighbour.offset_s();
    let length = f64::from(answer.excerpt_s).min(duration_s - start);
    (length < duration_s).then_some((start, length))
}
