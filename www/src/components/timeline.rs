use leptos::prelude::*;

use crate::clock::{minutes, spoken};
use crate::page::Page;

/// Where the sound is, how long it is, and a bar to move in it.
#[component]
pub fn Timeline() -> impl IntoView {
    let player = expect_context::<Page>().player;
    let (elapsed, duration) = (player.elapsed_s, player.duration_s);
    let fill = move || format!("{:.2}%", 100.0 * elapsed.get() / duration.get().max(elapsed.get()).max(0.001));
    let words = move || format!("{} of {}", spoken(elapsed.get()), spoken(duration.get()));
    let seek = move |event| {
        if let Ok(seconds) = event_target_value(&event).parse() {
            player.seek(seconds);
        }
    };
    let playing = Memo::new(move |_| player.playing.get());
    Effect::new(move |_| {
        if playing.get() {
            follow_frames(player);
        }
    });
    view! {
        <div class="timeline">
            <span id="elapsed" class="time">{move || minutes(elapsed.get())}</span>
            <input
                id="seek"
                type="range"
                class="slider"
                min="0"
                step="0.1"
                max=move || duration.get().max(0.1).to_string()
                prop:value=move || elapsed.get().to_string()
                style=("--fill", fill)
                disabled=move || duration.get() == 0.0
                aria-label="Position"
                aria-valuetext=words
                on:input=seek
            />
            <span id="duration" class="time">{move || minutes(duration.get())}</span>
        </div>
    }
}

/// Follows the sound from frame to frame while it plays: its own events come four times a second.
fn follow_frames(player: crate::player::Player) {
    request_animation_frame(move || {
        if player.playing.get_untracked() {
            player.follow(player.side.get_untracked());
            follow_frames(player);
        }
    });
}
